"""Alerts: raised once for one cause, told to each unit that must know, escalated when nobody answers."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from calls import kinds
from calls.clocks import Clock
from calls.fetch import may_open, own_unit_ids
from calls.lifecycle import arrived
from calls.limits import limit_of
from calls.models import Alert, AlertTold, Assignment, Call
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record, write
from care_dispatch.log.door import position_now
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams.models import Center, Discipline, Unit, User

logger = logging.getLogger(__name__)

ESCALATE = "alert"
BACK = "alert_back"
NO_ALERT = "There is no such alert."
SHELVED_MINUTES_MOST = 15
# About the rules, the system itself or what people hold: a supervisor answers them.
SUPERVISORS = (
    Alert.Kind.OVERRIDE_DRIFT, Alert.Kind.SHADOW_STOPPED, Alert.Kind.WORK_FAILED, Alert.Kind.CREDENTIAL_ENDS
)  # fmt: skip
_TO = Alert.EscalatedTo
_EMERGENCY = kinds.ALERT_EMERGENCY
_ASKED_ANEW: dict[str, Any] = {
    "seen_at": None, "seen_position": "", "acknowledged_at": None, "acknowledged_by": None,
    "acknowledged_position": "", "shelved_until": None, "shelved_by": None, "shelve_reason": "",
}  # fmt: skip


class UnitsNotTold(Conflict):
    """The alert stays until each unit is told; the answer names those left."""

    code = "units_not_told"


class NotToBeShelved(Conflict):
    code = "not_to_be_shelved"


class NotAcknowledged(Conflict):
    code = "not_acknowledged"


class NoEmergency(Conflict):
    code = "no_emergency"


class AlertClosed(Conflict):
    code = "alert_closed"


# --- raising ---------------------------------------------------------------------------------------
def raise_alert(
    *,
    center: Center,
    kind: str,
    text: str,
    now: datetime,
    call: Call | None = None,
    tell: Iterable[Unit] = (),
    cause: str = "",
    urgency: int = Alert.Urgency.OVERDUE,
    unit: Unit | None = None,
    stands: bool = False,
    escalates: bool = True,
) -> Alert:
    """Add an alert inside the change that causes it. ``tell``: the units that must hear of it.

    ``cause``: a stable key (``pending:142``). While an alert of that cause is open nothing is raised; a higher
    ``urgency`` asks for it once more. ``stands``: acknowledged it stays until ``end_cause``. ``escalates`` False:
    whoever raises it says when the supervisor is to hear of it.
    """
    alert = Alert(
        center=center, call=call, unit=unit, kind=kind, cause=cause, urgency=urgency, stands=stands, text=text,
        raised_at=now,
    )  # fmt: skip
    if cause and (earlier := _open_already(alert)):
        return _raise_again(earlier, text, urgency, now)
    if not cause:
        alert.save(force_insert=True)
    AlertTold.objects.bulk_create(AlertTold(alert=alert, unit=one) for one in tell)
    _record(_EMERGENCY if urgency == Alert.Urgency.EMERGENCY else kinds.ALERT_RAISED, alert)
    if escalates:
        _escalate_later(alert, now)
    return alert


def _open_already(alert: Alert) -> Alert | None:
    """The open alert of the same cause, locked; None when this one was added. The constraint has the last word."""
    same = Alert.objects.open().filter(center_id=alert.center_id, cause=alert.cause)
    while True:  # whoever was quicker may have ended it again before it can be locked
        if earlier := same.select_for_update(of=("self",)).first():
            return earlier
        try:
            with transaction.atomic():
                alert.save(force_insert=True)
        except IntegrityError as error:
            if "one_open_alert_per_cause" not in str(error):
                raise
            continue
        return None


def _raise_again(alert: Alert, text: str, urgency: int, now: datetime) -> Alert:
    """Nothing, unless it stands worse than before: then somebody is asked anew."""
    if urgency > alert.urgency:
        ask_anew(alert, now, text=text, urgency=urgency)
    return alert


def ask_anew(alert: Alert, now: datetime, **worse: Any) -> None:
    """Put a locked open alert before everybody again, as if nobody had answered it."""
    write(alert, raised_again_at=now, **worse, **_ASKED_ANEW)
    _record(_EMERGENCY if alert.urgency == Alert.Urgency.EMERGENCY else kinds.ALERT_RAISED_AGAIN, alert)
    _escalate_later(alert, now)


def end_cause(center_id: int, cause: str, now: datetime) -> None:
    """What caused an alert is over: it closes by itself."""
    open_ones = Alert.objects.open().filter(center_id=center_id, cause=cause)
    for alert in open_ones.select_for_update(of=("self",)):
        close_alert(alert, now)


def close_alert(alert: Alert, now: datetime) -> None:
    """Close a locked alert whose cause is over."""
    if alert.closed_at is None:
        _close(alert, None, now)


def warn_if_not_cleared(assignment: Assignment, unit: Unit, stage: str, now: datetime) -> None:
    """CARE that was to stage and says it is at the door without the wave: the console must know at once."""
    entering = unit.discipline == Discipline.CARE and assignment.role == Assignment.Role.STAGE and arrived(stage)
    if not entering or assignment.cleared_to_enter_at is not None:
        return
    call, kind = assignment.call, Alert.Kind.NOT_CLEARED_TO_ENTER
    if not _not_cleared(call, unit).exists():
        text = f"{unit.callsign} is on scene of call {call.number} and nobody has cleared it to enter."
        raise_alert(center=unit.center, kind=kind, text=text, now=now, call=call, tell=[unit])


def end_not_cleared(call: Call, unit: Unit, now: datetime) -> None:
    """It is not at the door after all."""
    for alert in _not_cleared(call, unit).select_for_update(of=("self",)):
        close_alert(alert, now)


def _not_cleared(call: Call, unit: Unit) -> QuerySet[Alert]:
    return Alert.objects.open().filter(call=call, kind=Alert.Kind.NOT_CLEARED_TO_ENTER, told__unit=unit)


def tell_unit(*, actor: User, now: datetime, alert_id: int, unit_id: int, by_radio: bool) -> dict[str, Any]:
    """Stamp that a unit knows: a dispatcher told it by radio, or its own crew acknowledged."""
    alert = _lock_alert(actor, alert_id, now)
    told = AlertTold.objects.select_for_update().filter(alert=alert, unit_id=unit_id).first()
    if told is None:
        raise NotFound("This alert does not concern that unit.")
    if actor.role not in DISPATCH_ROLES and unit_id not in own_unit_ids(actor, now):
        raise NotFound("This alert does not concern that unit.")
    if told.told_at is None:
        write(told, told_at=now, told_by=actor, by_radio=by_radio)
        _record(kinds.ALERT_TOLD, alert)
    if alert.closed_at is None and not alert.told.filter(told_at__isnull=True).exists():
        _close(alert, actor, now)
    return {"alert_id": alert.pk}


def acknowledge_alert(*, actor: User, now: datetime, alert_id: int) -> dict[str, Any]:
    """Answer an alert that has no unit left to tell. It closes; one whose cause goes on stays, quietly."""
    alert = _lock_alert(actor, alert_id, now)
    _require_floor(actor, alert, "acknowledge")
    if left := list(alert.told.filter(told_at__isnull=True).values_list("unit__callsign", flat=True)):
        raise UnitsNotTold(f"Tell {', '.join(left)} first; the alert stays until each has heard.")
    if alert.closed_at is not None:
        return {"alert_id": alert.pk}
    if not alert.stands:
        _close(alert, actor, now)
    elif alert.acknowledged_at is None:
        write(alert, shelved_until=None, **_acknowledgement(actor, now))
        finish(ESCALATE, alert.pk)
        finish(BACK, alert.pk)
        _record(kinds.ALERT_ACKNOWLEDGED, alert)
    return {"alert_id": alert.pk}


def _require_floor(actor: User, alert: Alert, what: str) -> None:
    if actor.role not in DISPATCH_ROLES:
        raise Forbidden(f"Only a dispatcher or supervisor may {what} an alert.")
    if alert.kind in SUPERVISORS and alert.call_id is None and actor.role != Role.SUPERVISOR:
        raise Forbidden(f"This alert is about no call: a supervisor {what}s it.")


def _acknowledgement(actor: User, now: datetime) -> dict[str, Any]:
    return {"acknowledged_at": now, "acknowledged_by": actor, "acknowledged_position": position_now()}


def shelve_alert(*, actor: User, now: datetime, alert_id: int, minutes: int, reason: str) -> dict[str, Any]:
    """Set an alert aside for some minutes, with a reason; it comes back by itself."""
    alert = _lock_alert(actor, alert_id, now)
    _require_floor(actor, alert, "shelve")
    if not 1 <= minutes <= SHELVED_MINUTES_MOST:
        raise Invalid(f"An alert is shelved for 1 to {SHELVED_MINUTES_MOST} minutes.")
    if not reason.strip():
        raise Invalid("Say why the alert is shelved.")
    if alert.closed_at is not None:
        raise AlertClosed("This alert is closed already.")
    if alert.urgency == Alert.Urgency.EMERGENCY or alert.told.filter(told_at__isnull=True).exists():
        raise NotToBeShelved("An emergency, or an alert that units must hear of, is not shelved: acknowledge or tell.")
    until = now + timedelta(minutes=minutes)
    write(
        alert, **_ASKED_ANEW | {"seen_at": alert.seen_at, "seen_position": alert.seen_position}
        | {"shelved_until": until, "shelved_by": actor, "shelve_reason": reason}
    )  # fmt: skip
    finish(ESCALATE, alert.pk)
    schedule(BACK, alert.pk, due_at=until, now=now)
    _record(kinds.ALERT_SHELVED, alert)
    return {"alert_id": alert.pk}


def run_back(alert_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: an alert's time on the shelf is up."""
    perform(bring_back, actor=None, position="", source=source, now=now, alert_id=alert_id)


