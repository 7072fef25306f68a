"""A hub in a thread of its own beside a database with real commits, and consoles that keep what they are sent."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from care_dispatch.access import tier_of
from care_dispatch.live import consumers, poll, tickets
from care_dispatch.live.hub import Hub
from care_dispatch.live.tickets import Identity
from care_dispatch.log.models import Head
from teams.models import User
from tests.cast import make_call
from tests.live.in_step import Gap, Store

ORIGIN = "http://127.0.0.1:8000"
HANG_GUARD_SECONDS = 20.0


def eventually(look: Callable[[], Any], within: float = HANG_GUARD_SECONDS) -> Any:
    """What ``look`` gives as soon as it is true."""
    deadline = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.005)
    return found


def signed_in(user: User) -> SessionStore:
    """A session as the sign-in page makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "teams.sign_in.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["position"] = "D1"
    session.save()
    return session


def identity(user: User, session: SessionStore | None = None) -> Identity:
    key = (session or signed_in(user)).session_key
    assert key is not None and user.center_id is not None
    return Identity(
        user_id=user.pk, center_id=user.center_id, role=user.role, tier=tier_of(user.role).value,
        agency_id=user.agency_id, position="D1", session=tickets.session_hash(key),
        secret=tickets.secret_hash(user), access_version=user.access_version,
    )  # fmt: skip


def take_call(by: User) -> int:
    """A new call, not yet triaged; returns the number of its event."""
    make_call(by, triaged=False)
    return Head.objects.get().seq


class Console:
    """An ASGI websocket to the real consumer; ``store`` holds what a browser would show."""

    def __init__(self, live: "Live", headers: list[tuple[bytes, bytes]] | None = None, query: bytes = b"") -> None:
        self.live = live
        live.consoles.append(self)  # a loop holds its tasks only weakly
        self.store = Store()
        self.messages: list[dict[str, Any]] = []
        self.gaps: list[str] = []
        self.accepted = False
        self.closed: int | None = None
        self.blocked = threading.Event()
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        scope = {
            "type": "websocket", "path": "/ws/live/", "query_string": query,
            "headers": [(b"origin", ORIGIN.encode())] if headers is None else headers,
        }  # fmt: skip
        self._inbox.put_nowait({"type": "websocket.connect"})
        app = consumers.LiveConsumer.as_asgi()
        self.done = live.start(app(scope, self._inbox.get, self._sent))

    async def _sent(self, message: dict[str, Any]) -> None:
        while self.blocked.is_set():  # noqa: ASYNC110 - set and cleared by another thread
            await asyncio.sleep(0.01)
        if message["type"] == "websocket.accept":
            self.accepted = True
        elif message["type"] == "websocket.close":
            self.closed = message["code"]
        else:
            try:
                self.messages.append(self.store.take(message["text"]))
            except Gap as gap:
                self.gaps.append(str(gap))

    def put(self, message: dict[str, Any]) -> None:
        self.live.loop.call_soon_threadsafe(self._inbox.put_nowait, message)

    def say(self, **said: Any) -> None:
        self.put({"type": "websocket.receive", "text": json.dumps(said)})

    def hello(self, ticket: str, epoch: str | None = None, seq: int | None = None) -> "Console":
        self.say(type="hello", ticket=ticket, epoch=epoch, seq=seq)
        return self

    def leave(self) -> None:
        self.put({"type": "websocket.disconnect", "code": 1001})

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == kind]

    def reached(self, seq: int) -> "Console":
        eventually(lambda: self.store.to is not None and self.store.to >= seq)
        return self


class Live:
    """The hub on its own event loop, as in a web process."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.consoles: list[Console] = []
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.run(hub.start())

    def start(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.start(work).result(HANG_GUARD_SECONDS)

    def stop(self) -> None:
        self.run(self.hub.stop())
        self.run(self._end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()

    @staticmethod
    async def _end() -> None:
        """End what the consoles left running."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def ticket(self, who: User | Identity) -> str:
        return tickets.issue(who if isinstance(who, Identity) else identity(who))[1]

    def console(self, who: User | Identity) -> Console:
        """A console that has its first snapshot."""
        console = Console(self).hello(self.ticket(who))
        eventually(lambda: console.store.to is not None or console.closed)
        return console

    def poll(self, ticket: str, epoch: str = "", since: int | str = "") -> tuple[int, dict[str, Any]]:
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        scope = {
            "type": "http", "method": "GET", "path": "/live/poll", "query_string": f"epoch={epoch}&since={since}".encode(),
            "headers": [(b"authorization", f"Bearer {ticket}".encode())],
        }  # fmt: skip
        self.run(poll.poll(scope, receive, send))
        return sent[0]["status"], json.loads(sent[1]["body"])
