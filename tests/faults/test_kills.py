"""kill -9 of every process in turn while dispatchers work: nothing acknowledged is lost, nothing happens twice."""

import random
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from tests.bench.town import sign_in
from tests.cast import make_center, make_unit, make_user, use_default_rules
from tests.conftest import MakeStack
from tests.faults import truth
from tests.faults.desk import Desk, Load
from tests.faults.signals import signal_all
from tests.live.in_step import Store
from tests.services import KILLS, Stack, pointed_at

pytestmark = [pytest.mark.faults]
DISPATCHERS = 3
NEEDED = {"web", "postgres"}  # without these no change can be made; without the others all go on


@pytest.fixture(scope="module")
def mortal(make_stack: MakeStack) -> Stack:
    """A stack whose PostgreSQL and Valkey are its own, so that they may die."""
    return make_stack(own_servers=True)


@pytest.fixture
def load(mortal: Stack, django_db_blocker: Any) -> Iterator[Load]:
    with django_db_blocker.unblock(), pointed_at(mortal.database, mortal.services.postgres):
        use_default_rules()
        center = make_center()
        people = sign_in([make_user(center) for _ in range(DISPATCHERS)])
        own, shared = ([make_unit(center, discipline="police").pk for _ in range(n)] for n in (DISPATCHERS, 2))
        desks = [Desk(mortal.port, person) for person in people]
        yield Load(desks, own, shared)
        for desk in desks:
            desk.close()


@pytest.mark.parametrize("name", ["web", "worker", "sweep", "valkey", "postgres"])
def test_what_was_acknowledged_survives_the_death_of(name: str, mortal: Stack, load: Load) -> None:
    store, checked = Store(), 0
    with load.desks[0].console(store) as socket:
        store.take(str(socket.recv(timeout=10)))
    for round_number in range(KILLS):
        load.seed = random.SystemRandom().randrange(10**6)
        print(f"{name} {round_number}: seed {load.seed}")
        choose = random.Random(load.seed)
        with load.running():
            load.wait_for(5)
            time.sleep(choose.uniform(0, 1))
            signal_all(mortal, name, signal.SIGKILL)
            time.sleep(choose.uniform(0, 0.5))
            mortal.restart(name)
            connections.close_all()
            load.wait_for(15)
        if name in NEEDED:
            assert any(one.tries > 1 for one in load.written), "nobody noticed the death: nothing was tested"
        truth.everything_holds(load.written[checked:], load.desks[0], store)
        checked = len(load.written)
    truth.each_acknowledged_write_is_there_once(load.written)
