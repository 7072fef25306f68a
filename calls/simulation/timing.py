"""How long each step takes: drawn from published percentiles of real services.

Sources: stages of a mobile crisis service (4,682 dispatches, minutes) and of a county's fire and EMS units
(42,068 dispatches, seconds; here in minutes). Turnout, travel and hospital times of every unit come from the
latter, contact and time on scene of CARE from the former.
"""

from datetime import timedelta
from itertools import pairwise
from random import Random

SHARES = (0.10, 0.25, 0.50, 0.75, 0.90, 0.95)

# Minutes at p10, p25, p50, p75, p90, p95.
PERCENTILES: dict[str, tuple[float, ...]] = {
    "turnout": (0.1, 0.9, 2.2, 5.0, 7.9, 9.9),
    "travel": (1.9, 4.3, 7.9, 12.6, 18.0, 21.8),
    "care_travel": (2.0, 8.0, 14.0, 21.0, 31.0, 39.0),
    "care_contact": (0.0, 0.0, 1.0, 2.0, 5.0, 8.0),
    "care_on_scene_engaged": (12.0, 20.0, 32.0, 49.0, 70.0, 88.2),
    "care_on_scene_not_engaged": (3.0, 5.0, 8.0, 15.0, 24.0, 38.2),
    "on_scene": (5.7, 9.0, 13.0, 18.1, 24.3, 28.8),
    "transport": (12.2, 16.7, 21.4, 26.3, 31.3, 34.4),
    "at_facility": (11.7, 15.3, 22.2, 31.4, 45.8, 59.6),
}


def at_share(name: str, share: float) -> float:
    """Minutes at this share of the distribution: linear between percentiles, cut at p95, from 0 below p10."""
    points = [(0.0, 0.0), *zip(SHARES, PERCENTILES[name], strict=True)]
    for (low, begin), (high, end) in pairwise(points):
        if share <= high:
            return begin + (end - begin) * (share - low) / (high - low)
    return points[-1][1]


def draw(name: str, rng: Random) -> timedelta:
    return timedelta(minutes=at_share(name, rng.random()))


def steady(*parts: object) -> Random:
    """The same luck for the same parts, in any process and after any restart."""
    return Random(":".join(map(str, parts)))  # noqa: S311 - simulated luck, not a secret
