"""The hub: one per web process. It holds every audience's board in memory and wakes the sockets that follow it.

All of it runs on the event loop; the tail and the desk are its two threads, and the only ones that read the database.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.conf import settings

from care_dispatch.access import Tier
from care_dispatch.live import desk as desks
from care_dispatch.live import reading
from care_dispatch.live.consoles import note_consoles
from care_dispatch.live.hooks import position_readers, topics_for
from care_dispatch.live.nudges import follow_redis
from care_dispatch.live.reading import FINE, SIGNED_OUT, Audience
from care_dispatch.live.snapshots import snapshot_bytes
from care_dispatch.live.stream import Board
from care_dispatch.live.tail import Reading, Tail
from care_dispatch.live.tickets import Identity, Ticket
from care_dispatch.log import nudge

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
STALE_SECONDS = 6.0  # no beat when the last good look at the log is older
TICKET_EVERY = 6  # beats
STALL_SECONDS = 10.0
ASK_SECONDS = 5.0  # how long a console waits for the database before it is sent away
KEEP_SECONDS = 60.0  # a board nobody looks at is dropped
REREAD_SECONDS = 60.0  # a board's cards are compared with the database as a whole at least this far apart
STANDING_SECONDS = 12.0
STOP_TRIES = 10
RENEW_BEFORE_SECONDS = 60.0
POSITION_TIERS = frozenset({Tier.DISPATCH, Tier.CARE, Tier.FIELD})
POSITION_OVERLAP = timedelta(seconds=30)
# Every so many seconds all places are read, and those that are gone forgotten.
READ_PLACES_WHOLE = 5


class Refusal(Exception):
    """The socket closes, or the poll is refused, with this code: 4401, 4403, 1013."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code


