"""Callsigns and ids to units of a center: what a command line or a partner names."""

from collections.abc import Sequence
from typing import Any

from care_dispatch.refusal import Invalid, NotFound
from teams.models import Unit


def unit_ids_named(center_id: int, names: Sequence[Any]) -> list[int]:
    """Ids for callsigns (any case) or ids; raises NotFound naming the first one this center does not have."""
    units = Unit.objects.filter(center_id=center_id, retired=False).values_list("callsign", "pk")
    by_callsign = dict(units)
    known = set(by_callsign.values())
    found: list[int] = []
    for name in names:
        if isinstance(name, bool) or not isinstance(name, (str, int)):
            raise Invalid("Units are named by callsign or id.")
        unit_id = by_callsign.get(name.strip().upper()) if isinstance(name, str) else name if name in known else None
        if unit_id is None:
            raise NotFound(f"There is no unit {str(name)[:40]}.")
        if unit_id not in found:
            found.append(unit_id)
    return found
