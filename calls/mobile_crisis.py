"""The regional mobile crisis team that was asked by phone: when it said it would be there, and that it is not there by then."""

import logging
from datetime import datetime, timedelta
from typing import Any

from calls.alerts import end_cause, raise_alert
from calls.fetch import lock_call
from calls.models import Alert, Call, Unmet
from calls.unmet import note_step
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import EventKind, perform, record, register_kinds, write

logger = logging.getLogger(__name__)

MOBILE_CRISIS = "mobile_crisis"
EXPECTED = EventKind("mobile_crisis.expected", refs=frozenset({"unmet_id", "due_at"}))
register_kinds([EXPECTED])


def expect(call: Call, minutes: int, now: datetime) -> None:
    """It says it is there in so many minutes; 0: it is there. What it said before is over. The call is locked."""
    due_at = now + timedelta(minutes=minutes) if minutes else None
    _set(call, due_at, now)
    if due_at and call.center.timers_run:
        schedule(MOBILE_CRISIS, call.pk, due_at=due_at, now=now)


def expect_no_more(call: Call, now: datetime) -> None:
    """CARE is sent after all, or the call goes on elsewhere."""
    if Unmet.objects.filter(call=call, crisis_due_at__isnull=False).exists():
        _set(call, None, now)


def move_expected(merged: Call, primary: Call, now: datetime) -> None:
    """Whoever comes to a duplicate comes to the call that stays."""
    row = Unmet.objects.filter(call=merged, crisis_due_at__isnull=False).first()
    if row is None or row.crisis_due_at is None:
        return
    left = max(1, -((now - row.crisis_due_at) // timedelta(minutes=1)))
    expect_no_more(merged, now)
    note_step(primary, Unmet.Instead.MOBILE_CRISIS, now)
    expect(primary, left, now)


def _set(call: Call, due_at: datetime | None, now: datetime) -> None:
    finish(MOBILE_CRISIS, call.pk)
    end_cause(call.center_id, _cause(call.pk), now)
    for row in Unmet.objects.select_for_update().filter(call=call):
        write(row, crisis_due_at=due_at)
        refs = {"unmet_id": row.pk, "due_at": due_at.isoformat() if due_at else ""}
        record(EXPECTED, center_id=call.center_id, call_id=call.pk, refs=refs)


# --- due work ----------------------------------------------------------------------------------------
def run_expected(call_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: it should be there by now."""
    perform(not_there, actor=None, position="", source=source, now=now, call_id=call_id)


def not_there(*, actor: None, now: datetime, call_id: int) -> dict[str, Any]:
    """Tell every console, once; that it is there, another time, CARE sent or the end of the call ends it."""
    call = lock_call(None, call_id, now)
    due_at = Unmet.objects.filter(call=call).values_list("crisis_due_at", flat=True).first()
    if not finish(MOBILE_CRISIS, call_id) or due_at is None or call.status == Call.Status.CLOSED:
        return {}
    if due_at > now:
        schedule(MOBILE_CRISIS, call_id, due_at=due_at, now=now)
        return {}
    by = call.center.local(due_at)
    text = f"Call {call.number}: mobile crisis said it would be there by {by:%H:%M}, and nobody has said that it is"
    raise_alert(
        center=call.center, kind=Alert.Kind.MOBILE_CRISIS, text=text, now=now, call=call, cause=_cause(call_id),
        stands=True,
    )  # fmt: skip
    return {}


def expected_gave_up(call_id: int, attempts: int, error: str, now: datetime) -> None:
    """The call shows by when it was to come; the log line is all there is to add."""
    logger.error("mobile crisis for call %s could not be looked at after %s attempts: %s", call_id, attempts, error)


def _cause(call_id: int) -> str:
    return f"{MOBILE_CRISIS}:{call_id}"
