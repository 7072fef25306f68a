"""Rules as data: read once into something that can be evaluated, or refused with a sentence that names the rule.

What is refused here can never run. Whether rules that run are also sound to publish is `soundness`.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from calls.triage.facts import FACTS

MAX_RULES, MAX_DEPTH, MAX_PARTS = 200, 7, 60
# A step is one condition looked at. Counted instead of timed, so that the answer is the same on every machine.
MAX_STEPS = 2000
SERVICES = ("fire", "police", "ems", "care")
ANSWERS = ("", "phone", "consult", "standard")
# What a crew must have for a rule's answer; the words units carry.
CAPABILITIES = ("clinician", "paramedic", "peer", "cit", "youth", "negotiator", "k9")

_SET_KEYS = ("name", "source", "framework", "levels", "note", "rules")
_RULE_KEYS = ("id", "title", "level", "services", "answer", "capabilities", "when", "because", "source")
_LEAF_KEYS = ("fact", "in", "at_least", "stated", "default")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,19}")
_PATTERN_KEYS = frozenset({"regex", "regexp", "pattern", "matches", "match", "like", "contains"})
_REFERENCE_KEYS = frozenset({"rule", "rules", "ref", "$ref", "same_as", "include", "hits", "hit"})

Facts = Mapping[str, Any]
Test = Callable[[Facts], bool]


class Problem:
    """What is wrong with one rule, or with the set when ``rule`` is empty, as a sentence that says what to do."""

    def __init__(self, rule: str, message: str) -> None:
        self.rule, self.message = rule, message

    def as_dict(self) -> dict[str, str]:
        return {"rule": self.rule, "message": self.message}


class BrokenRules(ValueError):
    """A rule set that cannot be used; the message names the rule and what to do, ``problems`` has each of them."""

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (Problem("", message),)


@dataclass(frozen=True)
class Rule:
    """``when``: the condition as stored; ``holds``: the same, ready to ask."""

    id: str
    title: str
    level: int | None
    services: tuple[str, ...]
    because: str
    answer: str
    holds: Test = field(repr=False, compare=False)
    capabilities: tuple[str, ...] = ()
    source: str = ""
    when: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True)
class Level:
    """How a framework names one of our four levels."""

    level: int
    code: str
    label: str


@dataclass(frozen=True)
class RuleSet:
    name: str
    rules: tuple[Rule, ...]
    sha256: str
    framework: str = ""
    levels: tuple[Level, ...] = ()
    source: str = ""
    note: str = ""

    def level_words(self, level: int | None) -> dict[str, str]:
        """Framework, code and label of a level as the screen shows it; None is the standard protocol."""
        named = next((one for one in self.levels if one.level == level), None)
        code, label = (named.code, named.label) if named else ("", "") if level else ("", "Standard protocol")
        return {"framework": self.framework, "code": code or str(level or ""), "label": label}


# --- the set ---------------------------------------------------------------------------------------
def parse_rules(body: Any) -> RuleSet:
    """Turn stored JSON into rules; raises BrokenRules for anything unknown, too deep, too long or without a reason."""
    if not isinstance(body, Mapping) or not isinstance(body.get("rules"), list) or not body["rules"]:
        raise BrokenRules("A rule set is an object with a list of rules.")
    if len(body["rules"]) > MAX_RULES:
        raise BrokenRules(
            f"A rule set has at most {MAX_RULES} rules and this one has {len(body['rules'])}: join rules that send the"
            " same, or take some away."
        )
    rules: list[Rule] = []
    problems: list[Problem] = []
    for number, raw in enumerate(body["rules"], 1):
        try:
            rules.append(_rule(raw, number))
        except BrokenRules as broken:
            problems.extend(broken.problems)
    problems += _doubled(rules)
    if problems:
        raise BrokenRules(problems[0].message, problems)
    _affordable(rules)
    return RuleSet(
        name=_text("The rule set", body, "name", 120),
        rules=tuple(rules),
        sha256=_sha256(_known("The rule set", body, _SET_KEYS)),
        framework=_text("The rule set", body, "framework", 80),
        levels=_levels(body.get("levels", [])),
        source=_text("The rule set", body, "source", 500),
        note=_text("The rule set", body, "note", 1000),
    )


def _sha256(body: Mapping[str, Any]) -> str:
    try:
        canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()
    except (TypeError, ValueError, RecursionError):
        raise BrokenRules("A rule set is plain JSON: text, numbers, lists and objects, without loops.") from None


def _doubled(rules: Sequence[Rule]) -> Iterator[Problem]:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            yield Problem(rule.id, f"{rule.id}: two rules have the same id; give one of them another.")
        seen.add(rule.id)


def _affordable(rules: Sequence[Rule]) -> None:
    total = sum(steps(rule.when) for rule in rules)
    if total > MAX_STEPS:
        heaviest = max(rules, key=lambda rule: steps(rule.when))
        message = (
            f"The rules take {total} steps and may take {MAX_STEPS}; {heaviest.id} alone takes {steps(heaviest.when)}."
            " Shorten it, for example by listing several values of a fact in one condition."
        )
        raise BrokenRules(message, [Problem(heaviest.id, message)])


def steps(when: Mapping[str, Any]) -> int:
    """How many conditions a parsed condition has to look at."""
    return 1 + sum(steps(part) for part in parts_of(when))


def parts_of(when: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The conditions directly below a parsed one; none below a condition on a fact."""
    if "not" in when:
        return [when["not"]]
    return list(when.get("all") or when.get("any") or ())


