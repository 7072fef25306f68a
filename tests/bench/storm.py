"""The web process was replaced and five hundred consoles come back at once: until the last of them has its board."""

import asyncio
import json
import time

from tests.bench.client import Crowd, Http
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import Person, Town

CONSOLES = 500
UNITS_AND_CALLS = 50


def measure(ground: Ground) -> dict[str, float]:
    town = Town(people=CONSOLES)
    town.moves(8 * UNITS_AND_CALLS)
    ground.wait_until_quiet()
    return run(_storm(ground, town, in_hand=True)) | run(_storm(ground, town, in_hand=False))


async def _storm(ground: Ground, town: Town, *, in_hand: bool) -> dict[str, float]:
    """With the tickets in hand only the sockets are measured; without, each console asks for one first, as ours do."""
    ground.stack.kill("web")
    ground.stack.restart("web")
    port, crowd = ground.stack.port, Crowd(ground.stack.port)
    hellos = town.hellos(CONSOLES) if in_hand else []
    start = time.perf_counter()
    if not in_hand:
        hellos = await asyncio.gather(*(_with_ticket(port, person) for person in town.people))
    await crowd.join(hellos, at_once=CONSOLES)
    took = time.perf_counter() - start
    crowd.leave()
    return {"storm_500.sockets_s" if in_hand else "storm_500.s": took}


async def _with_ticket(port: int, person: Person) -> str:
    http = await Http(port, person.session).open()
    answer = await http.post("/live/ticket", {})
    assert answer.status == 200, answer
    http.close()
    return json.dumps({"type": "hello", "ticket": answer.body["ticket"], "epoch": None, "seq": None})
