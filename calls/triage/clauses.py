"""One clause of a narrative, in lower case, and what its words say of a fact found in it: denied, not known, past, put away, in a hand."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from calls.triage.facts import FACTS
from calls.triage.lexicon import Entry, Lexicon, load

LONGEST = 400  # a clause without any stop is cut here, so that the work grows with the text and not with its square
REACH = 90  # characters before a word in which a cue may stand
AFTER = 30
_DENIABLE = frozenset(name for name, fact in FACTS.items() if fact.risk)

_STOPS = (
    r"[.!?](?!\d)(?!\W{1,3}(?:no|none|neg|negative|unk\w*|denied|nope)\b)(?=[\s'\")]|$)",
    r"[;\n|]+|//|\*\*|--",
    r",\s{1,3}(?=(?:but|and|then|so|pero|y)\s{1,3}(?:he|she|they|it|i|the|now)\b)",
    r"\b(?:but|however|except|although|though|pero|aunque|sin embargo)\b",
    r"\band\s{1,3}(?=(?:he|she|they)\b)",
    r"\s(?=(?:neg|unk|unkn|denies|denied|no|w/)\s\w)",
)
_STOP = re.compile("|".join(_STOPS))
_SEVERAL = frozenset(
    [
        "weapons",
        "wpns",
        "weps",
        "guns",
        "knives",
        "pistols",
        "rifles",
        "shotguns",
        "firearms",
        "handguns",
        "swords",
        "armas",
    ]
)
_HAS = re.compile(r"\b(?:has|have|had|tiene|tienen)\W{1,3}(?:some|many|several|unas|muchas)?\W{0,3}$")
_UNKNOWN_KIND = re.compile(r"\bunk\w{0,6}\W{1,3}(?:type|kind|what kind)\W{1,3}(?:of\W{1,3})?$")
# After a comma a word belongs to a list of what is denied only when the list goes on or ends with it.
_LIST_GOES_ON = re.compile(r"\s{0,3}(?:[,/;.]|(?:or|and|nor|ni|y|o)\b|$)")


@cache
def lexicon() -> Lexicon:
    return load()


@dataclass
class Clause:
    """``start``: where it stands in the text."""

    text: str
    start: int
    _near: dict[str, bool] = field(default_factory=dict)

    def near(self, name: str) -> bool:
        """Whether a cue of this name stands anywhere in the clause."""
        known = self._near.get(name)
        if known is None:
            known = self._near[name] = bool(lexicon().near[name].search(self.text))
        return known


def clauses(text: str) -> Iterator[Clause]:
    at = 0
    for stop in _STOP.finditer(text):
        yield from _cut(text[at : stop.start()] + ("?" if stop.group() == "?" else ""), at)
        at = stop.end()
    yield from _cut(text[at:], at)


def _cut(text: str, start: int) -> Iterator[Clause]:
    while len(text) > LONGEST:
        blank = text.rfind(" ", 1, LONGEST) if " " in text[1:LONGEST] else LONGEST
        yield Clause(text[:blank], start)
        text, start = text[blank:], start + blank
    if text.strip():
        yield Clause(text, start)


def mentions(text: str) -> Iterator[tuple[Entry, Clause, int, int]]:
    """Each word of the lexicon in the text, with its clause and its place in the clause, in the order of the lexicon."""
    found = list(clauses(text))
    starts = [clause.start for clause in found]
    for entry in lexicon().entries:
        for match in entry.pattern.finditer(text):
            clause = found[max(0, bisect_right(starts, match.start()) - 1)]
            begin, end = match.start() - clause.start, match.end() - clause.start
            if end <= len(clause.text):
                yield entry, clause, begin, end
            else:  # it reaches over a stop: what is left of it in its own clause
                yield from (
                    (entry, clause, *inner.span()) for inner in entry.pattern.finditer(clause.text, max(0, begin))
                )


def meaning(entry: Entry, clause: Clause, begin: int, end: int) -> str | None:
    """The value the word at ``begin:end`` of a clause stands for there; None when it says nothing of the fact."""
    if entry.value == "denied":
        return "denied"
    before = clause.text[max(0, begin - REACH) : begin]
    after = clause.text[end : end + AFTER]
    if entry.fact not in _DENIABLE:
        return None if _negated(before) else entry.value
    if entry.fact == "weapon" and clause.near("harmless"):
        return None
    if entry.fact == "weapon" and clause.near("retracted"):
        return "retracted"
    if lexicon().after["denied"].match(after):
        return "denied"
    if _unknown(before, after):
        return "unknown"
    if _negated(before) and (not before.rstrip().endswith(",") or _LIST_GOES_ON.match(after)):
        return "denied"
    past = bool(lexicon().before["past"].search(before)) or (clause.near("past") and not clause.near("now"))
    if entry.fact == "weapon":
        return "historic" if past else _weapon(entry, clause, clause.text[begin:end], before, after)
    if entry.fact == "suicide":
        return _suicide(entry, clause, past=past)
    if past:
        return "historic" if entry.fact == "violence" else None
    return entry.value


def _negated(before: str) -> bool:
    return any(lexicon().before[name].search(before) for name in ("no", "denies", "not"))


def _unknown(before: str, after: str) -> bool:
    """An unknown kind of weapon is a weapon."""
    if _UNKNOWN_KIND.search(before):
        return False
    return bool(lexicon().before["unknown"].search(before) or lexicon().after["unknown"].match(after))


def _weapon(entry: Entry, clause: Clause, word: str, before: str, after: str) -> str:
    """Where the weapon is, by the words around it. Several that somebody has are not all in a hand."""
    cues = lexicon()
    at_once = bool(cues.after["in_hand"].match(after))
    if clause.near("access_intent"):
        return "access_intent"
    for state in ("secured", "in_reach"):
        if clause.near(state) and not at_once:
            return state
    if clause.near("recent"):
        return "recent"
    if cues.before["access"].search(before) or word.lower() in _SEVERAL and _HAS.search(before):
        return "access"
    return "in_hand" if at_once or cues.before["in_hand"].search(before) else entry.value


def _suicide(entry: Entry, clause: Clause, *, past: bool) -> str | None:
    """An attempt of the last weeks is a fact of its own; what was said long ago is not said now."""
    lately = clause.near("recent_attempt")
    if entry.value == "attempt" and (past or lately):
        return "recent_attempt" if lately else None
    if past:
        return "passive" if lately else None
    return entry.value
