"""Two dispatchers send the same unit to different calls at the same instant: one wins, the other is told by whom."""

import asyncio

from django.utils import timezone

from tests.bench.client import Answer, Http
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import LOCATION, Town
from tests.cast import make_call

RACES, CALLS = 200, 20
_DOUBLE = (
    "SELECT count(*) FROM (SELECT unit_id FROM calls_assignment WHERE cleared_at IS NULL AND unit_id = ANY(%s)"
    " GROUP BY unit_id HAVING count(*) > 1) doubles"
)


def measure(ground: Ground) -> dict[str, float]:
    town, now = Town(people=2), timezone.now()
    calls = [make_call(town.dispatcher, location=LOCATION, now=now).pk for _ in range(CALLS)]
    units = [town.unit().pk for _ in range(RACES)]
    ground.wait_until_quiet()
    answers = run(_races(ground, town, calls, units))
    won_twice = sum(first.status == second.status == 201 for first, second in answers)
    double = ground.ask(_DOUBLE, [units])[0][0]
    return {
        "race.tries": len(answers),
        "race.double": max(won_twice, double),
        "race.told": sum(_loser_told(*pair) for pair in answers) / len(answers),
    }


async def _races(ground: Ground, town: Town, calls: list[int], units: list[int]) -> list[tuple[Answer, Answer]]:
    first, second = [await Http(ground.stack.port, person.session).open() for person in town.people]
    found = []
    for number, unit in enumerate(units):
        one, other = calls[number % CALLS], calls[(number + 1) % CALLS]
        found.append(
            await asyncio.gather(
                first.post(f"/api/calls/{one}/dispatch/", {"units": [unit]}),
                second.post(f"/api/calls/{other}/dispatch/", {"units": [unit]}),
            )
        )
    return found


def _loser_told(first: Answer, second: Answer) -> bool:
    """Whether exactly one lost and reads the other's position: D1 is the first dispatcher, D2 the second."""
    if sorted([first.status, second.status]) != [201, 409]:
        return False
    loser, winner = (first, "D2") if first.status == 409 else (second, "D1")
    return bool(loser.body["error"] == "unit_held" and loser.body["held_by"]["by"] == winner)
