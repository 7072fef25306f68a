"""A crew in danger: one press on the phone, and every console of the center hears it until somebody answers."""

from datetime import datetime
from typing import Any

from calls.alerts import ask_anew, raise_alert
from calls.fetch import NO_UNIT, may_report, own_unit_ids
from calls.models import Alert, Assignment
from care_dispatch.access import DISPATCH_ROLES, FIELD_ROLES
from care_dispatch.refusal import Forbidden, NotFound
from teams.models import Center, Unit, User
from teams.selectors import center_id_of


def call_for_help(*, actor: User, now: datetime, unit_id: int | None = None) -> dict[str, Any]:
    """Raise the emergency of a unit: its own crew presses, or a dispatcher heard it by radio.

    Nothing is locked that somebody else may hold: a call for help waits for nobody. Pressed again after it was
    acknowledged it is asked for anew. Who is on no unit is named instead.
    """
    if actor.role not in FIELD_ROLES | DISPATCH_ROLES or actor.center is None:
        raise Forbidden("Only a crew or a dispatcher calls for help.")
    if unit_id is None:
        unit_id = next(iter(own_unit_ids(actor, now)), None)
    unit = _unit(actor, unit_id, now) if unit_id is not None else None
    if unit is None and actor.role not in FIELD_ROLES:
        raise NotFound(NO_UNIT)
    alert = _raise(actor.center, unit, actor, now)
    if alert.acknowledged_at is not None:
        ask_anew(alert, now)
    return {"alert_id": alert.pk}


def _unit(actor: User, unit_id: int, now: datetime) -> Unit:
    unit = Unit.objects.filter(pk=unit_id, retired=False, center_id=center_id_of(actor)).first()
    if unit is None:
        raise NotFound(NO_UNIT)
    may_report(actor, unit, now)
    return unit


def _raise(center: Center, unit: Unit | None, actor: User, now: datetime) -> Alert:
    on = Assignment.objects.open().filter(unit=unit).select_related("call").first() if unit else None
    name = unit.callsign if unit else actor.get_full_name() or actor.username
    where = f"on call {on.call.number}, {on.call.location}" if on else "on no call"
    return raise_alert(
        center=center, kind=Alert.Kind.DURESS, text=f"{name} NEEDS HELP NOW: {where}", now=now, call=on.call if on else None,
        unit=unit, cause=f"duress:{unit.pk}" if unit else f"duress:user:{actor.pk}",
        urgency=Alert.Urgency.EMERGENCY, stands=True,
    )  # fmt: skip
