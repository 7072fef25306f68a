"""What keeps a crew from signing off: calls registers it with teams, which knows no calls."""

from calls.models import Assignment
from care_dispatch.refusal import Conflict
from teams.models import Unit


class DispositionOwed(Conflict):
    """The crew still owes a disposition; the message names the calls."""

    code = "disposition_owed"


def nothing_owed(unit: Unit) -> None:
    """Raise for a unit whose crew has not said what came of an engaged contact."""
    owed = Assignment.objects.filter(unit=unit, disposition_owed_at__isnull=False, disposition="").select_related(
        "call"
    )
    numbers = [str(assignment.call.number) for assignment in owed.order_by("pk")]
    if numbers:
        calls = f"call{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"
        raise DispositionOwed(f"{unit.callsign} owes a disposition for {calls}; give it before signing off.")
