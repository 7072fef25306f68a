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
ANSWER_WITHIN = 3  # words between what was asked about and the answer
_TURNS = frozenset("but however although though except pero aunque yet whereas otherwise".split())
_JOINS = frozenset("and then so y".split())
_SUBJECTS = frozenset(
    "he she they it i we now caller patient subject male female man woman police officer el ella ahora ahorita hes shes"
    " theyre its im".split()
)
_DENIALS = frozenset("negative denies denied unknown".split())
_KINDS = frozenset(("", "type", "kind", "make", "caliber"))
_LIST = frozenset("or and nor ni y o".split())
_LISTED = frozenset("drugs alcohol intoxicated si hi injuries threats history illness medical ems pain".split())
_ASKS = frozenset("any are is does has did do asked q hay tiene".split())
_CLOSES = frozenset("per at so but according known seen here present found if this that".split())
_SMALL = frozenset("in the house home on him her he she has are is at scene or and info".split())
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

    text: str
    words: list[Word]
    starts: list[int]  # the first word of each clause
    mentions: list[Hit[Mark]]
    cues: dict[str, list[Hit[Mark]]]  # by name, in the order of the text
    behavior: list[Hit[Mark]]
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
        hits = self.cues.get(name, [])
        at = bisect_left(hits, within[0], key=lambda hit: hit.first)
        if at < len(hits) and hits[at].last < within[1]:
            return Said(name, hits[at].first, hits[at].last)
        return None

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

    def quote(self, first: int, last: int) -> tuple[int, int]:
        """Where these words stand in the text."""
        return self.words[first].start, self.words[last].end


def page(text: str, lexicon: Lexicon) -> Page:
    found = words(text, lexicon.spell, lexicon.shorthand)
    _tell_spanish(found)
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
    made = Page(text, found, list(_clause_starts(found)), _outermost(mentions), cues, behavior)
    made.mentioned.update(at for hit in made.mentions for at in range(hit.first, hit.last + 1))
    _reach(made, lexicon.scopes)
    return made


_SPANISH = frozenset("el la los las que con esta una mi su se por en de dice tiene hay muy pero para le lo es".split())
_ENGLISH = frozenset("the is and with to has he she of in on says not his her a".split())


def _tell_spanish(found: list[Word]) -> None:
    """``si`` is a dispatcher's word for suicidal ideation, and Spanish for yes and if."""
    spanish = sum(word.text in _SPANISH for word in found)
    if spanish > 1 and spanish > sum(word.text in _ENGLISH for word in found):
        for at, word in enumerate(found):
            if word.raw == "si":
                found[at] = Word("sies", word.raw, word.start, word.end, word.part)


def _clause_starts(found: Sequence[Word]) -> Iterator[int]:
    last = 0
    if found:
        yield 0
    for at in range(1, len(found)):
        if at - last >= LONGEST or _parted(found, at):
            last = at
            yield at


def _parted(found: Sequence[Word], at: int) -> bool:
    before, word = found[at - 1], found[at]
    if before.part in (".", "?", "-") or word.text in _TURNS:
        return True
    after = found[at + 1].text if at + 1 < len(found) else ""
    if word.text in _JOINS and after in _SUBJECTS or word.text in _DENIALS and after not in _KINDS and word.part == "":
        return True
    return before.part == "," and word.text in _SUBJECTS


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
            for at in _reached(made.words, hit.last, scope, spans):
                made.reached.setdefault(at, []).append(Said(name, hit.first, hit.last))


def _reached(found: Sequence[Word], last: int, scope: Scope, spans: dict[int, int]) -> Iterator[int]:
    """The words a cue that ends at ``last`` reaches, one after the other."""
    at, listed = last + 1, False
    for _ in range(scope.most):
        if at >= len(found):
            return
        part = found[at - 1].part
        if part in STOP or part in ("-", ":") and at > last + 1:
            return
        if part == "," and not listed:
            return
        end = spans.get(at)
        if end is not None:
            if part != "," or _goes_on(found, end):
                yield from range(at, end + 1)
            at, listed = end + 1, True
            continue
        yield at
        if found[at].text not in scope.through:
            return
        listed = found[at].text in _LIST or found[at].text in _LISTED
        at += 1


def _goes_on(found: Sequence[Word], end: int) -> bool:
    """After a comma a mention belongs to a list only when the list goes on or ends with it."""
    if found[end].part:
        return True
    return end + 1 >= len(found) or found[end + 1].text in _LIST


def answer(made: Page, last: int) -> Said | None:
    """What is answered after a mention: ``weapons neg``, ``weapons? unknown``, ``asked about guns, she said no``."""
    found = made.words
    first, after = made.statement(last)
    if found[after - 1].part == "?":
        if after - 1 - last > 6:
            return None
        for name in ("unknown", "denied", "yes"):
            for said in made.all_near(f"after {name}", (after, min(len(found), after + 8))):
                if said.first <= after + 2 and _is_answer(found, said, asked=True):
                    return Said(name, said.first, said.last)
        open_question = after - 1 == last or found[first].text in _ASKS
        return Said("unknown", after - 1, after - 1) if open_question else None
    best: Said | None = None
    for name in ("unknown", "denied"):
        for said in made.all_near(f"after {name}", (last + 1, min(after, last + 2 + ANSWER_WITHIN + 6))):
            if said.first > last + 1 + ANSWER_WITHIN or not _follows(made, last, said):
                continue
            if _is_answer(found, said, asked=False) and (best is None or said.last > best.last):
                best = Said(name, said.first, said.last)
    return best


def _follows(made: Page, last: int, said: Said) -> bool:
    """Between a mention and its answer stand other mentions of a list or nothing much."""
    between = range(last + 1, said.first)
    return all(at in made.mentioned or made.words[at].text in _SMALL for at in between)


def _is_answer(found: Sequence[Word], said: Said, *, asked: bool) -> bool:
    """A bare ``no`` is an answer when nothing follows that it could deny instead."""
    part = found[said.last].part
    if part or said.last + 1 >= len(found):
        return True
    if said.last > said.first:
        return True
    return found[said.last + 1].text in _CLOSES and not asked or found[said.last + 1].text in ("per", "she", "he")
