"""Where units are and whom a field user follows: what the live board asks of teams."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from teams.models import Shift, UnitPosition

# What a phone told is shown while its shift lasts, also of a crew that went home without signing off.
_STILL_SHARED = Q(shared_by__isnull=True) | Exists(
    Shift.objects.filter(user=OuterRef("shared_by"), unit=OuterRef("unit"), during__contains=Now())
)


def positions_since(center_id: int, since: datetime | None) -> list[dict[str, Any]]:
    """``{id, lat, lng, at}`` of the center's units placed after ``since``; None: of all."""
    rows = UnitPosition.objects.filter(unit__center_id=center_id, unit__retired=False).filter(_STILL_SHARED)
    if since is not None:
        rows = rows.filter(at__gt=since)
    return [{"id": row.unit_id, "lat": row.lat, "lng": row.lng, "at": row.at} for row in rows.order_by("unit_id")]


def topics_of(user_id: int) -> set[str]:
    """The units this person is on shift with now, as topics of the live board."""
    units = Shift.objects.filter(user_id=user_id, during__contains=Now()).values_list("unit_id", flat=True)
    return {f"unit:{unit_id}" for unit_id in units}
