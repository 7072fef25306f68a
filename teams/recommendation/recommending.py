"""From a need and candidates to ranked teams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from teams.plans import DISCIPLINE_WORDS, Plan, Position
from teams.recommendation.scoring import REMOTE, Score, Scorer
from teams.recommendation.values import Candidate, Excluded, Need, Pick, Recommendation, Team

MOST_TEAMS = 9
# Whose crew has what a rule requires; where that discipline is not asked for, whoever is.
_WHOSE = {
    "clinician": "care", "peer": "care", "youth": "care", "paramedic": "ems", "cit": "police", "negotiator": "police",
    "k9": "police",
}  # fmt: skip

Ranking = list[tuple[Score, Candidate]]


def recommend(need: Need, candidates: Sequence[Candidate], plan: Plan, now: datetime) -> Recommendation:
    """Ranked teams for what the call still needs, who is excluded and why, and what nobody can give.

    The order of ``candidates`` never matters. CARE is in no team while police are asked for and none are there or sent
    along.
    """
    positions, homeless = positions_for(need, plan)
    asked = {position.discipline for position in positions}
    there = {on.unit.discipline for on in need.on_call}
    alone = asked | there | set(need.services) == {"care"} and need.response not in REMOTE
    scorer = Scorer(need, candidates, plan.figures, now)
    free: dict[str, list[Candidate]] = {discipline: [] for discipline in asked}
    excluded = []
    on_call = {on.unit.unit_id for on in need.on_call}
    for one in candidates:
        reason = "on this call" if one.unit_id in on_call else scorer.excluded(one, asked, alone=alone)
        if reason:
            excluded.append(_out(one, reason))
        else:
            free[one.discipline].append(one)
    for discipline, found in free.items():
        excluded += _take_out_unseen(scorer, found, sum(p.discipline == discipline for p in positions))
    rankings = _rankings(scorer, positions, free, exact=need.level == 4)
    chosen = _best(positions, rankings)
    if "care" in asked and _police_missing(need, asked, there, positions, chosen):
        chosen = {at: pick for at, pick in chosen.items() if positions[at].discipline != "care"}
    teams = _teams(need, positions, rankings, chosen)
    unfilled = _unfilled(positions, chosen)
    return Recommendation(
        teams=teams,
        excluded=tuple(sorted(excluded, key=lambda out: (out.discipline, out.callsign, out.unit_id))),
        shortfalls=(*homeless, *_shortfalls(positions, chosen, free, unfilled), *(teams[0].lacks if teams else ())),
        unfilled=unfilled,
        asked=tuple(name for name in DISCIPLINE_WORDS if name in asked),
        plan=plan.name,
        plan_version=plan.version,
    )


# --- positions ---------------------------------------------------------------------------------------
def positions_for(need: Need, plan: Plan) -> tuple[list[Position], list[str]]:
    """The plan's positions and one for each service it leaves out, less who is on the call; and what fits nowhere.

    A plan adds police, EMS or fire to what is asked for, never CARE: nobody but the rules or a person asks for CARE.
    """
    positions = [one for one in plan.positions if one.discipline != "care" or "care" in need.services]
    planned = {one.discipline for one in positions}
    positions += [Position(service) for service in need.services if service not in planned]
    homeless = []
    for word in need.capabilities:
        home = _home_of(word, positions)
        if home is None:
            homeless.append(f"the rules ask for {word.replace('_', ' ')}, and nobody who could have it is asked for")
        elif word not in positions[home].required:
            positions[home] = replace(positions[home], required=(*positions[home].required, word))
    for on in need.on_call:
        _fill(positions, on.unit)
    return positions, homeless


def _home_of(word: str, positions: Sequence[Position]) -> int | None:
    wanted = _WHOSE.get(word)
    places = [at for at, one in enumerate(positions) if one.discipline == wanted]
    if not places and word == "paramedic":
        places = [at for at, one in enumerate(positions) if one.discipline == "care"]
    return places[0] if places else None


def _fill(positions: list[Position], unit: Candidate) -> None:
    """A unit on the call takes the position it fits best."""
    places = [at for at, one in enumerate(positions) if one.discipline == unit.discipline]
    if places:
        del positions[min(places, key=lambda at: len(set(positions[at].required) - unit.capabilities))]


# --- choosing ----------------------------------------------------------------------------------------
def _take_out_unseen(scorer: Scorer, free: list[Candidate], wanted: int) -> Iterable[Excluded]:
    """Who was not seen for long is out, unless too few others are left: radio silence never empties the list."""
    seen = [one for one in free if not scorer.unseen(one)]
    if sum(not one.partner for one in seen) < wanted:
        return []
    out = [_out(one, scorer.unseen_words(one)) for one in free if scorer.unseen(one)]
    free[:] = seen
    return out


def _out(one: Candidate, reason: str) -> Excluded:
    return Excluded(one.unit_id, one.callsign, one.discipline, reason)


def _rankings(
    scorer: Scorer, positions: Sequence[Position], free: Mapping[str, Sequence[Candidate]], *, exact: bool
) -> list[Ranking]:
    """Per position its candidates, best first; equal positions are scored once."""
    known: dict[Position, Ranking] = {}
    for position in positions:
        if position not in known:
            scored = [(scorer.score(one, position), one) for one in free[position.discipline]]
            known[position] = sorted(scored, key=lambda pair: (pair[0].key(exact=exact), pair[1].unit_id))
    return [known[position] for position in positions]


def _best(positions: Sequence[Position], rankings: Sequence[Ranking]) -> dict[int, tuple[Score, Candidate]]:
    """The best for each position, nobody twice; the position fewest can fill chooses first."""

    def fitting(at: int) -> tuple[int, int]:
        return sum(not score.lacks for score, _ in rankings[at]), at

    chosen: dict[int, tuple[Score, Candidate]] = {}
    taken: set[int] = set()
    for at in sorted(range(len(positions)), key=fitting):
        pick = next((pair for pair in rankings[at] if pair[1].unit_id not in taken), None)
        if pick is not None:
            chosen[at] = pick
            taken.add(pick[1].unit_id)
    return chosen


def _police_missing(
    need: Need, asked: set[str], there: set[str], positions: Sequence[Position], chosen: Mapping[int, object]
) -> bool:
    if "police" not in asked | set(need.services) or "police" in there:
        return False
    return not any(positions[at].discipline == "police" for at in chosen)


# --- teams ---------------------------------------------------------------------------------------------
def _teams(
    need: Need,
    positions: Sequence[Position],
    rankings: Sequence[Ranking],
    chosen: Mapping[int, tuple[Score, Candidate]],
) -> tuple[Team, ...]:
    """The best team, then those that differ from it in one unit, the least worse first."""
    if not chosen:
        return ()
    taken = {one.unit_id for _, one in chosen.values()}
    others = []
    for at, (score, _) in chosen.items():
        spare = [pair for pair in rankings[at][: MOST_TEAMS + len(taken)] if pair[1].unit_id not in taken]
        for other in spare[: MOST_TEAMS - 1]:
            worse = (len(other[0].lacks) - len(score.lacks), other[0].tier - score.tier, other[0].cost - score.cost)
            others.append((worse, at, other[1].callsign, other))
    others.sort(key=lambda entry: entry[:3])
    ways = [chosen, *({**chosen, at: other} for _, at, _, other in others[: MOST_TEAMS - 1])]
    return tuple(_team(need, positions, way) for way in _distinct(ways))


def _distinct(ways: Iterable[Mapping[int, tuple[Score, Candidate]]]) -> list[Mapping[int, tuple[Score, Candidate]]]:
    """Two equal positions would offer the same units twice."""
    seen, kept = set(), []
    for way in ways:
        units = frozenset(one.unit_id for _, one in way.values())
        if units not in seen:
            seen.add(units)
            kept.append(way)
    return kept


def _team(need: Need, positions: Sequence[Position], way: Mapping[int, tuple[Score, Candidate]]) -> Team:
    picks, lacks = [], []
    for at in sorted(way):
        score, one = way[at]
        picks.append(
            Pick(
                one.unit_id, one.callsign, one.discipline, _role(need, positions, one),
                score.eta.seconds if score.eta else None, score.eta.method if score.eta else "", score.terms,
            )
        )  # fmt: skip
        lacks += [f"no {DISCIPLINE_WORDS[one.discipline]} unit with {word} is free; {one.callsign} has none"
                  for word in score.lacks]  # fmt: skip
        lacks += _wish_lacks(need, one)
    return Team(tuple(picks), _meeting(picks), tuple(lacks))


def _wish_lacks(need: Need, one: Candidate) -> list[str]:
    if one.discipline != "care":
        return []
    lacks = []
    if need.language and need.language not in one.languages:
        lacks.append(f"{one.callsign} does not speak {need.language}: interpreter line")
    if need.minors and "youth" not in one.capabilities:
        lacks.append(f"{one.callsign} has no youth skill")
    return lacks


def _role(need: Need, positions: Sequence[Position], one: Candidate) -> str:
    if one.discipline != "care":
        return "primary"
    police = "police" in need.services or not need.response or any(p.discipline == "police" for p in positions)
    return "stage" if police else "primary"


def _meeting(picks: Sequence[Pick]) -> str:
    """Who waits for whom, where CARE and police go together."""
    care = next((pick for pick in picks if pick.discipline == "care" and pick.role == "stage"), None)
    police = [pick for pick in picks if pick.discipline == "police"]
    if care is None or not police or care.eta_seconds is None or police[0].eta_seconds is None:
        return ""
    first = min(police, key=lambda pick: (pick.eta_seconds is None, pick.eta_seconds or 0.0))
    there, comes = minutes(first.eta_seconds or 0.0), minutes(care.eta_seconds)
    if (first.eta_seconds or 0.0) <= care.eta_seconds:
        return f"{first.callsign} is there first ({there}) and clears; {care.callsign} comes in after {comes}"
    return f"{care.callsign} ({comes}) stages and waits for {first.callsign} ({there})"


def minutes(seconds: float) -> str:
    return f"{max(1, round(seconds / 60))} min"


# --- what is missing ---------------------------------------------------------------------------------
def _unfilled(positions: Sequence[Position], chosen: Mapping[int, object]) -> dict[str, int]:
    missing: dict[str, int] = {}
    for at, position in enumerate(positions):
        if at not in chosen:
            missing[position.discipline] = missing.get(position.discipline, 0) + 1
    return missing


def _shortfalls(
    positions: Sequence[Position],
    chosen: Mapping[int, object],
    free: Mapping[str, Sequence[Candidate]],
    unfilled: Mapping[str, int],
) -> list[str]:
    told = []
    for discipline, count in unfilled.items():
        words = DISCIPLINE_WORDS[discipline]
        if discipline == "care" and len(free["care"]) >= count:
            told.append("CARE waits: police are asked for and none are free")
        elif any(positions[at].discipline == discipline for at in chosen):
            told.append(f"{count} more {words} asked for, none free")
        else:
            told.append(f"no {words} unit is free")
    return told
