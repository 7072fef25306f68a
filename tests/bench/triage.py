"""From the POST that states a fact to the recorded verdict, through Celery, beside an empty task in a worker like ours."""

import asyncio
import time
from typing import Any

import redis
from celery import Celery
from django.utils import timezone

from tests.bench.bare.tasks import RAN
from tests.bench.client import WAIT_SECONDS, Http
from tests.bench.figures import percentile, pooled
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import LOCATION, Town
from tests.cast import make_call

BLOCKS, CALLS, FACTS = 5, 8, 5
SAID = [{"weapon": value} for value in ("access", "denied", "in_hand", "denied", "secured")]


def measure(ground: Ground) -> dict[str, float]:
    url = ground.start_bare_worker()
    town = Town(people=1)
    ours: list[list[float]] = []
    empty: list[list[float]] = []
    _empty_tasks(url, 3)
    for _ in range(BLOCKS):
        now = timezone.now()
        calls = [make_call(town.dispatcher, location=LOCATION, now=now).pk for _ in range(CALLS)]
        ground.wait_until_quiet()
        ours.append(run(_verdicts(ground, town, calls)))
        ground.wait_until_quiet()
        empty.append(_empty_tasks(url, CALLS * FACTS))
    ours_p95, empty_p95 = percentile(pooled(ours), 95), percentile(pooled(empty), 95)
    return {
        "triage.p50_ms": percentile(pooled(ours), 50),
        "triage.p95_ms": ours_p95,
        "triage.empty_p95_ms": empty_p95,
        "triage.above_empty_p95_ms": ours_p95 - empty_p95,
    }


async def _verdicts(ground: Ground, town: Town, calls: list[int]) -> list[float]:
    """ms from sending each statement to its verdict's stamp in the log."""
    http = await Http(ground.stack.port, town.people[0].session).open()
    found = []
    for said in SAID[:FACTS]:
        for call_id in calls:
            answer = await http.post(f"/api/calls/{call_id}/facts/", {"facts": said})
            assert answer.status == 201, answer
            found.append((await _verdict_at(ground, call_id, answer.body["seq"]) - answer.sent_at) * 1000)
    http.close()
    return found


async def _verdict_at(ground: Ground, call_id: int, after: int) -> float:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        rows = ground.ask(
            "SELECT extract(epoch FROM at)::float8 FROM log_event"
            " WHERE call_id = %s AND seq > %s AND kind = 'verdict.recorded'",
            [call_id, after],
        )
        if rows:
            return float(rows[0][0])
        await asyncio.sleep(0.01)
    raise AssertionError(f"no verdict on call {call_id} after event {after}")


def _empty_tasks(url: str, times: int) -> list[float]:
    """ms from sending an empty task to its first line."""
    app = Celery("bench", broker=url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="))
    client: Any = redis.Redis.from_url(url)
    found = []
    for _ in range(times):
        sent = time.time()
        app.send_task("bench.empty", ignore_result=True)
        ran = client.blpop([RAN], timeout=WAIT_SECONDS)
        assert ran is not None, "the bare worker does not run its task"
        found.append((float(ran[1]) - sent) * 1000)
        time.sleep(0.005)
    client.close()
    app.close()
    return found
