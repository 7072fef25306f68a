"""A console's store in Python, and the proof every action owes: old snapshot + frames == fresh snapshot, per tier."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from care_dispatch.access import Tier
from care_dispatch.live import reading
from care_dispatch.live.reading import Key
from care_dispatch.live.stream import Board, Update
from teams.models import Center, Unit


class Gap(Exception):
    """A frame starts after what the store has: the console has to ask again."""


class Store:
    """Applies messages the way a console does: the newer version wins, ranges must join."""

    def __init__(self) -> None:
        self.cards: dict[Key, dict[str, Any]] = {}
        self.to: int | None = None
        self.epoch = ""
        self.ranges: list[tuple[int, int]] = []

    def take(self, text: str) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(text)
        if message["type"] == "snapshot":
            self.cards, self.to, self.epoch = {}, message["to"], message["epoch"]
            self._apply(message["cards"])
        elif message["type"] == "frame" and (self.to is None or message["from"] > self.to):
            raise Gap(f"has {self.to}, got {message['from']}-{message['to']}")
        elif message["type"] == "frame" and message["to"] > (self.to or 0):
            self.ranges.append((message["from"], message["to"]))
            self.to = message["to"]
            self._apply(message["cards"])
        return message

    def _apply(self, cards: list[dict[str, Any]]) -> None:
        for card in cards:
            key = (card["type"], card["id"])
            if card.get("gone"):
                self.cards.pop(key, None)
            elif card["version"] >= self.cards.get(key, card)["version"]:
                self.cards[key] = card

    def faces(self) -> dict[Key, dict[str, Any]]:
        """The cards without what may differ: when each was last built, and where a unit was (frames of its own)."""
        return {
            key: {name: value for name, value in card.items() if name not in {"version", "position"}}
            for key, card in self.cards.items()
        }


@contextmanager
def board_in_step(center: Center) -> Iterator[None]:
    """``with board_in_step(center): act(...)``: what the consoles are sent leads to what a fresh one would read."""
    watched = [(Board((center.pk, tier.value)), topics) for tier in Tier for topics in (_field_topics(center, tier))]
    stores = []
    for board, topics in watched:
        _read_all(board)
        stores.append(_fresh(board, topics))
    yield
    for (board, topics), store in zip(watched, stores, strict=True):
        _follow(board)
        for frame in board.frames:
            store.take(frame.text(topics))
        fresh = Board(board.audience)
        _read_all(fresh)
        expected = _fresh(fresh, topics)
        assert store.to == expected.to
        assert store.faces() == expected.faces(), f"{board.tier} {topics}: the frames do not lead to the board"


def _field_topics(center: Center, tier: Tier) -> list[frozenset[str] | None]:
    if tier != Tier.FIELD:
        return [None]
    return [
        frozenset(),
        *(frozenset({f"unit:{pk}"}) for pk in Unit.objects.filter(center=center).values_list("pk", flat=True)),
    ]


def _read_all(board: Board) -> None:
    with reading.board() as head:
        board.begin(head.epoch, head.seq, reading.iso(head.at), reading.everything(board.audience, head.seq))


def _follow(board: Board) -> None:
    with reading.board() as head:
        events = [e for e in reading.lines(board.to, head.seq) if e.center_id in {None, board.center_id}]
        changes = reading.changes(board.audience, reading.touched(events), head.seq)
        assert board.apply(Update(board.audience, board.to, head.seq, changes), reading.iso(head.at))


def _fresh(board: Board, topics: frozenset[str] | None) -> Store:
    store = Store()
    store.take(board.snapshot(topics))
    return store
