"""The bench's clients, as cheap as can be so that they measure the server: a keep-alive HTTP client and a crowd of consoles."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

WAIT_SECONDS = 20.0
CSRF = "b" * 32
TEXT, _PING, _CLOSE = 1, 9, 8
_MASK = b"\0\0\0\0"  # a mask that changes nothing


@dataclass
class Answer:
    """``sent_at`` and ``took_ms`` as the client saw them; ``sent_at`` in seconds since 1970, ``start`` by perf_counter."""

    status: int
    body: Any
    sent_at: float
    took_ms: float
    start: float


class Http:
    """One signed-in browser's connection."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self._cookies = f"sessionid={session}; csrftoken={CSRF}"

    async def open(self) -> "Http":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        return self

    def close(self) -> None:
        self._writer.close()

    async def post(self, path: str, body: Any) -> Answer:
        """A change, with a key of its own."""
        answer = await self._send(path, json.dumps(body).encode(), "application/json")
        answer.body = json.loads(answer.body)
        return answer

    async def form(self, path: str, fields: dict[str, str]) -> Answer:
        """What a page's form sends; the answer's body is left alone."""
        return await self._send(path, urlencode(fields).encode(), "application/x-www-form-urlencoded")

    async def _send(self, path: str, data: bytes, kind: str) -> Answer:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nCookie: {self._cookies}\r\nX-CSRFToken: {CSRF}\r\n"
            f"Idempotency-Key: {uuid.uuid4()}\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n"
        )
        sent_at, start = time.time(), time.perf_counter()
        self._writer.write(head.encode() + data)
        top = await self._reader.readuntil(b"\r\n\r\n")
        lines = top.decode("latin-1").split("\r\n")
        length = next(int(line[15:]) for line in lines if line[:15].lower() == "content-length:")
        text = await self._reader.readexactly(length)
        took = (time.perf_counter() - start) * 1000
        return Answer(int(lines[0].split()[1]), text, sent_at, took, start)


class Console(asyncio.Protocol):
    """A websocket that tells its crowd how far it has come. ``hello`` is what it says once it is open."""

    def __init__(self, crowd: "Crowd", request: bytes, hello: str) -> None:
        self.crowd = crowd
        self.to = -1
        self.covered = 0  # events told of by frames, each once and without a gap
        self.frame_bytes = 0
        self.counted = False  # of those its crowd waits for
        self._request, self._hello = request, hello
        self._buffer = bytearray()
        self._open = False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._open = self._buffer.startswith(b"HTTP/1.1 101")
            if not self._open:
                self.crowd.refused.append(bytes(self._buffer[:60]).decode(errors="replace"))
                self.transport.abort()
                return
            del self._buffer[: end + 4]
            if self._hello:
                self.transport.write(masked(TEXT, self._hello.encode()))
            self.crowd.opened()
        while (taken := self._take()) is not None:
            self._hear(*taken)

    def connection_lost(self, exc: Exception | None) -> None:
        self.crowd.lost += 1

    def _take(self) -> tuple[int, bytes] | None:
        """The next whole frame, which a server never masks."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        taken = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        return taken

    def _hear(self, kind: int, body: bytes) -> None:
        if kind == _PING:
            self.transport.write(masked(10, body))
        elif kind == _CLOSE:
            self.crowd.refused.append(f"closed with {int.from_bytes(body[:2], 'big')}")
        elif body.startswith(b'{"type":"frame"'):
            start, to = _number(body, b'"from":'), _number(body, b'"to":')
            if start <= self.to < to:
                self.covered += to - self.to
            self.frame_bytes = len(body)
            self.to = max(to, self.to)
            self.crowd.reached(self)
        elif body.startswith(b'{"type":"snapshot"'):
            self.to = _number(body, b'"to":')
            self.crowd.reached(self)


def _number(body: bytes, name: bytes) -> int:
    start = body.index(name, 0, 200) + len(name)
    return int(body[start : body.index(b",", start)])


def masked(kind: int, body: bytes) -> bytes:
    size = len(body)
    length = bytes([128 | size]) if size < 126 else bytes([254]) + size.to_bytes(2, "big")
    return bytes([128 | kind]) + length + _MASK + body


@dataclass
class Crowd:
    """Consoles of one server. ``expect(seq)`` then ``await all_there()`` gives when the last of them had it."""

    port: int
    path: str = "/ws/live/"
    consoles: list[Console] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    lost: int = 0
    seen: Callable[[Console], None] | None = None

    async def join(self, hellos: Sequence[str], *, at_once: int = 100) -> None:
        """Connect one console per hello; with an empty hello only until the socket is open."""
        loop = asyncio.get_running_loop()
        request = (
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nOrigin: http://127.0.0.1:{self.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        ).encode()
        for first in range(0, len(hellos), at_once):
            some = [Console(self, request, hello) for hello in hellos[first : first + at_once]]
            self.consoles += some
            self._waiting_open = len(some)
            self._all_open = loop.create_future()
            self.expect(0)
            await asyncio.gather(*(_connect(loop, one, self.port) for one in some))
            await asyncio.wait_for(self._all_open, WAIT_SECONDS)
            if any(hellos):
                await self.all_there()
        if self.refused:
            raise AssertionError(f"consoles refused: {self.refused[:3]}")

    def opened(self) -> None:
        self._waiting_open -= 1
        if not self._waiting_open and not self._all_open.done():
            self._all_open.set_result(None)

    def expect(self, seq: int) -> None:
        """Wait for this number from here on."""
        self._wanted = seq
        self._missing = sum(console.to < seq for console in self.consoles)
        self._there = asyncio.get_running_loop().create_future()
        if not self._missing:
            self._there.set_result((time.perf_counter(), time.time()))
        for console in self.consoles:
            console.counted = console.to >= seq

    def reached(self, console: Console) -> None:
        if self.seen is not None:
            self.seen(console)
        if console.to >= self._wanted and not console.counted:
            console.counted = True
            self._missing -= 1
            if not self._missing and not self._there.done():
                self._there.set_result((time.perf_counter(), time.time()))

    async def all_there(self) -> tuple[float, float]:
        """When the last console had it, by perf_counter and in seconds since 1970."""
        try:
            found: tuple[float, float] = await asyncio.wait_for(asyncio.shield(self._there), WAIT_SECONDS)
        except TimeoutError:
            raise AssertionError(f"{self._missing} consoles wait for {self._wanted}; {self.refused[:3]}") from None
        return found

    @property
    def to(self) -> int:
        return max(console.to for console in self.consoles)

    def leave(self) -> None:
        for console in self.consoles:
            console.transport.abort()
        self.consoles.clear()


async def _connect(loop: asyncio.AbstractEventLoop, console: Console, port: int) -> None:
    await loop.create_connection(lambda: console, "127.0.0.1", port)
