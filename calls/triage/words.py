"""The words of a text, each with its place: letters made plain, shorthand spelled out, misspellings mended."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

STOP = frozenset(".?")  # nothing is read across these


@dataclass(frozen=True, slots=True)
class Word:
    """``text`` as the lexicon spells it, ``raw`` as it was typed, at ``start:end``; ``part`` parts it from the next:
    ``.`` or ``?`` ends a statement, ``,`` ``:`` ``-`` divide one, nothing and a blank do not."""

    text: str
    raw: str
    start: int
    end: int
    part: str


_LETTERS = zip("áàâäéèêëíìîïóòôöúùûüñçåø", "aaaaeeeeiiiioooouuuuncao", strict=True)
# Letters of other alphabets that look like ours; who pastes text from elsewhere does not see the difference.
_ALIKE = zip("аеорсухіԁѕјһӏαορνικτ", "aeopcyxidsjhlaopvikt", strict=True)
_SIGNS = {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x60: "'", 0xB4: "'", 0x2013: "-", 0x2014: "-", 0xBF: " "}
_FULL_WIDTH = {0xFF01 + n: chr(0x21 + n) for n in range(94)}
_PLAIN = {ord(letter): plain for letter, plain in (*_LETTERS, *_ALIKE)} | _SIGNS | _FULL_WIDTH
_UNSEEN = re.compile("[\u00ad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\\x00]")

_WORD = re.compile(r"w/o(?:ut)?(?![a-z])|[hy]/o(?![a-z])|s/i(?![a-z])|h/i(?![a-z])|w/|\d+|[a-z]+(?:'[a-z]+)*|[^\W\d_]+")
_LONGEST_WORD = 40


def plain(text: str) -> tuple[str, list[int] | None]:
    """The text in small plain letters, and where each of its characters stood when some were left out."""
    if not _UNSEEN.search(text):
        return _lower(text), None
    kept = [place for place, letter in enumerate(text) if not _UNSEEN.match(letter)]
    return _lower("".join(text[place] for place in kept)), kept


def _lower(text: str) -> str:
    """Each character for one: a place in it is a place in the text."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)
    return lower.translate(_PLAIN)


def words(text: str, spell: Callable[[str], str], shorthand: frozenset[str]) -> list[Word]:
    """The words of a plain text; ``spell`` gives each as the lexicon spells it."""
    return list(_words(text, spell, shorthand))


def _words(text: str, spell: Callable[[str], str], shorthand: frozenset[str]) -> Iterator[Word]:
    at = _WORD.search(text)
    while at is not None:
        following = _WORD.search(text, at.end())
        begin, end = at.span()
        raw = at.group()[:_LONGEST_WORD].replace("'", "")
        between = text[end : following.start() if following else len(text)]
        part = _part(between[:12]) if between.strip(" ") or not following else ""
        if part == "." and between[0] == "." and "\n" not in between and _abbreviated(raw, between, shorthand):
            part = ""
        yield Word(spell(raw), raw, begin, end, part if following else part or ".")
        at = following


def _abbreviated(raw: str, between: str, shorthand: frozenset[str]) -> bool:
    """``poss. gun`` and ``s.i.`` go on after their points."""
    return between in (".", ". ") and (len(raw) == 1 or raw in shorthand and len(raw) <= 5)


@lru_cache(maxsize=2048)
def _part(between: str) -> str:
    if "?" in between:
        return "?"
    if any(sign in between for sign in ("\n", "\r", ";", "|", "!", ".", "//", "**", "--", "•")):
        return "."
    for sign, part in ((":", ":"), ("=", ":"), (",", ","), (" -", "-"), ("- ", "-")):
        if sign in between:
            return part
    return ""
