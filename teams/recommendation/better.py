"""After dispatch: a unit that has become free and would be there clearly sooner. It is named, never swapped."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from teams.plans import Plan, Position
from teams.recommendation.recommending import minutes
from teams.recommendation.scoring import REMOTE, Score, Scorer
from teams.recommendation.values import Candidate, Need, Suggestion


def better(need: Need, candidates: Sequence[Candidate], plan: Plan, now: datetime) -> tuple[Suggestion, ...]:
    """For each unit still on its way the best free one of its discipline, if it is quicker by the plan's margin."""
    if need.response in REMOTE or need.place is None:
        return ()
    scorer = Scorer(need, candidates, plan.figures, now)
    on_call = {on.unit.unit_id for on in need.on_call}
    found = []
    for on in need.on_call:
        if on.arrived:
            continue
        position = next((p for p in plan.positions if p.discipline == on.unit.discipline), Position(on.unit.discipline))
        coming = scorer.score(replace(on.unit, status="available"), position)
        free = [
            scorer.score(one, position)
            for one in candidates
            if one.unit_id not in on_call and one.status == "available" and one.crew and not one.partner
            and not scorer.unseen(one)
            and not scorer.excluded(one, {on.unit.discipline}, alone=False)
        ]  # fmt: skip
        best = min(free, key=lambda score: score.key(exact=True), default=None)
        if best is not None and (said := _sooner(coming, best, plan.figures.better_by_seconds)):
            found.append(said)
    return tuple(found)


def _sooner(coming: Score, best: Score, margin: float) -> Suggestion | None:
    if coming.eta is None or best.eta is None or len(best.lacks) > len(coming.lacks):
        return None
    sooner = coming.eta.seconds - best.eta.seconds
    if sooner < margin or coming.cost - best.cost < margin:
        return None
    words = (
        f"{best.callsign} is free and {minutes(best.eta.seconds)} away;"
        f" {coming.callsign} still needs {minutes(coming.eta.seconds)}"
    )
    return Suggestion(coming.callsign, best.callsign, sooner, words)
