"""CARE phones ahead of its arrival: when the person was reached, and that it may end there."""

from datetime import datetime
from typing import Any

from calls import kinds
from calls.closing import end_call
from calls.lifecycle import arrived
from calls.models import Assignment, Call, Caller
from calls.partners import services_asked
from calls.read_through import call_ids
from calls.stages import NotOnACall, end_assignment, open_assignment_of
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict
from teams.models import Discipline, User

RESOLVED = "resolved by phone"
Ahead = Assignment.Ahead


class NotSafeToCall(Conflict):
    """A call back could put the caller in danger; the message says what is known."""

    code = "not_safe_to_call"


class NotByPhone(Conflict):
    """It is not CARE's to phone now, or somebody must see the person before this call ends."""

    code = "not_by_phone"


def call_ahead(
    *,
    actor: User | None,
    now: datetime,
    unit_id: int,
    reached: bool,
    safe_to_call: bool = False,
    resolved: bool = False,
) -> dict[str, Any]:
    """The team on its way has phoned. ``safe_to_call``: dispatch has confirmed it where no caller said so.

    ``resolved``: nobody needs to come; the team is free, and the last one closes the call. Not where triage asks for
    police, EMS or fire as well: they see the person first.
    """
    assignment, unit = open_assignment_of(actor, unit_id, now)
    if assignment is None:
        raise NotOnACall(f"{unit.callsign} is on no call.")
    if unit.discipline != Discipline.CARE:
        raise NotByPhone(f"{unit.callsign} is no CARE unit; CARE calls ahead.")
    if arrived(assignment.status):
        raise NotByPhone(f"{unit.callsign} is there already; say what came of the contact.")
    call = assignment.call
    if not safe_to_call and (why := call_back_unsafe(call)):
        raise NotSafeToCall(why)
    if assignment.called_ahead != Ahead.REACHED:  # whom they reached once stays reached
        sets = write(assignment, called_ahead_at=now, called_ahead=Ahead.REACHED if reached else Ahead.NO_ANSWER)
        record(
            kinds.CALLED_AHEAD, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id,
            sets=sets, refs={"assignment_id": assignment.pk},
        )  # fmt: skip
    if resolved:
        _must_be_enough(assignment, call)
        end_assignment(assignment, unit, now, now, outcome=Assignment.Outcome.REMOTE_ONLY)
        if not call.assignments.open().exists():
            end_call(call, Call.ClosedAs.HANDLED, RESOLVED, now)
    return {"assignment_id": assignment.pk, "call_id": call.pk}


def _must_be_enough(assignment: Assignment, call: Call) -> None:
    if assignment.called_ahead != Ahead.REACHED:
        raise NotByPhone("Nobody was reached by phone: it cannot end there.")
    others = [name for name in services_asked(call) if name != Discipline.CARE]
    if not (call.response or call.mode_override) or others:
        asked = ", ".join(Discipline(name).label for name in others) or "triage first"
        raise NotByPhone(f"Call {call.number} asks for {asked}: somebody sees the person before it ends.")


def said_safe(call: Call) -> set[str]:
    """What everybody who called said of calling back; a caller of a duplicate is one of them."""
    return set(Caller.objects.filter(call__in=call_ids(call)).values_list("safe_to_call", flat=True))


def call_back_unsafe(call: Call) -> str:
    """Why a call back is not safe by what the callers said, in words; empty when one said it is and none that it is not."""
    said = said_safe(call)
    if "no" in said:
        return "A caller says a call back is not safe: text, or have dispatch confirm it."
    return "" if "yes" in said else "Nobody has said that a call back is safe: have dispatch confirm it first."
