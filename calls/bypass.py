"""Others sent than were recommended: asked why after they are sent, never before, and kept with the assignment."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from calls import kinds
from calls.fetch import lock_call, require_dispatch
from calls.models import Assignment, Call
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict, Invalid, NotFound
from teams.models import Unit, User

Bypass = Assignment.Bypass
SAID = [reason for reason in Bypass.values if reason != Bypass.OWED]
NO_ASSIGNMENT = "There is no such assignment."


class AsRecommended(Conflict):
    code = "as_recommended"


def bypassing(call: Call, units: Sequence[Unit], shown: Collection[str]) -> list[Unit]:
    """Units sent in the place of another of their discipline that was recommended first and could still be sent.

    ``shown``: the callsigns of the first recommendation as it stood on the screen. Who is sent beside it, and who is
    left out of it without another, bypasses nobody.
    """
    sent = {unit.callsign for unit in units}
    others = [unit for unit in units if unit.callsign not in shown]
    left_out = set(shown) - sent
    if not others or not left_out:
        return []
    free = Unit.objects.filter(
        center_id=call.center_id, callsign__in=left_out, status__in=Unit.CAN_BE_SENT, retired=False
    )  # fmt: skip
    passed = set(free.values_list("discipline", flat=True))
    return [unit for unit in others if unit.discipline in passed]


def say_bypass(*, actor: User, now: datetime, assignment_id: int, reason: str) -> dict[str, Any]:
    """Why another went than was recommended; said again it is corrected, and the log keeps both."""
    require_dispatch(actor, "say why others were sent")
    if reason not in SAID:
        raise Invalid(f"Give one of {', '.join(SAID)}.")
    call_id = Assignment.objects.filter(pk=assignment_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound(NO_ASSIGNMENT)
    call = lock_call(actor, call_id, now, missing=NO_ASSIGNMENT)
    assignment = Assignment.objects.select_for_update(of=("self",)).select_related("unit").get(pk=assignment_id)
    unit = assignment.unit
    if not assignment.bypass:
        raise AsRecommended(f"{unit.callsign} was sent to call {call.number} as recommended.")
    record(
        kinds.BYPASS_SAID, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id,
        sets=write(assignment, bypass=reason), refs={"assignment_id": assignment.pk},
    )  # fmt: skip
    return {"assignment_id": assignment.pk, "call_id": call.pk}
