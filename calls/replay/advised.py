"""The recommendation, asked beside a replay as a dispatcher's console asks it: what it names must be able to go."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calls.recommending import recommendation_for
from calls.replay.ground import Ground
from calls.replay.selectors import free_unit_ids, user_with_id
from care_dispatch.access import Role


@dataclass
class Advised:
    """``anomalies``: sentences, one for each answer nobody could follow; ``milliseconds``: of each question."""

    ground: Ground
    since: datetime
    asked: int = 0
    with_a_team: int = 0
    police_added: int = 0  # CARE was named alone and a safety question was open
    named_who_went: int = 0
    anomalies: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._asks = user_with_id(self.ground.add_person("advised", Role.DISPATCHER, self.since))

    def team(self, call_id: int, now: datetime, *, goes: int | None = None) -> list[int]:
        """The units of the best team, in its order; empty where it names none. ``goes``: who is sent as recorded."""
        begun = time.perf_counter()
        said = recommendation_for(self._asks, call_id, now)
        self.milliseconds.append((time.perf_counter() - begun) * 1000)
        self.asked += 1
        if not said["teams"]:
            return []
        self.with_a_team += 1
        picks = [pick["unit_id"] for pick in said["teams"][0]["picks"]]
        self.named_who_went += goes in picks
        self.anomalies += [f"call {call_id} at {now:%H:%M:%S}: {wrong}" for wrong in wrong_with(said, picks)]
        return picks

    def p95_ms(self) -> float:
        """0 when nothing was asked."""
        ordered = sorted(self.milliseconds)
        return ordered[int(0.95 * (len(ordered) - 1))] if ordered else 0.0


def wrong_with(said: dict[str, Any], picks: list[int]) -> list[str]:
    """What is wrong with an answer: it names who cannot go, the same unit twice, or CARE without its police."""
    found = []
    if len(set(picks)) != len(picks):
        found.append("a unit is named twice in one team")
    if busy := set(picks) - free_unit_ids(picks):
        found.append(f"units {sorted(busy)} are named and cannot be sent")
    if excluded := {one["unit_id"] for one in said["excluded"]} & set(picks):
        found.append(f"units {sorted(excluded)} are named and excluded")
    if said["teams"][0]["alone"]:
        found.append("CARE is named first without the police the call asks for")
    return found
