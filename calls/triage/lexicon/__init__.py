"""The words the reader knows: data in the JSON files beside this one, checked and made ready once.

`body()` is the whole lexicon as one object, in the form an administrator edits; `load` refuses what cannot be read with
a message that names it. A lexicon is known by its version and by the hash of its content, so a verdict can say which
one read its words.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from calls.triage.facts import FACTS
from calls.triage.patterns import BrokenPattern, Index, Pattern, literals, parse, stems
from calls.triage.spelling import speller

MOST_PATTERNS, LONGEST_PATTERN, MOST_MACRO = 20_000, 2_000, 400
NOTHING = "none"  # what an entry says that only keeps shorter ones from being read into it


class BrokenLexicon(ValueError):
    """A lexicon that cannot be used; the message names the entry and what is wrong with it."""


class LexiconVersion(NamedTuple):
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """What a pattern stands for. ``role``: fact, weapon, cue, state or behavior; ``name`` and ``value`` say which."""

    role: str
    name: str
    value: str = ""
    group: str = ""
    source: str = ""


@dataclass(frozen=True)
class Scope:
    """How far a cue reaches: through these words, at most so many."""

    through: frozenset[str]
    most: int


@dataclass(frozen=True)
class Lexicon:
    version: LexiconVersion
    spell: Callable[[str], str]
    shorthand: frozenset[str]
    index: Index[Mark]
    scopes: Mapping[str, Scope]
    sets: Mapping[str, frozenset[str]]


@cache
def body() -> Mapping[str, Any]:
    """The lexicon of the repository: what its files hold, their groups together."""
    whole: dict[str, Any] = {"groups": []}
    for path in sorted(Path(__file__).parent.glob("*.json")):
        part = json.loads(path.read_text())
        whole["groups"] += part.pop("groups", [])
        whole |= part
    return whole


@cache
def lexicon() -> Lexicon:
    return load(body())


def lexicon_version() -> LexiconVersion:
    """Version and content hash of the lexicon that reads."""
    return lexicon().version


def load(content: Mapping[str, Any]) -> Lexicon:
    """A lexicon ready to read with; raises BrokenLexicon."""
    shorthand = {raw: long for long, raws in content["shorthand"]["words"].items() for raw in raws}
    macros = _macros(content["macros"])
    marks = list(_marks(content))
    if len(marks) > MOST_PATTERNS:
        raise BrokenLexicon(f"At most {MOST_PATTERNS} patterns; there are {len(marks)}.")
    patterns = [(mark, _parsed(mark, text, macros, shorthand)) for mark, text in marks]
    spelling = content["spelling"]
    known = {word for _, pattern in patterns for word in literals(pattern)} | set(spelling["ordinary"])
    whole = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Lexicon(
        version=LexiconVersion(str(content["version"]), hashlib.sha256(whole.encode()).hexdigest()),
        spell=speller(shorthand, known, spelling["meant"], _stems(patterns)),
        shorthand=frozenset(shorthand),
        index=Index(patterns),
        scopes=_scopes(content["cues"]),
        sets={name: frozenset(words.split()) for name, words in content["sets"].items() if name != "source"},
    )


def _macros(macros: Mapping[str, list[str]]) -> Mapping[str, list[str]]:
    for name, words in macros.items():
        if len(words) > MOST_MACRO:
            raise BrokenLexicon(f"Macro {name} holds more than {MOST_MACRO} words.")
    return macros


def _parsed(mark: Mark, text: str, macros: Mapping[str, list[str]], shorthand: Mapping[str, str]) -> Pattern:
    try:
        if len(text) > LONGEST_PATTERN:
            raise BrokenPattern(f"{text[:60]!r}... is longer than {LONGEST_PATTERN} characters.")
        return parse(text, macros, shorthand)
    except BrokenPattern as error:
        raise BrokenLexicon(f"{mark.group or mark.name} {mark.value}: {error}") from None


def _stems(patterns: Iterable[tuple[Mark, Pattern]]) -> tuple[str, ...]:
    return tuple({stem for _, pattern in patterns for stem in stems(pattern)})


def _scopes(cues: Mapping[str, Any]) -> dict[str, Scope]:
    shared = frozenset(cues["through"])
    return {name: Scope(shared | frozenset(cue["through"]), int(cue["most"])) for name, cue in cues["before"].items()}


def _marks(content: Mapping[str, Any]) -> Iterator[tuple[Mark, str]]:
    """Every pattern with what it stands for."""
    for group in content["groups"]:
        yield from _of_group(group)
    for name, cue in content["cues"]["before"].items():
        yield from _all(Mark("cue", name, group="cues"), cue["cues"])
    for place in ("near", "after", "beside"):
        for name, words in content["cues"][place].items():
            yield from _all(Mark("cue", f"after {name}" if place == "after" else name, group="cues"), words)
    yield from _of_weapons(content["weapon"])
    for group in content["behavior"]["groups"]:
        for where in ("text", "type"):
            mark = Mark("behavior", group["group"], f"{where} {group['weight']}", group["group"], group["source"])
            yield from _all(mark, [*group.get("both", ()), *group.get(where, ())])


def _of_group(group: Mapping[str, Any]) -> Iterator[tuple[Mark, str]]:
    name, fact = str(group.get("group", "")), FACTS.get(group["fact"])
    if fact is None:
        raise BrokenLexicon(f"{name}: there is no fact {group['fact']!r}.")
    if not group.get("source"):
        raise BrokenLexicon(f"{name}: every group names its source.")
    for value, words in group["values"].items():
        if fact.values and value != NOTHING and value not in fact.values:
            raise BrokenLexicon(f"{name}: {fact.name} is one of {', '.join(fact.values)}, not {value!r}.")
        yield from _all(Mark("fact", fact.name, value, name, group["source"]), words)


def _of_weapons(weapon: Mapping[str, Any]) -> Iterator[tuple[Mark, str]]:
    source = weapon["source"]
    for part, role in (("words", "weapon"), ("tools", "tool")):
        for kind, words in weapon[part].items():
            yield from _all(Mark(role, "weapon", kind, "weapon", source), words)
    yield from _all(Mark("weapon", "weapon", NOTHING, "weapon", source), weapon["harmless"])
    yield from _all(Mark("state", "harmless_use", group="weapon"), weapon["harmless_use"])
    yield from _all(Mark("state", "retracted", group="weapon"), weapon["retracted"])
    for state, words in weapon["states"].items():
        parts = words if isinstance(words, Mapping) else {"": words}
        for part, patterns in parts.items():
            yield from _all(Mark("state", f"{state} {part}".strip(), group="weapon"), patterns)


def _all(mark: Mark, words: Iterable[str]) -> Iterator[tuple[Mark, str]]:
    for text in words:
        yield mark, text
