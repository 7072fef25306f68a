"""One audience's board in memory: its cards as last sent, and a ring of the frames that led there.

Everything here runs on the event loop's thread. A frame's text is made once and shared by every socket.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from care_dispatch.access import Tier
from care_dispatch.live.reading import Audience, Change, Key, Piece, stream_epoch
from care_dispatch.live.wire import Text

RING = 512
NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Update:
    """What the tail read for one audience: the new faces of what events ``start + 1`` to ``to`` touched."""

    audience: Audience
    start: int
    to: int
    changes: list[Change]


@dataclass
class Frame:
    """``parts``: (who had the card before, its new face or None, the text that says it is gone)."""

    start: int
    to: int
    parts: list[tuple[frozenset[str] | None, Piece | None, bytes]]
    _texts: dict[frozenset[str] | None, Text] = field(default_factory=dict)

    def text(self, topics: frozenset[str] | None) -> Text:
        """The frame for a socket; ``topics`` is None outside the field tier, where everybody gets everything."""
        text = self._texts.get(topics)
        if text is None:
            text = self._texts[topics] = _message(
                f'{{"type":"frame","from":{self.start},"to":{self.to},"cards":[', self._cards(topics)
            )
        return text

    def _cards(self, topics: frozenset[str] | None) -> Iterator[bytes]:
        for before, piece, gone in self.parts:
            if piece is not None and follows(topics, piece.topics):
                yield piece.text
            elif before is not None and follows(topics, before):
                yield gone


def follows(mine: frozenset[str] | None, card: frozenset[str]) -> bool:
    return mine is None or not card or not mine.isdisjoint(card)


def _message(start: str, cards: Iterable[bytes], end: str = "]}") -> Text:
    return Text(start + b",".join(cards).decode() + end)


class Board:
    """The board of one (center, tier); ``generation`` rises when it starts anew and every socket needs all of it."""

    def __init__(self, audience: Audience) -> None:
        self.audience = audience
        self.center_id, self.tier = audience
        self.generation = 0
        self.to = -1
        self.epoch = ""
        self.at = ""
        self.cards: dict[Key, Piece] = {}
        self.frames: deque[Frame] = deque(maxlen=RING)
        self.end = 0  # index after the newest frame; the oldest is end - len(frames)
        self.sockets: set[Any] = set()
        self.used_at = 0.0
        self.read_at = 0.0  # when its cards were last read from the database as a whole
        self._snapshots: dict[frozenset[str] | None, tuple[int, int, Text]] = {}

    @property
    def ready(self) -> bool:
        return self.to >= 0

    def begin(self, epoch: str, to: int, at: str, cards: dict[Key, Piece]) -> None:
        self.epoch, self.to, self.at, self.cards = epoch, to, at, cards
        self.generation += 1
        self.frames.clear()
        self._snapshots.clear()

    def apply(self, update: Update, at: str) -> bool:
        """Add the update's frame; False when it does not follow what is here, so the board must begin anew."""
        if update.to <= self.to:
            return True
        if update.start > self.to:
            return False
        parts: list[tuple[frozenset[str] | None, Piece | None, bytes]] = []
        for key, piece in update.changes:
            before = self.cards.get(key)
            if piece is None and before is None:
                continue
            parts.append((before.topics if before else None, piece, _gone(key, update.to)))
            if piece is None:
                del self.cards[key]
            else:
                self.cards[key] = piece
        self.frames.append(Frame(self.to, update.to, parts))
        self.end += 1
        self.to, self.at = update.to, at
        return True

    def topics(self, followed: frozenset[str]) -> frozenset[str] | None:
        """What narrows this audience for one socket: nothing, except in the field tier."""
        return followed if self.tier == Tier.FIELD else None

    def stream(self, topics: frozenset[str] | None) -> str:
        return stream_epoch(self.epoch, self.audience, topics or NOBODY)

    def snapshot(self, topics: frozenset[str] | None) -> Text:
        """Everything in view, made once for this head and these topics."""
        known = self._snapshots.get(topics)
        if known and known[:2] == (self.generation, self.to):
            return known[2]
        if len(self._snapshots) > 64:
            self._snapshots.clear()
        cards = (piece.text for piece in self.cards.values() if follows(topics, piece.topics))
        text = _message(
            f'{{"type":"snapshot","epoch":"{self.stream(topics)}","to":{self.to},"head_at":"{self.at}",'
            f'"you":{{"tier":"{self.tier}","center":{self.center_id}}},"cards":[',
            cards,
        )
        self._snapshots[topics] = (self.generation, self.to, text)
        return text

    def first(self) -> int:
        return self.end - len(self.frames)

    def index_after(self, seq: int) -> int | None:
        """Where a console that has ``seq`` goes on, or None when it needs a snapshot."""
        if seq == self.to:
            return self.end
        for index in range(len(self.frames)):
            frame = self.frames[index]
            if frame.start <= seq < frame.to:
                return self.first() + index
        return None

    def frame(self, index: int) -> Frame:
        return self.frames[index - self.first()]


def _gone(key: Key, version: int) -> bytes:
    return f'{{"type":"{key[0]}","id":{key[1]},"version":{version},"gone":true}}'.encode()
