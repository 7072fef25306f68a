"""Reads what a call-taker typed into suggested facts, each with the words it rests on.

Clause by clause: what is named, whether it is negated, unsure, past, taken back, or about somebody else. A suggestion is
never confirmed; it may raise a danger at once and never lowers one a person stated.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from calls.triage.facts import FACTS, danger
from calls.triage.lexicon import Lexicon, load

MAX_LENGTH = 20_000


@dataclass(frozen=True)
class SuggestedFact:
    """``quote`` stands at ``start:end`` of the text; ``rule`` names the lexicon group that found it."""

    fact: str
    value: str
    quote: str
    start: int
    end: int
    rule: str

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


@dataclass(frozen=True)
class Reading:
    facts: tuple[SuggestedFact, ...]
    behavioral: str

    def suggestions(self) -> list[SuggestedFact]:
        """One suggestion per fact, the most dangerous; what the text says of behavior comes with them."""
        worst: dict[str, SuggestedFact] = {}
        for item in self.facts:
            if item.fact not in worst or danger(item.fact, item.value) > danger(item.fact, worst[item.fact].value):
                worst[item.fact] = item
        return list(worst.values())


@cache
def lexicon() -> Lexicon:
    return load()


def read(narrative: str, call_type: str = "") -> Reading:
    """Suggested facts of a narrative and its call type; type and narrative together say whether it is behavioral."""
    words = lexicon()
    text = narrative[:MAX_LENGTH]
    found = [item for start, clause in _clauses(text) for item in _read_clause(words, clause, start)]
    behavioral, quote, rule = words.behavioral(call_type, text, bool(found))
    if behavioral != "maybe" or quote:
        found.append(SuggestedFact("is_behavioral", behavioral, quote, 0, len(quote), rule))
    return Reading(tuple(found), behavioral)


_BREAK = re.compile(r"[.;!?\n]+|,\s+(?=but\b|pero\b|and\b|y\b)|\bbut\b|\bpero\b|//|\*\*", re.IGNORECASE)


def _clauses(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for stop in _BREAK.finditer(text):
        if stop.start() > at:
            yield at, text[at : stop.start()]
        at = stop.end()
    if at < len(text):
        yield at, text[at:]


def _read_clause(words: Lexicon, clause: str, start: int) -> Iterator[SuggestedFact]:
    for entry in words.entries:
        for match in entry.pattern.finditer(clause):
            value = words.value(entry, clause, match)
            if value is not None and value in FACTS[entry.fact].values:
                span = clause.strip()
                begin = start + clause.find(span)
                yield SuggestedFact(entry.fact, value, span[:200], begin, begin + len(span[:200]), entry.group)
