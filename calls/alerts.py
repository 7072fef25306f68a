"""Alerts: raised for one cause, told to each unit that must know, escalated when nobody answers."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from calls import kinds
from calls.fetch import may_open, own_unit_ids
from calls.lifecycle import arrived
from calls.models import Alert, AlertTold, Assignment, Call
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record, write
from care_dispatch.refusal import Conflict, Forbidden, NotFound
from teams.models import Center, Discipline, Unit, User

logger = logging.getLogger(__name__)

ESCALATE = "alert"
# A worse fact that nobody acknowledged goes to the supervisor after this long (domain, default rules, modifiers).
ESCALATE_AFTER = timedelta(seconds=30)


class UnitsNotTold(Conflict):
    """The alert stays until each unit is told; the answer names those left."""

    code = "units_not_told"


def raise_alert(
    *, center: Center, kind: str, text: str, now: datetime, call: Call | None = None, tell: Iterable[Unit] = ()
) -> Alert:
    """Add an alert inside the change that causes it. ``tell``: the units that must hear of it."""
    alert = Alert.objects.create(center=center, call=call, kind=kind, text=text, raised_at=now)
    AlertTold.objects.bulk_create(AlertTold(alert=alert, unit=unit) for unit in tell)
    record(kinds.ALERT_RAISED, center_id=center.pk, call_id=call.pk if call else None, refs={"alert_id": alert.pk})
    if center.timers_run:
        schedule(ESCALATE, alert.pk, due_at=now + ESCALATE_AFTER, now=now)
    return alert


def warn_if_not_cleared(assignment: Assignment, unit: Unit, stage: str, now: datetime) -> None:
    """CARE that was to stage and says it is at the door without the wave: the console must know at once."""
    entering = unit.discipline == Discipline.CARE and assignment.role == Assignment.Role.STAGE and arrived(stage)
    if not entering or assignment.cleared_to_enter_at is not None:
        return
    call, kind = assignment.call, Alert.Kind.NOT_CLEARED_TO_ENTER
    if not Alert.objects.filter(call=call, kind=kind, closed_at__isnull=True, told__unit=unit).exists():
        text = f"{unit.callsign} is on scene of call {call.number} and nobody has cleared it to enter."
        raise_alert(center=unit.center, kind=kind, text=text, now=now, call=call, tell=[unit])


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
    """Close an alert that has no unit left to tell."""
    alert = _lock_alert(actor, alert_id, now)
    if actor.role not in DISPATCH_ROLES:
        raise Forbidden("Only a dispatcher or supervisor may acknowledge an alert.")
    if alert.call_id is None and actor.role != Role.SUPERVISOR:
        raise Forbidden("This alert is about the rules, not a call: a supervisor acknowledges it.")
    if left := list(alert.told.filter(told_at__isnull=True).values_list("unit__callsign", flat=True)):
        raise UnitsNotTold(f"Tell {', '.join(left)} first; the alert stays until each has heard.")
    if alert.closed_at is None:
        _close(alert, actor, now)
    return {"alert_id": alert.pk}


def escalate_alert(*, actor: None, now: datetime, alert_id: int) -> dict[str, Any]:
    """Show an unanswered alert to the supervisor as well."""
    alert = Alert.objects.select_for_update().get(pk=alert_id)
    finish(ESCALATE, alert_id)
    if alert.closed_at is None and alert.escalated_at is None:
        write(alert, escalated_at=now)
        _record(kinds.ALERT_ESCALATED, alert)
    return {"alert_id": alert_id}


def run_escalation(alert_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: an alert's time is up."""
    perform(escalate_alert, actor=None, position="", source=source, now=now, alert_id=alert_id)


def drop_unit(call_id: int, unit_id: int, now: datetime) -> None:
    """A unit that has left the call need not be told of it any more."""
    waiting = Alert.objects.select_for_update(of=("self",)).filter(
        call_id=call_id, closed_at__isnull=True, told__unit_id=unit_id, told__told_at__isnull=True
    )
    for alert in waiting.order_by("pk"):
        alert.told.filter(unit_id=unit_id, told_at__isnull=True).delete()
        if alert.told.filter(told_at__isnull=True).exists():
            _record(kinds.ALERT_UNIT_LEFT, alert)
        else:
            _close(alert, None, now)


def close_alerts_of(call: Call, now: datetime) -> None:
    """Nobody works a closed call: what it raised is answered by its end."""
    for alert in Alert.objects.select_for_update().filter(call=call, closed_at__isnull=True).order_by("pk"):
        _close(alert, None, now)


def _lock_alert(actor: User, alert_id: int, now: datetime) -> Alert:
    alert = Alert.objects.select_for_update(of=("self",)).select_related("call").filter(pk=alert_id).first()
    if alert is None or alert.center_id != actor.center_id:
        raise NotFound("There is no such alert.")
    if alert.call is None and actor.role not in DISPATCH_ROLES:
        raise NotFound("There is no such alert.")
    if alert.call is not None and not may_open(actor, alert.call, now) or actor.role == Role.PARTNER:
        raise NotFound("There is no such alert.")
    return alert


def _close(alert: Alert, actor: User | None, now: datetime) -> None:
    write(alert, closed_at=now, closed_by=actor)
    finish(ESCALATE, alert.pk)
    _record(kinds.ALERT_CLOSED, alert)


def _record(kind: Any, alert: Alert) -> None:
    record(kind, center_id=alert.center_id, call_id=alert.call_id, refs={"alert_id": alert.pk})


def escalation_gave_up(alert_id: int, attempts: int, error: str, now: datetime) -> None:
    """An alert that cannot be escalated is still on every console; the log line is all there is to add."""
    logger.error("alert %s could not be escalated after %s attempts: %s", alert_id, attempts, error)