def bring_back(*, actor: None, now: datetime, alert_id: int) -> dict[str, Any]:
    """Ask anew for an alert that was shelved."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("center").get(pk=alert_id)
    until = alert.shelved_until
    if alert.closed_at is not None or until is None:
        finish(BACK, alert_id)
    elif until > now:  # shelved anew after this work was taken up
        schedule(BACK, alert_id, due_at=until, now=now)
    else:
        finish(BACK, alert_id)
        ask_anew(alert, now)
    return {"alert_id": alert_id}


def end_emergency(*, actor: User, now: datetime, alert_id: int, reason: str) -> dict[str, Any]:
    """End a crew's emergency, with a coded reason; whoever ends it has acknowledged it first."""
    alert = _lock_alert(actor, alert_id, now)
    _require_floor(actor, alert, "end")
    if alert.kind != Alert.Kind.DURESS:
        raise NoEmergency("This alert is no emergency of a crew; acknowledge it.")
    if reason not in Alert.EndReason:
        raise Invalid(f"Say why it is over: {', '.join(Alert.EndReason.values)}.")
    if alert.closed_at is None and alert.acknowledged_at is None:
        raise NotAcknowledged("Acknowledge the emergency first.")
    if alert.closed_at is None:
        _close(alert, actor, now, end_reason=reason)
    return {"alert_id": alert.pk}


