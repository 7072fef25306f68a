"""The sentence a dispatcher reads out and an officer finds on the phone: what a person does, never what they have.

Pure: from facts to plain words. A fact that names a diagnosis is not in the table, so it cannot be said.
"""

from collections.abc import Mapping
from typing import Any

# Facts whose very name is a diagnosis, or a guess at one.
DIAGNOSES = frozenset({"psychosis_or_mania"})
# What was asked and denied, or is not known, of what an officer must know first.
_WEAPON = {
    "in_hand": "has {weapon} in hand",
    "access_intent": "can get to {weapon} and speaks of using it",
    "recent": "showed or used {weapon} within hours",
    "in_reach": "has {weapon} within reach",
    "access": "can get to {weapon}",
    "retracted": "was said to have {weapon}, taken back since",
    "historic": "had {weapon} in the past",
    "secured": "has {weapon} locked away, out of reach",
    "unknown": "weapons not known",
    "denied": "no weapon, asked",
    "none_reported": "weapons not asked",
}
_WEAPON_NAMES = {"firearm": "a gun", "knife": "a knife", "blade": "a blade", "blunt": "something to hit with"}
# In the order of the sentence; a value without words is not said.
_BEHAVIOR: dict[str, dict[str, str]] = {
    "violence": {
        "in_progress": "is hurting somebody now", "property": "is breaking things", "ended": "hurt somebody earlier",
        "historic": "has hurt somebody in the past", "unknown": "violence not known",
    },
    "threat_to_others": {
        "specific": "says whom and how they will hurt", "verbal": "makes threats", "possible": "may have made threats",
    },
    "situation": {
        "hostage": "holds somebody", "barricade": "has shut themselves in", "forced_entry": "forced the way in",
    },
    "household_violence": {"yes": "somebody was hurt in the home today"},
    "strangulation": {"yes": "somebody was choked"},
    "suicide": {
        "attempt": "has tried to end their life now", "plan_intent": "says how and that they will end their life",
        "intent": "says they will end their life", "preparatory": "is preparing to end their life",
        "recent_attempt": "tried to end their life within months", "method": "speaks of a way to end their life",
        "ideation": "speaks of ending their life", "passive": "says they wish not to wake up",
    },
    "overdose": {"yes": "has taken something"},
    "intoxication": {"severe": "cannot be woken or cannot stand", "alert": "drank or took something, is awake"},
    "medical": {"life_threat": "needs a doctor at once", "possible": "may be ill or hurt", "minor": "is slightly hurt"},
    "new_confusion": {"yes": "is suddenly confused"},
    "hazard": {
        "gas": "gas or fumes there", "fire": "fire there", "height": "stands at a height", "water": "is at the water",
        "traffic": "is in traffic or on tracks", "driving": "is driving", "missing_at_risk": "is missing and in danger",
        "missing": "is missing", "minor_unaccompanied": "is a child alone",
    },
    "alone_with_dependent": {"yes": "is alone with a child or frail adult"},
    "minors_present": {"yes": "children are there"},
    "caller_wants_no_police": {"yes": "the caller asks for no police"},
    "cooperative": {"no": "does not want help so far", "yes": "will talk to us"},
}  # fmt: skip
_AGES = {"child": "A child", "adolescent": "A teenager", "adult": "An adult", "older": "An older person"}


def radio_text(facts: Mapping[str, Any], *, location: str) -> str:
    """One sentence: who, where, the weapon, then what they do; weapons are always spoken of."""
    person = _AGES.get(str(facts.get("age")), "A person")
    said = [_weapon(facts)]
    said += [words[str(facts.get(fact))] for fact, words in _BEHAVIOR.items() if str(facts.get(fact)) in words]
    return f"{person} at {location}: {', '.join(said)}."


def _weapon(facts: Mapping[str, Any]) -> str:
    name = _WEAPON_NAMES.get(str(facts.get("weapon_type")), "a weapon")
    return _WEAPON.get(str(facts.get("weapon")), _WEAPON["none_reported"]).format(weapon=name)
