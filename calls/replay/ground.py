"""The ground a file is played on: a center of its own with its clock, agencies and units."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from calls.replay.callsigns import callsign, discipline
from calls.replay.records import Source
from calls.replay.selectors import center_with_code
from calls.simulation.doing import Doer
from care_dispatch.access import Role
from care_dispatch.refusal import Conflict
from teams.actions import create_agency, create_center, create_unit, create_user, sign_on
from teams.models import Center, Discipline, Shift, Unit

AGENCY_KIND = {
    Discipline.CARE: "care",
    Discipline.POLICE: "police",
    Discipline.FIRE: "fire_ems",
    Discipline.EMS: "fire_ems",
}

UNUSABLE = "!"  # no password comes to this hash


class PlayedAlready(Conflict):
    code = "played_already"


@dataclass
class Ground:
    """Ids by the names the record uses."""

    center: Center
    doer: Doer
    agency_ids: dict[str, int]  # by agency kind
    unit_ids: dict[str, int] = field(default_factory=dict)  # by callsign

    def add_unit(self, name: str, kind: Discipline, now: datetime) -> int:
        """An available unit with this callsign; the one there is when two names come to the same word."""
        if name not in self.unit_ids:
            made = self.doer.do(
                create_unit, now=now, center_id=self.center.pk, agency_id=self.agency_ids[AGENCY_KIND[kind]],
                callsign=name, discipline=kind, status=Unit.Status.AVAILABLE,
                capabilities=["clinician"] if kind is Discipline.CARE else [],
            )  # fmt: skip
            self.unit_ids[name] = made["unit_id"]
        return self.unit_ids[name]

    def add_person(self, username: str, role: str, now: datetime) -> int:
        """Somebody who cannot sign in: only the replay acts as them."""
        made = self.doer.do(
            create_user, now=now, center_id=self.center.pk, agency_id=None, username=f"{username}-{self.center.code}",
            password=UNUSABLE, hashed=True, role=role,
        )  # fmt: skip
        return int(made["user_id"])

    def add_crew(self, unit_id: int, name: str, now: datetime, until: datetime) -> None:
        """A clinician and a peer aboard a CARE unit."""
        crew = [
            (self.add_person(f"{name}-{duty}", Role.CLINICIAN, now), duty)
            for duty in (Shift.Duty.CLINICIAN, Shift.Duty.PEER)
        ]
        self.doer.do(sign_on, now=now, unit_id=unit_id, crew=crew, until=until)

    def add_named(self, units: Iterable[str], now: datetime) -> None:
        for unit in units:
            self.add_unit(callsign(unit), discipline(unit), now)


def lay(source: Source, *, code: str, again: bool, now: datetime) -> Ground:
    """Make the center and its agencies. A code that is taken is refused, or with ``again`` numbered on."""
    code = _free_code(code, again=again)
    doer = Doer("replay", code)
    made = doer.do(
        create_center, now=now, code=code, name=source.name, time_zone=source.time_zone, synthetic=False,
        timers_run=False,
    )  # fmt: skip
    agencies: dict[str, int] = {}
    for agency in source.agencies:
        added = doer.do(
            create_agency, now=now, center_id=made["center_id"], code=agency.code, name=agency.name, kind=agency.kind
        )
        agencies[agency.kind] = added["agency_id"]
    center = center_with_code(code)
    assert center is not None
    return Ground(center, doer, agencies)


def _free_code(code: str, *, again: bool) -> str:
    if center_with_code(code) is None:
        return code
    if not again:
        raise PlayedAlready(
            f"There is a center {code} already: this was played before. Use --again to play it into a fresh center,"
            " or --center CODE to name one."
        )
    number = 2
    while center_with_code(f"{code}-{number}") is not None:
        number += 1
    return f"{code}-{number}"
