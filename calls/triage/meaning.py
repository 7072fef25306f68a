"""What a mention says of a fact where it stands: the value, the words that say so, and of whom."""

from dataclasses import dataclass

from calls.triage import weapon
from calls.triage.answers import answer
from calls.triage.clauses import Page, Said
from calls.triage.facts import FACTS
from calls.triage.lexicon import NOTHING, Mark
from calls.triage.patterns import Hit

# A drug taken or a fall last night is still a danger; a threat or a blow is over.
_STAYS = frozenset({"companion", "need", "history", "mechanism", "age", "alone_with_dependent", "minors_present"})
_DONE_BY_OTHERS = frozenset({"suicide", "overdose", "history", "mechanism"})
# "History of" without a time: a plan is not taken for past; an attempt is in the history.
_SAID_BEFORE = {"ideation": "passive", "attempt": None}


@dataclass(frozen=True, slots=True)
class Meaning:
    """``value`` of the fact; ``said``: the words around the mention that make it so."""

    value: str
    said: tuple[Said, ...] = ()
    others: bool = False


def meaning(page: Page, hit: Hit[Mark]) -> Meaning | None:
    """None when the mention says nothing of the fact."""
    mark = hit.what
    if mark.role in ("weapon", "tool"):
        found = weapon.state(page, hit)
        return Meaning(found.value, found.said) if found.value else None
    if mark.value == NOTHING:
        return None
    if mark.value == "denied":
        return Meaning("denied")
    denied = page.denied(hit.first)
    if mark.name == "need" and mark.value == "in_person" and (later := page.near("later", page.clause(hit.first))):
        return Meaning("follow_up", (later,))
    if not FACTS[mark.name].risk:
        return None if denied else _of_whom(page, hit, Meaning(mark.value))
    unknown, replied = page.before("unknown", hit.first), answer(page, hit.last)
    if unknown:
        return Meaning("unknown", (unknown,))
    if denied:
        return Meaning("denied", (denied,))
    if replied and replied.what in ("denied", "unknown"):
        return Meaning(replied.what, (replied,))
    whose = _of_whom(page, hit, Meaning(mark.value))
    return whose if whose.others else _in_time(page, hit)


def _of_whom(page: Page, hit: Hit[Mark], meant: Meaning) -> Meaning:
    """A brother who died by suicide last year is somebody else; a son who shot himself may be the one to go to."""
    if hit.what.name not in _DONE_BY_OTHERS:
        return meant
    clause = page.clause(hit.first)
    long_ago = any(page.near(name, clause) for name in ("far", "lately"))
    for name in ("grief", "kin_died") if long_ago else ("grief",):
        for said in page.all_near(name, clause):
            if said.first <= hit.last + 1 and hit.first <= said.last + 2:
                return Meaning(meant.value, (said, *meant.said), others=True)
    return meant


def _in_time(page: Page, hit: Hit[Mark]) -> Meaning | None:
    """Now, or what is left of it when it was long ago."""
    mark, clause = hit.what, page.clause(hit.first)
    now = page.near("now", clause)
    past = page.before("past", hit.first) or (None if now else page.near("far", clause))
    lately = None if now else page.near("lately", clause)
    days = None if now else page.near("days", clause)
    if mark.name == "weapon" and not past and (today := page.near("today", clause)) and mark.value == "in_hand":
        return Meaning("recent", (today,))
    if not (past or lately or days) or mark.name in _STAYS:
        return Meaning(mark.value)
    said = tuple(one for one in (past or lately or days,) if one)
    if mark.name == "weapon":
        return Meaning("historic", said)
    if mark.name == "suicide" and not any(page.near(name, clause) for name in ("far", "lately")) and not days:
        value = _SAID_BEFORE.get(mark.value, mark.value)
    else:
        value = _long_ago(mark, lately=lately is not None) if past or lately else _days_ago(mark)
    return Meaning(value, said) if value else None


def _long_ago(mark: Mark, *, lately: bool) -> str | None:
    if mark.name == "violence":
        return "historic"
    if mark.name == "suicide" and lately:
        return "recent_attempt" if mark.value in ("attempt", "recent_attempt") else "passive"
    if mark.name == "medical" and lately:
        return "minor" if mark.value == "minor" else "possible"
    return mark.value if mark.name in ("hazard", "situation") and lately else None


def _days_ago(mark: Mark) -> str | None:
    return "ended" if mark.name == "violence" and mark.value == "in_progress" else mark.value
