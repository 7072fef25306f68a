"""Why this answer and what would change it: computed from the rules and the facts, never written by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from calls.triage.asking import question
from calls.triage.facts import FACTS, NOT_ASKED
from calls.triage.parsing import Facts, RuleSet
from calls.triage.rules import Verdict, evaluate

NOT_KNOWN = (NOT_ASKED, "unknown")
RISKS = tuple(name for name, fact in FACTS.items() if fact.risk)
# Taken back or denied by a caller they stand: only a unit that has seen the patient clears them (domain, modifiers).
_CLEARED_BY_A_UNIT = {
    "overdose": ("yes",),
    "suicide": ("attempt",),
    "medical": ("possible", "life_threat"),
    "threat_to_others": ("specific",),
    "situation": ("hostage",),
}


@dataclass(frozen=True)
class Answer:
    """What would be decided were ``fact`` ``value`` and all else as it is."""

    fact: str
    value: str
    level: int | None
    response: str
    services: tuple[str, ...]

    def weight(self) -> tuple[int, int]:
        return self.level or 0, len(self.services)


def explain(facts: Facts, rules: RuleSet) -> dict[str, Any]:
    """``blocked``: the hits that keep a lighter answer away; ``would_change``: each single answer that leads elsewhere;
    ``questions``: what is not known and matters, that which would change the answer most first."""
    now = evaluate(facts, rules)
    here = Answer("", "", now.level, now.response, now.services)
    leading = {name: list(_elsewhere(name, facts, rules, here)) for name in RISKS}
    return {
        "blocked": [dict(hit) for hit in now.hits if hit["level"] == now.level and (now.level or 0) > 1],
        "would_change": [_shown(answer, facts, here) for name in RISKS for answer in _mildest(leading[name])],
        "questions": _questions(facts, now, here, leading),
    }


def _elsewhere(name: str, facts: Facts, rules: RuleSet, here: Answer) -> Iterator[Answer]:
    """The answers to one question that lead to another level or other services, from the mildest."""
    current = facts.get(name, NOT_ASKED)
    for value in FACTS[name].values:
        if value in (current, NOT_ASKED):
            continue
        then = evaluate({**facts, name: value}, rules)
        if (then.level, then.services) != (here.level, here.services):
            yield Answer(name, value, then.level, then.response, then.services)


def _mildest(answers: list[Answer]) -> Iterator[Answer]:
    """Of several values that lead to the same the mildest."""
    seen = set()
    for answer in answers:
        end = (answer.level, answer.services)
        if end not in seen:
            seen.add(end)
            yield answer


def _shown(answer: Answer, facts: Facts, here: Answer) -> dict[str, Any]:
    now = facts.get(answer.fact, NOT_ASKED)
    return {
        "fact": answer.fact,
        "value": answer.value,
        "level": answer.level,
        "response": answer.response,
        "services": list(answer.services),
        "heavier": answer.weight() > here.weight(),
        "only_by_a_unit": now in _CLEARED_BY_A_UNIT.get(answer.fact, ()),
    }


def _questions(facts: Facts, now: Verdict, here: Answer, leading: Mapping[str, list[Answer]]) -> list[dict[str, Any]]:
    found = []
    for place, name in enumerate(RISKS):
        current = facts.get(name, NOT_ASKED)
        if current not in NOT_KNOWN or not leading[name]:
            continue
        worst = max(leading[name], key=Answer.weight)
        safety = name in now.safety_questions
        # A question nobody put comes before one the caller could not answer, of the same effect.
        rank = (not safety, -(worst.level or 0), -len(set(worst.services) - set(here.services)), current == "unknown")
        found.append(
            (
                (*rank, place),
                {
                    "fact": name,
                    "state": "unknown" if current == "unknown" else "not_asked",
                    "text": question(name, facts),
                    "safety": safety,
                    "values": [value for value in FACTS[name].values if value not in (NOT_ASKED, current)],
                    "could_become": {"level": worst.level, "response": worst.response, "value": worst.value},
                },
            )
        )
    return [shown for _, shown in sorted(found, key=lambda pair: pair[0])]
