"""The demo region: invented people and units near the real places. Everything here is synthetic and says so."""

import json
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from care_dispatch.access import Role
from care_dispatch.log import perform
from teams import actions
from teams.areas import import_areas
from teams.models import Agency, Area, Center, Shift, Unit, UnitPosition, User

# One password for every demo log-in: printed on the sign-in page, never used where PRODUCTION is set.
DEMO_PASSWORD = "care-dispatch-demo"  # noqa: S105 - meant to be read by everybody
SHIFT = timedelta(hours=12)
# A crew whose shift ends sooner than this is kept on, so that a demo left running is never without crews.
EXTEND_BEFORE = timedelta(hours=6)
_DATA = Path(__file__).parent / "demo_data" / "region.json"
_AREAS = Path(__file__).parent / "demo_data" / "areas.geojson"
_WHAT_FOR = {
    "dispatcher": "takes calls and sends units",
    "supervisor": "dispatches, answers escalations, lowers a response from level 4",
    "admin": "configures agencies and units; opens no call",
    "clinician": "the CARE team's phone page",
    "officer": "the officer's phone page",
    "partner": "a neighbouring city's view of shared calls",
}


@cache
def region() -> dict[str, Any]:
    """Center, agencies, units with crew, and people, as the data file has them."""
    found: dict[str, Any] = json.loads(_DATA.read_text())
    return found


def demo_users() -> list[tuple[str, str, str, str]]:
    """``(username, password, role, what for)`` of the log-ins worth showing; reads no database."""
    shown = [(person["username"], person["role"], "") for person in region()["people"]]
    first = [(unit["crew"][0]["username"], _role(unit), unit["callsign"]) for unit in region()["units"]]
    shown += [entry for entry in first if entry[1] == Role.CLINICIAN or entry[0] in ("p101", "p201", "p301")]
    return [
        (username, DEMO_PASSWORD, role, f"{_WHAT_FOR[role]}{f' ({callsign})' if callsign else ''}")
        for username, role, callsign in shown
    ]


def _role(unit: dict[str, Any]) -> str:
    """CARE crews read the care tier; police, fire and EMS crews the field tier."""
    return Role.CLINICIAN if unit["discipline"] == "care" else Role.OFFICER


def seed_region(*, now: datetime, demo: bool = False) -> dict[str, int]:
    """Add what is missing of the demo region and keep its crews on shift; returns counts of what was added.

    What exists is left as it is: a renamed agency or a changed password survives a second run. A center that
    somebody has made real gets no log-in with a known password, unless ``demo`` asks for it.
    """
    seeded = _Seeding(now)
    center = seeded.center()
    agencies = seeded.agencies(center)
    seeded.areas(center)
    units = seeded.units(center, agencies)
    if demo or center.synthetic:
        seeded.people(center, agencies)
        seeded.crews(center, units)
    seeded.places(units)
    return seeded.added


class _Seeding:
    """One run: each step performs an action per missing row, as a person configuring the center would."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.added = {"center": 0, "agencies": 0, "areas": 0, "units": 0, "people": 0, "crews": 0}

    def _perform(self, action: Any, **args: Any) -> dict[str, Any]:
        return dict(perform(action, actor=None, position="", source="seed", now=self.now, **args).result)

    def center(self) -> Center:
        wanted = region()["center"]
        if not Center.objects.filter(code=wanted["code"]).exists():
            self._perform(actions.create_center, **wanted, synthetic=True)
            self.added["center"] += 1
        return Center.objects.get(code=wanted["code"])

    def agencies(self, center: Center) -> dict[str, int]:
        known = dict(Agency.objects.filter(center=center).values_list("code", "pk"))
        for wanted in region()["agencies"]:
            if wanted["code"] not in known:
                made = self._perform(actions.create_agency, center_id=center.pk, **wanted)
                known[wanted["code"]] = made["agency_id"]
                self.added["agencies"] += 1
        return known

    def areas(self, center: Center) -> None:
        """Cities, beats and CARE's service area; left alone once somebody has outlines of their own."""
        if not Area.objects.filter(center=center).exists():
            made = self._perform(import_areas, center=center, text=_AREAS.read_text())
            self.added["areas"] += len(made["area_ids"])

    def units(self, center: Center, agencies: dict[str, int]) -> dict[str, int]:
        """Callsign to id. A retired unit counts as there: the admin took it away."""
        known = dict(Unit.objects.filter(center=center).values_list("callsign", "pk"))
        fields = ("callsign", "discipline", "capabilities", "languages", "home")
        for wanted in region()["units"]:
            if wanted["callsign"] not in known:
                unit = {name: wanted[name] for name in fields} | {"agency_id": agencies[wanted["agency"]]}
                made = self._perform(actions.create_unit, center_id=center.pk, **unit)
                known[wanted["callsign"]] = made["unit_id"]
                self.added["units"] += 1
        return known

    def people(self, center: Center, agencies: dict[str, int]) -> None:
        wanted = list(region()["people"])
        for unit in region()["units"]:
            wanted += [{**person, "role": _role(unit), "agency": unit["agency"]} for person in unit["crew"]]
        known = set(
            User.objects.filter(username__in=[p["username"] for p in wanted]).values_list("username", flat=True)
        )
        missing = [person for person in wanted if person["username"] not in known]
        password = make_password(DEMO_PASSWORD) if missing else ""
        for person in missing:
            self._perform(
                actions.create_user, center_id=center.pk, agency_id=agencies[person["agency"]], password=password,
                hashed=True, **{name: person[name] for name in ("username", "first_name", "last_name", "role")},
            )  # fmt: skip
            self.added["people"] += 1

    def crews(self, center: Center, units: dict[str, int]) -> None:
        """Everybody on shift now: new crews sign on, those about to end are kept on."""
        people = dict(User.objects.filter(center=center).values_list("username", "pk"))
        retired = set(Unit.objects.filter(center=center, retired=True).values_list("pk", flat=True))
        on_shift = Shift.objects.filter(unit__center=center, during__contains=self.now)
        busy = {shift.user_id for shift in on_shift}
        ends = {shift.unit_id: shift.during.upper for shift in on_shift}
        for wanted in region()["units"]:
            unit_id = units[wanted["callsign"]]
            if unit_id in retired:
                continue
            if unit_id in ends:
                if (end := ends[unit_id]) is not None and end < self.now + EXTEND_BEFORE:
                    self._perform(actions.extend_shifts, unit_id=unit_id, until=self.now + SHIFT)
                continue
            crew = [(people[p["username"]], p["duty"]) for p in wanted["crew"] if people.get(p["username"]) not in busy]
            if crew:
                self._perform(actions.sign_on, unit_id=unit_id, crew=crew, until=self.now + SHIFT)
                self.added["crews"] += 1

    def places(self, units: dict[str, int]) -> None:
        placed = set(UnitPosition.objects.filter(unit__in=units.values()).values_list("unit_id", flat=True))
        for wanted in region()["units"]:
            unit_id = units[wanted["callsign"]]
            if unit_id not in placed:
                lat, lng = wanted["at"]
                self._perform(actions.place_unit, unit_id=unit_id, lat=lat, lng=lng)
