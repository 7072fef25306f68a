"""A text as words, clauses and marks, and what stands around a mention: denied, not known, past, somebody else's.

The way of NegEx and ConText: a cue reaches over words that carry no meaning of their own and over other mentions in a
list, and no further. Everything is found in one pass over the words, so the work grows with the text and not with its
square.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from calls.triage.facts import FACTS
from calls.triage.lexicon import NOTHING, Lexicon, Mark, Scope
from calls.triage.patterns import Hit
from calls.triage.words import STOP, Word, words

LONGEST = 40  # words; a clause without any stop is cut here
_DENIABLE = frozenset(name for name, fact in FACTS.items() if fact.risk)
_MENTIONS = frozenset({"fact", "weapon", "tool"})


@dataclass(frozen=True, slots=True)
class Said:
    """What surroundings say, and the words that say it."""

    what: str
    first: int
    last: int


@dataclass
class Page:
    """One text, read once. Places are numbers of words; a clause is a run of words with one thing to say."""

    words: list[Word]
    sets: Mapping[str, frozenset[str]]  # the lexicon's small words
    starts: list[int]  # the first word of each clause
    mentions: list[Hit[Mark]]
    cues: dict[str, list[Hit[Mark]]]  # by name, in the order of the text
    behavior: list[Hit[Mark]]
    spanish: bool = False
    reached: dict[int, list[Said]] = field(default_factory=dict)  # cues that reach the word a mention begins with
    mentioned: set[int] = field(default_factory=set)  # every word of a mention

    def clause(self, at: int) -> tuple[int, int]:
        """The first word of the clause this word stands in, and the first after it."""
        number = bisect_right(self.starts, at)
        return self.starts[number - 1], self.starts[number] if number < len(self.starts) else len(self.words)

    def statement(self, at: int) -> tuple[int, int]:
        """The same between full stops, at most ``LONGEST`` words to each side."""
        first, after = at, at + 1
        while first > 0 and at - first < LONGEST and self.words[first - 1].part not in STOP:
            first -= 1
        while after < len(self.words) and after - at < LONGEST and self.words[after - 1].part not in STOP:
            after += 1
        return first, after

    def near(self, name: str, within: tuple[int, int]) -> Said | None:
        """The first cue of this name between these words."""
        return next(self.all_near(name, within), None)

    def all_near(self, name: str, within: tuple[int, int]) -> Iterator[Said]:
        hits = self.cues.get(name, [])
        for at in range(bisect_left(hits, within[0], key=lambda hit: hit.first), len(hits)):
            if hits[at].first >= within[1]:
                return
            if hits[at].last < within[1]:
                yield Said(name, hits[at].first, hits[at].last)

    def before(self, name: str, at: int) -> Said | None:
        """A cue of this name that reaches the word."""
        return next((said for said in self.reached.get(at, ()) if said.what == name), None)

    def denied(self, at: int) -> Said | None:
        """Whatever denies what begins at the word."""
        return next((said for name in ("no", "denies", "not") if (said := self.before(name, at))), None)

    def quote(self, first: int, last: int) -> tuple[int, int]:
        """Where these words stand in the text."""
        return self.words[first].start, self.words[last].end

    def is_one_of(self, name: str, at: int) -> bool:
        """Whether the word at a place is one of the lexicon's small words of this name."""
        return 0 <= at < len(self.words) and self.words[at].text in self.sets[name]


def page(text: str, lexicon: Lexicon) -> Page:
    found = words(text, lexicon.spell, lexicon.shorthand)
    spanish = _tell_spanish(found, lexicon.sets)
    mentions: list[Hit[Mark]] = []
    cues: dict[str, list[Hit[Mark]]] = {}
    behavior: list[Hit[Mark]] = []
    for hit in lexicon.index.hits(found):
        if hit.what.role in _MENTIONS:
            mentions.append(hit)
        elif hit.what.role == "behavior":
            behavior.append(hit)
        else:
            cues.setdefault(hit.what.name, []).append(hit)
    starts = list(_clause_starts(found, lexicon.sets))
    made = Page(found, lexicon.sets, starts, _outermost(mentions), cues, behavior, spanish)
    made.mentioned.update(at for hit in made.mentions for at in range(hit.first, hit.last + 1))
    _reach(made, lexicon.scopes)
    return made


