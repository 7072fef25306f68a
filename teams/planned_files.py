"""Taking in planned shifts from a CSV file: whole or its good rows; the same file again changes nothing."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError

from care_dispatch.access import FIELD_ROLES
from teams.actions import require_admin
from teams.models import Center, PlannedShift, Shift, Unit, User
from teams.no_shows import watch_start
from teams.planned import CannotBePlanned, check_fits, in_words, instant
from teams.roster_files import BadRow, keep, one_of, read_rows, usable
from teams.taking_in import Found, NotImported, lock_center

PLANNED_COLUMNS = ("callsign", "username", "duty", "date", "starts", "ends")
PLANNED_EXAMPLES = (
    {"callsign": "CARE9", "username": "n.invented", "duty": "clinician", "date": "2026-10-31", "starts": "07:00", "ends": "19:00"},
    {"callsign": "CARE9", "username": "p.invented", "duty": "peer", "date": "2026-10-31", "starts": "19:00", "ends": "07:00"},
)  # fmt: skip
# As written here, and as a spreadsheet saves them again.
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y")
_TIMES = ("%H:%M", "%H%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
Row = Mapping[str, str]


def read_planned(center: Center, text: str) -> Found:
    """A person and a start name a shift. Raises Unreadable when no row can be looked at."""
    reading = _Reading(center)
    # What is planned already comes first: what a row shortens makes room for another one.
    return read_rows(
        text, PLANNED_COLUMNS, PLANNED_COLUMNS, ("username", "date", "starts"), reading.fields_of, PlannedShift,
        later=reading.is_new,
    )  # fmt: skip


class _Reading:
    """One file against what is planned: ``planned`` has each person's shifts as they will be with the rows so far."""

    def __init__(self, center: Center) -> None:
        self.center = center
        self.units = {
            unit.callsign: unit for unit in Unit.objects.filter(center=center, retired=False, mirrored_from="")
        }
        people = User.objects.filter(center=center, is_active=True, role__in=FIELD_ROLES)
        self.people = {person.username: person for person in people}
        self.planned: dict[int, list[PlannedShift]] = {}

    def is_new(self, row: Row) -> bool:
        try:
            return self._stored(self._person(row), self._span(row)[0]) is None
        except (BadRow, CannotBePlanned):
            return True

    def fields_of(self, row: Row) -> tuple[PlannedShift | None, dict[str, Any]]:
        try:
            return self._fields_of(row)
        except CannotBePlanned as why:
            raise BadRow(str(why)) from None

    def _fields_of(self, row: Row) -> tuple[PlannedShift | None, dict[str, Any]]:
        unit, person = one_of(self.units, "callsign", row["callsign"], needed=True), self._person(row)
        duty = row["duty"].lower().replace(" ", "_")
        if duty not in Shift.Duty:
            raise BadRow(f"duty is one of {', '.join(Shift.Duty.values)}")
        check_fits(unit, person, duty)
        starts_at, ends_at = self._span(row)
        stored = self._stored(person, starts_at)
        given = {"unit": unit, "user": person, "duty": duty, "starts_at": starts_at, "ends_at": ends_at}
        self._take_place(stored, PlannedShift(**given))
        return stored, given

    def _person(self, row: Row) -> User:
        if row["username"] not in self.people:
            raise BadRow(f"no crew member signs in as {row['username']!r}; add the person first")
        return self.people[row["username"]]

    def _span(self, row: Row) -> tuple[datetime, datetime]:
        day = _parsed(row["date"], _DATES, "date is a day such as 2026-10-31").date()
        starts, ends = (
            _parsed(row[name], _TIMES, f"{name} is a time such as 07:00").time() for name in ("starts", "ends")
        )
        return span(self.center, day, starts, ends)

    def _planned(self, person: User) -> list[PlannedShift]:
        if person.pk not in self.planned:
            planned = PlannedShift.objects.filter(user=person, unit__center=self.center, cancelled_at__isnull=True)
            self.planned[person.pk] = list(planned.select_related("unit", "user"))
        return self.planned[person.pk]

    def _stored(self, person: User, starts_at: datetime) -> PlannedShift | None:
        return next((one for one in self._planned(person) if one.pk and one.starts_at == starts_at), None)

    def _take_place(self, stored: PlannedShift | None, plan: PlannedShift) -> None:
        """Not where the person is planned already, nor in the place of what somebody cancelled."""
        own = self._planned(plan.user)
        for other in own:
            if other is not stored and other.starts_at < plan.ends_at and plan.starts_at < other.ends_at:
                raise BadRow(f"{plan.user.username} is planned on {in_words(other, self.center)} already")
        if stored is None:
            self._check_not_cancelled(plan)
        else:
            own.remove(stored)
        own.append(plan)

    def _check_not_cancelled(self, plan: PlannedShift) -> None:
        same = PlannedShift.objects.filter(user=plan.user, unit=plan.unit, starts_at=plan.starts_at)
        was = same.exclude(cancelled_at=None).order_by("-cancelled_at").values_list("cancelled_at", flat=True).first()
        if was is not None:
            at = f"{self.center.local(was):%Y-%m-%d %H:%M}"
            raise BadRow(f"this shift of {plan.user.username} was cancelled at {at}; if it holds, add it by hand")


def span(center: Center, day: date, starts: time, ends: time) -> tuple[datetime, datetime]:
    """From a start on a day to an end that is on the next one when it is not after the start."""
    zone = ZoneInfo(center.time_zone)
    starts_at = instant(zone, datetime.combine(day, starts))
    return starts_at, instant(zone, datetime.combine(day + timedelta(days=ends <= starts), ends), last=True)


def _parsed(cell: str, formats: tuple[str, ...], wanted: str) -> datetime:
    for one in formats:
        try:
            return datetime.strptime(cell, one)  # noqa: DTZ007 - what a clock on a wall shows
        except ValueError:
            continue
    raise BadRow(f"{wanted}, not {cell!r}")


def import_planned(
    *, actor: User | None, now: datetime, center: Center, text: str, partly: bool = False
) -> dict[str, Any]:
    """``partly``: take the good rows and leave the others; else one bad row leaves everything as it was."""
    require_admin(actor)
    lock_center(center)
    ahead = PlannedShift.objects.filter(unit__center=center, ends_at__gt=now)
    list(ahead.select_for_update(of=("self",)).order_by("pk"))
    found = usable(read_planned, center, text, partly)
    try:
        counted = keep(found, center)
    except IntegrityError:
        said = "Somebody planned one of these people just now. Nothing was taken: look at the file again."
        raise NotImported(said, errors=[said]) from None
    for plan in (*found.new, *(changed for changed, _ in found.changed)):
        watch_start(plan, now)
    return counted
