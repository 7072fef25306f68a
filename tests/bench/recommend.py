"""The pure recommendation alone: a city's units and a region's, for a joint response in Spanish with a child."""

import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from teams.plans import DEFAULT_PLANS
from teams.recommendation import Candidate, Need, Place, recommend
from tests.bench.figures import percentile
from tests.bench.ground import Ground

RUNS = 100
NOW = datetime(2026, 3, 2, 20, 0, tzinfo=UTC)
NEED = Need(
    response="fire_police_ems", services=("fire", "police", "ems", "care"), level=3, place=Place(32.59, -96.86),
    city="city-1", language="es", minors=True, capabilities=("clinician", "cit"),
)  # fmt: skip
SKILLS = ("clinician", "cit", "youth", "k9", "paramedic")


def measure(ground: Ground) -> dict[str, float]:
    return {f"recommend_{count}.p95_ms": percentile(timed(count), 95) for count in (300, 2000)}


def timed(count: int) -> list[float]:
    dice = random.Random(count)
    units = [one_unit(number, dice) for number in range(count)]
    took = []
    for _ in range(RUNS):
        dice.shuffle(units)
        start = time.perf_counter()
        recommend(NEED, units, DEFAULT_PLANS[NEED.response], NOW)
        took.append((time.perf_counter() - start) * 1000)
    return took


def one_unit(number: int, dice: random.Random) -> Candidate:
    """Two of three are free; one in ten has not been heard of for long."""
    unit = Candidate(
        number, f"U{number}", dice.choice(("care", "police", "police", "ems", "fire")), city=f"city-{number % 5}",
        position=Place(32.4 + dice.random() / 2, -97 + dice.random() / 2), area=f"area-{number % 9}",
        capabilities=frozenset(dice.sample(SKILLS, 2)), languages=frozenset({"en", dice.choice(("en", "es"))}),
        seen_at=NOW - timedelta(seconds=dice.choice((5, 5, 20, 90, 900))), used=dice.randrange(5),
        shift_ends_at=NOW + timedelta(minutes=dice.randrange(600)),
    )  # fmt: skip
    return unit if dice.random() < 2 / 3 else replace(unit, status="on_scene", status_words="on call 12, on scene")