def _tell_spanish(found: list[Word], sets: Mapping[str, frozenset[str]]) -> bool:
    """``si`` is a dispatcher's word for suicidal ideation, and Spanish for yes and if."""
    spanish = sum(word.text in sets["spanish"] for word in found)
    told = spanish > 1 and spanish > sum(word.text in sets["english"] for word in found)
    if told:
        for at, word in enumerate(found):
            if word.raw == "si":
                found[at] = Word("sies", word.raw, word.start, word.end, word.part)
    return told


def _clause_starts(found: Sequence[Word], sets: Mapping[str, frozenset[str]]) -> Iterator[int]:
    last = 0
    if found:
        yield 0
    for at in range(1, len(found)):
        following = found[at + 1].text if at + 1 < len(found) else ""
        if at - last >= LONGEST or _parted(found[at - 1], found[at], following, sets):
            last = at
            yield at


def _parted(before: Word, word: Word, following: str, sets: Mapping[str, frozenset[str]]) -> bool:
    """Whether a clause begins at the word: after a stop, at a turn, with a new subject, with a denial of its own."""
    if before.part in (".", "?", "-") or word.text in sets["turns"]:
        return True
    if word.text in sets["joins"] and following in sets["subjects"]:
        return True
    if word.text in sets["denials"] and following and following not in sets["kinds"] and not word.part:
        return True
    return before.part == "," and word.text in sets["subjects"]


def _outermost(mentions: Iterable[Hit[Mark]]) -> list[Hit[Mark]]:
    """Of mentions of one fact that overlap the longest counts; one that begins in words that mean nothing is dropped."""
    kept: list[Hit[Mark]] = []
    over: dict[str, Hit[Mark]] = {}
    nothing: dict[str, int] = {}
    for hit in sorted(set(mentions), key=lambda hit: (hit.first, -hit.last, hit.what.value != NOTHING, hit.what)):
        name, longest = hit.what.name, over.get(hit.what.name)
        if hit.first <= nothing.get(name, -1):
            continue
        if hit.what.value == NOTHING:
            nothing[name] = hit.last
        inside = longest is not None and hit.last <= longest.last
        if inside and longest is not None and (hit.first, hit.last) != (longest.first, longest.last):
            continue
        if longest is None or hit.last > longest.last:
            over[name] = hit
        kept.append(hit)
    return kept


def _reach(made: Page, scopes: Mapping[str, Scope]) -> None:
    """Note at each mention which cues reach it."""
    spans: dict[int, int] = {}
    for hit in made.mentions:
        if hit.what.value != NOTHING and (hit.what.role != "fact" or hit.what.name in _DENIABLE):
            spans[hit.first] = max(hit.last, spans.get(hit.first, -1))
    for name, scope in scopes.items():
        for hit in made.cues.get(name, ()):
            for at in _reached(made, hit.last, scope, spans):
                made.reached.setdefault(at, []).append(Said(name, hit.first, hit.last))


def _reached(made: Page, last: int, scope: Scope, spans: Mapping[int, int]) -> Iterator[int]:
    """The words a cue that ends at ``last`` reaches, one after the other."""
    found, at, listed = made.words, last + 1, False
    for _ in range(scope.most):
        if at >= len(found):
            return
        part = found[at - 1].part
        if part in STOP or part in ("-", ":") and at > last + 1 or part == "," and not listed:
            return
        end = spans.get(at)
        if end is not None:
            if part != "," or _goes_on(made, end):
                yield from range(at, end + 1)
            at, listed = end + 1, True
            continue
        yield at
        if found[at].text not in scope.through:
            return
        listed = made.is_one_of("list", at) or made.is_one_of("listed", at)
        at += 1


def _goes_on(made: Page, end: int) -> bool:
    """After a comma a mention belongs to a list only when the list goes on or ends with it."""
    return bool(made.words[end].part) or end + 1 >= len(made.words) or made.is_one_of("list", end + 1)
