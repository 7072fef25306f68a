"""Credentials that run out: supervisors are told ahead, once per end, and at midnight of the center what a crew has lost."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record
from teams import kinds
from teams.aboard import able, rows_of
from teams.models import Center, Credential, Unit
from teams.notices import CREDENTIAL_ENDS, CREDENTIAL_LAPSED, Notice, give

logger = logging.getLogger(__name__)

CREDENTIALS = "credentials"
# Of those that run out at once: a supervisor reads so many, the others are on the page of credentials.
NAMED = 10


def centers() -> Iterable[int]:
    """Those looked at every midnight."""
    return list(Center.objects.filter(timers_run=True).values_list("pk", flat=True))


def run_credentials(center_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: it is midnight at the center, or a credential was changed."""
    perform(look_at_credentials, actor=None, position="", source=source, now=now, center_id=center_id)


def look_at_credentials(*, actor: None, now: datetime, center_id: int) -> dict[str, Any]:
    """Tell of each end that comes near, and of each that has come; then again at the next midnight."""
    center = Center.objects.get(pk=center_id)
    if not center.timers_run:
        finish(CREDENTIALS, center_id)
        return {}
    # First of all: whoever changes a credential meanwhile waits for this and asks for another look.
    schedule(CREDENTIALS, center_id, due_at=_next_midnight(center, now), now=now)
    today = center.local(now).date()
    held = Credential.objects.filter(kind__center=center, kind__retired=False, retired=False, user__is_active=True)
    held = held.select_for_update(of=("self",)).select_related("kind", "user").order_by("expires_on", "pk")
    _warn(center, list(held.filter(expires_on__gte=today).exclude(warned_of=F("expires_on"))), today, now)
    _lapse(center, list(held.filter(expires_on__lt=today).exclude(lapsed_on=F("expires_on"))), now)
    tell_units(Credential.objects.filter(kind__center=center, issued_on=today).values_list("user", flat=True), now)
    return {"center_id": center_id}


def _next_midnight(center: Center, now: datetime) -> datetime:
    day = center.local(now).date() + timedelta(days=1)
    return datetime.combine(day, time(), tzinfo=ZoneInfo(center.time_zone))


def look_again(center: Center, user_ids: Iterable[int], now: datetime) -> None:
    """What these people hold was changed: their units are shown anew, and ends are looked at at once."""
    tell_units(user_ids, now)
    if center.timers_run:
        schedule(CREDENTIALS, center.pk, due_at=now, now=now)


# --- ahead -------------------------------------------------------------------------------------------
def _warn(center: Center, ahead: Sequence[Credential], today: date, now: datetime) -> None:
    near = [one for one in ahead if _is_near(one, today) and not _renewed(one)]
    if not near:
        return
    for one in near:
        one.warned_of = one.expires_on
        one.save(update_fields=["warned_of"])
    named = [f"{_name(one)}, on {one.expires_on}" for one in near[:NAMED]]
    more = f"; and {len(near) - NAMED} more" if len(near) > NAMED else ""
    give(Notice(center, CREDENTIAL_ENDS, f"Credentials run out: {'; '.join(named)}{more}"), now)
    record(kinds.CREDENTIALS_END, center_id=center.pk, refs={"credential_ids": [one.pk for one in near]})


def _is_near(one: Credential, today: date) -> bool:
    return one.expires_on is not None and one.expires_on <= today + timedelta(days=one.kind.warn_days)


def _renewed(one: Credential) -> bool:
    later = Q(expires_on=None) | Q(expires_on__gt=one.expires_on)
    return Credential.objects.filter(later, user=one.user_id, kind=one.kind_id, retired=False).exists()


def _name(one: Credential) -> str:
    return f"{one.user.get_full_name() or one.user.username}, {one.kind.words}"


# --- at its end --------------------------------------------------------------------------------------
def _lapse(center: Center, ended: Sequence[Credential], now: datetime) -> None:
    """Each end takes effect once; a unit that has lost something with it is told of."""
    if not ended:
        return
    for one in ended:
        one.lapsed_on = one.expires_on
        one.save(update_fields=["lapsed_on"])
    record(kinds.CREDENTIALS_LAPSED, center_id=center.pk, refs={"credential_ids": [one.pk for one in ended]})
    by_person: dict[int, list[Credential]] = {}
    for one in ended:
        by_person.setdefault(one.user_id, []).append(one)
    units = tell_units(by_person, now)
    for unit_id, row in rows_of(units, now).items():
        gone = [one for person in row["crew"] for one in by_person.get(person["user_id"], ())]
        if lost := _lost(row, by_person):
            text = f"{units[unit_id].callsign} has lost {', '.join(lost)}: {'; '.join(map(_name, gone))} ran out"
            give(Notice(center, CREDENTIAL_LAPSED, text, unit=units[unit_id]), now)


def _lost(row: dict[str, Any], ended: Mapping[int, Sequence[Credential]]) -> list[str]:
    """What the unit could do while these held. Whom a supervisor signed on without one brought nothing."""
    crew = [
        person if person["forced"] else
        {**person, "holds": [*(person["holds"] or ()), *(one.kind_id for one in ended.get(person["user_id"], ()))]}
        for person in row["crew"]
    ]  # fmt: skip
    before, after = able({**row, "crew": crew}), able(row)
    return sorted((before.capabilities - after.capabilities) | (before.languages - after.languages))


def tell_units(user_ids: Iterable[int], now: datetime) -> dict[int, Unit]:
    """The units these people are on shift with are shown anew; by id."""
    units = Unit.objects.filter(shifts__user__in=user_ids, shifts__during__contains=now).distinct().in_bulk()
    for unit in units.values():
        record(kinds.CREW_ABLE_CHANGED, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id)
    return units


def credentials_gave_up(center_id: int, attempts: int, error: str, now: datetime) -> None:
    """A unit is sent by what it has at that moment, whatever was told; the row stays and is tried again."""
    logger.error("credentials of center %s could not be looked at after %s attempts: %s", center_id, attempts, error)
