"""Reads what a call-taker typed into suggested facts, each with the words it rests on.

A suggestion is never confirmed; it may raise a danger at once and never lowers one a person stated.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calls.triage.clauses import lexicon, meaning, mentions
from calls.triage.facts import FACTS, danger

MAX_LENGTH = 20_000
MAX_TYPE = 200
QUOTE = 160
CHILD_UNDER, ADULT_FROM, OLDER_FROM = 12, 18, 65


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
        """One suggestion per fact, the most dangerous; a list fact has one per member."""
        worst: dict[str, SuggestedFact] = {}
        for item in self.facts:
            key = f"{item.fact}:{item.value}" if FACTS[item.fact].many else item.fact
            known = worst.get(key)
            if known is None or danger(item.fact, item.value) > danger(item.fact, known.value):
                worst[key] = item
        return list(worst.values())


_LETTERS = zip("áéíóúüñÁÉÍÓÚÜÑABCDEFGHIJKLMNOPQRSTUVWXYZ", "aeiouunaeiouunabcdefghijklmnopqrstuvwxyz", strict=True)
_QUOTES = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x60: "'", 0xB4: "'"}
_UNSEEN = (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0)
# Each character for one: places in the plain text are places in what was typed.
_PLAIN = {ord(letter): plain for letter, plain in _LETTERS} | _QUOTES | dict.fromkeys(_UNSEEN, " ")


def read(narrative: str, call_type: str = "") -> Reading:
    """Suggested facts of a narrative and its call type; type and narrative together say whether it is behavioral."""
    text, kind = narrative[:MAX_LENGTH].translate(_PLAIN), call_type[:MAX_TYPE].translate(_PLAIN)
    found = _taken_back(text, list(_read_text(text)))
    found += _ages(text)
    found = [replace(item, quote=narrative[item.start : item.end]) for item in found]
    found += _of_type(kind)
    behavioral, quote, rule = _behavioral(kind, text, found)
    if behavioral != "maybe":
        found.append(SuggestedFact("is_behavioral", behavioral, quote, 0, len(quote), rule))
    return Reading(tuple(found), behavioral)


def _read_text(text: str) -> Iterator[SuggestedFact]:
    """Every reading of a text; the quote is the clause, where a person sees what a word was said of."""
    for entry, clause, begin, end in mentions(text):
        value = meaning(entry, clause, begin, end)
        if value in FACTS[entry.fact].values:
            quote = clause.text.strip().rstrip("?")[:QUOTE]
            start = clause.start + clause.text.find(quote)
            yield SuggestedFact(entry.fact, str(value), quote, start, start + len(quote), entry.group)


def _taken_back(text: str, found: list[SuggestedFact]) -> list[SuggestedFact]:
    """Who saw it says it was something else: weapons named up to there are retracted, not gone."""
    taken = lexicon().near["retracted"].search(text)
    if taken is None:
        return found

    def withdrawn(item: SuggestedFact) -> bool:
        worse = danger("weapon", item.value) > danger("weapon", "retracted") if item.fact == "weapon" else False
        return worse and item.start <= taken.end()

    return [replace(item, value="retracted") if withdrawn(item) else item for item in found]


# What a call type may say of the person: the code itself names it, nobody has looked yet.
_TYPE_TELLS = frozenset({"suicide", "overdose", "weapon", "violence", "hazard", "situation", "psychosis_or_mania"})


def _of_type(kind: str) -> Iterator[SuggestedFact]:
    for item in _read_text(kind):
        if item.fact in _TYPE_TELLS and item.value != "denied":
            yield replace(item, rule=f"call type: {item.rule}")


_AGE = re.compile(r"(?<!\w)(\d{1,2})\W?(?:yo[fm]?|y/?o|yr\W?s?\W?old|years?\W?old|anos)(?!\w)")


def _ages(text: str) -> Iterator[SuggestedFact]:
    """The first age named is taken for the person's."""
    match = _AGE.search(text)
    if match is None:
        return
    years = int(match.group(1))
    value = "child" if years < CHILD_UNDER else "adolescent" if years < ADULT_FROM else "adult"
    value = "older" if years >= OLDER_FROM else value
    yield SuggestedFact("age", value, match.group(), match.start(), match.end(), "age in years")


def _behavioral(kind: str, text: str, found: Sequence[SuggestedFact]) -> tuple[str, str, str]:
    """``(yes, maybe or no, the words, the group)`` from the call type and the narrative together."""
    types = lexicon().types
    for place in (kind, text):
        if hit := types["behavioral"].search(types["trap"].sub(" ", place)):
            return "yes", hit.group(0)[:QUOTE], "behavioral"
    for item in found:
        if item.fact in ("suicide", "psychosis_or_mania") and item.value not in ("denied", "unknown"):
            return "yes", item.quote, item.rule
    if (hit := types["ordinary"].search(kind)) and not types["maybe"].search(text):
        return "no", hit.group(0), "ordinary"
    return "maybe", "", "not clear"
