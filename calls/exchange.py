"""Taking a unit off its call, for another one or for none: the call it leaves waits again, whoever was there."""

from datetime import datetime
from typing import Any

from calls.dispatch import send_units
from calls.fetch import NO_UNIT, require_dispatch
from calls.lifecycle import arrived
from calls.models import Assignment, Call
from calls.stages import JustMoved, NotOnACall, end_assignment, open_assignment_of
from care_dispatch.refusal import NotFound
from teams.models import Unit, User


def exchange_unit(
    *, actor: User | None, now: datetime, unit_id: int, call_id: int | None = None, override_reason: str = ""
) -> dict[str, Any]:
    """Take a unit off its call and send it to ``call_id``, both or neither; None only takes it off.

    The call it leaves is never closed by this: its work is not done. ``override_reason``: see send_units.
    """
    require_dispatch(actor, "exchange units")
    unit = Unit.objects.filter(pk=unit_id, retired=False).first()
    if unit is None or actor is not None and unit.center_id != actor.center_id:
        raise NotFound(NO_UNIT)
    left = Assignment.objects.open().filter(unit_id=unit_id).values_list("call_id", flat=True).first()
    if left is None:
        raise NotOnACall(f"{unit.callsign} is on no call; send it.")
    # Lock order: both calls by id, then the unit.
    both = [pk for pk in (left, call_id) if pk is not None]
    list(Call.objects.select_for_update().filter(pk__in=both).order_by("pk").values_list("pk"))
    if left != call_id:
        assignment, unit = open_assignment_of(actor, unit_id, now)
        if assignment is None or assignment.call_id != left:
            raise JustMoved(f"{unit.callsign} was sent or freed just now; look and repeat.")
        outcome = "" if arrived(assignment.status) else Assignment.Outcome.CANCELLED
        end_assignment(assignment, unit, now, now, outcome=outcome, end_reason=Assignment.EndReason.REASSIGNED)
    result: dict[str, Any] = {"unit_id": unit_id, "left_call_id": left}
    if call_id is not None:
        sent = send_units(actor=actor, now=now, call_id=call_id, unit_ids=[unit_id], override_reason=override_reason)
        result |= sent
    return result
