"""The vocabulary of facts: each with its values in order of danger, and how statements about it come together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


class UnknownFact(ValueError):
    """There is no such fact; the message lists those there are."""


class UnknownValue(ValueError):
    """The fact has no such value; the message lists those it has."""


@dataclass(frozen=True)
class Fact:
    """``values`` from least to most dangerous. A ``risk`` fact tells apart denied, not asked and not known."""

    name: str
    label: str
    values: tuple[str, ...]
    risk: bool = False
    question: str = ""
    many: bool = False


NOT_ASKED = "none_reported"
# Asked and answered no; nobody asked; the caller cannot know. Unknown is never safer than not asked.
NEGATIVES = ("denied", NOT_ASKED, "unknown")
YES_NO = ("no", "unknown", "yes")


def _risk(name: str, label: str, question: str, *values: str) -> Fact:
    return Fact(name, label, (*NEGATIVES, *values), risk=True, question=question)


_ALL = (
    Fact(
        "weapon",
        "Weapon",
        ("denied", NOT_ASKED, "secured", "unknown", "historic", "retracted", "access", "in_reach", "recent",
         "access_intent", "in_hand"),
        risk=True,
        question="Any weapon the person can get to?",
    ),
    Fact(
        "violence",
        "Violence",
        ("denied", NOT_ASKED, "historic", "unknown", "ended", "property", "in_progress"),
        risk=True,
        question="Is anyone being hurt, or was anyone?",
    ),
    _risk("threat_to_others", "Threat to others", "Any threat to somebody?", "possible", "verbal", "specific"),
    Fact(
        "suicide",
        "Suicide",
        ("denied", NOT_ASKED, "unknown", "passive", "ideation", "method", "recent_attempt", "preparatory", "intent",
         "plan_intent", "attempt"),
        risk=True,
        question="Any thought of ending their life?",
    ),
    Fact(
        "medical", "Medical sign", ("denied", NOT_ASKED, "minor", "unknown", "possible", "life_threat"), risk=True,
        question="Breathing, awake, injured?",
    ),
    _risk("new_confusion", "New confusion", "Confused since when, and what else?", "yes"),
    _risk("overdose", "Overdose", "Anything taken?", "yes"),
    _risk("intoxication", "Intoxication", "Alcohol or drugs?", "alert", "severe"),
    _risk(
        "hazard", "Hazard", "Height, water, traffic, fire, gas?", "missing", "minor_unaccompanied", "missing_at_risk",
        "driving", "traffic", "water", "height", "fire", "gas",
    ),
    _risk("situation", "Situation", "Barricaded, hostage?", "forced_entry", "barricade", "hostage"),
    _risk("household_violence", "Household violence", "Violence in the home today?", "yes"),
    _risk("strangulation", "Strangulation", "Choked or strangled?", "yes"),
    _risk("psychosis_or_mania", "Psychosis or mania", "Hearing or seeing things?", "yes"),
    _risk("alone_with_dependent", "Alone with a dependent", "Alone with a child or frail adult?", "yes"),
    _risk("means_at_hand", "Means at hand", "Are the means there?", "yes"),
    Fact("weapon_type", "Weapon type", ("other", "blunt", "blade", "knife", "firearm")),
    Fact("mechanism", "Mechanism", ("other", "cut", "fall", "gas", "ingestion", "hanging", "firearm")),
    Fact(
        "companion", "With the confusion",
        ("sweating", "fever", "stiffness", "shaking", "vomiting", "fall", "seizure", "diabetes", "withdrawal",
         "unknown_drug", "heat", "pregnancy", "new_medicine"),
        many=True,
    ),
    Fact("channel", "Channel",
         ("voice", "text", "tty", "relay", "silent", "officer_request", "fire_request", "agency_request",
          "hospital_request", "988_transfer", "self_initiated")),
    Fact("caller", "Caller",
         ("first_party", "family", "friend", "third_party", "professional", "victim", "child", "unknown")),
    Fact("line", "Line", ("on_line", "dropped", "text", "transfer_open", "ended")),
    Fact("age", "Age", ("adult", "unknown", "adolescent", "older", "child")),
    Fact("location_type", "Kind of place",
         ("public", "business", "school", "hospital", "facility", "home", "vehicle", "unknown")),
    Fact("location_confirmed", "Location confirmed", ("yes", "unknown", "no")),
    Fact("history", "History", ("care_plan", "bh_calls", "attempt", "violence", "officer_safety_flag"), many=True),
    Fact("minors_present", "Minors present", YES_NO),
    Fact("caller_wants_no_police", "Wants no police", YES_NO),
    Fact("repeat_caller", "Repeat caller", YES_NO),
    Fact("cooperative", "Cooperative", ("yes", "unknown", "no")),
    Fact("responder_on_scene", "On scene already", ("none", "hospital", "ems", "fire", "police")),
    Fact("need", "Need", ("follow_up", "remote_consult", "resource", "talk", "in_person")),
    Fact("info_quality", "Information", ("good", "partial", "none")),
    Fact("is_behavioral", "Behavioral", ("no", "maybe", "unknown", "yes")),
    Fact("language", "Language", ()),
)  # fmt: skip
FACTS: dict[str, Fact] = {fact.name: fact for fact in _ALL}


def validate(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with every name and value checked; raises UnknownFact or UnknownValue."""
    return {name: _checked(name, value) for name, value in facts.items()}


