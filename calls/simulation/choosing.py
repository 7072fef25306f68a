"""Which units to send: one free unit for each service that is asked for, the one that has rested longest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Free:
    """A unit that could be sent."""

    unit_id: int
    discipline: str
    since: datetime
    languages: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


def choose(
    free: Iterable[Free],
    services: Sequence[str],
    *,
    keep: Mapping[str, int] | None = None,
    language: str = "",
    capability: str = "",
) -> list[int]:
    """Unit ids, one for each service, or nothing when one of them has none to give.

    ``keep``: how many free units of a discipline must stay behind. Who speaks the language and has the capability
    comes first, then who has been free longest. An engine goes for EMS when no ambulance may.
    """
    left = sorted(free, key=lambda unit: (unit.since, unit.unit_id))
    kept = keep or {}
    chosen: list[int] = []
    for service in services:
        found = _best(left, service, kept.get(service, 0), language, capability)
        if found is None and service == "ems":
            found = _best(left, "fire", kept.get("fire", 0), language, capability)
        if found is None:
            return []
        left.remove(found)
        chosen.append(found.unit_id)
    return chosen


def _best(left: Sequence[Free], service: str, keep: int, language: str, capability: str) -> Free | None:
    able = [unit for unit in left if unit.discipline == service]
    if len(able) <= keep:
        return None
    return min(able, key=lambda unit: (bool(language) and language not in unit.languages,
                                       bool(capability) and capability not in unit.capabilities))  # fmt: skip
