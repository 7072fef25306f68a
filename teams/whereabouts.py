"""Where units are and whom a field user follows: one answer for the board, the phone, times to go and the recommendation.

What a phone told counts while its shift lasts, also of a crew that went home without signing off: ``places_of`` and
``positions_since`` read it so, and ``PLACE`` is the same in SQL, for a statement in which ``u`` is the unit.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from teams.models import Shift, UnitPosition

PLACE = (
    "LEFT JOIN teams_unitposition o ON o.unit_id = u.id AND (o.shared_by_id IS NULL OR EXISTS (SELECT 1 FROM teams_shift h"
    " WHERE h.user_id = o.shared_by_id AND h.unit_id = u.id AND h.during @> {now}))"
)


def _told(now: datetime | Now) -> QuerySet[UnitPosition]:
    on_shift = Shift.objects.filter(user=OuterRef("shared_by"), unit=OuterRef("unit"), during__contains=now)
    return UnitPosition.objects.filter(Q(shared_by__isnull=True) | Exists(on_shift))


def places_of(unit_ids: Iterable[int], now: datetime) -> dict[int, UnitPosition]:
    """The newest place of each of these units, by unit id; of some nobody knows it."""
    return _told(now).in_bulk(list(unit_ids))


def positions_since(center_id: int, since: datetime | None) -> list[dict[str, Any]]:
    """``{id, lat, lng, at, shared}`` of the center's units placed after ``since``; None: of all. Shared: by a phone."""
    rows = _told(Now()).filter(unit__center_id=center_id, unit__retired=False)
    if since is not None:
        rows = rows.filter(at__gt=since)
    return [
        {"id": row.unit_id, "lat": row.lat, "lng": row.lng, "at": row.at, "shared": row.shared_by_id is not None}
        for row in rows.order_by("unit_id")
    ]


def topics_of(user_id: int) -> set[str]:
    """The units this person is on shift with now, as topics of the live board."""
    units = Shift.objects.filter(user_id=user_id, during__contains=Now()).values_list("unit_id", flat=True)
    return {f"unit:{unit_id}" for unit_id in units}
