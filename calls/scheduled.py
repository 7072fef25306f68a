"""Calls for later: taken now, on no board until shortly before their time, and back by themselves with an alert."""

import logging
from datetime import datetime, timedelta
from typing import Any

from calls import faces, kinds, timers
from calls.alerts import close_alerts_of, raise_alert
from calls.closing import HOLD, SURFACE, UnitsStillAssigned
from calls.fetch import lock_call, open_call, require_dispatch
from calls.models import Alert, Call
from care_dispatch.access import DISPATCH_ROLES, tier_of
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record, write
from care_dispatch.refusal import Conflict, Forbidden, Invalid
from teams.models import Center, User
from teams.selectors import center_id_of

logger = logging.getLogger(__name__)

LEAD_MINUTES = 10
LEAD_MINUTES_MOST = 24 * 60
LATEST = timedelta(days=92)


class NotScheduled(Conflict):
    code = "not_scheduled"


def surfaces_at(center: Center, at: datetime, lead_minutes: int, now: datetime) -> datetime | None:
    """When a call for this time comes to the board; None when that is now. Raises Invalid for a time that is no use."""
    if at <= now:
        raise Invalid("That time is past; take the call as it is.")
    if at - now > LATEST:
        raise Invalid("A call is scheduled for 92 days from now at most.")
    if not center.timers_run:
        raise Invalid("The clocks of this center do not run, so nothing would bring the call back.")
    found = at - timedelta(minutes=lead_minutes)
    return found if found > now else None


def schedule_call(
    *, actor: User | None, now: datetime, call_id: int, at: datetime, reason: str, lead_minutes: int = LEAD_MINUTES
) -> dict[str, Any]:
    """Put off a call that no unit is on: it leaves the board and comes back ``lead_minutes`` before its time."""
    require_dispatch(actor, "schedule a call")
    call = open_call(actor, call_id, now)
    if callsigns := list(call.assignments.open().values_list("unit__callsign", flat=True)):
        raise UnitsStillAssigned(f"{', '.join(callsigns)} on call {call.number}; only a call that waits is put off.")
    back_at = surfaces_at(call.center, at, lead_minutes, now)
    sets = write(
        call, scheduled_for=at, surfaces_at=back_at, late=0, question_late=0, held_until=None, hold_reason=reason
    )  # fmt: skip
    finish(HOLD, call.pk)
    finish(SURFACE, call.pk)
    if back_at:
        finish(timers.QUESTION, call.pk)
        close_alerts_of(call, now)
        schedule(SURFACE, call.pk, due_at=back_at, now=now)
    record(kinds.CALL_SCHEDULED, center_id=call.center_id, call_id=call.pk, sets=sets)
    timers.wind(call.pk, now)
    return {"call_id": call.pk}


def bring_back(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    """Bring a scheduled call to the board before its time."""
    require_dispatch(actor, "bring a scheduled call back")
    call = open_call(actor, call_id, now)
    if call.surfaces_at is None:
        raise NotScheduled(f"Call {call.number} is on the board already.")
    _surface(call, now)
    return {"call_id": call.pk}


def run_surface(call_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a scheduled call's time has come."""
    perform(surface, actor=None, position="", source=source, now=now, call_id=call_id)


def surface(*, actor: None, now: datetime, call_id: int) -> dict[str, Any]:
    """Bring a scheduled call to the board, and say so."""
    call = lock_call(None, call_id, now)
    back_at = call.surfaces_at
    if back_at is None or call.status == Call.Status.CLOSED:
        finish(SURFACE, call_id)
    elif back_at > now:  # put off again after this work was taken up
        schedule(SURFACE, call_id, due_at=back_at, now=now)
    else:
        _surface(call, now)
        at = f" for {call.center.local(call.scheduled_for):%H:%M}" if call.scheduled_for else ""
        text = f"Call {call.number} was scheduled{at}: {call.nature}, {call.location}"
        raise_alert(
            center=call.center, kind=Alert.Kind.SCHEDULED_DUE, text=text, now=now, call=call,
            cause=f"scheduled:{call.pk}",
        )  # fmt: skip
    return {"call_id": call_id}


def _surface(call: Call, now: datetime) -> None:
    finish(SURFACE, call.pk)
    sets = write(call, surfaces_at=None, waits_since=now)
    record(kinds.CALL_SURFACED, center_id=call.center_id, call_id=call.pk, sets=sets)
    schedule("triage", call.pk, due_at=now, now=now, version=call.facts_version)  # its open questions are asked again
    timers.wind(call.pk, now)


def scheduled_calls(user: User) -> list[dict[str, Any]]:
    """The center's calls that are on no board yet, the next first."""
    if user.role not in DISPATCH_ROLES:
        raise Forbidden("Scheduled calls are for dispatchers and supervisors.")
    waiting = Call.objects.open().filter(center_id=center_id_of(user), surfaces_at__isnull=False)
    ids = list(waiting.order_by("scheduled_for", "pk").values_list("pk", flat=True))
    rows = faces.call_rows(ids)
    return [{"id": pk, **faces.call_face(rows[pk], tier_of(user.role))} for pk in ids]


def surface_gave_up(call_id: int, attempts: int, error: str, now: datetime) -> None:
    """A call on no board that does not come back must not be silent."""
    perform(surface_failed, actor=None, position="", source="sweep", now=now, call_id=call_id, what=error)


def surface_failed(*, actor: None, now: datetime, call_id: int, what: str) -> dict[str, Any]:
    call = lock_call(None, call_id, now)
    text = f"Call {call.number} was scheduled and does not come back ({what}); open it from the scheduled calls"
    raise_alert(
        center=call.center, kind=Alert.Kind.WORK_FAILED, text=text, now=now, call=call, cause=f"surface:{call.pk}"
    )  # fmt: skip
    return {"call_id": call_id}
