"""Mends misspellings of the words that matter, and of no others.

A word the lexicon knows, or that is an ordinary word, is left alone; any other that is one or two letters away from a
word that matters is taken for it. RapidFuzz measures; only words of about the same length and beginning are compared.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

SHORTEST = 5  # a shorter word is one letter away from too many others
TWO_FROM = 9  # from this length on two letters may be wrong
REMEMBERED = 20_000  # distinct words; a bound on memory


def speller(
    shorthand: Mapping[str, str], known: Iterable[str], meant: Iterable[str], stems: tuple[str, ...]
) -> Callable[[str], str]:
    """How to spell a word: shorthand written out, known words as they are, else the one word meant that is near."""
    stay = frozenset(known) | frozenset(meant)
    begins = tuple(stem for stem in stems if len(stem) >= SHORTEST)
    near = _by_beginning(meant)

    @lru_cache(maxsize=REMEMBERED)
    def spell(word: str) -> str:
        if (long := shorthand.get(word)) is not None:
            return long
        if (
            word in stay
            or word.startswith(begins)
            or len(word) < SHORTEST - 1
            or not word.isascii()
            or not word.isalpha()
        ):
            return word
        return _mended(word, near)

    return spell


def _by_beginning(meant: Iterable[str]) -> dict[tuple[str, int], list[str]]:
    found: dict[tuple[str, int], list[str]] = {}
    for word in sorted(set(meant)):
        for length in range(len(word) - 2, len(word) + 3):
            found.setdefault((word[0], length), []).append(word)
    return found


def _mended(word: str, near: Mapping[tuple[str, int], list[str]]) -> str:
    """Its first letter is right, or changed places with the second."""
    allowed = 2 if len(word) >= TWO_FROM else 1
    candidates = near.get((word[0], len(word)), [])
    if word[1] != word[0]:
        candidates = candidates + near.get((word[1], len(word)), [])
    nearest = extract(word, candidates, scorer=OSA.distance, score_cutoff=allowed, limit=2)
    best = [(meant, distance) for meant, distance, _ in nearest if _fits(word, meant, distance)]
    if not best or len(best) == 2 and best[0][1] == best[1][1] and best[0][0][:3] != best[1][0][:3]:
        return word  # as near to two words that mean different things
    return str(best[0][0])


def _fits(word: str, meant: str, distance: float) -> bool:
    """Two wrong letters only in a long word; one that begins elsewhere must be the same letters in another order."""
    if distance == 2 and len(meant) < TWO_FROM:
        return False
    return word[0] == meant[0] or sorted(word) == sorted(meant)
