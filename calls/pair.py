"""What the two halves of a co-response are shown of each other: the time each still needs, and what was freed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calls.co_response import minutes_freed
from calls.faces import iso
from calls.joint import eta_of
from calls.lifecycle import arrived
from calls.models import Assignment, Call
from calls.radio import radio_text
from teams.models import Discipline
from teams.whereabouts import places_of


def etas(call: Call, on: Sequence[Assignment], now: datetime) -> dict[int, dict[str, Any]]:
    """By unit id, of those on their way: seconds from the unit's newest place, by which method, how old that place is and
    whether a phone told it.

    Empty for a unit or a call whose place nobody knows.
    """
    found = {}
    coming = [row for row in on if not arrived(row.status)]
    places = places_of([row.unit_id for row in coming], now)
    for row in coming:
        place = places.get(row.unit_id)
        estimate = eta_of(row.unit, place, call)
        if place is not None and estimate is not None:
            found[row.unit_id] = {
                "seconds": round(estimate.seconds), "method": estimate.method, "placed_at": iso(place.at),
                "shared": place.shared_by_id is not None,
            }  # fmt: skip
    return found


def together(call: Call, now: datetime) -> dict[str, Any]:
    """What a call's page adds to its face: times to go, police minutes freed, the sentence for the radio."""
    on = list(call.assignments.open().select_related("unit").order_by("pk"))
    coming = etas(call, on, now)
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
