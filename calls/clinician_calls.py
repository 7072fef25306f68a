"""A clinician calls somebody who waits for CARE: when that may be, what came of it, and the step after nobody is free.

Level 4 and level 3 never wait for CARE (domain, the ladder): a clinician may call there beside those who have been sent.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from calls import kinds, mobile_crisis
from calls.alerts import raise_alert
from calls.call_ahead import NotSafeToCall, call_back_unsafe, said_safe
from calls.clinician_rows import CLINICIAN_CALL, cause, end_clinician_call, open_clinician_call
from calls.closing import hold_call, unhold_call
from calls.dispatch import set_mode
from calls.fetch import lock_call, open_call, require_dispatch
from calls.models import Alert, Call, ClinicianCall, Unmet
from calls.partners import police_too, services_asked, units_on
from calls.recommending import plan_of
from calls.unmet import asked_for_care, care_came, care_has_come, note_step
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record, write
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams.models import Discipline, Unit, User

logger = logging.getLogger(__name__)

NO_CLINICIAN_CALL = "There is no such call of a clinician."
HELD_FOR = "waits for CARE; a clinician calls"
Mode, Result = ClinicianCall.Mode, ClinicianCall.Result
# Steps that are done elsewhere, by phone: here they are only noted.
NOTED = (Unmet.Instead.CARE_JOINS, Unmet.Instead.MOBILE_CRISIS, Unmet.Instead.LINE_988)


class DoesNotWait(Conflict):
    """The call asks for others at once; the message says for whom."""

    code = "does_not_wait"


class NotAsked(Conflict):
    code = "care_not_asked"


class ClinicianCallOpen(Conflict):
    code = "clinician_call_open"


class ClinicianCallMade(Conflict):
    code = "clinician_call_made"


def ask_clinician_call(
    *, actor: User | None, now: datetime, call_id: int, mode: str = Mode.VOICE, safe_to_call: bool = False
) -> dict[str, Any]:
    """A clinician is to call (or text) within the plan's minutes. At level 2 the call is held that long as it may.

    ``safe_to_call``: dispatch has confirmed it where nobody said so; where a caller said no, nobody is phoned.
    """
    call = _waiting(actor, call_id, now, "have a clinician call")
    if mode == Mode.VOICE:
        _require_safe(call, confirmed=safe_to_call)
    if (row := _open_row(call)) is not None:
        raise ClinicianCallOpen(
            f"A clinician calls for call {call.number} by {call.center.local(row.due_at):%H:%M:%S}."
        )
    figures = plan_of(call).figures
    row = open_clinician_call(call, mode, now + timedelta(minutes=figures.call_back_within_minutes), now)
    note_step(call, Unmet.Instead.CALL_BACK, now)
    left = call.received_at + timedelta(minutes=figures.hold_minutes) - now
    if call.held_until is None and left >= timedelta(minutes=1) and not call.assignments.open().exists():
        hold_call(actor=actor, now=now, call_id=call.pk, minutes=left // timedelta(minutes=1), reason=HELD_FOR)
    return {"clinician_call_id": row.pk, "call_id": call.pk}


def _require_safe(call: Call, *, confirmed: bool) -> None:
    if "no" in said_safe(call):
        raise NotSafeToCall("A caller says a call back is not safe: by text, or send somebody.")
    if not confirmed and (why := call_back_unsafe(call)):
        raise NotSafeToCall(why)


def take_step(
    *, actor: User | None, now: datetime, call_id: int, step: str, minutes: int | None = None
) -> dict[str, Any]:
    """Note what was done by phone instead of CARE: mobile crisis asked, 988 on the line, CARE told to join when free.

    ``minutes``: in which mobile crisis says it is there; 0 once it is. Nobody waits for what it has not said.
    """
    if step not in NOTED:
        raise Invalid(f"Give one of {', '.join(NOTED)}; the other steps are commands of their own.")
    if minutes is not None and step != Unmet.Instead.MOBILE_CRISIS:
        raise Invalid("Minutes are of mobile crisis alone: when it says it is there.")
    call = _waiting(actor, call_id, now, "take a step instead of CARE")
    note_step(call, step, now)
    if minutes is not None:
        mobile_crisis.expect(call, minutes, now)
    return {"call_id": call.pk, "step": step}


def _waiting(actor: User | None, call_id: int, now: datetime, what: str) -> Call:
    """The call, locked, if it may do without CARE for now."""
    require_dispatch(actor, what)
    call = open_call(actor, call_id, now)
    if not asked_for_care(call):
        raise NotAsked(f"Nobody asks for CARE in person on call {call.number}.")
    if care_has_come(call):
        raise NotAsked(f"CARE is on call {call.number}, or was there.")
    if (call.level is None or call.level >= 3) and not call.assignments.open().exists():
        who = "police and EMS" if call.level != 3 else "the CIT officer"
        raise DoesNotWait(f"Call {call.number} does not wait for CARE: send {who} now.")
    return call


# --- what came of it ---------------------------------------------------------------------------------
def made_clinician_call(*, actor: User | None, now: datetime, clinician_call_id: int, result: str) -> dict[str, Any]:
    """What the clinician heard. Still safe: another call in some minutes. Worse or no answer: the wait is over."""
    if actor is not None and actor.role not in (*DISPATCH_ROLES, Role.CLINICIAN):
        raise Forbidden("A clinician or dispatcher says what came of the call.")
    if result not in Result:
        raise Invalid(f"Give one of {', '.join(Result.values)}.")
    call_id = ClinicianCall.objects.filter(pk=clinician_call_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound(NO_CLINICIAN_CALL)
    call = lock_call(actor, call_id, now, missing=NO_CLINICIAN_CALL)
    row = ClinicianCall.objects.select_for_update().get(pk=clinician_call_id)
    if row.made_at is not None:
        said = row.get_result_display().lower() if row.result else "given up"
        raise ClinicianCallMade(f"That call was answered at {call.center.local(row.made_at):%H:%M:%S}: {said}.")
    row.made_by = actor
    row.save(update_fields=["made_by"])
    end_clinician_call(row, call, now, result=result)
    _AFTER[Result(result)](call, row, now)
    return {"clinician_call_id": row.pk, "call_id": call.pk}


def _still_safe(call: Call, row: ClinicianCall, now: datetime) -> None:
    again = timedelta(minutes=plan_of(call).figures.call_back_every_minutes)
    open_clinician_call(call, row.mode, now + again, now)


def _resolved(call: Call, row: ClinicianCall, now: datetime) -> None:
    """CARE has answered: the demand is met, and a dispatcher closes the call."""
    care_came(call, now)
    _end_hold(call, now)


def _worse(call: Call, row: ClinicianCall, now: datetime) -> None:
    """Police go too from here on, at priority 1; the rules decide again beside it."""
    _end_hold(call, now)
    call.refresh_from_db()
    if Discipline.POLICE not in services_asked(call) and (call.mode_override or call.response):
        set_mode(actor=None, now=now, call_id=call.pk, response=police_too(call))
    order = Call.Priority.values
    if order.index(call.priority) > order.index(Call.Priority.ONE):
        sets = write(call, priority=Call.Priority.ONE, priority_set_by_hand=True)
        record(kinds.CALL_CHANGED, center_id=call.center_id, call_id=call.pk, sets=sets)
    units = units_on(call)
    names = f"; tell {', '.join(unit.callsign for unit in units)}" if units else ""
    _tell(call, f"Call {call.number}: the clinician says it is WORSE: send police now{names}", now, units)


def _no_answer(call: Call, row: ClinicianCall, now: datetime) -> None:
    _end_hold(call, now)
    _tell(call, f"Call {call.number}: nobody answers the clinician; it waits no more: send somebody", now)


def _tell(call: Call, text: str, now: datetime, units: Sequence[Unit] = ()) -> None:
    schedule("triage", call.pk, due_at=now, now=now, version=call.facts_version)
    raise_alert(center=call.center, kind=Alert.Kind.CLINICIAN_CALL, text=text, now=now, call=call, tell=units)


def _end_hold(call: Call, now: datetime) -> None:
    if call.held_until is not None:
        unhold_call(actor=None, now=now, call_id=call.pk)


_AFTER = {
    Result.STILL_SAFE: _still_safe,
    Result.RESOLVED: _resolved,
    Result.WORSE: _worse,
    Result.NO_ANSWER: _no_answer,
}


# --- due work ----------------------------------------------------------------------------------------
def run_clinician_call(clinician_call_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a clinician should have called by now."""
    perform(not_called, actor=None, position="", source=source, now=now, clinician_call_id=clinician_call_id)


