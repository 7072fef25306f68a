"""The end of a call and its return: close, cancel, hold, reopen. Nothing is ever deleted."""

import logging
from datetime import datetime, timedelta
from typing import Any

from calls import kinds, timers
from calls.alerts import close_alerts_of, raise_alert
from calls.call_backs import end_call_backs
from calls.clinician_rows import end_clinician_calls
from calls.co_response import Visit, answered, planned
from calls.codes import require_in_use
from calls.fetch import lock_call, open_call, refuse_merged, require_dispatch
from calls.lifecycle import call_status
from calls.mobile_crisis import expect_no_more
from calls.models import Alert, Assignment, Call, Code
from calls.request_rows import nobody_needed
from calls.stacked import leave_stacks
from calls.unmet import note_closed_without, require_why
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record, write
from care_dispatch.refusal import Conflict, Invalid
from teams.models import User

logger = logging.getLogger(__name__)

HOLD = "hold"
# A scheduled call comes to the board.
SURFACE = "surface"
# What falls away when nobody works the call any more.
_REMINDERS = ("triage", "question", HOLD, SURFACE, timers.CLOCKS)


class UnitsStillAssigned(Conflict):
    """Units are on the call; the answer names them."""

    code = "units_still_assigned"


class CallOpen(Conflict):
    code = "call_open"


def close_call(
    *,
    actor: User | None,
    now: datetime,
    call_id: int,
    closed_as: str = Call.ClosedAs.HANDLED,
    reason: str = "",
    not_sent_reason: str = "",
) -> dict[str, Any]:
    """Close an open call that no unit is on. ``not_sent_reason``: why CARE never went, so that unmet need can be counted."""
    require_dispatch(actor, "close a call")
    call = open_call(actor, call_id, now)
    if callsigns := list(call.assignments.open().values_list("unit__callsign", flat=True)):
        raise UnitsStillAssigned(f"{', '.join(callsigns)} still on call {call.number}; make them available first.")
    if closed_as == Call.ClosedAs.CANCELLED and not reason.strip():
        raise Invalid("Say why the call is cancelled.")
    require_in_use(actor, call.center_id, Code.List.CLOSED_AS, closed_as)
    require_in_use(actor, call.center_id, Code.List.NOT_SENT, not_sent_reason)
    if closed_as == Call.ClosedAs.CANCELLED:
        require_in_use(actor, call.center_id, Code.List.CANCEL_REASONS, reason)
    if actor is not None:
        require_why(call, closed_as, not_sent_reason)
    end_call(call, closed_as, reason, now, not_sent_reason=not_sent_reason)
    return {"call_id": call.pk}


def end_call(call: Call, closed_as: str, reason: str, now: datetime, *, not_sent_reason: str = "") -> None:
    """The closing itself, for actions that end a call on the way (the last unit clears)."""
    sets = write(
        call,
        status=Call.Status.CLOSED,
        closed_at=now,
        closed_as=closed_as,
        close_reason=reason,
        not_sent_reason=not_sent_reason or call.not_sent_reason,
        held_until=None,
        hold_reason="",
        mode_planned=planned(call.mode_override or call.response),
        mode_actual=answered(visits_of(call)),
        late=0,
        surfaces_at=None,
    )
    note_closed_without(call, now)
    for kind in _REMINDERS:
        finish(kind, call.pk)
    end_call_backs(call, now)
    end_clinician_calls(call, now)
    expect_no_more(call, now)
    close_alerts_of(call, now)
    leave_stacks(call)
    nobody_needed(call, now)
    record(kinds.CALL_CLOSED, center_id=call.center_id, call_id=call.pk, sets=sets)


def visits_of(call: Call) -> list[Visit]:
    """Each unit's part in the call, as it is counted."""
    return [
        Visit(
            row.unit.discipline, row.dispatched_at, row.on_scene_at or row.contact_at or row.transporting_at,
            remote=row.outcome == Assignment.Outcome.REMOTE_ONLY,
        )
        for row in call.assignments.select_related("unit")
    ]  # fmt: skip


def reopen_call(*, actor: User | None, now: datetime, call_id: int, reason: str) -> dict[str, Any]:
    """Bring a closed call back with its number, its age and its history; it is triaged again."""
    require_dispatch(actor, "reopen a call")
    call = lock_call(actor, call_id, now)
    refuse_merged(call)
    if call.status != Call.Status.CLOSED:
        raise CallOpen(f"Call {call.number} is open.")
    stages = Assignment.objects.open().filter(call=call).values_list("status", flat=True)
    sets = write(
        call,
        status=call_status(stages, triaged=call.verdict_id is not None),
        closed_at=None,
        closed_as="",
        close_reason="",
        reopened_at=now,
        mode_planned="",
        mode_actual="",
        scene_secure_at=None,
        care_requested_at=None,
        waits_since=now,
        not_sent_reason="",
    )
    record(kinds.CALL_REOPENED, center_id=call.center_id, call_id=call.pk, sets=sets)
    timers.wind(call.pk, now)
    schedule("triage", call.pk, due_at=now, now=now, version=call.facts_version)
    return {"call_id": call.pk}


def hold_call(*, actor: User | None, now: datetime, call_id: int, minutes: int, reason: str) -> dict[str, Any]:
    """Park a pending call until a time, with a reason; the board keeps showing it and its age, and it comes back."""
    require_dispatch(actor, "hold a call")
    call = open_call(actor, call_id, now)
    if callsigns := list(call.assignments.open().values_list("unit__callsign", flat=True)):
        raise UnitsStillAssigned(f"{', '.join(callsigns)} on call {call.number}; only a call that waits is held.")
    until = now + timedelta(minutes=minutes)
    sets = write(call, held_until=until, hold_reason=reason, late=0)
    record(kinds.CALL_HELD, center_id=call.center_id, call_id=call.pk, sets=sets)
    timers.wind(call.pk, now)
    if call.center.timers_run:
        schedule(HOLD, call.pk, due_at=until, now=now)
    return {"call_id": call.pk}


def unhold_call(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    require_dispatch(actor, "take a call off hold")
    _end_hold(open_call(actor, call_id, now), now)
    return {"call_id": call_id}


def run_hold(call_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a hold's time is up."""
    perform(hold_over, actor=None, position="", source=source, now=now, call_id=call_id)


def hold_over(*, actor: None, now: datetime, call_id: int) -> dict[str, Any]:
    """Bring a call back whose hold has run out, and say so."""
    call = lock_call(None, call_id, now)
    if call.held_until is None:
        finish(HOLD, call_id)
    elif call.held_until > now:  # made longer after this work was taken up
        schedule(HOLD, call_id, due_at=call.held_until, now=now)
    else:
        text = f"Call {call.number}: its hold is over ({call.hold_reason})"
        _end_hold(call, now)
        raise_alert(center=call.center, kind=Alert.Kind.HOLD_OVER, text=text, now=now, call=call)
    return {"call_id": call_id}


def _end_hold(call: Call, now: datetime) -> None:
    sets = write(call, held_until=None, hold_reason="", waits_since=now)
    finish(HOLD, call.pk)
    record(kinds.CALL_HELD, center_id=call.center_id, call_id=call.pk, sets=sets)
    timers.wind(call.pk, now)


def hold_gave_up(call_id: int, attempts: int, error: str, now: datetime) -> None:
    """The board still shows the call and until when it was held; the log line is all there is to add."""
    logger.error("the hold of call %s could not be ended after %s attempts: %s", call_id, attempts, error)
