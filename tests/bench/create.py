"""Calls created per second by one client and by eight, beside bare POSTs; triage of those calls runs meanwhile."""

import asyncio
import time
from statistics import median
from typing import Any

from tests.bench.client import Http
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import LOCATION, Town

BLOCKS = 5
REQUESTS = {1: 40, 8: 120}  # of a block
CALL = {
    "nature": "Suicidal subject",
    "location": LOCATION,
    "narrative": "MOTHER SAYS SON 24 IS OFF HIS MEDS, TALKS OF ENDING IT, NO WEAPON SEEN, HE IS IN THE GARAGE",
    "caller": {"name": "Invented Person", "phone": "+12145550100", "relation": "mother"},
}
BARE = {"form": "bench", "text": CALL["narrative"]}


def measure(ground: Ground) -> dict[str, float]:
    ground.start_bare_web()
    town = Town(people=8)
    figures: dict[str, float] = {}
    for clients, requests in REQUESTS.items():
        ours, bare = [], []
        for _ in range(BLOCKS):
            ours.append(run(_rate(ground.stack.port, "/api/calls/", CALL, town, clients, requests)))
            ground.wait_until_quiet()
            bare.append(run(_rate(ground.bare_port, "/bare/", BARE, town, clients, requests)))
        figures |= {
            f"create_{clients}.per_s": median(ours),
            f"create_{clients}.bare_per_s": median(bare),
            f"create_{clients}.ratio": median(a / b for a, b in zip(ours, bare, strict=True)),
        }
    return figures


async def _rate(port: int, path: str, body: Any, town: Town, clients: int, requests: int) -> float:
    """Answers per second while every client asks again as soon as it is answered."""
    https = [await Http(port, person.session).open() for person in town.people[:clients]]

    async def ask(http: Http, times: int) -> None:
        for _ in range(times):
            answer = await http.post(path, body)
            assert answer.status == 201, answer

    await asyncio.gather(*(ask(http, 2) for http in https))  # warm: threads and their connections
    start = time.perf_counter()
    await asyncio.gather(*(ask(http, requests // clients) for http in https))
    took = time.perf_counter() - start
    for http in https:
        http.close()
    return requests / took
