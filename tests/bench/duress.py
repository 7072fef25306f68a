"""A crew's call for help, from the button on the phone to the last of 100 consoles.

Right before each press another change is on its way, so that a board which takes changes together would hold it back.
"""

import uuid

from django.utils import timezone

from tests.bench.client import Crowd, Http
from tests.bench.figures import percentile
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.town import Moves, Person, Town, sign_in
from tests.cast import make_user, put_on_shift

CONSOLES, PRESSES = 100, 40


def measure(ground: Ground) -> dict[str, float]:
    town = Town(people=CONSOLES // 2)
    crews = sign_in([make_user(town.center, "officer") for _ in range(PRESSES)])
    for crew in crews:
        put_on_shift(crew.user, town.unit(), "officer", start=timezone.now())
    moves = town.moves(PRESSES)
    ground.wait_until_quiet()
    took = run(_presses(ground, town, crews, moves))
    return {"duress_100.p50_ms": percentile(took, 50), "duress_100.p95_ms": percentile(took, 95)}


async def _presses(ground: Ground, town: Town, crews: list[Person], moves: Moves) -> list[float]:
    port = ground.stack.port
    crowd, desk = Crowd(port), await Http(port, town.people[0].session).open()
    await crowd.join(town.hellos(CONSOLES))
    found = []
    for crew in crews:
        phone = await Http(port, crew.session).open()
        path, body = next(moves)
        before = await desk.post(path, body)
        crowd.expect(before.body["seq"] + 1)
        answer = await phone.form("/unit/do/emergency/", {"key": str(uuid.uuid4())})
        last, _ = await crowd.all_there()
        assert answer.status == 302, answer
        found.append((last - answer.start) * 1000)
        phone.close()
    crowd.leave()
    desk.close()
    return found
