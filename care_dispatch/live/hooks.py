"""What apps tell the live board about themselves beside their cards: topics, positions, emergencies, access."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

TopicsOf = Callable[[int], set[str]]
PositionsOf = Callable[[int, datetime | None], list[dict[str, Any]]]

_topics: list[TopicsOf] = []
_positions: list[PositionsOf] = []
_urgent: set[str] = set()
_access: set[str] = set()


def register_topics(topics_of: TopicsOf) -> None:
    """``topics_of(user_id)`` gives the topics (``unit:7``) whose cards a field user follows."""
    _topics.append(topics_of)


def register_positions(positions_of: PositionsOf) -> None:
    """``positions_of(center_id, since)`` gives ``{id, at, ...}`` of the units that moved since (None: all)."""
    _positions.append(positions_of)


def register_urgent(kinds: Iterable[str]) -> None:
    """Names of event kinds that are never held back to be sent together with others."""
    _urgent.update(kinds)


def register_access(kinds: Iterable[str]) -> None:
    """Names of event kinds after which every open socket's right to be there is looked at anew, at once."""
    _access.update(kinds)


def topics_for(user_id: int) -> frozenset[str]:
    return frozenset(topic for topics_of in _topics for topic in topics_of(user_id))


def position_readers() -> list[PositionsOf]:
    return list(_positions)


def urgent_kinds() -> frozenset[str]:
    return frozenset(_urgent)


def access_kinds() -> frozenset[str]:
    return frozenset(_access)
