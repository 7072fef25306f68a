"""Where a call lies: its place in the gazetteer, its point, and by that its city, beat, service area and jurisdiction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calls.models import Call
from calls.places.gazetteer import Ground, ground_of
from calls.places.matching import resolve
from teams.areas import answers_at, areas_at

# What follows from where a call is said to be.
SITED = ("location_verified", "premise", "premise_unit", "lat", "lng", "city_id", "beat_id", "service_area_id")
_SAID = {"location", "location_detail", "lat", "lng"}


def site(call: Call, ground: Ground) -> None:
    """Fill in a new call, which is not saved yet. A jurisdiction that was given stays."""
    by_hand = call.jurisdiction_id is not None
    call.jurisdiction_set_by_hand = by_hand
    found = _sited(ground, call.location, call.location_detail, call.lat, call.lng)
    if by_hand:
        found.pop("jurisdiction_id")
    for name, value in found.items():
        setattr(call, name, value)


def moved(call: Call, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What else changes with a call's place. A point said of the old place does not stay with the new one.

    Where the call was first said to be stays beside where it is.
    """
    if not _SAID & set(changes):
        return {}
    location = changes.get("location", call.location)
    elsewhere = location != call.location
    lat, lng = (changes.get(name, None if elsewhere else getattr(call, name)) for name in ("lat", "lng"))
    found = _sited(ground_of(call.center_id), location, changes.get("location_detail", call.location_detail), lat, lng)
    if call.jurisdiction_set_by_hand or "jurisdiction_id" in changes or found["jurisdiction_id"] is None:
        found.pop("jurisdiction_id")
    if elsewhere:
        found["moved_at"] = now
        if call.moved_at is None:
            found |= {"initial_location": call.location, "initial_lat": call.lat, "initial_lng": call.lng}
        if call.location_confirmed and "location_confirmed" not in changes:
            found["location_confirmed"] = False  # the caller confirmed another place
    return found


def _sited(ground: Ground, location: str, detail: str, lat: float | None, lng: float | None) -> dict[str, Any]:
    if lat is None or lng is None:
        lat = lng = None
    place = resolve(ground, location, detail, lat, lng)
    areas = areas_at(ground.center_id, place.lat, place.lng)
    agency = answers_at(areas)
    return {
        "location_verified": place.verified,
        "premise": place.premise,
        "premise_unit": place.premise_unit,
        "lat": place.lat,
        "lng": place.lng,
        "city_id": areas["city"].pk if "city" in areas else None,
        "beat_id": areas["beat"].pk if "beat" in areas else None,
        "service_area_id": areas["service_area"].pk if "service_area" in areas else None,
        "jurisdiction_id": agency.pk if agency else None,
    }
