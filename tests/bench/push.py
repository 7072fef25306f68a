"""A status change, from the POST to the last of N consoles, beside raw fan-out to as many sockets and a bare POST.

The changes stand apart from each other by a little more than the board takes changes together (50 ms, 100 ms for
more than 200 consoles); what it does with many at once is in the sustained part. The limit and the bare POST stand as
far apart: a processor that was idle answers later, and both would otherwise be measured warm against a cold product.
"""

import asyncio
import time
from random import Random
from typing import Any

import redis.asyncio

from care_dispatch.live.tail import CROWD, TOGETHER_SECONDS, TOGETHER_SECONDS_CROWDED
from tests.bench.bare.fan_out import CHANNEL
from tests.bench.client import Crowd, Http
from tests.bench.figures import push_figures
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import Moves, Town

SIZES = (1, 50, 200, 500)
BLOCKS, SAMPLES = 5, 42


def measure(ground: Ground) -> dict[str, float]:
    ground.start_bare_web()
    ground.start_fan_out()
    figures: dict[str, float] = {}
    for size in SIZES:
        town = Town(people=min(size, 50))
        moves = town.moves(BLOCKS * SAMPLES + 10)
        ground.wait_until_quiet()
        figures |= run(_Push(ground, town, moves, size).blocks())
    return figures


class _Push:
    def __init__(self, ground: Ground, town: Town, moves: Moves, size: int) -> None:
        self.ground, self.town, self.moves, self.size = ground, town, moves, size
        self.pause = (TOGETHER_SECONDS_CROWDED if size > CROWD else TOGETHER_SECONDS) + 0.01
        self.rng = Random(size)
        self.number = 0

    async def blocks(self) -> dict[str, float]:
        product: list[list[float]] = []
        commits: list[list[float]] = []
        limit: list[list[float]] = []
        bare: list[list[float]] = []
        await self._open()
        for _ in range(3):  # warm: connections, code paths, the size of a frame
            await self._change()
            await self._bare()
        for _ in range(BLOCKS):
            changes = [await self._change() for _ in range(SAMPLES)]
            stamps = self.ground.committed_at([seq for _, seq, _ in changes])
            product.append([took for took, _, _ in changes])
            commits.append([(last_at - stamps[seq]) * 1000 for _, seq, last_at in changes])
            limit.append([await self._raw() for _ in range(SAMPLES)])
            bare.append([await self._bare() for _ in range(SAMPLES)])
        self._close()
        return push_figures(f"push_{self.size}", product, commits, limit, bare)

    async def _open(self) -> None:
        port = self.ground.stack.port
        self.http = await Http(port, self.town.people[0].session).open()
        self.bare_http = await Http(self.ground.bare_port, self.town.people[0].session).open()
        self.crowd, self.raw = Crowd(port), Crowd(self.ground.fan_out_port, path="/")
        await self.crowd.join(self.town.hellos(self.size))
        await self.raw.join([""] * self.size)
        self.redis: Any = redis.asyncio.Redis.from_url(self.ground.services.valkey.url)

    def _close(self) -> None:
        for part in (self.http, self.bare_http):
            part.close()
        self.crowd.leave()
        self.raw.leave()

    async def _change(self) -> tuple[float, int, float]:
        """ms from the POST to the last console, the event's number, and when the last one had it."""
        path, body = next(self.moves)
        self.crowd.expect(self.crowd.to + 1)
        start = time.perf_counter()
        answer = await self.http.post(path, body)
        last, last_at = await self.crowd.all_there()
        assert answer.status == 200 and answer.body["seq"] == self.crowd.to, answer
        await self._rest()
        return (last - start) * 1000, answer.body["seq"], last_at

    async def _rest(self) -> None:
        await asyncio.sleep(self.pause + self.rng.uniform(0, 0.02))

    async def _raw(self) -> float:
        """A message like the product's frame, from publishing to the last socket."""
        self.number += 1
        head = f'{{"type":"frame","from":{self.number - 1},"to":{self.number},"cards":['
        text = head + "x" * (self.crowd.consoles[0].frame_bytes - len(head))
        self.raw.expect(self.number)
        start = time.perf_counter()
        await self.redis.publish(CHANNEL, text)
        last, _ = await self.raw.all_there()
        await self._rest()
        return (last - start) * 1000

    async def _bare(self) -> float:
        answer = await self.bare_http.post("/bare/", {"form": "bench", "text": "on scene"})
        assert answer.status == 201, answer
        await self._rest()
        return answer.took_ms
