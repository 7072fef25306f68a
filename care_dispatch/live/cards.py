"""The registry of cards: what a console shows of a call or a unit, in one JSON object with a version.

An app registers a CardType for each thing it shows. The hub asks ``touched_by`` which cards an event changes and
``build`` for their new faces, once per (center, tier), never per person.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol


class LoggedEvent(Protocol):
    """What ``touched_by`` may look at: the columns of log.Event."""

    @property
    def kind(self) -> str: ...
    @property
    def center_id(self) -> int | None: ...
    @property
    def call_id(self) -> int | None: ...
    @property
    def unit_id(self) -> int | None: ...
    @property
    def payload(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Card:
    """``data`` is the JSON face without type, id and version, which the hub adds.

    ``topics`` narrow who gets it in the field tier (``unit:7``); empty means every console of the center and tier.
    """

    id: int
    data: dict[str, Any]
    topics: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class CardType:
    """``build(center_id, tier, ids)`` gives the cards in view among ``ids``; None means all of the center's view.

    An id that was touched and is not given back has left the view: the hub sends it as gone.
    """

    name: str
    touched_by: Callable[[LoggedEvent], Iterable[int]]
    build: Callable[[int, str, Iterable[int] | None], list[Card]]


_types: dict[str, CardType] = {}


def register_card(card_type: CardType) -> None:
    if _types.setdefault(card_type.name, card_type) is not card_type:
        raise ValueError(f"card type {card_type.name} is registered twice")


def card_types() -> list[CardType]:
    return list(_types.values())
