"""Patterns of words: how the lexicon writes them, and where they stand in a text.

``suicid*`` any word that begins so; ``hears|hearing`` one of them, ``car|hot_tub`` also of
several words; ``{self}`` one of that macro; ``the?`` it may be
missing; ``#`` a number, in digits or words; ``#8+`` one of at least eight, ``#7-`` of at most
seven; ``####`` a year; ``~`` up to three words of any kind. A pattern stands within one statement. Every repetition is
bounded and nothing is compiled to a regular expression, so no text and no pattern makes the reading slow.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import Generic, TypeVar

from calls.triage.words import Word

GAP = 3
MOST_STEPS, MOST_LOOSE = 12, 4
SHORTEST_STEM = 2
REMEMBERED = 20_000  # words of texts whose patterns are remembered; a bound on memory
_CLOSED = frozenset(".?,:")
MANY = 10**9  # more than anybody counts


def _counted(line: str, numbers: Iterable[int]) -> dict[str, int]:
    return dict(zip(line.split(), numbers, strict=False))


_NUMBERS = {
    **_counted(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen", range(1, 99)
    ),
    **_counted("uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince", range(1, 99)),
    **_counted("twenty thirty forty fifty sixty seventy eighty ninety hundred", range(20, 999, 10)),
    **_counted("veinte treinta cuarenta cincuenta", range(20, 999, 10)),
    **_counted("couple few varios", repeat(3)),
    **_counted("several many multiple dozen dozens handful bunch numerous muchas muchos varias", repeat(MANY)),
}


class BrokenPattern(ValueError):
    """A pattern that cannot be used; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Step:
    words: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()
    phrases: tuple[tuple["Step", ...], ...] = ()
    number: int | None = None  # at least this
    most: int = MANY
    year: bool = False
    optional: bool = False
    gap: bool = False
    firsts: frozenset[str] = frozenset()  # words its phrases begin with
    open_firsts: bool = False  # a phrase begins with a stem or a number

    def holds(self, word: str) -> bool:
        return (
            word in self.words
            or bool(self.stems)
            and word.startswith(self.stems)
            or self.number is not None
            and self.number <= _number(word) <= self.most
            or self.year
            and len(word) == len("2026")
            and word.isdecimal()
            and word[:2] in ("19", "20")
        )

    def may_begin(self, word: str) -> bool:
        """Whether the word begins it: nearly always not, so this comes first."""
        return (
            word in self.firsts
            or self.holds(word)
            or self.open_firsts
            and any(phrase[0].holds(word) for phrase in self.phrases)
        )


def _number(word: str) -> int:
    """What a word counts, -1 when it is no number."""
    if word.isdecimal():
        return int(word[:9])
    return _NUMBERS.get(word, -1)


Pattern = tuple[Step, ...]
Macros = Mapping[str, Sequence[str]]


def parse(pattern: str, macros: Macros, spell: Mapping[str, str], *, inner: bool = False) -> Pattern:
    """One pattern; raises BrokenPattern. ``spell`` writes shorthand out, as it does in texts."""
    steps = tuple(_step(piece, macros, spell, pattern) for piece in pattern.split())
    if not steps or all(step.optional or step.gap for step in steps):
        raise BrokenPattern(f"{pattern!r} names no word.")
    if len(steps) > MOST_STEPS or sum(step.optional or step.gap for step in steps) > MOST_LOOSE:
        raise BrokenPattern(f"{pattern!r} is too long: at most {MOST_STEPS} words, {MOST_LOOSE} of them open.")
    if steps[0].gap or steps[-1].gap:
        raise BrokenPattern(f"{pattern!r} begins or ends with ~.")
    if inner and any(step.phrases for step in steps):
        raise BrokenPattern(f"{pattern!r}: a macro names no other macro.")
    return steps


def _step(piece: str, macros: Macros, spell: Mapping[str, str], pattern: str) -> Step:
    if piece == "~":
        return Step(gap=True)
    optional = piece.endswith("?") and len(piece) > 1
    one = _Alternatives()
    for part in (piece.removesuffix("?") if optional else piece).split("|"):
        if part.startswith("{"):
            name = part.strip("{}")
            if name not in macros:
                raise BrokenPattern(f"{pattern!r}: there is no macro {name}; there are {', '.join(sorted(macros))}.")
            for alternative in macros[name]:
                one.take(parse(alternative, {}, spell, inner=True))
        elif not one.add(part, spell):
            raise BrokenPattern(f"{pattern!r}: {part!r} is no word. Words, *, |, ?, #, ~ and {{macro}} make a pattern.")
    return one.step(optional=optional)


