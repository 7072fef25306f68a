"""What the two halves of a co-response are shown of each other: the time each still needs, and what was freed."""

from collections.abc import Sequence
from typing import Any

from calls.co_response import minutes_freed
from calls.faces import iso
from calls.joint import eta_of
from calls.lifecycle import arrived
from calls.models import Assignment, Call
from calls.radio import radio_text
from teams.models import Discipline


def etas(call: Call, on: Sequence[Assignment]) -> dict[int, dict[str, Any]]:
    """By unit id, of those on their way: seconds from the unit's newest place, by which method, and how old that is.

    Empty for a unit or a call whose place nobody knows.
    """
    found = {}
    for row in on:
        estimate = None if arrived(row.status) else eta_of(row.unit, call)
        if estimate is not None:
            placed = iso(row.unit.position.at)
            found[row.unit_id] = {"seconds": round(estimate.seconds), "method": estimate.method, "placed_at": placed}
    return found


def together(call: Call) -> dict[str, Any]:
    """What a call's page adds to its face: times to go, police minutes freed, the sentence for the radio."""
    on = list(call.assignments.open().select_related("unit__position").order_by("pk"))
    coming = etas(call, on)
    facts = call.verdict.facts if call.verdict else {}
    return {
        "etas": [{"unit_id": row.unit_id, "callsign": row.unit.callsign, **coming[row.unit_id]} for row in on
                 if row.unit_id in coming],
        "police_minutes_freed": police_minutes_freed(call),
        "radio": radio_text(facts, location=call.location),
    }  # fmt: skip


def police_minutes_freed(call: Call) -> float | None:
    """Of all police released while CARE stayed; None as long as CARE is there, or when none was released."""
    released, ended = [], []
    for row in call.assignments.select_related("unit"):
        if row.police_released_at is not None:
            released.append(row.police_released_at)
        if row.unit.discipline == Discipline.CARE:
            if row.cleared_at is None:
                return None
            ended.append(row.cleared_at)
    freed = [minutes_freed(at, max(ended, default=None)) for at in released]
    known = [minutes for minutes in freed if minutes is not None]
    return round(sum(known), 1) if known else None
