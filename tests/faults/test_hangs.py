"""Servers that are there and do not answer: stopped with SIGSTOP, and requests that never arrive whole."""

import re
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from websockets.sync.client import ClientConnection

from calls.models import Call
from care_dispatch.live.hub import BEAT_SECONDS
from care_dispatch.up import processes
from tests.bench.town import sign_in
from tests.cast import make_center, make_unit, make_user, use_default_rules
from tests.conftest import MakeStack
from tests.faults import truth
from tests.faults.desk import Desk
from tests.faults.signals import hung
from tests.faults.strangers import half_sent
from tests.live.in_step import Store
from tests.services import Stack, pointed_at

pytestmark = [pytest.mark.faults]
NEW = {"nature": "Welfare check", "location": "300 W BELT LINE RD"}
CREATES, BLOCKS = 100, 4
# Half a request is given up after ten seconds: whoever waits for it waits about so long.
WAITED_MS = 4000


@pytest.fixture(scope="module")
def patient(make_stack: MakeStack) -> Stack:
    """A stack whose PostgreSQL and Valkey are its own, so that they may hang."""
    return make_stack(own_servers=True)


@dataclass
class Scene:
    stack: Stack
    desk: Desk
    police: int


@pytest.fixture
def scene(patient: Stack, django_db_blocker: Any) -> Iterator[Scene]:
    with django_db_blocker.unblock(), pointed_at(patient.database, patient.services.postgres):
        use_default_rules()
        center = make_center()
        desk = Desk(patient.port, sign_in([make_user(center)])[0], timeout=20)
        yield Scene(patient, desk, make_unit(center, discipline="police").pk)
        desk.close()


def create(desk: Desk) -> int:
    answer = desk.post("/api/calls/", NEW)
    assert answer.status == 201, answer
    return int(answer.body["call_id"])


def has_verdict(call_id: int) -> bool:
    return Call.objects.filter(pk=call_id, verdict__isnull=False).exists()


def judged_by_worker(desk: Desk) -> bool:
    """Whether a new call was judged by the Celery worker, not by a sweep that found it waiting."""
    call = create(desk)
    truth.until(lambda: has_verdict(call), "the verdict")
    return Call.objects.filter(pk=call, verdict__engine="worker").exists()


def test_with_a_hung_valkey_calls_are_taken_sent_judged_and_shown(scene: Scene) -> None:
    store = Store()
    with hung(scene.stack, "valkey"), scene.desk.console(store) as console:
        start = time.monotonic()
        call = create(scene.desk)
        assert scene.desk.post(f"/api/calls/{call}/dispatch/", {"units": [scene.police]}).status == 201
        assert time.monotonic() - start < 3.0, "a change waited for Valkey"
        truth.until(lambda: has_verdict(call), "the verdict without a broker", within=6.0)
        hear_until(lambda: bool(store.cards.get(("call", call), {}).get("response")), console, store)
    truth.until(lambda: judged_by_worker(scene.desk), "the worker works again", within=30.0)


def test_with_a_hung_database_the_console_learns_that_it_is_not_live_and_heals(scene: Scene) -> None:
    """Silence is how it learns: a console that has heard nothing for SILENCE_MS says that it is not live."""
    told = re.search(r"SILENCE_MS = ([0-9_]+)", (processes.ROOT / "static/js/link.js").read_text())
    assert told and int(told[1]) <= 12_000
    store = Hearing()
    with scene.desk.console(store) as console:
        hear_until(lambda: "beat" in store.heard, console, store)
        with hung(scene.stack, "postgres"):
            hear(console, store, 1.0)  # what was on its way
            store.heard.clear()
            hear(console, store, 1.6 * BEAT_SECONDS)
            assert store.heard == [], "a console was told that it is live"
        hear_until(lambda: "beat" in store.heard, console, store)
        call = create(scene.desk)
        hear_until(lambda: ("call", call) in store.cards, console, store)
    connection.close()
    truth.everything_holds([], scene.desk, store)


class Hearing(Store):
    """A console's store that remembers the types of what it was told."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def take(self, text: str) -> dict[str, Any]:
        message = super().take(text)
        self.heard.append(message["type"])
        return message


def hear(console: ClientConnection, store: Store, seconds: float) -> None:
    """Take everything that comes within that many seconds."""
    deadline = time.monotonic() + seconds
    with suppress(TimeoutError):
        while (left := deadline - time.monotonic()) > 0:
            store.take(str(console.recv(timeout=left)))


def hear_until(there: Callable[[], bool], console: ClientConnection, store: Store) -> None:
    deadline = time.monotonic() + truth.SETTLED_SECONDS
    while not there():
        assert time.monotonic() < deadline, "the console was not told"
        hear(console, store, 0.1)


def test_a_change_asked_for_while_the_database_hangs_is_refused_or_done_but_never_both(scene: Scene) -> None:
    key, place = str(uuid.uuid4()), f"{uuid.uuid4().hex[:12]} MAIN ST"
    impatient = Desk(scene.stack.port, scene.desk.person, timeout=2)
    with hung(scene.stack, "postgres"), pytest.raises(OSError, match="timed out"):
        impatient.post("/api/calls/", NEW | {"location": place}, key)
    answer = scene.desk.post("/api/calls/", NEW | {"location": place}, key)
    connection.close()
    assert answer.status == 201
    assert list(Call.objects.filter(location=place).values_list("pk", flat=True)) == [answer.body["call_id"]]


def block(desk: Desk) -> list[float]:
    found = []
    for _ in range(CREATES // BLOCKS):
        start = time.perf_counter()
        create(desk)
        found.append((time.perf_counter() - start) * 1000)
    return found


TROUBLES: dict[str, Callable[[Stack], AbstractContextManager[None]]] = {
    "half_sent": lambda stack: half_sent(stack.port),
    "hung_valkey": lambda stack: hung(stack, "valkey"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_intake_goes_on_beside_trouble_as_without(trouble: str, scene: Scene) -> None:
    """Alternating blocks, so that whatever else this machine does falls on both; the bench has the tail's figure."""
    without, beside = list[float](), list[float]()
    block(scene.desk)
    for _ in range(BLOCKS):
        without += block(scene.desk)
        with TROUBLES[trouble](scene.stack):
            beside += block(scene.desk)
    medians = statistics.median(beside) / statistics.median(without)
    print(f"medians {medians:.2f} ({max(without):.0f} and {max(beside):.0f} ms at most)")
    assert medians < 2.0
    assert max(beside) < WAITED_MS, "a call waited for the trouble to end"
