"""Short ways to write needs and candidates; miles go north of the call."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from teams.plans import DEFAULT_PLANS, Plan
from teams.recommendation import Candidate, Need, OnCall, Place, Recommendation, recommend
from tests.cast import NOW

HERE = Place(32.59, -96.86)
BOTH = ("care", "police")


def north(miles: float) -> Place:
    return Place(HERE.lat + miles / 69, HERE.lng)


def unit(callsign: str, miles: float = 1.0, **fields: Any) -> Candidate:
    """C1 is CARE with a clinician, P1 police, M1 EMS, E1 fire."""
    discipline = {"C": "care", "P": "police", "M": "ems", "E": "fire"}[callsign[0]]
    known = {"capabilities": frozenset({"clinician"})} if discipline == "care" else {"crew": 1}
    fields = {"position": north(miles), "seen_at": NOW - timedelta(seconds=5), "languages": frozenset({"en"}), **fields}
    number = "CPME".index(callsign[0]) * 1000 + int(callsign[1:])
    return Candidate(number, callsign, discipline, **(known | fields))


def need(services: tuple[str, ...] = BOTH, response: str = "care_police", **fields: Any) -> Need:
    return Need(**{"response": response, "services": services, "level": 3, "place": HERE, **fields})


def on(one: Candidate, *, arrived: bool = False) -> OnCall:
    return OnCall(one, arrived)


def ask(wanted: Need, *units: Candidate, plan: Plan | None = None) -> Recommendation:
    return recommend(wanted, units, plan or DEFAULT_PLANS[wanted.response], NOW)


def first(found: Recommendation) -> list[str]:
    return [pick.callsign for pick in found.teams[0].picks] if found.teams else []


def said(found: Recommendation, callsign: str) -> list[str]:
    """What is said of a unit, in whichever team it is first."""
    picks = [pick for team in found.teams for pick in team.picks if pick.callsign == callsign]
    return [term.words for term in picks[0].terms]


def why_not(found: Recommendation) -> dict[str, str]:
    return {out.callsign: out.reason for out in found.excluded}


# --- any evening ---------------------------------------------------------------------------------------
ANY_UNIT = st.builds(
    unit,
    st.builds(lambda letter, number: f"{letter}{number}", st.sampled_from("CPME"), st.integers(1, 6)),
    st.floats(0, 20),
    status=st.sampled_from(["available", "available", "conditional", "on_scene", "off_duty"]),
    crew=st.integers(0, 3),
    capabilities=st.frozensets(st.sampled_from(["clinician", "cit", "youth", "k9"])),
    languages=st.frozensets(st.sampled_from(["en", "es"])),
    seen_at=st.integers(0, 900).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    used=st.integers(0, 4),
    area=st.sampled_from(["", "north"]),
    partner=st.booleans(),
    agreement=st.booleans(),
)
ANY_UNITS = st.lists(ANY_UNIT, max_size=12, unique_by=lambda one: one.unit_id)
ANY_NEED = st.builds(
    lambda response, services, level, language, minors, capabilities: need(
        tuple(services), response, level=level, language=language, minors=minors, capabilities=tuple(capabilities)
    ),
    st.sampled_from(sorted(DEFAULT_PLANS)),
    st.lists(st.sampled_from(["care", "police", "ems", "fire"]), unique=True),
    st.sampled_from([None, 1, 2, 3, 4]),
    st.sampled_from(["", "es"]),
    st.booleans(),
    st.lists(st.sampled_from(["clinician", "cit", "k9", "youth", "paramedic"]), unique=True, max_size=3),
)
