"""The kinds of event: each app registers its own; the log refuses a kind or a field it does not know."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class EventKind:
    """``sets``: the operational fields (``call.status``) it may change; ``refs``: the ids it may point to."""

    name: str
    sets: frozenset[str] = field(default_factory=frozenset)
    refs: frozenset[str] = field(default_factory=frozenset)

    def payload(self, sets: Mapping[str, Any], refs: Mapping[str, Any]) -> dict[str, Any]:
        """The stored payload; raises ValueError for a field this kind does not have."""
        unknown = (set(sets) - self.sets) | (set(refs) - self.refs)
        if unknown:
            raise ValueError(f"{self.name} has no field {', '.join(sorted(unknown))}")
        return {"v": 1, "set": dict(sets), "ref": dict(refs)}


_kinds: dict[str, EventKind] = {}


def register_kinds(kinds: Iterable[EventKind]) -> None:
    for kind in kinds:
        if _kinds.setdefault(kind.name, kind) is not kind:
            raise ValueError(f"event kind {kind.name} is registered twice")


def known(kind: EventKind) -> bool:
    return _kinds.get(kind.name) is kind
