"""The cast of the tests: a center with its agencies, people and units, and short ways to act as them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from calls.dispatch import send_units
from calls.intake import create_call
from calls.models import Call, RuleSet
from calls.rule_sets import seed_default_rules
from calls.verdicts import run_triage
from care_dispatch.log import Done, Key, perform
from care_dispatch.log.models import Event
from teams.models import Agency, Center, Shift, Unit, User

# A Monday evening in Texas (14:00 UTC-6), far from any change of the clock.
NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
_serial = count(1)


def later(**parts: float) -> datetime:
    return NOW + timedelta(**parts)


def make_center(**fields: Any) -> Center:
    """Units go without a crew there unless ``crews_sign_on`` is asked for: most tests are not about crews."""
    number = next(_serial)
    return Center.objects.create(
        **{"code": f"center-{number}", "name": f"Center {number}", "synthetic": True, "crews_sign_on": False, **fields}
    )


def make_agency(center: Center, kind: str = "police", **fields: Any) -> Agency:
    code = fields.pop("code", f"{kind}-{next(_serial)}")
    return Agency.objects.create(center=center, kind=kind, code=code, name=f"{kind} of {center.code}", **fields)


def make_user(center: Center, role: str = "dispatcher", **fields: Any) -> User:
    username = fields.pop("username", f"{role}{next(_serial)}")
    return User.objects.create(username=username, center=center, role=role, password="!", **fields)


def make_unit(center: Center, callsign: str = "", discipline: str = "care", **fields: Any) -> Unit:
    kind = {"care": "care", "police": "police", "fire": "fire_ems", "ems": "fire_ems"}[discipline]
    agency = fields.pop("agency", None) or make_agency(center, kind)
    callsign = callsign or f"{discipline[0].upper()}{next(_serial)}"
    return Unit.objects.create(
        **{"center": center, "agency": agency, "callsign": callsign, "discipline": discipline,
           "status": "available", "status_at": NOW, **fields}
    )  # fmt: skip


def put_on_shift(user: User, unit: Unit, duty: str = "clinician", *, start: datetime | None = None) -> Shift:
    begin = start or NOW - timedelta(hours=2)
    return Shift.objects.create(user=user, unit=unit, duty=duty, during=(begin, begin + timedelta(hours=12)))


def act(
    action: Any, *, by: User | None, now: datetime = NOW, position: str = "D1", key: Key | None = None, **args: Any
) -> Done:
    """Perform an action as somebody, the way an interface does."""
    return perform(action, actor=by, position=position, source="console", now=now, key=key, **args)


def use_default_rules() -> RuleSet:
    """The default rules, stored and in force for every center."""
    rule_set_id = seed_default_rules(now=NOW - timedelta(days=1))["rule_set_id"]
    return RuleSet.objects.get(pk=rule_set_id)


def make_call(by: User, *, triaged: bool = True, now: datetime = NOW, **fields: Any) -> Call:
    """A call taken by a dispatcher; with ``triaged`` its verdict is there already."""
    values = {"nature": "Welfare check", "location": "300 W BELT LINE RD", **fields}
    call_id = act(create_call, by=by, now=now, center=by.center, **values).result["call_id"]
    if triaged:
        run_triage(call_id, 0, now, "worker")
    return Call.objects.get(pk=call_id)


def send(by: User, call: Call, *units: Unit, now: datetime = NOW, **fields: Any) -> Done:
    return act(send_units, by=by, now=now, call_id=call.pk, unit_ids=[unit.pk for unit in units], **fields)


def last_event(kind: str = "") -> Event:
    events = Event.objects.order_by("-seq")
    found = events.filter(kind=kind).first() if kind else events.first()
    assert found is not None, f"no event {kind}"
    return found
