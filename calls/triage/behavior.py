"""Whether a call is behavioral: yes, maybe or no, from its type and its narrative together.

One sure word is enough, and so is suicide when it is named at all, for who denies it was asked; a likely word is enough
where nothing bodily explains it. Signs that each could mean something else (crying, pacing, refusing to leave) count by
kind: two kinds are enough, three where something else explains them. A type that is plainly something else, and a
narrative without any sign, is not behavioral. Everything else is maybe, and counts as behavioral for who is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from calls.triage.clauses import Page
from calls.triage.lexicon import Mark
from calls.triage.patterns import Hit

SIGNS_ENOUGH = 2  # kinds of signs, where nothing bodily explains them
SIGNS_AGAINST = 3  # where something does
TRAP = "trap"  # words that only sound so
LISTED = "the center's list of call types"
_DENIED_COUNT_NOT = frozenset({"sure", "likely", "sign"})
# Signs in how the call is spoken of; they count, and are no words to show as the reason.
_OF_THE_CALL = frozenset({"danger asked about", "who is there", "calls again", "concern", "evaluation"})
# Facts that say it by themselves.
TELLING = frozenset({"suicide", "psychosis_or_mania"})


class Suggested(Protocol):
    """What the narrative was read to say."""

    @property
    def fact(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def rule(self) -> str: ...
    @property
    def whose(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """``start:end`` in the type or in the narrative: the words it rests on."""

    value: str
    start: int = 0
    end: int = 0
    rule: str = "not clear"
    of_type: bool = False


def behavioral(typed: Page, narrated: Page, found: Sequence[Suggested], *, type_class: str = "") -> Verdict:
    """``found``: what the narrative was read to say. ``type_class``: what the center says of the type, for its words."""
    of_type, of_text = _weigh(typed, "type"), _weigh(narrated, "text")
    listed = Verdict(type_class, *_whole(typed), LISTED, of_type=True)
    if type_class == "yes":
        return listed
    explained = bool(of_text.get("explained") or of_type.get("explained"))
    of_type = {} if type_class else of_type
    for page, weighed, is_type in ((typed, of_type, True), (narrated, of_text, False)):
        plain = [] if weighed.get("explained") else weighed.get("likely", [])
        if telling := [*weighed.get("sure", ()), *weighed.get("named", ()), *sorted(plain, key=_tells)]:
            best = telling[0]
            if best.what.name in _OF_THE_CALL:
                best = min([best, *weighed.get("sign", ())], key=_tells)
            return _because(page, best, "yes", of_type=is_type)
    for item in found:
        if item.fact in TELLING and item.value not in ("denied", "unknown") and item.whose == "patient":
            return Verdict("yes", item.start, item.end, item.rule)
    signs = [*of_text.get("likely", ()), *of_text.get("sign", ())]
    kinds = {hit.what.name for hit in (*signs, *of_type.get("sign", ()), *of_type.get("likely", ()))}
    if signs and len(kinds) >= (SIGNS_AGAINST if explained else SIGNS_ENOUGH):
        return _because(narrated, min(signs, key=_tells), "yes")
    if type_class == "no" and not kinds and not of_text.get("maybe"):
        return listed
    ordinary = next(iter([*of_type.get("ordinary", ()), *of_type.get(TRAP, ())]), None)
    if ordinary and not kinds and not of_type.get("maybe") and not of_text.get("maybe"):
        return _because(typed, ordinary, "no", of_type=True)
    return Verdict("maybe")


def _tells(hit: Hit[Mark]) -> tuple[bool, bool]:
    """What the person does is quoted before what was asked or who comes; what is more than a sign before both."""
    return hit.what.name in _OF_THE_CALL, not hit.what.value.endswith("likely")


def _whole(page: Page) -> tuple[int, int]:
    return page.quote(0, len(page.words) - 1) if page.words else (0, 0)


def _weigh(page: Page, where: str) -> dict[str, list[Hit[Mark]]]:
    """What the words of a text weigh, those aside that only sound so or are denied."""
    weighed: dict[str, list[Hit[Mark]]] = {}
    trapped_to = -1  # of the traps that began so far, how far the longest goes
    for hit in sorted(page.behavior, key=lambda hit: (hit.first, not hit.what.value.endswith(TRAP), hit.last)):
        place, weight = hit.what.value.split()
        if place != where:
            continue
        if weight == TRAP:
            trapped_to = max(trapped_to, hit.last)
            weighed.setdefault(TRAP, []).append(hit)
        elif hit.last > trapped_to and not (weight in _DENIED_COUNT_NOT and page.denied(hit.first)):
            weighed.setdefault(weight, []).append(hit)
    return weighed


def _because(page: Page, hit: Hit[Mark], value: str, *, of_type: bool = False) -> Verdict:
    start, end = page.quote(hit.first, hit.last)
    return Verdict(value, start, end, hit.what.group, of_type)
