"""The hard stops: facts under which no rule set may answer with CARE alone, and who has to go instead.

They are the safety floor of the product, below any framework (domain: Marcus Alert exclusions, A-Team criteria).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stop:
    """``service`` has to be among those sent, by a rule of level 3 or 4, whenever ``when`` holds."""

    words: str
    service: str
    when: Mapping[str, Any]


def _is(fact: str, *values: str) -> dict[str, Any]:
    return {"fact": fact, "in": list(values)}


def _from(fact: str, least: str) -> dict[str, Any]:
    return {"fact": fact, "at_least": least}


def _reachable() -> dict[str, Any]:
    worse = [_from("suicide", "passive"), _from("threat_to_others", "possible"), _from("intoxication", "alert")]
    return {"all": [_is("weapon", "in_reach"), {"any": worse}]}


def _unless_in_care(*dangers: dict[str, Any]) -> dict[str, Any]:
    """Not a child under twelve or a resident with staff, unarmed and nobody hurt: those are met without police (R4x)."""
    in_care = {"any": [_is("age", "child"), {"all": [_is("location_type", "facility"), _is("caller", "professional")]}]}
    unarmed = _is("weapon", "denied", "none_reported") | {"default": True}
    unhurt = _is("medical", "denied", "none_reported", "minor") | {"default": True}
    return {"all": [{"any": list(dangers)}, {"not": {"all": [in_care, unarmed, unhurt]}}]}


_PLACES = _is("hazard", "traffic", "water", "height", "fire", "gas")
_CONFUSED = {
    "all": [_is("new_confusion", "yes"), {"any": [{"fact": "companion", "stated": True}, _is("age", "older")]}]
}

STOPS = (
    Stop("a weapon in hand or just used", "police", _is("weapon", "recent", "in_hand")),
    Stop("a gun that can be got at, with intent", "police", _is("weapon", "access_intent")),
    Stop("a weapon within reach with suicidal thoughts, a threat or intoxication", "police", _reachable()),
    Stop("violence in progress", "police", _unless_in_care(_is("violence", "in_progress"))),
    Stop("a specific threat to somebody", "police", _unless_in_care(_is("threat_to_others", "specific"))),
    Stop("violence in the home today", "police", _unless_in_care(_is("household_violence", "yes"))),
    Stop("a forced entry, a barricade or a hostage", "police", _from("situation", "forced_entry")),
    Stop("a strangulation", "police", _is("strangulation", "yes")),
    Stop("height, traffic, water, fire or gas", "fire", _PLACES),
    Stop("height, traffic, water, fire or gas", "police", _PLACES),
    Stop("somebody at risk missing or driving", "police", _is("hazard", "driving", "missing_at_risk")),
    Stop(
        "a suicide plan or preparation with the place unknown",
        "police",
        {"all": [_from("suicide", "preparatory"), _is("location_type", "unknown")]},
    ),
    Stop("a life-threatening sign", "ems", _is("medical", "life_threat")),
    Stop("severe intoxication", "ems", _is("intoxication", "severe")),
    Stop("an overdose", "ems", _is("overdose", "yes")),
    Stop("a suicide attempt", "ems", _is("suicide", "attempt")),
    Stop("new confusion with a bodily sign or in old age", "ems", _CONFUSED),
)
