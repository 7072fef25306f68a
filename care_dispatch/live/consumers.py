"""The live socket at /ws/live/: who may open it, its hello, and what it may say; what it sends is in ``sockets``."""

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any

import orjson
from channels.consumer import AsyncConsumer
from channels.exceptions import StopConsumer
from django.conf import settings

from care_dispatch.live import tickets
from care_dispatch.live.hub import Refusal, hub
from care_dispatch.live.sockets import Socket

logger = logging.getLogger(__name__)

HELLO_SECONDS = 5.0
MESSAGE_BYTES = 4096
MESSAGES_PER_SECOND = 20
BAD, TOO_BIG, LATER = 1008, 1009, 1013


class Rude(Exception):
    """What came in is not part of the protocol; the socket closes with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class LiveConsumer(AsyncConsumer):  # type: ignore[misc]  # Channels has no types
    """Uses no channel layer, no ORM and no thread: frames go from the ring straight to the server's send."""

    channel_layer_alias = "none"

    def __init__(self) -> None:
        self.socket: Socket | None = None
        self.accepted = False
        self._closed = False
        self._timer: asyncio.TimerHandle | None = None
        self._second = 0
        self._messages = 0
        self._again_at = 0.0

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels' own would hop to a thread before every message; anything that goes wrong ends only this socket."""
        try:
            if message["type"] == "websocket.connect":
                await self._connect()
            elif message["type"] == "websocket.receive":
                await self._receive(message)
            elif message["type"] == "websocket.disconnect":
                self._leave()
                raise StopConsumer
        except (Rude, Refusal) as error:
            await self._close(error.code)
        except StopConsumer:
            raise
        except Exception:
            logger.exception("live socket")
            await self._close(1011)

    async def _connect(self) -> None:
        origins = [value for name, value in self.scope["headers"] if name == b"origin"]
        allowed = len(origins) == 1 and origins[0].decode("latin-1") in settings.ALLOWED_ORIGINS
        if not allowed or self.scope.get("query_string") or not hub.running or hub.connections >= hub.limit:
            self._closed = True
            await self.base_send({"type": "websocket.close", "code": 4403})
            return
        hub.connections += 1
        self.accepted = True
        await self.base_send({"type": "websocket.accept"})
        self._timer = asyncio.get_running_loop().call_later(HELLO_SECONDS, self._late)

    def _late(self) -> None:
        if self.socket is None and not self._closed:
            hub.spawn(self._close(BAD))

    async def _receive(self, message: dict[str, Any]) -> None:
        if self._closed:
            return
        said = self._parse(message)
        if self.socket is None:
            await self._hello(said)
        elif said.get("type") == "resync":
            self._again(said)
        else:
            raise Rude(BAD)

    def _parse(self, message: dict[str, Any]) -> dict[str, Any]:
        second = int(time.monotonic())
        self._messages = self._messages + 1 if second == self._second else 1
        self._second = second
        text = message.get("text")
        if text is None or self._messages > MESSAGES_PER_SECOND:
            raise Rude(BAD)
        if len(text) > MESSAGE_BYTES or len(text.encode("utf-8", "replace")) > MESSAGE_BYTES:
            raise Rude(TOO_BIG)
        try:
            said = orjson.loads(text)
        except ValueError:
            raise Rude(BAD) from None
        if not isinstance(said, dict) or not _fits(said.get("epoch"), str) or not _fits(said.get("seq"), int):
            raise Rude(BAD)
        return said

    async def _hello(self, said: dict[str, Any]) -> None:
        if said.get("type") != "hello" or not isinstance(said.get("ticket"), str):
            raise Rude(BAD)
        try:
            ticket = tickets.read(said["ticket"])
        except tickets.BadTicket:
            raise Refusal(4401) from None
        if not hub.take_nonce(ticket.nonce, ticket.expires_at):
            raise Refusal(4401)
        await hub.admit(ticket.identity)
        board = await hub.board((ticket.identity.center_id, ticket.identity.tier))
        # A ticket may be older than the shift: what a field user follows is asked anew.
        ticket = replace(ticket, topics=await hub.topics(ticket.identity))
        if self._closed:
            return
        self.socket = Socket(board, ticket, self.base_send)
        self._stop_timer()
        hub.enter(self.socket)
        self.socket.begin(said.get("epoch"), said.get("seq"))

    def _again(self, said: dict[str, Any]) -> None:
        """A console that found a gap says what it has; more than one in a second is one."""
        assert self.socket is not None
        now = time.monotonic()
        if now - self._again_at >= 1.0:
            self._again_at = now
            self.socket.begin(said.get("epoch"), said.get("seq"))

    async def _close(self, code: int) -> None:
        self._stop_timer()
        if self.socket is not None:
            self.socket.close(code)
        elif not self._closed:
            self._closed = True
            try:
                await self.base_send({"type": "websocket.close", "code": code})
            except Exception as error:
                logger.debug("socket was already gone: %s", error)

    def _leave(self) -> None:
        self._closed = True
        self._stop_timer()
        if self.accepted:
            self.accepted = False
            hub.connections -= 1
        if self.socket is not None:
            self.socket.gone()
            hub.leave(self.socket)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _fits(value: Any, wanted: type) -> bool:
    return value is None or (isinstance(value, wanted) and not isinstance(value, bool))