def _levels(raw: Any) -> tuple[Level, ...]:
    if not isinstance(raw, list) or len(raw) > 4:
        raise BrokenRules("levels is a list of at most four: level, code and label of each.")
    found = []
    for one in raw:
        if not isinstance(one, Mapping) or not _is_level(one.get("level")):
            raise BrokenRules("levels: each names its level 1, 2, 3 or 4, with a code and a label.")
        where = f"Level {one['level']}"
        _known(where, one, ("level", "code", "label"))
        found.append(
            Level(
                one["level"],
                _text(where, one, "code", 20, required=True),
                _text(where, one, "label", 80, required=True),
            )
        )
    if len({one.level for one in found}) != len(found):
        raise BrokenRules("levels: a level is named twice; keep one of the two.")
    return tuple(found)


# --- one rule --------------------------------------------------------------------------------------
def _rule(raw: Any, number: int) -> Rule:
    name = raw.get("id") if isinstance(raw, Mapping) else None
    if not isinstance(name, str) or not _ID.fullmatch(name):
        raise BrokenRules(f"Rule {number} needs an id such as R12: a letter, then up to 19 letters, digits or . _ -")
    try:
        return _named_rule(name, raw)
    except BrokenRules as broken:
        raise BrokenRules(str(broken), [Problem(name, str(broken))]) from None


def _named_rule(name: str, raw: Mapping[str, Any]) -> Rule:
    _known(name, raw, _RULE_KEYS)
    level, answer = raw.get("level"), raw.get("answer", "")
    if level is not None and not _is_level(level):
        raise BrokenRules(f"{name}: the level is 1, 2, 3 or 4; leave it out when the rule sets none.")
    if answer not in ANSWERS:
        raise BrokenRules(f"{name}: the answer is phone, consult or standard; leave it out to send somebody.")
    services = _words(name, raw, "services", SERVICES)
    because = _text(name, raw, "because", 500)
    if not because:
        raise BrokenRules(f"{name}: say why in because; a rule without a reason is not used.")
    return Rule(
        id=name,
        title=_text(name, raw, "title", 120) or name,
        level=level,
        services=services,
        because=because,
        answer=answer,
        holds=_condition(name, raw.get("when"), 0),
        capabilities=_words(name, raw, "capabilities", CAPABILITIES),
        source=_text(name, raw, "source", 300),
        when=raw["when"],
    )


def _is_level(value: Any) -> bool:
    return type(value) is int and 1 <= value <= 4


def _words(rule: str, raw: Mapping[str, Any], key: str, known: Sequence[str]) -> tuple[str, ...]:
    words = raw.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) and word in known for word in words):
        raise BrokenRules(f"{rule}: {key} is a list of {', '.join(known)}.")
    return tuple(word for word in known if word in words)


def _text(where: str, raw: Mapping[str, Any], key: str, limit: int, *, required: bool = False) -> str:
    text = raw.get(key, "")
    if not isinstance(text, str) or len(text) > limit or not all(part.isprintable() for part in text.split("\n")):
        raise BrokenRules(f"{where}: {key} is plain text of at most {limit} characters.")
    if required and not text.strip():
        raise BrokenRules(f"{where}: {key} is missing.")
    return text.strip()


