"""A dispatcher's HTTP client that repeats what nobody answered, and the load that several of them make."""

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from tests.bench.town import Person
from tests.live.in_step import Store

CSRF = "f" * 32
PATIENCE_SECONDS = 40.0
NOT_SAVED = {408, 502, 503}  # the server said so; asking again is what the answer asks for


@dataclass(frozen=True)
class Answer:
    """``tries`` counts how often the same request was sent before somebody answered."""

    status: int
    body: dict[str, Any]
    tries: int = 1


class Desk:
    """One signed-in console. ``ask`` sends once; ``insist`` repeats the same key until there is an answer."""

    def __init__(self, port: int, person: Person, timeout: float = 8.0) -> None:
        self.port, self.person, self.timeout = port, person, timeout
        self._talk: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Answer:
        """Raises OSError or HTTPException when no answer comes."""
        headers = {
            "Cookie": f"sessionid={self.person.session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json",
            "Idempotency-Key": key or str(uuid.uuid4()),
        }
        raw = None if body is None else json.dumps(body).encode()
        if self._talk is None:
            self._talk = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            self._talk.request(method, path, raw, headers)
            got = self._talk.getresponse()
            text = got.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        return Answer(got.status, json.loads(text))

    def post(self, path: str, body: Any, key: str = "") -> Answer:
        return self.ask("POST", path, body, key)

    def insist(self, path: str, body: Any) -> Answer:
        """Post with one key until somebody answers whether it was done."""
        key, deadline, tries = str(uuid.uuid4()), time.monotonic() + PATIENCE_SECONDS, 0
        while True:
            tries += 1
            try:
                answer = self.post(path, body, key)
                if answer.status not in NOT_SAVED:
                    return Answer(answer.status, answer.body, tries)
                why = str(answer)
            except (OSError, http.client.HTTPException) as error:
                why = repr(error)
            assert time.monotonic() < deadline, f"no answer in {PATIENCE_SECONDS} s: {why}"
            time.sleep(0.05)

    def board(self) -> dict[str, Any]:
        answer = self.ask("GET", "/api/board/")
        assert answer.status == 200, answer
        return answer.body

    @contextmanager
    def console(self, store: Store) -> Iterator[ClientConnection]:
        """A live console that says where its store is, with a ticket from the web process."""
        ticket = self.post("/live/ticket", {}).body["ticket"]
        hello = {"type": "hello", "ticket": ticket, "epoch": store.epoch or None, "seq": store.to}
        url, origin = f"ws://127.0.0.1:{self.port}/ws/live/", Origin(f"http://127.0.0.1:{self.port}")
        with connect(url, origin=origin, compression=None, max_size=None) as socket:
            socket.send(json.dumps(hello))
            yield socket

    def close(self) -> None:
        if self._talk is not None:
            self._talk.close()
            self._talk = None


@dataclass(frozen=True)
class Written:
    """A change the server said is done."""

    what: str
    path: str
    sent: dict[str, Any]
    told: dict[str, Any]
    tries: int


@dataclass
class Load:
    """Dispatchers at work: each takes calls, sends its own units and those all fight for, and moves them on."""

    desks: list[Desk]
    own_units: list[int]
    shared_units: list[int]
    written: list[Written] = field(default_factory=list)
    refused: list[Answer] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    seed: int = 0

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Work goes on inside; leaving it lets everybody finish what they are at."""
        self._over = threading.Event()
        threads = [threading.Thread(target=self._work, args=(n,)) for n in range(len(self.desks))]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._over.set()
            for thread in threads:
                thread.join(PATIENCE_SECONDS + 20)
        assert not any(thread.is_alive() for thread in threads), "a dispatcher still waits for an answer"
        assert self.broken == [], self.broken

    def wait_for(self, more: int) -> None:
        """Until that many more changes are acknowledged."""
        wanted, deadline = len(self.written) + more, time.monotonic() + PATIENCE_SECONDS
        while len(self.written) < wanted:
            assert time.monotonic() < deadline, f"the work stands still: {self.broken or self.refused[-3:]}"
            time.sleep(0.02)

    def _work(self, number: int) -> None:
        choose = random.Random(self.seed * 100 + number)
        desk, own = self.desks[number], self.own_units[number]
        try:
            while not self._over.is_set():
                self._round(desk, own, choose)
        except Exception as error:
            self.broken.append(repr(error))
        finally:
            desk.close()

    def _round(self, desk: Desk, own: int, choose: random.Random) -> None:
        place = f"{uuid.uuid4().hex[:12]} MAIN ST"
        call = self._do(desk, "create", "/api/calls/", {"nature": "Welfare check", "location": place})
        if call is None:
            return
        for unit in choose.sample([own, choose.choice(self.shared_units)], 2):
            where = f"/api/calls/{call['call_id']}/dispatch/"
            if self._do(desk, "dispatch", where, {"units": [unit]}) is None:
                continue
            for status in ("en_route", "on_scene", "available"):
                self._do(desk, "status", f"/api/units/{unit}/status/", {"status": status})
        self._do(desk, "close", f"/api/calls/{call['call_id']}/close/", {"closed_as": "advised"})

    def _do(self, desk: Desk, what: str, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        answer = desk.insist(path, body)
        if answer.status in {200, 201}:
            self.written.append(Written(what, path, body, answer.body, answer.tries))
            return answer.body
        assert answer.status == 409, answer
        self.refused.append(answer)
        return None