@dataclass
class _Alternatives:
    """What one place of a pattern may hold, while it is put together."""

    words: set[str] = field(default_factory=set)
    stems: list[str] = field(default_factory=list)
    phrases: list[Pattern] = field(default_factory=list)
    number: int | None = None
    most: int = MANY
    year: bool = False

    def add(self, part: str, spell: Mapping[str, str]) -> bool:
        """One alternative as it is written; False when it is none."""
        if part.isalnum():
            self.words.add(spell.get(part, part))
        elif part.endswith("*") and len(part) > SHORTEST_STEM and part[:-1].isalnum():
            self.stems.append(part.removesuffix("*"))
        elif part == "####":
            self.year = True
        elif part == "#":
            self.number = 0
        elif part[:1] == "#" and part[-1] in "+-" and part[1:-1].isdecimal():
            self.number, self.most = (int(part[1:-1]), MANY) if part[-1] == "+" else (0, int(part[1:-1]))
        elif "_" in part and part.replace("_", "").replace("*", "").isalnum():
            self.phrases.append(parse(part.replace("_", " "), {}, spell, inner=True))
        else:
            return False
        return True

    def take(self, steps: Pattern) -> None:
        """An alternative of a macro."""
        first = steps[0]
        if len(steps) > 1 or first.optional:
            self.phrases.append(steps)
            return
        self.words |= first.words
        self.stems += first.stems
        self.number = first.number if self.number is None else self.number
        self.year = self.year or first.year

    def step(self, *, optional: bool) -> Step:
        return Step(
            frozenset(self.words), tuple(self.stems), tuple(self.phrases), self.number, self.most, self.year, optional,
            firsts=frozenset(word for phrase in self.phrases for word in phrase[0].words),
            open_firsts=any(phrase[0].stems or phrase[0].number is not None for phrase in self.phrases),
        )  # fmt: skip


def literals(pattern: Pattern) -> Iterator[str]:
    """Every whole word a pattern names."""
    for step in pattern:
        yield from step.words
        for phrase in step.phrases:
            yield from literals(phrase)


def stems(pattern: Pattern) -> Iterator[str]:
    for step in pattern:
        yield from step.stems
        for phrase in step.phrases:
            yield from stems(phrase)


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """What stands at the words ``first`` to ``last``."""

    what: T
    first: int
    last: int


class Index(Generic[T]):
    """Patterns by the word they begin with. ``gate``: the step that the next word must begin, to try no more than needed."""

    def __init__(self, patterns: Iterable[tuple[T, Pattern]]) -> None:
        self._words: dict[str, list[_Begun[T]]] = {}
        self._stems: dict[str, list[_Begun[T]]] = {}
        self._counts: list[tuple[Step, _Begun[T]]] = []
        for what, pattern in patterns:
            for at in range(len(pattern)):
                self._add(what, pattern[at], pattern[at + 1 :])
                if not pattern[at].optional:
                    break
        self._longest = max(map(len, self._stems), default=0)
        self._begun_by = lru_cache(maxsize=REMEMBERED)(self._find_begun)

    def _add(self, what: T, step: Step, rest: Pattern) -> None:
        for first, after in [(step, rest), *((phrase[0], phrase[1:] + rest) for phrase in step.phrases)]:
            begun = _Begun(what, after, after[0] if after and not (after[0].optional or after[0].gap) else None)
            for word in first.words:
                self._words.setdefault(word, []).append(begun)
            for stem in first.stems:
                self._stems.setdefault(stem, []).append(begun)
            if first.number is not None or first.year:
                self._counts.append((first, begun))

    def _find_begun(self, word: str) -> tuple["_Begun[T]", ...]:
        found = list(self._words.get(word, ()))
        for length in range(SHORTEST_STEM, min(len(word), self._longest) + 1):
            found += self._stems.get(word[:length], ())
        if _number(word) >= 0:
            found += [begun for step, begun in self._counts if step.holds(word)]
        return tuple(found)

    def hits(self, text: Sequence[Word]) -> Iterator[Hit[T]]:
        """Every place where a pattern stands."""
        for at, word in enumerate(text):
            following = text[at + 1].text if at + 1 < len(text) and word.part not in _CLOSED else None
            for begun in self._begun_by(word.text):
                if begun.gate is not None and (following is None or not begun.gate.may_begin(following)):
                    continue
                end = _stands(begun.rest, 0, text, at + 1, at)
                if end > at:
                    yield Hit(begun.what, at, end - 1)


@dataclass(frozen=True, slots=True)
class _Begun(Generic[T]):
    """What is left of a pattern after its first word."""

    what: T
    rest: Pattern
    gate: Step | None


def _stands(pattern: Pattern, step: int, text: Sequence[Word], at: int, start: int) -> int:
    """Where the pattern from this step on ends when it goes on at a word; -1 when it does not stand there."""
    while step < len(pattern):
        one = pattern[step]
        if one.gap:
            return _beyond_gap(pattern, step + 1, text, at, start)
        after = _one(one, text, at, start)
        if not one.optional:
            if after < 0:
                return -1
            at = after
        elif after >= 0 and (end := _stands(pattern, step + 1, text, after, start)) >= 0:
            return end
        step += 1
    return at


def _beyond_gap(pattern: Pattern, step: int, text: Sequence[Word], at: int, start: int) -> int:
    for skipped in range(GAP + 1):
        if (end := _stands(pattern, step, text, at + skipped, start)) >= 0:
            return end
        if not _open(text, at + skipped, start):
            return -1
    return -1


def _open(text: Sequence[Word], at: int, start: int) -> bool:
    """Whether a pattern that began at ``start`` may go on to the word at this place."""
    return at < len(text) and (at == start or text[at - 1].part not in _CLOSED)


def _one(step: Step, text: Sequence[Word], at: int, start: int) -> int:
    if not _open(text, at, start):
        return -1
    end = at + 1 if step.holds(text[at].text) else -1
    for phrase in step.phrases:
        end = max(end, _stands(phrase, 0, text, at, start))
    return end
