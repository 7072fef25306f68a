"""What to send for a response: the positions to fill, and the figures candidates are ranked by. Pure.

A plan may add police, EMS and fire to what the rules ask for; CARE goes only where the rules or a person ask for it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

DISCIPLINES = ("care", "police", "ems", "fire")
DISCIPLINE_WORDS = {"care": "CARE", "police": "police", "ems": "EMS", "fire": "fire"}
RESPONSES = (
    "", "care_only", "care_police", "care_ems", "police_first", "ems_first", "fire_police_ems", "phone", "consult",
    "standard",
)  # fmt: skip
RESPONSE_WORDS = {
    "": "not triaged yet", "care_only": "CARE", "care_police": "CARE and police", "care_ems": "CARE and EMS",
    "police_first": "police first", "ems_first": "EMS first", "fire_police_ems": "fire, police and EMS",
    "phone": "by phone", "consult": "consult", "standard": "standard protocol",
}  # fmt: skip
# Who has to go whatever else a plan says: a hard stop of the rules can end in each of these responses.
_MUST = {
    "": ("police", "ems"), "care_police": ("police",), "police_first": ("police",), "ems_first": ("ems",),
    "care_ems": ("ems",), "fire_police_ems": ("fire", "police", "ems"),
}  # fmt: skip
_NOBODY_TRAVELS = ("phone", "consult")
MOST_UNITS = 9
_WORD = re.compile(r"[a-z][a-z0-9_]{0,39}")


class BrokenPlan(ValueError):
    """A plan that cannot be used; the message says what to do."""


def is_word(word: str) -> bool:
    """Whether it can name what a crew has."""
    return _WORD.fullmatch(word) is not None


@dataclass(frozen=True)
class Position:
    """One unit to send. ``required``: not first without it; ``preferred``: worth some minutes of travel."""

    discipline: str
    required: tuple[str, ...] = ()
    preferred: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """What an agency may set. A lack is weighed in seconds of travel, so that one figure can be held against another."""

    road_factor: float = 1.3  # how much longer the road is than the straight line
    care_mph: float = 30
    police_mph: float = 40
    ems_mph: float = 40
    fire_mph: float = 35
    stale_after_seconds: float = 60  # a position older than this ranks lower
    unseen_after_seconds: float = 300  # and one older than this is out
    care_minutes: float = 75  # how long a unit is expected to stay
    police_minutes: float = 45
    ems_minutes: float = 60
    fire_minutes: float = 45
    stale_costs_seconds: float = 120
    preferred_costs_seconds: float = 180
    language_costs_seconds: float = 600
    youth_costs_seconds: float = 600
    shift_costs_seconds: float = 600
    coverage_costs_seconds: float = 240
    other_city_costs_seconds: float = 360
    better_by_seconds: float = 300  # a unit that frees after dispatch is worth naming when it is this much quicker
    call_back_within_minutes: float = 5  # nobody free at level 2: a clinician calls back
    call_back_every_minutes: float = 10
    hold_minutes: float = 30

    def mph(self, discipline: str) -> float:
        return float(getattr(self, f"{discipline}_mph"))

    def stay_seconds(self, discipline: str) -> float:
        return 60 * float(getattr(self, f"{discipline}_minutes"))


FIGURES = {one.name: float(one.default) for one in fields(Figures)}  # type: ignore[arg-type]  # all have a number


@dataclass(frozen=True)
class Plan:
    """``level``, ``nature``, ``area`` narrow where it holds; None or empty: everywhere."""

    name: str
    version: int
    response: str
    positions: tuple[Position, ...]
    level: int | None = None
    nature: str = ""
    area: str = ""
    figures: Figures = field(default_factory=Figures)


def parse_plan(
    body: Any, *, name: str, version: int, response: str, level: int | None = None, nature: str = "", area: str = ""
) -> Plan:
    """A stored body as a plan; raises BrokenPlan for what cannot be used or could send CARE past a danger alone."""
    if response not in RESPONSES:
        raise BrokenPlan(f"There is no response {response!r}; choose one of {', '.join(RESPONSES[1:])}.")
    if not isinstance(body, Mapping) or set(body) - {"positions", "figures"}:
        raise BrokenPlan("A plan has positions and figures, and nothing else.")
    plan = Plan(name, version, response, _positions(body.get("positions")), level, nature, area)
    plan = replace(plan, figures=_figures(body.get("figures", {})))
    _sound(plan)
    return plan


def _positions(raw: Any) -> tuple[Position, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise BrokenPlan("A plan's positions are a list.")
    found: list[Position] = []
    for one in raw:
        if not isinstance(one, Mapping) or one.get("discipline") not in DISCIPLINES:
            raise BrokenPlan(f"Each position is for one of {', '.join(DISCIPLINES)}.")
        count = one.get("count", 1)
        if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MOST_UNITS:
            raise BrokenPlan(f"A plan sends 0 to {MOST_UNITS} units of {DISCIPLINE_WORDS[one['discipline']]}.")
        wanted = Position(one["discipline"], _words(one, "required"), _words(one, "preferred"))
        found += [wanted] * count
    if len(found) > MOST_UNITS:
        raise BrokenPlan(f"A plan sends at most {MOST_UNITS} units; this one sends {len(found)}.")
    return tuple(found)


def _words(one: Mapping[str, Any], name: str) -> tuple[str, ...]:
    words = one.get(name, ())
    if isinstance(words, str) or not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words):
        raise BrokenPlan(f"What a crew has ({name}) is a list of words such as cit, youth, paramedic.")
    return tuple(words)


def _figures(raw: Any) -> Figures:
    if not isinstance(raw, Mapping):
        raise BrokenPlan("A plan's figures are names with numbers.")
    for name, value in raw.items():
        if name not in FIGURES:
            raise BrokenPlan(f"There is no figure {name}; there are {', '.join(FIGURES)}.")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 86_400:
            raise BrokenPlan(f"{name} is a number from 0 to 86,400.")
        if value < 1 and (name.endswith("_mph") or name == "road_factor"):
            raise BrokenPlan(f"{name} is at least 1.")
    return Figures(**{name: float(value) for name, value in raw.items()})


def _sound(plan: Plan) -> None:
    """Refuse a plan that could send CARE alone where the rules stop CARE from going alone."""
    sends = {position.discipline for position in plan.positions}
    words = RESPONSE_WORDS[plan.response]
    if missing := [service for service in _MUST.get(plan.response, ()) if service not in sends]:
        named = " and ".join(DISCIPLINE_WORDS[service] for service in missing)
        raise BrokenPlan(f"A plan for “{words}” without {named} could send CARE past a danger alone: add {named}.")
    if plan.level is not None and not 1 <= plan.level <= 4:
        raise BrokenPlan("A level is 1, 2, 3 or 4, or left out for every level.")
    if sends == {"care"} and (plan.level or 0) >= 3 and plan.response not in _NOBODY_TRAVELS:
        raise BrokenPlan(f"At level {plan.level} CARE does not go alone: add police, EMS or fire.")


# --- choosing --------------------------------------------------------------------------------------
def plan_for(plans: Iterable[Plan], *, response: str, level: int | None, nature: str = "", area: str = "") -> Plan:
    """The plan that says most about such a call: nature before area before level; the default when none does."""
    fitting = [
        plan
        for plan in plans
        if plan.response == response
        and plan.level in (None, level)
        and plan.nature.casefold() in ("", nature.casefold())
        and plan.area in ("", area)
    ]
    best = max(fitting, key=_says, default=None)
    return best or DEFAULT_PLANS.get(response, DEFAULT_PLANS["standard"])


def _says(plan: Plan) -> tuple[bool, bool, bool, int]:
    return (bool(plan.nature), bool(plan.area), plan.level is not None, plan.version)


def _default(response: str, *positions: Position) -> Plan:
    return Plan(f"Default: {RESPONSE_WORDS[response]}", 0, response, positions)


_CARE, _EMS, _FIRE = Position("care"), Position("ems"), Position("fire")
_TRAINED = Position("police", preferred=("cit",))  # an officer trained for a crisis, where one is near
# What goes when an agency has set nothing, and what its first plans begin as.
DEFAULT_PLANS = {
    plan.response: plan
    for plan in (
        _default("", Position("police"), _EMS),
        _default("care_only", _CARE),
        _default("care_police", _CARE, _TRAINED),
        _default("care_ems", _CARE, _EMS),
        _default("police_first", _CARE, _TRAINED),
        _default("ems_first", _EMS, _CARE),
        _default("fire_police_ems", _FIRE, _TRAINED, _EMS, _CARE),
        _default("phone", _CARE),
        _default("consult", _CARE),
        _default("standard"),
    )
}


def body_of(plan: Plan) -> dict[str, Any]:
    """A plan as it is stored; only figures that are not the default's."""
    return {
        "positions": [
            {"discipline": one.discipline, "count": 1, "required": list(one.required), "preferred": list(one.preferred)}
            for one in plan.positions
        ],
        "figures": {name: value for name in FIGURES if (value := getattr(plan.figures, name)) != FIGURES[name]},
    }
