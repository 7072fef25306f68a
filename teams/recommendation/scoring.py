"""One candidate against one position: whether it can be sent, and what speaks for and against it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from teams.plans import DISCIPLINE_WORDS, Figures, Position
from teams.recommendation.travel import Eta, Place, eta
from teams.recommendation.values import Candidate, Need, Term

# A unit nobody can place is taken to be this far away.
UNKNOWN_SECONDS = 1200.0
CAPABILITY_WORDS = {"cit": "CIT", "k9": "K9"}
# Available, then what can be taken from a visit, then who nobody signed on, then who was not seen for long. Last a
# partner's unit: it has to be asked for, which takes longer than any road.
_FREE, _CONDITIONAL, _UNSIGNED, _UNSEEN, _PARTNER = range(5)
REMOTE = ("phone", "consult")


@dataclass(frozen=True, slots=True)
class Score:
    """Smaller is better: what it lacks, how free it is, then cost in seconds of travel."""

    lacks: tuple[str, ...]
    tier: int
    cost: float
    used: int
    callsign: str
    eta: Eta | None
    terms: tuple[Term, ...]

    def key(self, *, exact: bool) -> tuple[int, int, float, int, float, str]:
        """Equal minutes: the least used first. At level 4 (``exact``) nothing is equal but the same second."""
        near = self.cost if exact else round(self.cost / 60)
        return (len(self.lacks), self.tier, near, self.used, self.cost, self.callsign)


class Scorer:
    """Scores candidates for one call at one moment."""

    def __init__(self, need: Need, candidates: Sequence[Candidate], figures: Figures, now: datetime) -> None:
        self.need, self.figures, self.now = need, figures, now
        self._free = Counter((one.discipline, one.area) for one in candidates if one.status == "available")
        self._soon = {name: now + timedelta(seconds=figures.stay_seconds(name)) for name in DISCIPLINE_WORDS}

    # --- who cannot go -----------------------------------------------------------------------------
    def excluded(self, one: Candidate, asked: Iterable[str], *, alone: bool) -> str:
        """Why it cannot be sent, in words; empty when it can. ``alone``: CARE goes without anybody else."""
        if one.discipline not in asked:
            return f"{DISCIPLINE_WORDS[one.discipline]} not asked for"
        if one.partner and not one.agreement:
            return "a partner's unit, no agreement in force"
        if one.status not in ("available", "conditional"):
            return one.status_words or one.status.replace("_", " ")
        if one.discipline == "care" and not one.crew:
            return "nobody is signed on, so no clinician is known aboard"
        if one.discipline == "care" and alone and one.crew < 2:
            return "a crew of one does not go without police"
        if one.discipline == "care" and alone and "clinician" not in one.capabilities:
            return "no clinician aboard, and CARE goes alone"
        return ""

    def unseen(self, one: Candidate) -> bool:
        return self._age(one) > self.figures.unseen_after_seconds

    def unseen_words(self, one: Candidate) -> str:
        return f"position {_ago(self._age(one))} old"

    def _age(self, one: Candidate) -> float:
        if one.position is None or one.seen_at is None:
            return 0.0
        return max(0.0, (self.now - one.seen_at).total_seconds())

    # --- for and against ---------------------------------------------------------------------------
    def score(self, one: Candidate, position: Position) -> Score:
        terms: list[Term] = []
        reach = self._reach(one, terms)
        lacks = tuple(word for word in position.required if word not in one.capabilities)
        terms += [Term(f"no {_said(word)}") for word in lacks]
        terms += [Term(_said(word)) for word in position.required if word in one.capabilities]
        self._wishes(one, position, terms)
        self._duty(one, terms)
        if one.used:
            terms.append(Term(f"sent {one.used} x in 12 h"))
        cost = (reach.seconds if reach else UNKNOWN_SECONDS) + sum(term.seconds for term in terms)
        return Score(lacks, self._tier(one), cost, one.used, one.callsign, reach, tuple(terms))

    def _tier(self, one: Candidate) -> int:
        if one.partner:
            return _PARTNER
        if self.unseen(one):
            return _UNSEEN
        if not one.crew:
            return _UNSIGNED
        return _CONDITIONAL if one.status == "conditional" else _FREE

    def _reach(self, one: Candidate, terms: list[Term]) -> Eta | None:
        """How long it needs, and how sure that is."""
        if self.need.response in REMOTE:
            terms.append(Term("by phone: nobody travels"))
            return Eta(0.0, "phone")
        start = one.position or one.home
        if self.need.place is None or start is None:
            whose = "the call" if self.need.place is None else "the unit"
            terms.append(Term(f"no estimate: the place of {whose} is not known"))
            return None
        found = self._eta(start, self.need.place, one.discipline)
        if one.position is None:
            terms.append(Term("estimate, no position", self.figures.stale_costs_seconds))
        elif (age := self._age(one)) > self.figures.stale_after_seconds:
            terms.append(Term(f"position {_ago(age)} old", self.figures.stale_costs_seconds))
        return found

    def _eta(self, start: Place, end: Place, discipline: str) -> Eta:
        return eta(start, end, mph=self.figures.mph(discipline), road_factor=self.figures.road_factor)

    def _wishes(self, one: Candidate, position: Position, terms: list[Term]) -> None:
        """What would be good to have and is worth waiting some minutes for."""
        costs = self.figures
        for word in position.preferred:
            has = word in one.capabilities
            terms.append(Term(_said(word)) if has else Term(f"no {_said(word)}", costs.preferred_costs_seconds))
        if self.need.minors and one.discipline == "care":
            has = "youth" in one.capabilities
            terms.append(Term("youth") if has else Term("no youth skill", costs.youth_costs_seconds))
        if language := self.need.language:
            worth = costs.language_costs_seconds if one.discipline == "care" else costs.preferred_costs_seconds
            speaks = language in one.languages
            terms.append(Term(f"speaks {language}") if speaks else Term(f"no {language}: interpreter line", worth))

    def _duty(self, one: Candidate, terms: list[Term]) -> None:
        """What it leaves behind: another city's streets, its area's cover, the end of its shift."""
        costs = self.figures
        if one.discipline == "police" and self.need.city and one.city != self.need.city:
            terms.append(Term("another city's", costs.other_city_costs_seconds))
        if one.partner:
            terms.append(Term("a partner's unit, under the agreement"))
        if one.area and self._free[one.discipline, one.area] == 1 and one.status == "available":
            last = f"last free {DISCIPLINE_WORDS[one.discipline]} of {one.area}"
            terms.append(Term(last, costs.coverage_costs_seconds))
        if one.shift_ends_at is not None and one.shift_ends_at < self._soon[one.discipline]:
            left = max(0.0, (one.shift_ends_at - self.now).total_seconds())
            terms.append(Term(f"shift ends in {_ago(left)}", costs.shift_costs_seconds))
        if one.status == "conditional":
            terms.append(Term(one.status_words or "on a visit, can be sent"))
        if not one.crew:
            terms.append(Term("nobody signed on here: ask by radio"))


def _said(word: str) -> str:
    return CAPABILITY_WORDS.get(word, word.replace("_", " "))


def _ago(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