class Hub:
    def __init__(self) -> None:
        self.boards: dict[Audience, Board] = {}
        self.sockets: set[Any] = set()
        self.limit = int(getattr(settings, "LIVE_MAX_SOCKETS", 2000))
        self.connections = 0  # accepted, with or without a hello
        self.running = False
        self.good_at = 0.0
        self._standing: dict[Identity, tuple[int, float]] = {}
        self._asked: dict[Identity, asyncio.Future[int]] = {}
        self._followed: dict[Identity, tuple[frozenset[str], float]] = {}
        self._polled: dict[Identity, float] = {}
        self._nonces: dict[str, float] = {}
        self._opening: dict[Audience, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._places: dict[int, dict[int, dict[str, Any]]] = {}
        self._rereading: asyncio.Task[None] | None = None

    # --- start and stop -------------------------------------------------------------------------
    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._desk = desks.Desk(self._loop)
        self._tail = Tail(lambda found: self._post(self._publish, found), lambda: len(self.sockets))
        self._desk.start()
        self._tail.start()
        nudge.listen(self._tail.nudge)
        self.running = True
        for work in (follow_redis(self._tail.nudge), self._beating(), self._watching(), self._placing()):
            self.spawn(work)

    async def stop(self) -> None:
        self.running = False
        nudge.forget(self._tail.nudge)
        self._tail.stop()
        self._desk.stop()
        for _ in range(STOP_TRIES):
            if not self._tasks:
                break
            for task in list(self._tasks):
                task.cancel()  # again and again: a client library may swallow one
            await asyncio.wait(list(self._tasks), timeout=0.1)
        await asyncio.to_thread(self._tail.join, 1.0)
        await asyncio.to_thread(self._desk.join, 1.0)

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _post(self, call: Any, *args: Any) -> None:
        if self.running and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *args)

    # --- what the tail found ----------------------------------------------------------------------
    def _publish(self, found: Reading) -> None:
        self.good_at = found.started_at
        at = reading.iso(found.head.at)
        for update in found.updates:
            board = self.boards.get(update.audience)
            if board is None:
                continue
            if not board.apply(update, at):
                self._renew(update.audience)
                continue
            for socket in board.sockets:
                socket.wake()
        for audience in found.renew:
            self._renew(audience)
        if found.access_changed:
            self._followed = {}
            self.spawn(self._check(None))
            self.spawn(self._follow_anew())

    def _renew(self, audience: Audience) -> None:
        """Read the audience's board from the database and have every socket of it start from there."""
        if audience in self.boards and audience not in self._opening:
            task = self.spawn(self._open(audience))
            self._opening[audience] = task
            task.add_done_callback(lambda _: self._opening.pop(audience, None))

    async def _open(self, audience: Audience) -> None:
        while (board := self.boards.get(audience)) is not None:
            try:
                head, cards = await self._desk.do(lambda: desks.open_board(audience))
            except Exception as error:
                logger.warning("live board of %s cannot be read: %s", audience, error)
                await asyncio.sleep(0.5)
                continue
            board.begin(head.epoch, head.seq, reading.iso(head.at), cards)
            board.read_at = time.monotonic()
            self._tail.follow(audience, head.seq)
            for socket in board.sockets:
                socket.wake()
            return

    async def board(self, audience: Audience) -> Board:
        """The audience's board, read from the database first if nobody followed it; raises Refusal when that fails."""
        board = self.boards.get(audience)
        if board is None:
            board = self.boards[audience] = Board(audience)
        board.used_at = time.monotonic()
        if not board.ready:
            self._renew(audience)
            done, _ = await asyncio.wait([self._opening[audience]], timeout=ASK_SECONDS)
            if not done or not board.ready:
                raise Refusal(1013)
        return board

    def enter(self, socket: Any) -> None:
        self.sockets.add(socket)
        socket.board.sockets.add(socket)
        socket.move(self._texts(self.places(socket.board)))

    def leave(self, socket: Any) -> None:
        self.sockets.discard(socket)
        socket.board.sockets.discard(socket)
        socket.board.used_at = time.monotonic()

    # --- who may look -------------------------------------------------------------------------------
    def take_nonce(self, nonce: str, expires_at: float) -> bool:
        """False when this ticket already opened a socket here."""
        now = time.time()
        if len(self._nonces) > 10_000 or nonce in self._nonces:
            self._nonces = {one: until for one, until in self._nonces.items() if until > now}
        if nonce in self._nonces:
            return False
        self._nonces[nonce] = expires_at
        return True

    async def admit(self, identity: Identity) -> None:
        """Raises Refusal unless session, user, role and center still stand; many callers share one query."""
        self._polled[identity] = time.monotonic()
        code, at = self._standing.get(identity, (FINE, 0.0))
        if code == FINE and time.monotonic() - at > STANDING_SECONDS:
            first = not self._asked
            future = self._asked.setdefault(identity, self._loop.create_future())
            if first:
                self.spawn(self._check_asked())
            done, _ = await asyncio.wait([future], timeout=ASK_SECONDS)
            code = future.result() if done else 1013
        if code != FINE:
            raise Refusal(code)

    async def topics(self, identity: Identity) -> frozenset[str]:
        """What a field user follows now, whatever the ticket says; raises Refusal when the database does not tell."""
        if identity.tier != Tier.FIELD:
            return frozenset()
        known = self._followed  # crews that change meanwhile put another in its place
        topics, at = known.get(identity, (frozenset(), 0.0))
        if time.monotonic() - at > STANDING_SECONDS or identity not in known:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    topics = await self._desk.do(lambda: topics_for(identity.user_id))
            except Exception as error:
                logger.warning("live board cannot read who follows what: %s", error)
                raise Refusal(1013) from None
            known[identity] = (topics, time.monotonic())
        return topics

    async def _follow_anew(self) -> None:
        """Crews have changed: who has gone home is sent nothing more of the unit's calls."""
        for socket in [one for one in self.sockets if one.identity.tier == Tier.FIELD]:
            try:
                socket.follow(await self.topics(socket.identity))
            except Refusal as error:
                socket.close(error.code)

    async def _check_asked(self) -> None:
        await asyncio.sleep(0)  # everybody who asks in this turn of the loop is answered together
        asked, self._asked = self._asked, {}
        codes = await self._check(asked)
        for identity, future in asked.items():
            if not future.done():
                future.set_result(codes.get(identity, 1013))

    async def _check(self, identities: Iterable[Identity] | None) -> dict[Identity, int]:
        """Look at these (None: all that are here), close the sockets of those who may not go on."""
        wanted = self._present() if identities is None else set(identities)
        if not wanted:
            return {}
        try:
            codes = await self._desk.do(lambda: reading.standing(wanted))
        except Exception as error:
            logger.warning("live board cannot check who may look: %s", error)
            return {}
        now = time.monotonic()
        for identity, code in codes.items():
            if code != FINE or self._standing.get(identity, (FINE, 0.0))[0] == FINE:
                self._standing[identity] = (code, now)
        for socket in list(self.sockets):
            if code := codes.get(socket.identity, FINE):
                socket.close(code)
        return codes

    def _present(self) -> set[Identity]:
        return {socket.identity for socket in self.sockets} | set(self._standing)

    def close_user(self, user_id: int) -> None:
        """From any thread: look at once whether this user's sockets may stay, and close those that may not."""
        self._post(lambda: self.spawn(self._check([who for who in self._present() if who.user_id == user_id])))

    def close_session(self, session: str) -> None:
        """From any thread: this sign-in is over (``session`` is its hash); its sockets close now."""
        self._post(self._close_session, session)

    def _close_session(self, session: str) -> None:
        for identity in self._present():
            if identity.session == session:
                self._standing[identity] = (SIGNED_OUT, time.monotonic())
        for socket in list(self.sockets):
            if socket.identity.session == session:
                socket.close(SIGNED_OUT)

    # --- time ---------------------------------------------------------------------------------------
    @property
    def live(self) -> bool:
        """Whether the log was read within the last seconds; without that nobody is told that the board is fresh."""
        return time.monotonic() - self.good_at < STALE_SECONDS

    async def _beating(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            codes = await self._check(None)
            await self._note_who_looks()
            if self.live and (codes or not self.sockets):
                await self._beat()

    async def _note_who_looks(self) -> None:
        """Have every process know which consoles look here, by socket or by poll."""
        since = time.monotonic() - STANDING_SECONDS
        self._polled = {who: at for who, at in self._polled.items() if at > since}
        here = {*(socket.identity for socket in self.sockets), *self._polled}
        try:
            await self._desk.do(lambda: note_consoles(here, datetime.now(UTC)))
        except Exception as error:
            logger.warning("live board cannot note who looks: %s", error)

    async def _beat(self) -> None:
        due = [socket for socket in list(self.sockets) if socket.count_beat() % TICKET_EVERY == 0]
        issued: dict[Identity, Any] = {}
        try:
            issued = await self._desk.do(lambda: desks.renewals(list({socket.identity for socket in due})))
        except Exception as error:
            logger.warning("live board cannot issue tickets: %s", error)
        for socket in due:
            if socket.identity in issued:
                socket.renew(*issued[socket.identity])
        at = reading.iso(datetime.now(UTC))
        for socket in list(self.sockets):
            socket.beat(at)

    async def beat_for(self, ticket: Ticket, to: int) -> list[str]:
        """The beat a poll ends with, with a next ticket in good time; nothing while the log cannot be read."""
        if not self.live:
            return []
        extra = ""
        if ticket.expires_at - time.time() < RENEW_BEFORE_SECONDS:
            try:
                async with asyncio.timeout(1):
                    issued = await self._desk.do(lambda: desks.renewals([ticket.identity]))
                extra = f',"ticket":"{issued[ticket.identity][1]}"'
            except Exception as error:
                logger.warning("live board cannot issue tickets: %s", error)
        return [f'{{"type":"beat","to":{to},"at":"{reading.iso(datetime.now(UTC))}"{extra}}}']

    async def _watching(self) -> None:
        """Close who stalls; drop boards and standings nobody uses; compare boards with the database now and then."""
        while True:
            await asyncio.sleep(1.0)
            now = time.monotonic()
            for socket in list(self.sockets):
                if socket.stalled_for(now) > STALL_SECONDS:
                    socket.close(4408)
            here = {socket.identity for socket in self.sockets}
            self._standing = {
                who: seen for who, seen in self._standing.items() if who in here or now - seen[1] < KEEP_SECONDS
            }
            self._followed = {who: seen for who, seen in self._followed.items() if now - seen[1] < STANDING_SECONDS}
            for audience, board in list(self.boards.items()):
                if not board.sockets and now - board.used_at > KEEP_SECONDS and audience not in self._opening:
                    self._tail.forget(audience)
                    del self.boards[audience]
                elif board.sockets and now - board.read_at > REREAD_SECONDS and not self._rereading:
                    self._rereading = self.spawn(self._reread(board))
                    self._rereading.add_done_callback(self._reread_done)

    def _reread_done(self, _: Any) -> None:
        self._rereading = None

    async def _reread(self, board: Board) -> None:
        """Begin a board anew when the database shows something that no event told of, such as the end of a shift."""
        board.read_at = time.monotonic()
        try:
            head, cards = await self._desk.do(lambda: desks.open_board(board.audience))
        except Exception as error:
            logger.warning("live board of %s cannot be compared: %s", board.audience, error)
            return
        for _ in range(20):
            if board.to >= head.seq:
                break
            await asyncio.sleep(0.1)
        mine, exact = dict(board.cards), board.to == head.seq
        drifted = await self._desk.do(lambda: desks.drifted(mine, cards, head.seq, exact))
        if drifted:
            logger.info("live board of %s begins anew, changed without an event: %s", board.audience, drifted[:5])
            self._renew(board.audience)

    # --- positions ------------------------------------------------------------------------------------
    async def _placing(self) -> None:
        for second in itertools.count():
            await asyncio.sleep(1.0)
            whole = second % READ_PLACES_WHOLE == 0  # a place that is told no more is in no newer row
            boards = [b for b in self.boards.values() if b.sockets and b.tier in POSITION_TIERS]
            if not boards or not position_readers():
                continue
            since = {board.center_id: None if whole else self._newest(board.center_id) for board in boards}
            try:
                found = await self._desk.do(lambda since=since: desks.positions(since))  # type: ignore[misc]
            except Exception as error:
                logger.warning("live board cannot read positions: %s", error)
                continue
            for center, units in found.items():
                known = self._places.get(center, {})
                kept = {unit_id: {"id": unit_id} for unit_id in known} if whole else known  # an id alone: told no more
                places = self._places[center] = kept | {unit["id"]: unit for unit in units}
                texts = self._texts([unit for unit_id, unit in places.items() if known.get(unit_id) != unit])
                for board in boards:
                    if board.center_id == center:
                        for socket in board.sockets:
                            socket.move(texts)

    def places(self, board: Board) -> list[dict[str, Any]]:
        """The newest known place of each unit, or that nobody tells it any more, for an audience that may see it."""
        return list(self._places.get(board.center_id, {}).values()) if board.tier in POSITION_TIERS else []

    @staticmethod
    def _texts(units: list[dict[str, Any]]) -> dict[int, str]:
        return {unit["id"]: orjson.dumps(unit, option=orjson.OPT_UTC_Z).decode() for unit in units}

    def _newest(self, center_id: int) -> datetime | None:
        told: list[datetime] = [unit["at"] for unit in self._places.get(center_id, {}).values() if "at" in unit]
        return max(told) - POSITION_OVERLAP if told else None


hub = Hub()
__all__ = ["Hub", "Refusal", "hub", "snapshot_bytes"]
