"""Calling back who was cut off: opened when a line drops, tried until it ends, with a clock from try to try."""

from datetime import datetime
from typing import Any

from calls import kinds, timers
from calls.fetch import lock_call, open_call, require_dispatch
from calls.models import Call, CallBack, Caller
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict, NotFound
from teams.models import User

NO_CALLER = "There is no such caller."
NO_CALL_BACK = "There is no such call-back."
NO_ANSWER = "no_answer"


class CallBackEnded(Conflict):
    code = "call_back_ended"


def open_call_back(call: Call, caller: Caller, now: datetime) -> CallBack:
    """Inside the change that hears of the dropped line; the call is locked, or not stored yet. Once per caller."""
    found, new = CallBack.objects.get_or_create(
        caller=caller, ended_at=None, defaults={"call": call, "asked_at": now}
    )  # fmt: skip
    if new:
        _record(kinds.CALL_BACK_ASKED, call, found)
    return found


def line_dropped(*, actor: User | None, now: datetime, caller_id: int) -> dict[str, Any]:
    """A caller was cut off: the line is noted as dropped, and somebody is to call back."""
    require_dispatch(actor, "note a dropped line")
    call_id = Caller.objects.filter(pk=caller_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound(NO_CALLER)
    call = lock_call(actor, call_id, now, missing=NO_CALLER)
    open_call(actor, call.pk, now)
    caller = Caller.objects.select_for_update().get(pk=caller_id)
    write(caller, line=Caller.Line.DROPPED)
    found = open_call_back(call, caller, now)
    timers.wind(call.pk, now)
    return {"call_back_id": found.pk}


def tried_call_back(*, actor: User | None, now: datetime, call_back_id: int, result: str) -> dict[str, Any]:
    """``no_answer``: tried in vain, the clock starts anew. Any other result ends it."""
    require_dispatch(actor, "call back")
    call_id = CallBack.objects.filter(pk=call_back_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound(NO_CALL_BACK)
    call = lock_call(actor, call_id, now, missing=NO_CALL_BACK)
    found = CallBack.objects.select_for_update(of=("self",)).select_related("caller").get(pk=call_back_id)
    if found.ended_at is not None:
        at = call.center.local(found.ended_at)
        raise CallBackEnded(f"This call-back ended at {at:%H:%M:%S}: {found.get_result_display().lower()}.")
    tried: dict[str, Any] = {"tries": found.tries + 1, "tried_at": now, "late": 0}
    if result == NO_ANSWER:
        write(found, **tried)
        _record(kinds.CALL_BACK_TRIED, call, found)
    else:
        write(found, **tried, ended_at=now, ended_by=actor, result=result)
        if result in (CallBack.Result.REACHED, CallBack.Result.CALLED_IN):
            write(found.caller, line=Caller.Line.ON_LINE)
        _record(kinds.CALL_BACK_ENDED, call, found)
    timers.wind(call.pk, now)
    return {"call_back_id": found.pk}


def move_call_backs(merged: Call, primary: Call) -> None:
    """Who was cut off on a duplicate is called back on the call that stays; its clock runs on."""
    for found in CallBack.objects.filter(call=merged, ended_at__isnull=True).select_for_update().order_by("pk"):
        write(found, call_id=primary.pk)
        _record(kinds.CALL_BACK_ASKED, primary, found)


def end_call_backs(call: Call, now: datetime) -> None:
    """Nobody works a closed call: who was to be called back is not, and the record says why."""
    for found in CallBack.objects.filter(call=call, ended_at__isnull=True).select_for_update().order_by("pk"):
        write(found, ended_at=now, result=CallBack.Result.CALL_CLOSED)
        _record(kinds.CALL_BACK_ENDED, call, found)


def _record(kind: Any, call: Call, found: CallBack) -> None:
    record(kind, center_id=call.center_id, call_id=call.pk, refs={"call_back_id": found.pk})
