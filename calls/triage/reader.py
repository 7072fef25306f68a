"""Reads what a call-taker typed into suggested facts, each with the words it rests on.

A suggestion is never confirmed; it may raise a danger at once and never lowers one a person stated.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from calls.triage.behavior import behavioral
from calls.triage.clauses import Page, page
from calls.triage.facts import FACTS, danger
from calls.triage.lexicon import Lexicon, Mark, lexicon
from calls.triage.meaning import Meaning, meaning
from calls.triage.patterns import Hit
from calls.triage.words import plain

MAX_LENGTH = 20_000
MAX_TYPE = 200
QUOTE = 160
CHILD_UNDER, ADULT_FROM, OLDER_FROM = 12, 18, 65
PATIENT, SOMEBODY_ELSE = "patient", "somebody else"


@dataclass(frozen=True)
class SuggestedFact:
    """``quote`` stands at ``start:end`` of the text; ``rule`` names the lexicon group that found it; ``whose``: of
    whom it is said."""

    fact: str
    value: str
    quote: str
    start: int
    end: int
    rule: str
    whose: str = PATIENT

    def as_dict(self) -> dict[str, Any]:
        return dict(self.__dict__)


@dataclass(frozen=True)
class Reading:
    """``unread``: characters beyond the length that is read."""

    facts: tuple[SuggestedFact, ...]
    behavioral: str
    unread: int = 0

    def suggestions(self) -> list[SuggestedFact]:
        """One suggestion per fact, the most dangerous; a list fact has one per member."""
        worst: dict[str, SuggestedFact] = {}
        for item in self.facts:
            if item.whose != PATIENT:
                continue
            key = f"{item.fact}:{item.value}" if FACTS[item.fact].many else item.fact
            known = worst.get(key)
            if known is None or danger(item.fact, item.value) > danger(item.fact, known.value):
                worst[key] = item
        return list(worst.values())

    def conflicts(self) -> dict[str, list[SuggestedFact]]:
        """Risk facts of which the text says both that there is a danger and that there is none."""
        said: dict[str, list[SuggestedFact]] = {}
        for item in self.facts:
            if FACTS[item.fact].risk and item.whose == PATIENT:
                said.setdefault(item.fact, []).append(item)
        return {
            name: items
            for name, items in said.items()
            if {"denied"} < {"denied" if item.value == "denied" else "danger" for item in items}
        }


def read(narrative: str, call_type: str = "", *, type_class: str = "", words: Lexicon | None = None) -> Reading:
    """Suggested facts of a narrative and its call type; type and narrative together say whether it is behavioral.

    ``type_class``: yes, maybe or no, what the center's own list says calls of this type are; it stands for the type's words.
    """
    known = words or lexicon()
    text, places = plain(narrative[:MAX_LENGTH])
    kind, kind_places = plain(call_type[:MAX_TYPE])
    narrated, typed = page(text, known), page(kind, known)
    found = _deduced(_taken_back(narrated, list(_read_page(narrated))))
    found += _ages(text)
    found += _language(narrated, found)
    of_type = list(_of_type(typed))
    verdict = behavioral(typed, narrated, found, type_class=type_class)
    if verdict.value != "maybe":
        because = SuggestedFact("is_behavioral", verdict.value, "", verdict.start, verdict.end, verdict.rule)
        (of_type if verdict.of_type else found).append(because)
    facts = [_in_place(item, narrative, places) for item in found]
    facts += [_in_place(item, call_type, kind_places) for item in of_type]
    return Reading(tuple(facts), verdict.value, max(0, len(narrative) - MAX_LENGTH))


def _in_place(item: SuggestedFact, typed: str, places: Sequence[int] | None) -> SuggestedFact:
    """With its words as they were typed, and where they stand there."""
    start, end = item.start, item.end
    if places is not None and end > start:
        start, end = places[start], places[end - 1] + 1
    end = min(end, start + QUOTE)
    return replace(item, start=start, end=end, quote=typed[start:end])


def _read_page(read_from: Page) -> Iterator[SuggestedFact]:
    """Every reading of a text; the quote runs from the first word that says it to the last."""
    for hit in read_from.mentions:
        meant = meaning(read_from, hit)
        if meant is None:
            continue
        yield _suggested(read_from, hit, hit.what.name, meant)
        if hit.what.role in ("weapon", "tool") and meant.value not in ("denied", "unknown", "retracted"):
            yield _suggested(read_from, hit, "weapon_type", Meaning(hit.what.value))


def _suggested(read_from: Page, hit: Hit[Mark], fact: str, meant: Meaning) -> SuggestedFact:
    first = min([hit.first, *(said.first for said in meant.said)])
    last = max([hit.last, *(said.last for said in meant.said)])
    start, end = read_from.quote(first, last)
    whose = SOMEBODY_ELSE if meant.others else PATIENT
    return SuggestedFact(fact, meant.value, "", start, end, hit.what.group, whose)


def _taken_back(read_from: Page, found: list[SuggestedFact]) -> list[SuggestedFact]:
    """Who saw it says it was something else: weapons named up to there are retracted, not gone."""
    taken = list(read_from.all_near("retracted", (0, len(read_from.words))))
    if not taken:
        return found
    until = read_from.words[taken[-1].last].end

    def withdrawn(item: SuggestedFact) -> bool:
        worse = danger("weapon", item.value) > danger("weapon", "retracted") if item.fact == "weapon" else False
        return worse and item.start <= until

    return [replace(item, value="retracted") if withdrawn(item) else item for item in found]


def _deduced(found: list[SuggestedFact]) -> list[SuggestedFact]:
    """How an attempt was made is said only of an attempt; one of the last weeks is history too."""
    done = {(item.fact, item.value) for item in found if item.whose == PATIENT}
    attempted = bool(done & {("suicide", "attempt"), ("suicide", "recent_attempt"), ("overdose", "yes")})
    kept = [item for item in found if attempted or item.fact != "mechanism"]
    lately = [item for item in kept if (item.fact, item.value) == ("suicide", "recent_attempt")]
    return kept + [replace(item, fact="history", value="attempt") for item in lately[:1]]


def _language(read_from: Page, found: Sequence[SuggestedFact]) -> Iterator[SuggestedFact]:
    """A text in Spanish, unless it says what is spoken."""
    if read_from.spanish and not any(item.fact == "language" for item in found):
        start, end = read_from.quote(0, min(len(read_from.words), 6) - 1)
        yield SuggestedFact("language", "es", "", start, end, "words in Spanish")


# What a call type may say of the person: the code itself names it, nobody has looked yet.
_TYPE_TELLS = frozenset({"suicide", "overdose", "weapon", "violence", "hazard", "situation", "psychosis_or_mania"})


def _of_type(typed: Page) -> Iterator[SuggestedFact]:
    for item in _read_page(typed):
        if item.fact in _TYPE_TELLS and item.value != "denied":
            yield replace(item, rule=f"call type: {item.rule}")


_AGE = re.compile(r"(?<![\w.])(\d{1,2})(?:\W?(?:yo[fma]?|y/?o|yr\W?s?\W?old|years?\W?old|yoa|anos)(?!\w)|[mf](?![\w]))")
_MONTHS = re.compile(r"(?<![\w.])\d{1,2}\W?(?:mo|mos|months?|meses|weeks?|days?)\W?(?:old|boy|girl|infant|baby)(?!\w)")


def _ages(text: str) -> Iterator[SuggestedFact]:
    """The first age named is taken for the person's."""
    match = _AGE.search(text)
    if match is None:
        if small := _MONTHS.search(text):
            yield SuggestedFact("age", "child", "", small.start(), small.end(), "age in months")
        return
    years = int(match.group(1))
    value = "child" if years < CHILD_UNDER else "adolescent" if years < ADULT_FROM else "adult"
    value = "older" if years >= OLDER_FROM else value
    yield SuggestedFact("age", value, "", match.start(), match.end(), "age in years")