def _known(where: str, raw: Mapping[str, Any], keys: Sequence[str]) -> Mapping[str, Any]:
    """Refuse a word this format does not have: ignored, it would make the rule mean something else than it says."""
    for key in raw:
        if key in keys:
            continue
        if key in _PATTERN_KEYS:
            raise BrokenRules(
                f"{where}: rules take no regular expressions or search patterns; the reader turns text into facts, so"
                " choose a fact and its values."
            )
        if key in _REFERENCE_KEYS:
            raise BrokenRules(f"{where}: a rule cannot refer to another one; repeat its condition here.")
        raise BrokenRules(f"{where}: {str(key)[:40]!r} is not known here; this takes {', '.join(keys)}.")
    return raw


# --- one condition ---------------------------------------------------------------------------------
def _condition(rule: str, raw: Any, depth: int) -> Test:
    if depth > MAX_DEPTH:
        raise BrokenRules(
            f"{rule}: the conditions are nested deeper than {MAX_DEPTH}, or in a loop; make two rules of it."
        )
    if not isinstance(raw, Mapping) or not raw:
        raise BrokenRules(f"{rule}: a condition is an object with all, any, not or a fact.")
    for word, combine in (("all", all), ("any", any)):
        if word in raw:
            _known(rule, raw, (word,))
            parts = raw[word]
            if not isinstance(parts, list) or not 0 < len(parts) <= MAX_PARTS:
                raise BrokenRules(f"{rule}: {word} takes a list of 1 to {MAX_PARTS} conditions.")
            tests = [_condition(rule, part, depth + 1) for part in parts]
            return lambda facts, tests=tests, combine=combine: combine(test(facts) for test in tests)  # type: ignore[misc]
    if "not" in raw:
        _known(rule, raw, ("not",))
        inner = _condition(rule, raw["not"], depth + 1)
        return lambda facts: not inner(facts)
    return _leaf(rule, _known(rule, raw, _LEAF_KEYS))


def _leaf(rule: str, raw: Mapping[str, Any]) -> Test:
    name, default = raw.get("fact"), raw.get("default", False)
    fact = FACTS.get(name) if isinstance(name, str) else None
    if fact is None:
        raise BrokenRules(f"{rule}: there is no fact {str(name)[:40]!r}; choose one of {', '.join(FACTS)}.")
    name = fact.name
    if len({"in", "at_least", "stated"} & set(raw)) != 1:
        raise BrokenRules(f"{rule}: a condition on {name} takes one of in, at_least and stated.")
    if type(default) is not bool:
        raise BrokenRules(f"{rule}: default is true or false: what holds while {name} is not stated.")
    if "stated" in raw:
        if raw["stated"] is not True or "default" in raw:
            raise BrokenRules(f"{rule}: stated is true and stands alone; put it into a not for the opposite.")
        return lambda facts: bool(facts.get(name))
    values = frozenset(leaf_values(raw, rule))
    if fact.many:
        if "default" in raw:
            raise BrokenRules(f"{rule}: {name} is a list and takes no default.")
        return lambda facts: not values.isdisjoint(facts.get(name) or ())
    return lambda facts: default if facts.get(name) is None else facts[name] in values


def leaf_values(raw: Mapping[str, Any], rule: str = "") -> list[str]:
    """The values a condition on a fact takes; raises BrokenRules for one the fact does not have."""
    fact = FACTS[raw["fact"]]
    if not fact.values:
        raise BrokenRules(f"{rule}: {fact.name} is free text; a rule can only ask whether it is stated.")
    if "in" in raw:
        wanted = raw["in"]
        known = isinstance(wanted, list) and all(isinstance(value, str) and value in fact.values for value in wanted)
        if not known or not wanted or len(set(wanted)) != len(wanted):
            raise BrokenRules(f"{rule}: {fact.name} is one or more of {', '.join(fact.values)}, each named once.")
        return list(wanted)
    least = raw["at_least"]
    if fact.many or not isinstance(least, str) or least not in fact.values:
        raise BrokenRules(
            f"{rule}: {fact.name} is a list; name its values with in."
            if fact.many
            else f"{rule}: {fact.name} is at least one of {', '.join(fact.values)}."
        )
    return list(fact.values[fact.values.index(least) :])


@cache
def default_rules() -> Mapping[str, Any]:
    """The default rule set as stored in the repository: its only source."""
    body: Mapping[str, Any] = json.loads(Path(__file__).with_name("default_rules.json").read_text(encoding="utf-8"))
    return body
