"""Who is asked next: a pure rule over the clinicians on duty."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calls.clocks import Limit

# Nobody leaves a person to take a call.
WITH_A_PERSON = frozenset({"on_scene", "contact", "transporting", "at_facility"})
# By how easily a clinician of a unit in this state can talk.
_EASE = {
    "available": 0,
    "clearing": 1,
    "dispatched": 2,
    "acknowledged": 2,
    "en_route": 2,
    "staged": 2,
    "unavailable": 3,
}

# Nobody is left to ask: how often it is looked whether somebody has come free.
LOOK_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True)
class Clinician:
    """``answered``: consults since the shift began; ``idle_since``: the end of the last, else the shift's beginning."""

    user_id: int
    unit_id: int
    unit_status: str
    languages: Sequence[str]
    answered: int
    idle_since: datetime
    asked_now: bool = False
    talking: bool = False


def next_clinician(found: Iterable[Clinician], language: str = "") -> Clinician | None:
    """Who speaks the language, can talk, has answered least and been idle longest; None when nobody can.

    Who is on another consult comes last and is asked all the same: one that nobody ended must not hide a clinician.
    """
    able = [one for one in found if one.unit_status in _EASE]
    return min(able, key=lambda one: _rank(one, language), default=None)


def _rank(one: Clinician, language: str) -> tuple[bool, bool, int, bool, int, datetime, int]:
    spoken = {_tongue(tag) for tag in one.languages}
    foreign = bool(language) and _tongue(language) not in spoken
    return one.talking, foreign, _EASE[one.unit_status], one.asked_now, one.answered, one.idle_since, one.user_id


def _tongue(tag: str) -> str:
    """es of es-MX: whoever speaks one speaks the other."""
    return tag.partition("-")[0].lower()


def next_look(limit: Limit, asked_at: datetime, offered_at: datetime | None, now: datetime) -> datetime:
    """When something about a consult nobody answered changes next: it is late, or the next clinician's turn has come.

    The time to escalate is what one clinician has; nobody asked means that somebody may have come free.
    """
    moments = [asked_at + timedelta(seconds=seconds) for seconds in (limit.warn, limit.overdue) if seconds]
    if offered_at is None:
        moments.append(now + LOOK_AGAIN)
    elif limit.escalate:
        moments.append(offered_at + timedelta(seconds=limit.escalate))
    return min((moment for moment in moments if moment > now), default=now + LOOK_AGAIN)
