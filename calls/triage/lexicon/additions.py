"""A center's own words beside the lexicon of the repository: what one may mean, and that it lowers no answer.

A word of one's own says a danger, that a call is behavioral, or stands for another word. It never says that there is
none: what only an admin knows of may raise an answer and must not lower one. Pure.
"""

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from calls.triage.cases import published_cases
from calls.triage.facts import FACTS, NEGATIVES, FactStatement, danger, effective
from calls.triage.lexicon import BrokenLexicon, Lexicon, body, lexicon, load
from calls.triage.parsing import default_rules, parse_rules
from calls.triage.rules import Verdict, evaluate
from calls.triage.words import plain

SHORTHAND = "shorthand"
LONGEST, MOST_PARTS, SHORTEST = 60, 6, 2
MOST_ADDED = 1000
_PART = re.compile(r"[a-z0-9]+")
_GROUP = "words of this center"


class BadAddition(ValueError):
    """A word that cannot be added; the message says why."""


@dataclass(frozen=True)
class Addition:
    """``fact`` and ``value`` say what the words mean; for ``shorthand`` the value is the word they stand for."""

    words: str
    fact: str
    value: str
    source: str


def key_of(words: str) -> str:
    """The words as the reader sees them: small plain letters and numbers, one blank between."""
    return " ".join(_PART.findall(plain(words)[0].replace("'", "")))


@cache
def offered() -> Mapping[str, tuple[str, ...]]:
    """What a word of one's own may mean: each fact with its dangers."""
    risks = {
        name: tuple(value for value in fact.values if value not in NEGATIVES)
        for name, fact in FACTS.items()
        if fact.risk and name != "weapon"
    }
    return risks | {"weapon_type": tuple(body()["weapon"]["words"]), "is_behavioral": ("yes",)}


def checked(words: str, fact: str, value: str, source: str) -> Addition:
    """The addition with its words in plain form; raises BadAddition."""
    key = key_of(words)
    parts = key.split()
    if len(words) > LONGEST or not 1 <= len(parts) <= MOST_PARTS or len(key) < SHORTEST:
        raise BadAddition(f"One to {MOST_PARTS} words of letters and numbers, {LONGEST} characters at most.")
    if all(part.isdecimal() for part in parts) and len(parts) == 1 and len(key) < 3:
        raise BadAddition("A number of one or two digits means too many other things; add the words around it.")
    if not source.strip():
        raise BadAddition("Say where these words come from: who uses them, or which list.")
    if fact == SHORTHAND:
        return Addition(key, fact, _long(key, value), source.strip())
    if fact not in offered():
        raise BadAddition(f"A word may mean one of {', '.join(offered())}, or be {SHORTHAND}.")
    if value not in offered()[fact]:
        raise BadAddition(f"{fact} is one of {', '.join(offered()[fact])}; that there is none is for a person to say.")
    return Addition(key, fact, value, source.strip())


def _long(key: str, value: str) -> str:
    long = key_of(value)
    if " " in key or not key.isalpha():
        raise BadAddition("Shorthand is one word of letters; a phrase is added with what it means.")
    if not long or " " in long:
        raise BadAddition("Shorthand stands for one word.")
    if lexicon().spell(key) != key or key in body()["spelling"]["ordinary"]:
        raise BadAddition(f"{key} means something already: {lexicon().spell(key)}.")
    return long


def extended(additions: Iterable[Addition]) -> Lexicon:
    """The lexicon of the repository with these words as well; raises BadAddition."""
    added = list(additions)
    if len(added) > MOST_ADDED:
        raise BadAddition(f"At most {MOST_ADDED} words of one's own.")
    content: dict[str, Any] = copy.deepcopy(dict(body()))
    for one in added:
        _add(content, one)
    content["version"] = f"{content['version']}+{len(added)}"
    try:
        return load(content)
    except BrokenLexicon as error:
        raise BadAddition(str(error)) from None


def _add(content: dict[str, Any], one: Addition) -> None:
    if one.fact == SHORTHAND:
        content["shorthand"]["words"].setdefault(one.value, []).append(one.words)
    elif one.fact == "weapon_type":
        content["weapon"]["words"][one.value].append(one.words)
    elif one.fact == "is_behavioral":
        content["behavior"]["groups"].append(
            {"group": _GROUP, "weight": "sure", "source": one.source, "both": [one.words]}
        )
    else:
        content["groups"].append(
            {"group": _GROUP, "fact": one.fact, "source": one.source, "values": {one.value: [one.words]}}
        )


def lowered(before: Lexicon, after: Lexicon) -> list[str]:
    """The must-pass cases whose narrative, read with ``after``, comes out lighter or loses a service."""
    rules = parse_rules(default_rules())
    told = []
    for case in published_cases():
        was, then = (evaluate(_facts(case.narrative, words), rules) for words in (before, after))
        if _lighter(was, then):
            told.append(f"{case.id} {case.title}")
    return told


def hidden(one: Addition, before: Lexicon, after: Lexicon) -> list[str]:
    """Dangers that the words of an addition told of before and, swallowed by it, would not any more."""
    was, then = _facts(one.words, before), _facts(one.words, after)
    return [name for name, value in was.items() if name not in then or danger(name, then[name]) < danger(name, value)]


def _facts(narrative: str, words: Lexicon) -> dict[str, Any]:
    from calls.triage.reader import read  # the reader knows the lexicon, not the other way round

    said: Sequence[FactStatement] = [
        FactStatement(item.fact, item.value, "narrative", "note", "", False, item.quote)
        for item in read(narrative, words=words).suggestions()
    ]
    return effective(said)


def _lighter(was: Verdict, then: Verdict) -> bool:
    return (then.level or 0) < (was.level or 0) or not set(was.services) <= set(then.services)
