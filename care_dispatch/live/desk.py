"""The desk: a second thread for what may take longer: first boards, who may look, next tickets, unit positions."""

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from django.db import close_old_connections, connection

from care_dispatch.live import reading, tickets
from care_dispatch.live.hooks import position_readers
from care_dispatch.live.reading import Audience, Key, Piece
from care_dispatch.live.tickets import Identity, Ticket

T = TypeVar("T")


class Desk(threading.Thread):
    """Does one job after the other for the event loop; it is a daemon so that a hung database cannot hold the exit."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(name="live desk", daemon=True)
        self._loop = loop
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None] = queue.SimpleQueue()

    async def do(self, job: Callable[[], T]) -> T:
        """The job's result; raises what it raised. The caller sets the time limit."""
        future: asyncio.Future[T] = self._loop.create_future()
        self._jobs.put((job, future))
        return await future

    def stop(self) -> None:
        self._jobs.put(None)

    def run(self) -> None:
        while (asked := self._jobs.get()) is not None:
            job, future = asked
            try:
                close_old_connections()
                self._answer(future, job(), None)
            except Exception as error:
                connection.close()
                self._answer(future, None, error)
        connection.close()

    def _answer(self, future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
        def answer() -> None:
            if future.done():
                return
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(answer)


def open_board(audience: Audience) -> tuple[reading.Head, dict[Key, Piece]]:
    """All cards of an audience and the head they belong to, in one transaction."""
    with reading.board() as head:
        return head, reading.everything(audience, head.seq)


def drifted(mine: dict[Key, Piece], fresh: dict[Key, Piece], to: int, exact: bool) -> list[Key]:
    """Cards whose face differs although no event after ``to`` touched them; ``exact``: both show the same head."""
    found = []
    for key, piece in mine.items():
        face = orjson.loads(piece.text)
        if face["version"] <= to and (key not in fresh or _face(face) != _face(orjson.loads(fresh[key].text))):
            found.append(key)
    return found + ([key for key in fresh if key not in mine] if exact else [])


def _face(card: dict[str, Any]) -> dict[str, Any]:
    """What an event must have told of: not the version, and not a position, which has frames of its own."""
    return {name: value for name, value in card.items() if name not in ("version", "position")}


def renewals(identities: list[Identity]) -> dict[Identity, tuple[Ticket, str]]:
    """The next ticket of each, with topics as they are now."""
    return {identity: tickets.issue(identity) for identity in identities}


def positions(centers: dict[int, Any]) -> dict[int, list[dict[str, Any]]]:
    """Units that moved, per center; ``centers`` maps each to the time of the newest position already known."""
    return {
        center: [unit for positions_of in position_readers() for unit in positions_of(center, since)]
        for center, since in centers.items()
    }
