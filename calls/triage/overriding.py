"""How often dispatchers set another response than the rules', rule by rule, and when that has drifted. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from calls.lifecycle import lighter

# Two-sided 95% of the normal distribution.
Z = 1.959964
# Fewer calls than this and one dispatcher's single shift would move the rate: no alarm is based on it.
ENOUGH = 20
# A week holds every shift and every weekday once; four of them before it are what is usual here.
DAYS_NOW, DAYS_BEFORE = 7, 28


@dataclass(frozen=True, slots=True)
class SetByHand:
    """A dispatcher set a response while these rules' answer was in force."""

    rules: frozenset[str]
    said: str
    response: str


@dataclass(frozen=True, slots=True)
class Review:
    """One call: the rules behind what a dispatcher acted on, and each response set by hand, in order."""

    acted_on: frozenset[str]
    by_hand: tuple[SetByHand, ...] = ()


@dataclass(frozen=True, slots=True)
class Overrides:
    """Of ``n`` calls a rule was hit on when a dispatcher acted: what the dispatcher's last word on it was."""

    n: int = 0
    lighter: int = 0
    heavier: int = 0
    same: int = 0  # set by hand to what the rules said anyway: agreement, not an override

    @property
    def overridden(self) -> int:
        return self.lighter + self.heavier

    def as_dict(self) -> dict[str, Any]:
        """Counts with the share overridden and its interval, both None where there is no call."""
        rate = round(self.overridden / self.n, 4) if self.n else None
        interval = [round(end, 4) for end in wilson(self.overridden, self.n)] if self.n else None
        counts = {name: getattr(self, name) for name in ("n", "lighter", "heavier", "same", "overridden")}
        return {**counts, "rate": rate, "interval": interval}


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95% score interval of ``hits`` of ``n``; all of [0, 1] when nothing was seen.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
    Statistical Association 22 (1927), 209-212; kept honest at small n and at rates near 0, where the usual one is not.
    """
    if n <= 0:
        return 0.0, 1.0
    rate, square = hits / n, Z * Z
    middle = rate + square / (2 * n)
    half = Z * sqrt(rate * (1 - rate) / n + square / (4 * n * n))
    below, above = (middle - half) / (1 + square / n), (middle + half) / (1 + square / n)
    return (0.0 if hits <= 0 else max(0.0, below)), (1.0 if hits >= n else min(1.0, above))


def count_overrides(reviews: Iterable[Review]) -> dict[str, Overrides]:
    """Each call counts once per rule: overridden or not as the last response set while the rule was hit says."""
    found: dict[str, list[int]] = {}
    for review in reviews:
        last: dict[str, str | None] = dict.fromkeys(review.acted_on)
        for one in review.by_hand:
            last |= dict.fromkeys(one.rules, _way(one))
        for rule, way in last.items():
            counts = found.setdefault(rule, [0, 0, 0, 0])
            counts[0] += 1
            if way is not None:
                counts[_WAYS.index(way) + 1] += 1
    return {rule: Overrides(*counts) for rule, counts in found.items()}


_WAYS = ("lighter", "heavier", "same")


def _way(one: SetByHand) -> str:
    if one.response == one.said:
        return "same"
    return "lighter" if lighter(one.response, one.said) else "heavier"


@dataclass(frozen=True, slots=True)
class Drift:
    """A rule that dispatchers override more, or less, than they used to."""

    rule: str
    now: Overrides
    before: Overrides

    @property
    def more(self) -> bool:
        return self.now.overridden * self.before.n > self.before.overridden * self.now.n


def drifts(now: Mapping[str, Overrides], before: Mapping[str, Overrides]) -> list[Drift]:
    """Rules whose whole interval of the last week lies outside the interval of the weeks before it.

    The week's own uncertainty must count: its bare rate lies outside the longer interval in two of five weeks in which
    nothing has changed; so compared, in fewer than one of fifty (a simulated test holds it there).
    """
    found = []
    for rule in sorted(now):
        recent, usual = now[rule], before.get(rule, Overrides())
        if min(recent.n, usual.n) < ENOUGH:
            continue
        (low, high), (usual_low, usual_high) = (wilson(one.overridden, one.n) for one in (recent, usual))
        if low > usual_high or high < usual_low:
            found.append(Drift(rule, recent, usual))
    return found
