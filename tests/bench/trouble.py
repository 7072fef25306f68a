"""Intake beside a hundred strangers who never finish what they send, and with a Valkey that hangs: p99 over p99 without."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from tests.bench.client import Http
from tests.bench.create import CALL
from tests.bench.figures import percentile, pooled
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import Town
from tests.faults.signals import hung
from tests.faults.strangers import half_sent

BLOCKS, CALLS = 5, 44
PAUSE_SECONDS = 0.02


def measure(ground: Ground) -> dict[str, float]:
    town = Town(people=1)
    figures: dict[str, float] = {}
    troubles: dict[str, Callable[[], AbstractContextManager[Any]]] = {
        "half_sent": lambda: half_sent(ground.stack.port),
        "hung_valkey": lambda: hung(ground.stack, "valkey"),
    }
    for name, trouble in troubles.items():
        without, beside = list[list[float]](), list[list[float]]()
        run(_calls(ground, town, 5))
        for _ in range(BLOCKS):
            without.append(run(_calls(ground, town, CALLS)))
            with trouble():
                beside.append(run(_calls(ground, town, CALLS)))
            ground.wait_until_quiet()
        p99, calm = percentile(pooled(beside), 99), percentile(pooled(without), 99)
        figures |= {f"{name}.p99_ms": p99, f"{name}.without_p99_ms": calm, f"{name}.ratio_p99": p99 / calm}
    return figures


async def _calls(ground: Ground, town: Town, count: int) -> list[float]:
    """ms of each call taken by one dispatcher."""
    http = await Http(ground.stack.port, town.people[0].session).open()
    found = []
    for _ in range(count):
        start = time.perf_counter()
        answer = await http.post("/api/calls/", CALL)
        assert answer.status == 201, answer
        found.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(PAUSE_SECONDS)
    http.close()
    return found
