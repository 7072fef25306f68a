"""What goes in and what comes out, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from teams.recommendation.travel import Place


@dataclass(frozen=True, slots=True)
class Candidate:
    """A unit as it is now. ``capabilities`` are those of who is aboard; ``crew`` how many, 0 when nobody signed on."""

    unit_id: int
    callsign: str
    discipline: str
    status: str = "available"  # available, conditional (on a follow-up visit, can be sent), or anything else
    status_words: str = ""  # why it cannot be sent, as the screen says it
    capabilities: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    crew: int = 2
    position: Place | None = None
    seen_at: datetime | None = None
    home: Place | None = None  # home or the middle of its area, for when it has no position
    area: str = ""  # whose last free unit of its discipline is missed
    city: str = ""  # the agency's code
    shift_ends_at: datetime | None = None
    used: int = 0  # calls it was sent to in the last twelve hours
    partner: bool = False
    agreement: bool = False  # a partner's unit may come under an agreement in force


@dataclass(frozen=True, slots=True)
class OnCall:
    """A unit on the call already; ``arrived``: at the scene or past it."""

    unit: Candidate
    arrived: bool


@dataclass(frozen=True)
class Need:
    """What a call asks for. ``services``: by the rules or by hand; ``response`` empty: not triaged yet."""

    response: str
    services: tuple[str, ...]
    level: int | None = None
    place: Place | None = None
    city: str = ""  # the jurisdiction's code
    language: str = ""  # other than English
    minors: bool = False
    capabilities: tuple[str, ...] = ()  # what the rules that hit require of a crew
    on_call: tuple[OnCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that counts for or against a unit; ``seconds``: what it is worth in travel, 0 for a plus that is said."""

    words: str
    seconds: float = 0.0


@dataclass(frozen=True)
class Pick:
    """One unit of a team. ``role``: primary, stage (waits until cleared to enter) or assist."""

    unit_id: int
    callsign: str
    discipline: str
    role: str
    eta_seconds: float | None
    eta_method: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Team:
    """Units to send in one stroke, ``words`` how they meet, ``lacks`` what is asked for and nobody of it has."""

    picks: tuple[Pick, ...]
    words: str = ""
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Excluded:
    unit_id: int
    callsign: str
    discipline: str
    reason: str


@dataclass(frozen=True)
class Recommendation:
    """Best team first. ``unfilled``: services asked for, not on the call, and by nobody given, each with how many."""

    teams: tuple[Team, ...]
    excluded: tuple[Excluded, ...]
    shortfalls: tuple[str, ...]
    unfilled: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[str, ...] = ()  # services still to be sent
    plan: str = ""
    plan_version: int = 0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """After dispatch: a free unit would be there clearly sooner than one on its way. Nothing is swapped."""

    instead_of: str
    unit: str
    sooner_seconds: float
    words: str
