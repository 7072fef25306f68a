"""The words the reader knows, as patterns compiled once from lexicon.json.

A pattern is plain words. ``*`` ends a stem, ``#`` is a digit, ``~`` stands for up to three words, ``{name}`` for any word
of that macro. Every repetition is bounded, so that no text makes a pattern slow.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_GAP = r"(?:\W{1,3}\w{1,20}){0,3}\W{1,3}"
_BETWEEN = r"\W{1,3}"


@dataclass(frozen=True)
class Entry:
    """``pattern`` found in a clause says ``fact`` is ``value``, unless its surroundings change that."""

    group: str
    fact: str
    value: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Lexicon:
    """``before``: cues that end where a match begins; ``after``: cues that begin where it ends; the rest stand anywhere."""

    entries: tuple[Entry, ...]
    before: Mapping[str, re.Pattern[str]]
    after: Mapping[str, re.Pattern[str]]
    near: Mapping[str, re.Pattern[str]]
    types: Mapping[str, re.Pattern[str]]


def load(body: Mapping[str, Any] | None = None) -> Lexicon:
    """The lexicon of the repository, or of ``body`` in the same form."""
    if body is None:
        body = json.loads(Path(__file__).with_name("lexicon.json").read_text())
    assert body is not None
    macros = body["macros"]
    entries = tuple(
        Entry(group["group"], group["fact"], value, whole(words, macros))
        for group in body["groups"]
        for value, words in group["values"].items()
    )
    weapon, time = body["weapon"], body["time"]
    before = {name: _scope(**scope, macros=macros) for name, scope in body["scopes"].items()}
    before["in_hand"] = _scope(weapon["in_hand_before"], weapon["between"], 5, macros)
    before["access"] = _scope(weapon["access_before"], weapon["between"], 4, macros)
    before["past"] = _scope(
        time["past_before"], [*weapon["between"], "violent", "carrying", "of", "with", "and"], 4, macros
    )
    after = {name: _after(words, macros) for name, words in body["after"].items()}
    after["in_hand"] = _after(weapon["in_hand_after"], macros)
    near = {name: whole(words, macros) for name, words in {**weapon, **time}.items()}
    types = {name: whole(words, macros) for name, words in body["types"].items()}
    return Lexicon(entries, before, after, near, types)


def whole(words: Iterable[str], macros: Mapping[str, list[str]]) -> re.Pattern[str]:
    """Any of the patterns, as whole words; text and patterns are in lower case."""
    return re.compile(rf"(?<!\w)(?:{_any(words, macros)})(?!\w)")


def _scope(cues: Iterable[str], through: Iterable[str], most: int, macros: Mapping[str, list[str]]) -> re.Pattern[str]:
    """A cue, then up to ``most`` words it reaches through, up to the end; a comma right after the cue ends its reach."""
    step = rf"(?:[^\w,.;]{{1,3}}|\W{{0,2}},\W{{1,2}}(?=\w))(?:{_any(through, macros)})(?!\w)"
    return re.compile(rf"(?<!\w)(?:{_any(cues, macros)})(?!\w)(?!\s*,)(?:{step}){{0,{most}}}[^\w.;]{{0,3}}$")


def _after(words: Iterable[str], macros: Mapping[str, list[str]]) -> re.Pattern[str]:
    return re.compile(rf"[^\w,]{{0,3}}(?:{_any(words, macros)})(?!\w)")


def _any(words: Iterable[str], macros: Mapping[str, list[str]]) -> str:
    return _branches(sorted({_one(word, macros) for word in words}, key=len, reverse=True), 3)


def _branches(patterns: list[str], depth: int) -> str:
    """Alternatives that begin with the same letters share them: far fewer are tried at each word."""
    groups: dict[str, list[str]] = {}
    for pattern in patterns:
        shared = depth > 0 and pattern[:1].isalnum() and pattern[1:2] not in ("?", "{", "*")
        groups.setdefault(pattern[0] if shared else pattern, []).append(pattern[1:] if shared else pattern)
    parts = []
    for head, rests in groups.items():
        alone = len(rests) == 1
        parts.append(
            head if alone and rests[0] == head else head + (rests[0] if alone else f"(?:{_branches(rests, depth - 1)})")
        )
    return "|".join(parts)


def _one(word: str, macros: Mapping[str, list[str]]) -> str:
    parts = []
    for piece in word.split():
        if piece.startswith("{"):
            parts.append(f"(?:{_any(macros[piece.strip('{}')], macros)})")
        else:
            plain = re.escape(piece).replace(r"\*", r"\w{0,14}").replace(r"\#", r"\d")
            parts.append(plain.replace("'", "'?"))
    return _BETWEEN.join(parts).replace(f"{_BETWEEN}{re.escape('~')}{_BETWEEN}", _GAP)
