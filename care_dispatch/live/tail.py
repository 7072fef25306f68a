"""The tail: one thread with its own database connection that follows the log and reads what each event touched."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection

from care_dispatch.live import reading
from care_dispatch.live.hooks import access_kinds, urgent_kinds
from care_dispatch.live.reading import Audience, Line
from care_dispatch.live.stream import Update

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
TOGETHER_SECONDS = 0.05  # frames are at least this far apart, but for emergencies
TOGETHER_SECONDS_CROWDED = 0.1
CROWD = 200
FAR_BEHIND = 500  # events; beyond this a fresh board is cheaper than the frames


@dataclass(frozen=True)
class Reading:
    """What one look at the log found, handed to the event loop. ``renew``: audiences that must begin anew."""

    head: reading.Head
    started_at: float
    updates: list[Update]
    renew: list[Audience]
    access_changed: bool


class Tail(threading.Thread):
    """``found(reading)`` is called in this thread after every look that worked."""

    def __init__(self, found: Callable[[Reading], None], crowd: Callable[[], int]) -> None:
        super().__init__(name="live tail", daemon=True)
        self._found = found
        self._crowd = crowd
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._tracked: dict[Audience, int] = {}
        self._epoch = ""
        self._last = 0
        self._looked_at = 0.0
        self._sent_at = 0.0
        self._stopping = False

    # --- called from other threads -------------------------------------------------------------
    def nudge(self, seq: int) -> None:
        """Something was committed; while nobody follows anything, the next poll is soon enough."""
        if seq > self._last and self._tracked:
            self._wake.set()

    def follow(self, audience: Audience, seq: int) -> None:
        """Read for this audience what comes after ``seq``."""
        with self._lock:
            self._tracked[audience] = seq
        self._wake.set()

    def forget(self, audience: Audience) -> None:
        with self._lock:
            self._tracked.pop(audience, None)

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    # --- the thread -------------------------------------------------------------------------------
    def run(self) -> None:
        while not self._stopping:
            try:
                self._wait()
                if not self._stopping:
                    self._look()
            except Exception as error:  # a database that is away must not end the board
                logger.warning("live board cannot read the log: %s", error)
                connection.close()
                time.sleep(0.2)
        connection.close()

    def _wait(self) -> None:
        woken = self._wake.wait(max(0.0, self._looked_at + POLL_SECONDS - time.monotonic()))
        self._wake.clear()
        while woken and not self._stopping:
            together = TOGETHER_SECONDS_CROWDED if self._crowd() > CROWD else TOGETHER_SECONDS
            rest = self._sent_at + together - time.monotonic()
            if rest <= 0 or self._urgent():
                return
            if not self._wake.wait(rest):
                return
            self._wake.clear()

    def _urgent(self) -> bool:
        kinds = urgent_kinds()
        return bool(kinds) and reading.urgent_since(self._last, kinds)

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        with self._lock:
            tracked = dict(self._tracked)
        with reading.board() as head:
            found = self._read(head, tracked)
        with self._lock:
            for update in found.updates:
                # Somebody may have begun this audience anew meanwhile: then their number stands.
                if self._tracked.get(update.audience) == update.start:
                    self._tracked[update.audience] = update.to
            for audience in found.renew:
                self._tracked.pop(audience, None)
        self._epoch, self._last = head.epoch, head.seq
        if found.updates:
            self._sent_at = time.monotonic()
        self._found(found)

    def _read(self, head: reading.Head, tracked: dict[Audience, int]) -> Reading:
        found = Reading(head, self._looked_at, [], [], False)
        if self._epoch and head.epoch != self._epoch:
            return Reading(head, self._looked_at, [], list(tracked), True)
        found.renew.extend(a for a, to in tracked.items() if not head.seq - FAR_BEHIND <= to <= head.seq)
        behind = {a: to for a, to in tracked.items() if a not in found.renew and to < head.seq}
        low = max(min([self._last or head.seq, *behind.values()]), head.seq - FAR_BEHIND)
        events = reading.lines(low, head.seq) if head.seq > low else []
        for audience, to in behind.items():
            found.updates.append(self._update(audience, to, head, events))
        kinds = access_kinds()
        changed = any(event.kind in kinds for event in events if event.seq > self._last)
        return Reading(head, self._looked_at, found.updates, found.renew, changed)

    def _update(self, audience: Audience, to: int, head: reading.Head, events: list[Line]) -> Update:
        mine = (e for e in events if e.seq > to and e.center_id in (None, audience[0]))
        return Update(audience, to, head.seq, reading.changes(audience, reading.touched(mine), head.seq))
