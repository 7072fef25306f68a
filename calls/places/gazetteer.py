"""The gazetteer's rows: those a place may be, those that read like it, and the nearest one to a point."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from django.db import connection
from django.db.models import Q

from calls.models import GazetteerEntry
from calls.places.address import Address, compact, crossing_key, read, read_street

Kind = GazetteerEntry.Kind
MOST = 400
# About 500 m: the nearest place to a point is looked for in a box of this many degrees each way.
_BOX = 0.005

# One statement, so that the trigram index finds the rows and nothing else is read: the best of those that begin with
# what was typed or sound like it, of a street only the blocks that have the number.
_LIKE = """
SELECT * FROM calls_gazetteerentry
WHERE center_id = %(center_id)s AND NOT retired AND (key LIKE %(begins)s OR key %% %(key)s)
  AND (kind <> 'street' OR %(number)s::numeric IS NULL OR %(number)s BETWEEN low AND high)
ORDER BY (key LIKE %(begins)s) DESC, similarity(key, %(key)s) DESC, key, low, id LIMIT %(most)s
"""
_NEAREST_BLOCKS = """
SELECT * FROM calls_gazetteerentry WHERE center_id = %(center_id)s AND NOT retired AND kind = %(kind)s AND key = %(key)s
ORDER BY least(abs(low - %(number)s), abs(high - %(number)s)), id LIMIT %(most)s
"""

# Columns of a question about a center, named once for each: its cities, and whether there is a gazetteer to look in.
GROUND = """
ARRAY(SELECT name FROM teams_area WHERE center_id = %s AND kind = 'city' AND NOT retired),
EXISTS (SELECT FROM calls_gazetteerentry WHERE center_id = %s AND NOT retired)
"""


@dataclass(frozen=True)
class Ground:
    """What a place is read against: the center, names of cities that may stand behind it, whether places are known."""

    center_id: int
    cities: list[str]
    known: bool


def ground_of(center_id: int) -> Ground:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {GROUND}", [center_id, center_id])
        return Ground(center_id, *cursor.fetchone())


def key_of(kind: str, name: str) -> str:
    """What a row is found under; empty when the name cannot be one of its kind."""
    if kind == Kind.LANDMARK:
        return compact(name)
    if kind == Kind.INTERSECTION:
        read_ = read(name)
        return read_.key if read_.kind == "intersection" else ""
    street = read_street(name)
    return street.key if street else ""


def rows_named(center_id: int, address: Address) -> list[GazetteerEntry]:
    """Every row that could be just this place, by its key; ``address`` may be a house, a landmark, a road."""
    street, cross = address.street, address.cross
    by_name = {compact(address.text), compact(address.name)} - {""}
    if street and cross:  # "Walmart at Polk" reads like two streets
        by_name |= {street.key, cross.key}
    wanted = Q(kind=Kind.LANDMARK, key__in=by_name)
    if street and cross:
        wanted |= Q(kind=Kind.INTERSECTION, key=crossing_key(street, cross))
    elif street and address.kind in ("mile", "exit"):
        wanted |= Q(kind=address.kind, key=street.key, low__lte=address.mark, high__gte=address.mark)
    elif street and address.number is not None:
        wanted |= Q(kind=Kind.STREET, key=street.key, low__lte=address.number, high__gte=address.number)
    rows = GazetteerEntry.objects.filter(wanted, center_id=center_id, retired=False)
    return list(rows.order_by("name", "city", "pk")[:MOST])


def rows_like(center_id: int, key: str, number: int | None = None) -> list[GazetteerEntry]:
    """Rows whose key begins like this or resembles it, best first."""
    if not key:
        return []
    values = {"center_id": center_id, "key": key, "begins": f"{key}%", "number": number, "most": MOST}
    found = list(GazetteerEntry.objects.raw(_LIKE, values))
    # Two letters the wrong way round leave a short name no three in a row: then whatever begins with its first.
    return found or list(GazetteerEntry.objects.raw(_LIKE, values | {"begins": f"{key[0]}%"}))


def rows_beside(center_id: int, address: Address, most: int = 4) -> list[GazetteerEntry]:
    """Of a street or road that is there without the number said: its blocks or miles nearest to it."""
    number = address.mark if address.mark is not None else address.number
    if address.street is None or number is None:
        return []
    kind = address.kind if address.kind in ("mile", "exit") else Kind.STREET
    values = {"center_id": center_id, "kind": kind, "key": address.street.key, "number": number, "most": most}
    return list(GazetteerEntry.objects.raw(_NEAREST_BLOCKS, values))


def nearest(center_id: int, lat: float, lng: float) -> GazetteerEntry | None:
    """The row nearest to a point, within about 500 m."""
    box = {"lat__range": (lat - _BOX, lat + _BOX), "lng__range": (lng - _BOX, lng + _BOX)}
    found = GazetteerEntry.objects.filter(center_id=center_id, retired=False, **box)[: MOST * 5]
    return min(found, key=lambda row: (meters(lat, lng, row.lat, row.lng), row.pk), default=None)


def meters(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """How far apart two points are on the globe."""
    up, across = radians(other_lat - lat), radians(other_lng - lng)
    part = sin(up / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(across / 2) ** 2
    return 2 * 6_371_000 * asin(min(1.0, sqrt(part)))
