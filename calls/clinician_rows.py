"""The rows of clinicians' calls to people who wait for CARE: asked for, moved with a merge, ended. Every step is logged."""

from datetime import datetime

from calls import kinds
from calls.alerts import end_cause
from calls.models import Call, ClinicianCall
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import record, write
from teams.models import Discipline

CLINICIAN_CALL = "clinician_call"


def open_clinician_call(call: Call, mode: str, due_at: datetime, now: datetime) -> ClinicianCall:
    """The call is locked; one at a time per call, and the constraint has the last word."""
    row = ClinicianCall.objects.create(call=call, mode=mode, due_at=due_at)
    if call.center.timers_run:
        schedule(CLINICIAN_CALL, row.pk, due_at=due_at, now=now)
    record(
        kinds.CLINICIAN_CALL_ASKED, center_id=call.center_id, call_id=call.pk,
        refs={"clinician_call_id": row.pk, "mode": mode, "due_at": due_at.isoformat()},
    )  # fmt: skip
    return row


def end_clinician_call(row: ClinicianCall, call: Call, now: datetime, *, result: str = "") -> None:
    """Made with a result, or given up without one; row and call are locked."""
    write(row, made_at=now, result=result)
    finish(CLINICIAN_CALL, row.pk)
    end_cause(call.center_id, cause(call.pk), now)
    record(
        kinds.CLINICIAN_CALL_MADE, center_id=call.center_id, call_id=call.pk,
        refs={"clinician_call_id": row.pk, "result": result},
    )  # fmt: skip


def end_clinician_calls(call: Call, now: datetime) -> None:
    """CARE is sent, or nobody works the call any more: no clinician calls."""
    for row in ClinicianCall.objects.select_for_update().filter(call=call, made_at__isnull=True):
        end_clinician_call(row, call, now)


def move_clinician_call(merged: Call, primary: Call, now: datetime) -> None:
    """Who waits on a duplicate is called on the call that stays, unless a clinician calls there already. With CARE on it
    nobody waits.
    """
    if primary.assignments.open().filter(unit__discipline=Discipline.CARE).exists():
        end_clinician_calls(primary, now)
        return
    if ClinicianCall.objects.filter(call=primary, made_at__isnull=True).exists():
        return
    for row in ClinicianCall.objects.select_for_update().filter(call=merged, made_at__isnull=True):
        end_clinician_call(row, merged, now)
        open_clinician_call(primary, row.mode, row.due_at, now)


def cause(call_id: int) -> str:
    return f"{CLINICIAN_CALL}:{call_id}"
