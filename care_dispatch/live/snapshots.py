"""The whole board as bytes for a WSGI thread: one read-only transaction, or what was already made for this head."""

import threading

from care_dispatch.access import Tier
from care_dispatch.live import reading
from care_dispatch.live.reading import Audience
from care_dispatch.live.stream import Board

_lock = threading.Lock()
_made: dict[Audience, tuple[str, int, bytes]] = {}
_making: dict[Audience, threading.Lock] = {}


def snapshot_bytes(center_id: int, tier: str) -> bytes:
    """JSON of the socket's ``snapshot`` message; for the field tier only the cards that go to everybody.

    Made once per head: threads that ask for the same audience wait for the first one's bytes.
    """
    audience = (center_id, str(tier))
    with _lock:
        making = _making.setdefault(audience, threading.Lock())
    with making, reading.board() as head:
        known = _made.get(audience)
        if known and known[:2] == (head.epoch, head.seq):
            return known[2]
        board = Board(audience)
        board.begin(head.epoch, head.seq, reading.iso(head.at), reading.everything(audience, head.seq))
        text = board.snapshot(frozenset() if tier == Tier.FIELD else None).encode()
        _made[audience] = (head.epoch, head.seq, text)
        return text


def forget() -> None:
    """The database was exchanged for another one with the same history, as a restore or a test does."""
    _made.clear()


def stream_epoch(center_id: int, tier: str, topics: frozenset[str]) -> str:
    """The epoch a console of this audience will be told; one query."""
    with reading.board() as head:
        return reading.stream_epoch(head.epoch, (center_id, tier), topics if tier == Tier.FIELD else frozenset())
