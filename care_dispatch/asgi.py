"""The web process: the live socket and its poll on the event loop, everything else in WSGI threads.

    uvicorn care_dispatch.asgi:application --ws-per-message-deflate false --ws-max-size 65536 --no-access-log

A request's body is read whole, within limits, before it gets one of the threads: half-sent requests hold none.
"""

import asyncio
import json
import logging
import os
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote_from_bytes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "care_dispatch.settings")

from a2wsgi import WSGIMiddleware
from channels.routing import URLRouter
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, connection
from django.urls import path
from django.utils import timezone

from care_dispatch.security import RAW_HEADERS
from care_dispatch.wsgi import application as wsgi

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

THREADS = 8
BODY_BYTES = 2_621_440
# A configuration page that takes in a file: a county's places are larger than anything else that is sent.
FILE_BYTES = 2 * BODY_BYTES
BODY_SECONDS = 10.0
BODIES_AT_ONCE = 64
SWEEP_SECONDS = 0.3
SWEEP_OLDER_THAN = timedelta(seconds=0.6)

TOO_SLOW = (408, "too_slow", "The request did not arrive within ten seconds; send it again.")
TOO_MANY = (503, "unavailable", "Too many requests are only half sent; send it again.")


class NotWhole(Exception):
    """The body cannot be had; ``answer`` says why, None when nobody is left to be told."""

    def __init__(self, answer: tuple[int, str, str] | None) -> None:
        super().__init__(answer)
        self.answer = answer


class WholeBody:
    """Gives the app behind it only requests that have arrived whole.

    When too many are on their way the one that has been at it longest makes room: a flood of half-sent requests
    then turns out itself, not the dispatcher whose request takes a millisecond.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._arriving: dict[asyncio.Timeout, bool] = {}  # in order of arrival; True once it was turned out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._read(scope, receive)
        except NotWhole as error:
            if error.answer is not None:
                await refuse(send, error.answer)
            return
        unread = [body]

        async def whole() -> MutableMapping[str, Any]:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            return await receive()

        await self.app(plain(scope, len(body)), whole, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        most = most_bytes(scope["path"])
        if not declared.isdigit() or int(declared) > most:
            raise NotWhole(too_large(most))
        limit = asyncio.timeout(BODY_SECONDS)
        try:
            async with limit:
                self._make_room()
                self._arriving[limit] = False
                return await self._collect(receive, most)
        except TimeoutError:
            raise NotWhole(TOO_MANY if self._arriving.get(limit) else TOO_SLOW) from None
        finally:
            self._arriving.pop(limit, None)

    def _make_room(self) -> None:
        staying = [limit for limit, turned_out in self._arriving.items() if not turned_out]
        if len(staying) >= BODIES_AT_ONCE:
            self._arriving[staying[0]] = True
            staying[0].reschedule(asyncio.get_running_loop().time())

    async def _collect(self, receive: Receive, most: int) -> bytes:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise NotWhole(None)
            body += message.get("body", b"")
            if len(body) > most:
                raise NotWhole(too_large(most))
            if not message.get("more_body", False):
                return bytes(body)


def most_bytes(path: str) -> int:
    return FILE_BYTES if path.startswith("/admin/") and path.endswith("/upload/") else BODY_BYTES


def too_large(most: int) -> tuple[int, str, str]:
    return 413, "too_large", f"The request is larger than {most / 2**20:g} MB."


def plain(scope: Scope, length: int) -> Scope:
    """The scope as WSGI can take it: the true length of the body, and an address in ASCII."""
    headers = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
    headers.append((b"content-length", str(length).encode()))
    query = scope.get("query_string", b"")
    if not query.isascii():
        query = quote_from_bytes(query, safe="%&=+;/?:@!$'()*,[]~-._").encode()
    return {**scope, "headers": headers, "query_string": query}


async def refuse(send: Send, answer: tuple[int, str, str]) -> None:
    status, code, message = answer
    body = json.dumps({"error": code, "message": message}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *RAW_HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Sweep(threading.Thread):
    """Runs due work that nobody else ran in time, so that a verdict comes without any worker or broker."""

    def __init__(self) -> None:
        super().__init__(name="due sweep", daemon=True)
        self._stopping = threading.Event()

    def stop(self) -> None:
        self._stopping.set()

    def run(self) -> None:
        from calls.triage import lexicon_version
        from care_dispatch.due.work import run_once

        lexicon_version()  # read once, here: the first preview and the first call should not wait for it
        while not self._stopping.wait(SWEEP_SECONDS):
            try:
                close_old_connections()
                run_once(older_than=SWEEP_OLDER_THAN, now=timezone.now(), source="sweep", unhurried=False)
            except Exception as error:  # the database is away: the rows wait for it
                logger.warning("due work waits: %s", error)
                connection.close()
                self._stopping.wait(1.0)
        connection.close()


class Lifespan:
    """Starts the hub and the sweep with the server and stops them with it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from care_dispatch.live.hub import hub

        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._sweep = Sweep()
                self._sweep.start()
                await hub.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                self._sweep.stop()
                await hub.stop()
                await asyncio.to_thread(self._sweep.join, 1.0)
                await send({"type": "lifespan.shutdown.complete"})
                return


class Application:
    """Sends each connection to the part that answers it."""

    def __init__(self, handler: WSGIHandler) -> None:
        from care_dispatch.live.consumers import LiveConsumer
        from care_dispatch.live.poll import poll

        self._http: App = WholeBody(WSGIMiddleware(handler, workers=THREADS))  # type: ignore[arg-type]
        self._socket: App = URLRouter([path("ws/live/", LiveConsumer.as_asgi())])
        self._poll: App = poll
        self._lifespan = Lifespan()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            app = self._poll if scope["path"] == "/live/poll" else self._http
            await app(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
        elif scope["path"] == "/ws/live/":
            await self._socket(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 4404})


application = Application(wsgi)
