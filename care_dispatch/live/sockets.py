"""One console's socket: a cursor into its board's ring and one task that writes; a slow one costs no memory."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from care_dispatch.live.stream import Board
from care_dispatch.live.tickets import Identity, Ticket
from care_dispatch.live.wire import Text, Wire

logger = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], Awaitable[None]]
FELL_BEHIND = 4408
CLOSE_SECONDS = 1.0


class FellBehind(Exception):
    """The ring no longer holds the socket's next frame."""


class Socket:
    def __init__(self, board: Board, ticket: Ticket, send: Send) -> None:
        self.board = board
        self.identity: Identity = ticket.identity
        self.topics = board.topics(ticket.topics)
        self.closed: int | None = None
        self._send = send
        self._wire = Wire.under(send)
        self._generation = -1  # of the board; another one means: everything anew
        self._index = 0
        self._to = -1
        self._places: dict[int, str] = {}
        self._beat_at = ""
        self._next_ticket = ""
        self._beats = 0
        self._sending_since: float | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, epoch: str | None, seq: int | None) -> None:
        """Go on after ``seq`` if it is this stream and the ring still has it, else with a snapshot; wakes the task."""
        self._generation = -1
        if seq is not None and epoch == self.board.stream(self.topics):
            index = self.board.index_after(seq)
            if index is not None:
                self._generation, self._index, self._to = self.board.generation, index, seq
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._write())
        self.wake()

    # --- what the hub tells it ------------------------------------------------------------------
    def wake(self) -> None:
        """There is something new: write it here and now if the peer takes it, else have the task write it."""
        waiting = self._waiting
        if waiting is None or waiting.done():
            return
        if self._wire is not None and not self._pump(self._wire):
            return
        waiting.set_result(None)

    def _pump(self, wire: Wire) -> bool:
        """Write while the peer takes it; True when something is left for the task."""
        try:
            while wire.free:
                text = self._next()
                if text is None:
                    return False
                wire.write(text)
        except FellBehind:
            self.close(FELL_BEHIND)
            return False
        return True

    def beat(self, at: str) -> None:
        self._beat_at = at
        self.wake()

    def count_beat(self) -> int:
        self._beats += 1
        return self._beats

    def renew(self, ticket: Ticket, text: str) -> None:
        """The next ticket goes with the next beat."""
        self._next_ticket = text
        self.follow(ticket.topics)

    def follow(self, followed: frozenset[str]) -> None:
        """Other topics than before begin another stream."""
        topics = self.board.topics(followed)
        if topics != self.topics:
            self.topics = topics
            self._generation = -1
            self.wake()

    def move(self, places: dict[int, str]) -> None:
        if places:
            self._places |= places
            self.wake()

    def stalled_for(self, now: float) -> float:
        return now - self._sending_since if self._sending_since is not None else 0.0

    def close(self, code: int) -> None:
        """Stop writing and close; a peer that does not even take the close is cut off."""
        if self.closed is None:
            self.closed = code
            if self._task is not None:
                self._task.cancel()
            self._closing = asyncio.get_running_loop().create_task(self._end(code))

    def gone(self) -> None:
        """The peer went away by itself."""
        self.closed = self.closed or 1000
        if self._task is not None:
            self._task.cancel()

    async def _end(self, code: int) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._send({"type": "websocket.close", "code": code})
        except TimeoutError:
            if self._wire is not None:
                self._wire.cut_off()
        except Exception as error:
            logger.debug("socket was already gone: %s", error)

    # --- the writer ---------------------------------------------------------------------------------
    async def _write(self) -> None:
        send = self._send
        try:
            while True:
                text = self._next()
                if text is None:
                    self._waiting = asyncio.get_running_loop().create_future()
                    await self._waiting
                    continue
                self._sending_since = time.monotonic()
                await send({"type": "websocket.send", "text": text})
                self._sending_since = None
        except FellBehind:
            self.close(FELL_BEHIND)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            logger.debug("socket went away: %s", error)

    def _next(self) -> Text | None:
        board = self.board
        if self._generation != board.generation:
            if not board.ready:
                return None
            self._generation, self._index, self._to = board.generation, board.end, board.to
            return board.snapshot(self.topics)
        while self._index < board.end:
            if self._index < board.first():
                raise FellBehind
            frame = board.frame(self._index)
            self._index += 1
            if frame.to > self._to:
                self._to = frame.to
                return frame.text(self.topics)
        if self._places:
            places, self._places = self._places, {}
            return Text('{"type":"positions","units":[' + ",".join(places.values()) + "]}")
        return self._take_beat()

    def _take_beat(self) -> Text | None:
        if not self._beat_at:
            return None
        at, ticket = self._beat_at, self._next_ticket
        self._beat_at = self._next_ticket = ""
        extra = f',"ticket":"{ticket}"' if ticket else ""
        return Text(f'{{"type":"beat","to":{self._to},"at":"{at}"{extra}}}')
