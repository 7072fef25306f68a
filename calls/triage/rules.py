"""The rules: parsed once, evaluated on facts, every hit kept as a reason. Pure, and it never raises on valid facts."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from calls.triage.facts import FACTS, NOT_ASKED

MAX_RULES, MAX_DEPTH, MAX_PARTS = 200, 6, 60
SERVICES = ("fire", "police", "ems", "care")
PRIORITY_OF_LEVEL = {4: "P", 3: "1", 2: "2", 1: "3"}
_FIRE_LEADS = frozenset({"gas", "water", "height", "fire"})
# Asked in this order: what would change the answer most comes first.
_ASK = ("weapon", "violence", "threat_to_others", "medical", "suicide", "overdose", "intoxication", "hazard")

Facts = Mapping[str, Any]
Test = Callable[[Facts], bool]


class BrokenRules(ValueError):
    """A rule set that cannot be used; the message names the rule and what is wrong."""


@dataclass(frozen=True)
class Rule:
    id: str
    title: str
    level: int | None
    services: tuple[str, ...]
    because: str
    answer: str
    holds: Test = field(repr=False)


@dataclass(frozen=True)
class RuleSet:
    name: str
    rules: tuple[Rule, ...]
    sha256: str


@dataclass(frozen=True)
class Verdict:
    """``level`` 1 to 4, None when not behavioral. ``services``: the union of what every hit rule asks for."""

    level: int | None
    response: str
    services: tuple[str, ...]
    lead: str
    behavioral: str
    eligible: str
    priority: str | None
    care_role: str
    truth: Mapping[str, bool]
    hits: tuple[Mapping[str, Any], ...]
    open_questions: tuple[str, ...]
    safety_questions: tuple[str, ...]
    locate: bool
    because: str = ""

    def as_dict(self) -> dict[str, Any]:
        plain = dict(self.__dict__)
        plain["truth"] = dict(self.truth)
        plain["hits"] = [dict(hit) for hit in self.hits]
        for name in ("services", "open_questions", "safety_questions"):
            plain[name] = list(plain[name])
        return plain


# --- parsing ---------------------------------------------------------------------------------------
def parse_rules(body: Any) -> RuleSet:
    """Turn stored JSON into rules; raises BrokenRules for anything unknown, too deep, too long or without a reason."""
    if not isinstance(body, Mapping) or not isinstance(body.get("rules"), list) or not body["rules"]:
        raise BrokenRules("A rule set is an object with a list of rules.")
    if len(body["rules"]) > MAX_RULES:
        raise BrokenRules(f"A rule set has at most {MAX_RULES} rules.")
    rules = tuple(_rule(raw) for raw in body["rules"])
    if len({rule.id for rule in rules}) != len(rules):
        raise BrokenRules("Two rules have the same id.")
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return RuleSet(str(body.get("name", "")), rules, hashlib.sha256(canonical.encode()).hexdigest())


def _rule(raw: Any) -> Rule:
    if not isinstance(raw, Mapping) or not raw.get("id"):
        raise BrokenRules("A rule needs an id.")
    name = str(raw["id"])
    level, services = raw.get("level"), raw.get("services", [])
    if level is not None and level not in (1, 2, 3, 4):
        raise BrokenRules(f"{name}: the level is 1, 2, 3 or 4.")
    if not isinstance(services, list) or set(services) - set(SERVICES):
        raise BrokenRules(f"{name}: services are {', '.join(SERVICES)}.")
    if not str(raw.get("because", "")).strip():
        raise BrokenRules(f"{name}: say why; a rule without a reason is not used.")
    holds = _condition(name, raw.get("when"), 0)
    answer = str(raw.get("answer", ""))
    return Rule(name, str(raw.get("title", name)), level, tuple(services), raw["because"], answer, holds)


def _condition(rule: str, raw: Any, depth: int) -> Test:
    if not isinstance(raw, Mapping) or depth > MAX_DEPTH:
        raise BrokenRules(f"{rule}: a condition is an object, at most {MAX_DEPTH} deep.")
    for word, combine in (("all", all), ("any", any)):
        if word in raw:
            parts = raw[word]
            if not isinstance(parts, list) or not 0 < len(parts) <= MAX_PARTS:
                raise BrokenRules(f"{rule}: {word} takes a list of 1 to {MAX_PARTS} conditions.")
            tests = [_condition(rule, part, depth + 1) for part in parts]
            return lambda facts, tests=tests, combine=combine: combine(test(facts) for test in tests)  # type: ignore[misc]
    if "not" in raw:
        inner = _condition(rule, raw["not"], depth + 1)
        return lambda facts: not inner(facts)
    return _leaf(rule, raw)


def _leaf(rule: str, raw: Mapping[str, Any]) -> Test:
    fact = FACTS.get(str(raw.get("fact")))
    if fact is None:
        raise BrokenRules(f"{rule}: there is no fact {raw.get('fact')!r}.")
    name, default = fact.name, bool(raw.get("default", False))
    if raw.get("stated"):
        return lambda facts: bool(facts.get(name))
    wanted = raw["in"] if "in" in raw else _from(fact.values, raw.get("at_least"), rule)
    if not isinstance(wanted, list) or not wanted or set(wanted) - set(fact.values):
        raise BrokenRules(f"{rule}: {name} is one of {', '.join(fact.values)}.")
    values = frozenset(wanted)
    if fact.many:
        return lambda facts: not values.isdisjoint(facts.get(name) or ())
    return lambda facts: default if facts.get(name) is None else facts[name] in values


def _from(values: Sequence[str], least: Any, rule: str) -> list[str]:
    if least not in values:
        raise BrokenRules(f"{rule}: at_least is one of {', '.join(values)}.")
    return list(values[values.index(least) :])


@cache
def default_rules() -> Mapping[str, Any]:
    """The default rule set as stored in the repository: its only source."""
    body: Mapping[str, Any] = json.loads(Path(__file__).with_name("default_rules.json").read_text())
    return body


# --- evaluating ------------------------------------------------------------------------------------
def evaluate(facts: Facts, rules: RuleSet) -> Verdict:
    """The level is the highest floor any rule hits, the services the union of what every hit asks for."""
    truth = {rule.id: rule.holds(facts) for rule in rules.rules}
    hits = [rule for rule in rules.rules if truth[rule.id]]
    standard = any(rule.answer == "standard" for rule in hits)
    floors = [rule.level for rule in hits if rule.level is not None]
    level = None if standard else max(floors, default=2)
    services = _services(hits, level, standard)
    lead = _lead(facts, services, truth)
    safety = _safety_questions(facts, level, services)
    behavioral = {"yes": "yes", "no": "no"}.get(str(facts.get("is_behavioral", "unknown")), "maybe")
    return Verdict(
        level=level,
        response=_response(hits, level, services, lead),
        services=services,
        lead=lead,
        behavioral=behavioral,
        eligible="ineligible" if level in (None, 4) else "eligible",
        priority=PRIORITY_OF_LEVEL.get(level or 0) or ("P" if standard and 4 in floors else None),
        care_role="stage" if level == 4 and "police" in services else "respond",
        truth=truth,
        hits=tuple(
            {
                "id": rule.id,
                "title": rule.title,
                "level": rule.level,
                "services": list(rule.services),
                "because": rule.because,
            }
            for rule in hits
        ),
        open_questions=tuple(name for name in _ASK if facts.get(name, NOT_ASKED) in (NOT_ASKED, "unknown")),
        safety_questions=safety,
        locate=facts.get("location_confirmed") == "no" and any(floor >= 3 for floor in floors),
    )


def _services(hits: Sequence[Rule], level: int | None, standard: bool) -> tuple[str, ...]:
    asked = {service for rule in hits for service in rule.services}
    if standard:  # the dangers found are shown with who they ask for; CARE waits for something behavioral
        dangers = [rule for rule in hits if rule.level is not None and rule.level >= 3]
        asked = {service for rule in dangers for service in rule.services} - {"care"}
    elif not hits:
        asked = {"care"}
    return tuple(service for service in SERVICES if service in asked)


def _lead(facts: Facts, services: Sequence[str], truth: Mapping[str, bool]) -> str:
    if "fire" in services and facts.get("hazard") in _FIRE_LEADS:
        return "fire"
    danger_open = any(
        facts.get(name, "denied") not in ("denied", NOT_ASKED) for name in ("weapon", "violence", "threat_to_others")
    )
    if "police" in services and (danger_open or "ems" not in services):
        return "police"
    if truth.get("R1") or truth.get("R2"):
        return "ems"
    return "police" if "police" in services else "care" if "care" in services else services[0] if services else ""


def _response(hits: Sequence[Rule], level: int | None, services: Sequence[str], lead: str) -> str:
    if level is None:
        return "standard"
    if "fire" in services:
        return "fire_police_ems"
    if level == 4:
        return "ems_first" if lead == "ems" or "police" not in services else "police_first"
    if level == 1:
        return "consult" if any(rule.answer == "consult" for rule in hits) else "phone"
    if "police" in services:
        return "care_police"
    return "care_ems" if "ems" in services else "care_only"


def _safety_questions(facts: Facts, level: int | None, services: Sequence[str]) -> tuple[str, ...]:
    """What must be asked before CARE goes without police (domain: unknown is not no)."""
    if level != 2 or "police" in services:
        return ()
    return tuple(name for name in ("weapon",) if facts.get(name, NOT_ASKED) == NOT_ASKED)


def fallback_verdict(reason: str) -> Verdict:
    """The rules could not run: police, fire and EMS first. Never CARE alone by default."""
    return Verdict(
        level=4, response="fire_police_ems", services=("fire", "police", "ems"), lead="police", behavioral="maybe",
        eligible="not_triaged", priority="P", care_role="respond", truth={}, hits=(), open_questions=(),
        safety_questions=(), locate=False, because=reason,
    )  # fmt: skip


def vocabulary() -> list[dict[str, Any]]:
    """Every fact for a form: name, label, question, values, and which are risks."""
    return [
        {"name": fact.name, "label": fact.label, "question": fact.question, "values": list(fact.values), "risk": fact.risk,
         "many": fact.many}
        for fact in FACTS.values()
    ]  # fmt: skip


def label(name: str) -> str:
    return FACTS[name].label if name in FACTS else name
