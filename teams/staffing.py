"""Who is on, until when, who is planned and missing, and where nobody will be: what dispatch sees of the staffing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from care_dispatch.access import DISPATCH_ROLES, FIELD_ROLES
from care_dispatch.refusal import Forbidden
from teams.aboard import able, lacking, rows_of
from teams.actions import REASONS
from teams.models import Area, Center, Discipline, PlannedShift, Shift, Unit, User
from teams.no_shows import missing_from
from teams.selectors import center_id_of

AHEAD = timedelta(hours=12)
# One crew hands over to the next in this time: less is no gap.
HAND_OVER = timedelta(minutes=5)
Span = tuple[datetime, datetime]


def staffing(user: User, now: datetime) -> dict[str, Any]:
    """Of the user's center, for dispatch: units with their crews, the roster ahead, and the gaps of each city."""
    if user.role not in DISPATCH_ROLES:
        raise Forbidden("The staffing is for dispatchers and supervisors.")
    center = Center.objects.get(pk=center_id_of(user))
    units = list(Unit.objects.filter(center=center, retired=False, mirrored_from="").order_by("callsign"))
    rows = rows_of([unit.pk for unit in units], now)
    planned = _planned(center, now)
    on = {person["user_id"] for row in rows.values() for person in row["crew"] or ()}
    return {
        "at": now,
        "units": [_unit(unit, rows[unit.pk]) for unit in units],
        "planned": [_plan(one, center, on, now) for one in planned],
        "uncovered": _uncovered(center, units, rows, planned, now),
        "people": _people(center, on),
        "duties": _options(Shift.Duty.choices),
        "reasons": _options(REASONS.items()),
        "forced_reasons": _options(Shift.ForcedReason.choices),
    }


def _options(pairs: Iterable[tuple[Any, Any]]) -> list[dict[str, str]]:
    return [{"value": value, "label": str(label)} for value, label in pairs]


def _unit(unit: Unit, row: dict[str, Any]) -> dict[str, Any]:
    has = able(row)
    return {
        "id": unit.pk, "callsign": unit.callsign, "discipline": unit.discipline, "home": unit.home,
        "status": unit.status, "capabilities": sorted(has.capabilities), "languages": sorted(has.languages),
        "crew": [
            {
                "user": one["user_id"], "name": one["name"], "duty": one["duty"], "until": one["until"],
                "forced": bool(one["forced"]),
                "lacking": [kind["words"] for kind in lacking(one["duty"], one["holds"], row["kinds"] or ())],
            }
            for one in row["crew"] or ()
        ],
    }  # fmt: skip


def _planned(center: Center, now: datetime) -> list[PlannedShift]:
    plans = PlannedShift.objects.filter(
        unit__center=center, unit__retired=False, cancelled_at=None, starts_at__lt=now + AHEAD, ends_at__gt=now
    )  # fmt: skip
    return list(plans.select_related("unit", "user").order_by("starts_at", "pk"))


def _plan(one: PlannedShift, center: Center, on: set[int], now: datetime) -> dict[str, Any]:
    return {
        "id": one.pk, "unit_id": one.unit_id, "callsign": one.unit.callsign, "user": one.user_id,
        "name": one.user.get_full_name() or one.user.username, "duty": one.duty,
        "starts_at": one.starts_at, "ends_at": one.ends_at,
        "missing": one.user_id not in on and missing_from(one, center) <= now,
    }  # fmt: skip


def _people(center: Center, on: set[int]) -> list[dict[str, Any]]:
    """Crews who are on no unit now."""
    crews = User.objects.filter(center=center, role__in=FIELD_ROLES, is_active=True).exclude(pk__in=on)
    return [
        {"user": one.pk, "name": one.get_full_name() or one.username, "role": one.role, "agency": one.agency_id}
        for one in crews.order_by("last_name", "first_name", "username")
    ]


def _uncovered(
    center: Center, units: list[Unit], rows: dict[int, dict[str, Any]], planned: list[PlannedShift], now: datetime
) -> list[dict[str, Any]]:
    """When no unit of a discipline whose home a city is has anybody on or planned, in the next hours."""
    spans: dict[tuple[str, str], list[Span]] = {}
    homes = {unit.pk: (unit.home, unit.discipline) for unit in units}
    for unit in units:
        spans.setdefault(homes[unit.pk], [])
        for person in rows[unit.pk]["crew"] or ():
            until = datetime.fromisoformat(person["until"]) if person["until"] else now + AHEAD
            spans[homes[unit.pk]].append((now, until))
    for one in planned:
        if one.unit_id in homes and now < missing_from(one, center):  # who is late is not counted on
            spans[homes[one.unit_id]].append((one.starts_at, one.ends_at))
    cities = Area.objects.filter(center=center, kind=Area.Kind.CITY, retired=False).order_by("name")
    return [
        {"area": city, "discipline": discipline, "from": start, "to": end}
        for city in cities.values_list("name", flat=True)
        for discipline in (Discipline.CARE.value, Discipline.POLICE.value)
        if (city, discipline) in spans
        for start, end in gaps(spans[city, discipline], now, now + AHEAD)
        if end - start > HAND_OVER
    ]


def gaps(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """The parts of start to end that no span covers, in order."""
    found = []
    for begins, ends in sorted(spans):
        if begins >= end:
            break
        if begins > start:
            found.append((start, begins))
        start = max(start, ends)
    return [*found, (start, end)] if start < end else found
