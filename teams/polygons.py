"""Points in polygons, in exact whole numbers: of areas that lie side by side a point on their border is in one.

Geometries are GeoJSON Polygon or MultiPolygon as parsed JSON, WGS 84 degrees, longitude first.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, pairwise
from typing import Any

from teams.crossings import Point, TooTangled, first_crossing

Geometry = Mapping[str, Any]
# Parts of a degree a coordinate is rounded to: about a centimeter. Whole numbers multiply without an error.
_PARTS = 10_000_000
MOST_POINTS = 20_000
MOST_RINGS = 500  # each is looked at beside the others


def inside(geometry: Geometry, lat: float, lng: float) -> bool:
    """Whether the point is in the polygon and in none of its holes.

    Of the border the south and the west side belong to it, so neighbours with the same border never both have a point.
    """
    return _holds(_edges(polygons(geometry)), (_whole(lng), _whole(lat)))


def on_border(geometry: Geometry, lat: float, lng: float) -> bool:
    """Whether the point lies on an edge: of those that are in nothing it belongs to the area that touches it."""
    return _touches(_edges(polygons(geometry)), (_whole(lng), _whole(lat)))


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
        return f"{f'is a {found}' if found else 'has no geometry'}; an area is a Polygon or a MultiPolygon"
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
    if (rings := sum(map(len, parts))) > MOST_RINGS:
        return f"has {rings} pieces and holes, more than {MOST_RINGS}; leave out the small ones"
    positions = [position for polygon in parts for ring in polygon for position in ring]
    if all(lng > 0 > lat for lng, lat, *_ in positions):
        return "has its coordinates the wrong way round: GeoJSON has longitude first, then latitude"
    return _unsound(parts)


def _unsound(parts: list[Any]) -> str:
    """Of rings that are whole: they cross, a hole or a piece lies where it may not. A point must be in or out."""
    try:
        crossing = first_crossing(_corners(ring) for polygon in parts for ring in polygon)
    except TooTangled:
        return "has too many sides over each other to be looked at; simplify it"
    if crossing is not None:
        lng, lat = (part / _PARTS for part in crossing)
        return f"crosses itself near {lng:.5f}, {lat:.5f} (longitude, latitude); mend its outline there"
    if any(_doubled(ring) == 0 for polygon in parts for ring in polygon):
        return "has a ring that encloses nothing"
    for outline, *holes in parts:
        edges = list(_edges([[outline]]))
        if any(_lies_in(edges, hole) is False for hole in holes):
            return "has a hole that is outside of its outline; take that out or make it a polygon of its own"
    pieces = [(list(_edges([polygon])), polygon[0]) for polygon in parts]
    for (edges, outline), (others, other) in combinations(pieces, 2):
        if _lies_in(edges, other) or _lies_in(others, outline):
            return "has a piece that lies in another of its pieces; what is cut out is a hole of that one"
    return ""


def _lies_in(edges: list[tuple[Point, Point]], ring: list[Any]) -> bool | None:
    """Whether a ring that crosses none of these edges is inside them; None if it only runs along them."""
    apart = next((corner for corner in _corners(ring) if not _touches(edges, corner)), None)
    return None if apart is None else _holds(edges, apart)


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
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _holds(edges: Iterable[tuple[Point, Point]], point: Point) -> bool:
    x, y = point
    crossings = 0
    for low, high in edges:
        if low[1] <= y < high[1]:
            crossings += (x - low[0]) * (high[1] - low[1]) < (high[0] - low[0]) * (y - low[1])
    return crossings % 2 == 1


def _touches(edges: Iterable[tuple[Point, Point]], point: Point) -> bool:
    x, y = point
    for low, high in edges:
        beside = low[1] <= y <= high[1] and min(low[0], high[0]) <= x <= max(low[0], high[0])
        if beside and (x - low[0]) * (high[1] - low[1]) == (high[0] - low[0]) * (y - low[1]):
            return True
    return False


def _edges(parts: Iterable[Any]) -> Iterator[tuple[Point, Point]]:
    """Each side of each ring from its southern to its northern end, the same whichever way round it was drawn."""
    for polygon in parts:
        for ring in polygon:
            for one, other in pairwise(_corners(ring)):
                yield (one, other) if (one[1], one[0]) <= (other[1], other[0]) else (other, one)


def _corners(ring: list[Any]) -> list[Point]:
    return [(_whole(position[0]), _whole(position[1])) for position in ring]


def _doubled(ring: list[Any]) -> int:
    """Twice the enclosed area, negative when drawn clockwise."""
    return sum(one[0] * other[1] - other[0] * one[1] for one, other in pairwise(_corners(ring)))


def _whole(degrees: float) -> int:
    return round(degrees * _PARTS)
