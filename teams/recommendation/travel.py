"""How long a unit needs from one place to another. One function, so that a routing engine can take its place."""

import math
from dataclasses import dataclass

_EARTH_MILES = 3958.8


@dataclass(frozen=True)
class Place:
    """WGS 84 degrees."""

    lat: float
    lng: float


@dataclass(frozen=True)
class Eta:
    """``method``: estimate (straight line), or what a routing engine calls its own."""

    seconds: float
    method: str = "estimate"


def eta(start: Place, end: Place, *, mph: float, road_factor: float) -> Eta:
    """The straight line, made longer by ``road_factor`` (roads are no straight lines), at an average speed."""
    return Eta(miles(start, end) * road_factor / mph * 3600)


def miles(start: Place, end: Place) -> float:
    """Great-circle distance."""
    lat1, lat2 = math.radians(start.lat), math.radians(end.lat)
    north = math.sin((lat2 - lat1) / 2) ** 2
    east = math.sin(math.radians(end.lng - start.lng) / 2) ** 2
    return 2 * _EARTH_MILES * math.asin(math.sqrt(min(1.0, north + math.cos(lat1) * math.cos(lat2) * east)))