# --- escalating ------------------------------------------------------------------------------------
def _escalate_later(alert: Alert, now: datetime) -> None:
    """Nobody acknowledges: first the supervisor hears of it, then every console."""
    if alert.center.timers_run:
        wait = limit_of(alert.center_id, Clock.ALERT).overdue
        schedule(ESCALATE, alert.pk, due_at=now + timedelta(seconds=wait), now=now)


def run_escalation(alert_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: an alert's time is up. ``version`` 1: the supervisor's time is up as well."""
    to = _TO.ALL if version else _TO.SUPERVISOR
    perform(escalate_alert, actor=None, position="", source=source, now=now, alert_id=alert_id, to=to)


def escalate_alert(*, actor: None, now: datetime, alert_id: int, to: str = _TO.SUPERVISOR) -> dict[str, Any]:
    """Show an unanswered alert to the supervisor as well, or to every console."""
    alert = Alert.objects.select_for_update(of=("self",)).select_related("center").get(pk=alert_id)
    mine = finish(ESCALATE, alert_id, version=int(to == _TO.ALL))
    answered = alert.acknowledged_at is not None or alert.shelved_until is not None
    if mine and alert.closed_at is None and not answered:
        escalate(alert, to, now)
    return {"alert_id": alert_id}


def escalate(alert: Alert, to: str, now: datetime) -> None:
    """Bring an open alert before somebody else, who has not acknowledged it yet; once for each."""
    if alert.escalated_to in (to, _TO.ALL):
        return
    write(alert, escalated_at=now, escalated_to=to, **_ASKED_ANEW)
    _record(kinds.ALERT_ESCALATED, alert)
    if to == _TO.SUPERVISOR and alert.center.timers_run:
        limit = limit_of(alert.center_id, Clock.ALERT)
        if limit.escalate is not None:
            wait = timedelta(seconds=max(limit.escalate - limit.overdue, 5))
            schedule(ESCALATE, alert.pk, due_at=now + wait, now=now, version=1)


# --- closing ---------------------------------------------------------------------------------------
def drop_unit(call_id: int, unit_id: int, now: datetime) -> None:
    """A unit that has left the call need not be told of it any more."""
    waiting = (
        Alert.objects.open()
        .select_for_update(of=("self",))
        .filter(call_id=call_id, told__unit_id=unit_id, told__told_at__isnull=True)
    )
    for alert in waiting.order_by("pk"):
        alert.told.filter(unit_id=unit_id, told_at__isnull=True).delete()
        if alert.told.filter(told_at__isnull=True).exists():
            _record(kinds.ALERT_UNIT_LEFT, alert)
        else:
            _close(alert, None, now)


def close_alerts_of(call: Call, now: datetime) -> None:
    """Nobody works a closed call: what it raised is answered by its end, but for a crew in danger."""
    open_ones = Alert.objects.open().filter(call=call).exclude(kind=Alert.Kind.DURESS)
    for alert in open_ones.select_for_update(of=("self",)).order_by("pk"):
        _close(alert, None, now)


def _lock_alert(actor: User, alert_id: int, now: datetime) -> Alert:
    alert = Alert.objects.select_for_update(of=("self",)).select_related("call", "center").filter(pk=alert_id).first()
    if alert is None or alert.center_id != actor.center_id:
        raise NotFound(NO_ALERT)
    if alert.call is None and actor.role not in DISPATCH_ROLES:
        raise NotFound(NO_ALERT)
    if alert.call is not None and not may_open(actor, alert.call, now) or actor.role == Role.PARTNER:
        raise NotFound(NO_ALERT)
    return alert


def _close(alert: Alert, actor: User | None, now: datetime, *, end_reason: str = "") -> None:
    answered = _acknowledgement(actor, now) if actor and alert.acknowledged_at is None else {}
    write(alert, closed_at=now, closed_by=actor, end_reason=end_reason, shelved_until=None, **answered)
    finish(ESCALATE, alert.pk)
    finish(BACK, alert.pk)
    _record(kinds.ALERT_CLOSED, alert)


def _record(kind: Any, alert: Alert) -> None:
    record(
        kind, center_id=alert.center_id, call_id=alert.call_id, unit_id=alert.unit_id, refs={"alert_id": alert.pk}
    )  # fmt: skip


def escalation_gave_up(alert_id: int, attempts: int, error: str, now: datetime) -> None:
    """An alert that cannot be escalated is still on every console; the log line is all there is to add."""
    logger.error("alert %s could not be escalated after %s attempts: %s", alert_id, attempts, error)
