"""What keeps a crew from signing off: calls registers it with teams, which knows no calls."""

from calls.models import Assignment
from calls.models.assignment import AssignmentQuerySet
from care_dispatch.refusal import Conflict
from teams.models import Unit


class DispositionOwed(Conflict):
    """The crew still owes a disposition; the message names the calls."""

    code = "disposition_owed"


class TransportOwed(Conflict):
    """The crew took somebody along and has not said all of it; the message names the calls."""

    code = "transport_owed"


def nothing_owed(unit: Unit) -> None:
    """Raise for a unit whose crew has not said what came of an engaged contact, or whereto it took somebody."""
    owed = Assignment.objects.filter(unit=unit, disposition_owed_at__isnull=False, disposition="").select_related(
        "call"
    )
    if calls := _calls(owed):
        raise DispositionOwed(f"{unit.callsign} owes a disposition for {calls}; give it before signing off.")
    rides = Assignment.objects.transport_owed().filter(unit=unit).select_related("call")
    if calls := _calls(rides):
        raise TransportOwed(
            f"{unit.callsign} took somebody along on {calls}: give destination, legal basis and both mileages first."
        )


def _calls(owed: AssignmentQuerySet) -> str:
    numbers = [str(assignment.call.number) for assignment in owed.order_by("pk")]
    return f"call{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}" if numbers else ""
