"""Points in polygons, in exact whole numbers: of areas that lie side by side a point on their border is in one.

Geometries are GeoJSON Polygon or MultiPolygon as parsed JSON, WGS 84 degrees, longitude first.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

Geometry = Mapping[str, Any]
Point = tuple[int, int]
# Parts of a degree a coordinate is rounded to: about a centimeter. Whole numbers multiply without an error.
_PARTS = 10_000_000
MOST_POINTS = 20_000


def inside(geometry: Geometry, lat: float, lng: float) -> bool:
    """Whether the point is in the polygon and in none of its holes.

    Of the border the south and the west side belong to it, so neighbours with the same border never both have a point.
    """
    x, y = _whole(lng), _whole(lat)
    crossings = 0
    for low, high in _edges(geometry):
        if low[1] <= y < high[1]:
            crossings += (x - low[0]) * (high[1] - low[1]) < (high[0] - low[0]) * (y - low[1])
    return crossings % 2 == 1


def on_border(geometry: Geometry, lat: float, lng: float) -> bool:
    """Whether the point lies on an edge: of those that are in nothing it belongs to the area that touches it."""
    x, y = _whole(lng), _whole(lat)
    for low, high in _edges(geometry):
        beside = low[1] <= y <= high[1] and min(low[0], high[0]) <= x <= max(low[0], high[0])
        if beside and (x - low[0]) * (high[1] - low[1]) == (high[0] - low[0]) * (y - low[1]):
            return True
    return False


def bounds(geometry: Geometry) -> tuple[float, float, float, float]:
    """West, south, east, north."""
    points = [position for polygon in polygons(geometry) for ring in polygon for position in ring]
    lngs, lats = [position[0] for position in points], [position[1] for position in points]
    return min(lngs), min(lats), max(lngs), max(lats)


def size(geometry: Geometry) -> int:
    """How large it is, to tell which of two is the smaller; no unit of area."""
    return sum(
        abs(_doubled(polygon[0])) - sum(abs(_doubled(hole)) for hole in polygon[1:]) for polygon in polygons(geometry)
    )


def polygons(geometry: Geometry) -> list[Any]:
    """Its polygons, each a list of rings: the outline first, then holes."""
    coordinates = geometry["coordinates"]
    return list(coordinates) if geometry["type"] == "MultiPolygon" else [coordinates]


def complaint(geometry: Any) -> str:
    """What is wrong with a geometry, as a sentence's end that says what to do; empty if nothing is."""
    if not isinstance(geometry, Mapping) or geometry.get("type") not in ("Polygon", "MultiPolygon"):
        found = geometry.get("type") if isinstance(geometry, Mapping) else None
        return f"is a {found or 'thing without geometry'}; an area is a Polygon or a MultiPolygon"
    coordinates = geometry.get("coordinates")
    parts = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    if not isinstance(parts, list) or not parts:
        return "has no coordinates"
    points = 0
    for polygon in parts:
        if not isinstance(polygon, list) or not polygon:
            return "has a polygon without a ring"
        for ring in polygon:
            if wrong := _ring_complaint(ring):
                return wrong
            points += len(ring)
    if points > MOST_POINTS:
        return f"has {points} points, more than {MOST_POINTS}; simplify it"
    positions = [position for polygon in parts for ring in polygon for position in ring]
    if all(lng > 0 > lat for lng, lat in positions):
        return "has its coordinates the wrong way round: GeoJSON has longitude first, then latitude"
    return ""


def _ring_complaint(ring: Any) -> str:
    if not isinstance(ring, list) or len(ring) < 4:
        return "has a ring of fewer than four points"
    for position in ring:
        if not isinstance(position, list) or len(position) < 2 or not all(_is_number(part) for part in position[:2]):
            return "has a point that is not two numbers"
        lng, lat = position[:2]
        if not -90 <= lat <= 90 and -90 <= lng <= 90 and -180 <= lat <= 180:
            return "has its coordinates the wrong way round: GeoJSON has longitude first, then latitude"
        if not (-180 <= lng <= 180 and -90 <= lat <= 90):
            return f"has a point {lng}, {lat} that is not on earth; it takes degrees (WGS 84)"
    if ring[0][:2] != ring[-1][:2]:
        return "has a ring that is not closed; its last point repeats its first"
    if _doubled(ring) == 0:
        return "has a ring that encloses nothing"
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _edges(geometry: Geometry) -> Iterator[tuple[Point, Point]]:
    """Each side of each ring from its southern to its northern end, the same whichever way round it was drawn."""
    for polygon in polygons(geometry):
        for ring in polygon:
            corners = [(_whole(position[0]), _whole(position[1])) for position in ring]
            for one, other in pairwise(corners):
                yield (one, other) if (one[1], one[0]) <= (other[1], other[0]) else (other, one)


def _doubled(ring: list[Any]) -> int:
    """Twice the enclosed area, negative when drawn clockwise."""
    corners = [(_whole(position[0]), _whole(position[1])) for position in ring]
    return sum(one[0] * other[1] - other[0] * one[1] for one, other in pairwise(corners))


def _whole(degrees: float) -> int:
    return round(degrees * _PARTS)
