"""Sixty status changes a second to two hundred consoles for ten seconds: does every console get every one?"""

import asyncio
import time

from tests.bench.client import Console, Crowd, Http
from tests.bench.figures import percentile
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import Moves, Town

PER_SECOND, SECONDS, CONSOLES, CLIENTS = 60, 10, 200, 8


def measure(ground: Ground) -> dict[str, float]:
    town = Town(people=50)
    moves = town.moves(PER_SECOND * SECONDS + CLIENTS)
    ground.wait_until_quiet()
    return run(_sustain(ground, town, moves))


async def _sustain(ground: Ground, town: Town, moves: Moves) -> dict[str, float]:
    crowd = Crowd(ground.stack.port)
    await crowd.join(town.hellos(CONSOLES))
    free: asyncio.Queue[Http] = asyncio.Queue()
    for person in town.people[:CLIENTS]:
        http = await Http(ground.stack.port, person.session).open()
        await http.post(*next(moves))
        free.put_nowait(http)
    await asyncio.sleep(1)
    start_seq, covered = crowd.to, [console.covered for console in crowd.consoles]
    arrivals: list[tuple[int, float]] = []
    last = crowd.consoles[-1]  # the board writes to its consoles one after the other; any of them is as good

    def seen(console: Console) -> None:
        if console is last:
            arrivals.append((console.to, time.time()))

    crowd.seen = seen
    seqs = await _send(free, moves)
    try:
        crowd.expect(max(seqs))
        await crowd.all_there()
    except AssertionError:
        pass  # what did not come is counted below
    got = sum(console.covered - before for console, before in zip(crowd.consoles, covered, strict=True))
    crowd.leave()
    return {
        "sustained.received": got / (CONSOLES * (max(seqs) - start_seq)),
        "sustained.sent_per_s": PER_SECOND,
    } | _delays(ground, seqs, arrivals)


async def _send(free: "asyncio.Queue[Http]", moves: Moves) -> list[int]:
    """The changes at their times, however long each takes; their numbers in the log."""
    loop, tasks = asyncio.get_running_loop(), []
    start = loop.time()

    async def change() -> int:
        http = await free.get()
        answer = await http.post(*next(moves))
        free.put_nowait(http)
        assert answer.status == 200, answer
        return int(answer.body["seq"])

    for number in range(PER_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, start + number / PER_SECOND - loop.time()))
        tasks.append(asyncio.create_task(change()))
    return await asyncio.gather(*tasks)


def _delays(ground: Ground, seqs: list[int], arrivals: list[tuple[int, float]]) -> dict[str, float]:
    """Commit to one console, waiting to be sent together with others included."""
    stamps = ground.committed_at(seqs)
    delays = []
    for seq, at in sorted(stamps.items()):
        came = next((when for to, when in arrivals if to >= seq), None)
        if came is not None:
            delays.append((came - at) * 1000)
    return {"sustained.commit_p50_ms": percentile(delays, 50), "sustained.commit_p99_ms": percentile(delays, 99)}