def _checked(name: str, value: Any) -> Any:
    fact = FACTS.get(name)
    if fact is None:
        raise UnknownFact(f"There is no fact {str(name)[:40]!r}; there are {', '.join(FACTS)}.")
    if fact.many:
        values = value if isinstance(value, list) else [value]
        return [_one(fact, part) for part in values]
    return _one(fact, value)


def _one(fact: Fact, value: Any) -> str:
    if not isinstance(value, str) or fact.values and value not in fact.values or len(value) > 60:
        raise UnknownValue(f"{fact.name} is one of {', '.join(fact.values) or 'a short text'}.")
    return value


def normalise(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Read the coarse words of older records: none, true, false and null, and drop what is not stated."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        fact = FACTS.get(name)
        if fact is None or value is None:
            continue
        absent = value is False or value == "none" and "none" not in fact.values
        found[name] = "yes" if value is True else (NOT_ASKED if fact.risk else "no") if absent else value
    return validate(found)


def makes_lighter(name: str, value: Any) -> bool:
    """Whether taking this for true could send less than not knowing it: a person has to say so first."""
    return value in ("denied", "secured") or name == "need" and value != "in_person"


def danger(name: str, value: Any) -> int:
    """The rank of a value among its fact's values; not stated ranks as not asked."""
    fact = FACTS[name]
    if value is None:
        value = NOT_ASKED
    return fact.values.index(value) if value in fact.values else -1


# No rule asks for it, but whoever is on the way must hear that the knife is a gun.
_TOLD_TOO = frozenset({"weapon_type"})


def is_worse(name: str, before: Any, after: Any) -> bool:
    """Whether a risk fact got worse in a way that matters to whoever is on the way."""
    fact = FACTS.get(name)
    if fact is None or not (fact.risk or name in _TOLD_TOO) or after in NEGATIVES:
        return False
    return danger(name, after) > danger(name, before)


@dataclass(frozen=True)
class FactStatement:
    """``stated_by`` said ``fact`` is ``value`` at ``at`` (ISO 8601); unconfirmed ones were read, not asked."""

    fact: str
    value: Any
    source: str
    stated_by: str
    at: str
    confirmed: bool
    evidence: str = ""


def effective(statements: Iterable[FactStatement]) -> dict[str, Any]:
    """What statements come to together: the latest of each informant, then the worse; a unit's report clears.

    Something only read from text can raise a danger, never lower one: what it denies waits for somebody to confirm it.
    """
    latest: dict[str, dict[str, FactStatement]] = {}
    for statement in statements:
        if not statement.confirmed and makes_lighter(statement.fact, statement.value):
            continue
        said = latest.setdefault(statement.fact, {})
        if statement.source == "unit_report":
            said.clear()  # who has seen it knows better than all before
        said[statement.stated_by] = statement
    return {name: _together(name, list(said.values())) for name, said in latest.items()}


def _together(name: str, said: list[FactStatement]) -> Any:
    fact = FACTS[name]
    if fact.many:
        members: list[str] = []
        for statement in said:
            values = statement.value if isinstance(statement.value, list) else [statement.value]
            members += [value for value in values if value not in members]
        return members
    if not fact.values:
        return said[-1].value
    if fact.risk:
        return max(said, key=lambda statement: danger(name, statement.value)).value
    confirmed = [statement for statement in said if statement.confirmed]
    return (confirmed or said)[-1].value