def not_called(*, actor: None, now: datetime, clinician_call_id: int) -> dict[str, Any]:
    """Tell every console, once; making the call, or sending CARE, ends it."""
    call_id = ClinicianCall.objects.values_list("call_id", flat=True).get(pk=clinician_call_id)
    call = lock_call(None, call_id, now)
    row = ClinicianCall.objects.select_for_update().get(pk=clinician_call_id)
    finish(CLINICIAN_CALL, row.pk)
    if row.made_at is None and row.due_at > now:
        schedule(CLINICIAN_CALL, row.pk, due_at=row.due_at, now=now)
    elif row.made_at is None:
        by = call.center.local(row.due_at)
        text = f"Call {call.number}: no clinician has called by {by:%H:%M}; have one call, or send somebody"
        raise_alert(
            center=call.center, kind=Alert.Kind.CLINICIAN_CALL, text=text, now=now, call=call, cause=cause(call.pk),
            stands=True,
        )  # fmt: skip
    return {"clinician_call_id": clinician_call_id}


def clinician_call_gave_up(clinician_call_id: int, attempts: int, error: str, now: datetime) -> None:
    """The call shows by when a clinician was to call; the log line is all there is to add."""
    logger.error("clinician call %s could not be looked at after %s attempts: %s", clinician_call_id, attempts, error)


def _open_row(call: Call) -> ClinicianCall | None:
    return ClinicianCall.objects.filter(call=call, made_at__isnull=True).first()
