"""Reading a gazetteer from a CSV or GeoJSON file: rows that can be stored, and a sentence for each that cannot."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, NamedTuple

from calls.models import GazetteerEntry
from calls.places.gazetteer import key_of
from teams.geojson import features_of, properties_of
from teams.tables import read_table

COLUMNS = ("kind", "name", "city", "from", "to", "parity", "address", "aliases", "lat", "lng")
NEEDED = ("kind", "name", "lat", "lng")
MOST_ROWS = 50_000
_LONGEST = 200
_LARGEST = 10**7
_HUNDREDTHS = Decimal("0.01")
Kind = GazetteerEntry.Kind
_KINDS, _PARITIES = Kind.values, GazetteerEntry.Parity.values
_BOTH = GazetteerEntry.Parity.BOTH.value
NUMBERED = frozenset((Kind.STREET.value, Kind.MILE.value, Kind.EXIT.value))


class Place(NamedTuple):
    """A row of the gazetteer, lighter than the model's: a county has tens of thousands. ``pk``: 0 when not stored yet."""

    kind: str
    key: str
    city: str
    low: Decimal | None
    high: Decimal | None
    parity: str
    name: str
    address: str
    lat: float
    lng: float
    pk: int = 0
    retired: bool = False

    @property
    def which(self) -> tuple[Any, ...]:
        """What makes it another place; the rest is what a newer file may say otherwise of the same one."""
        return self[:6]

    @property
    def values(self) -> tuple[Any, ...]:
        return self[:10]


class BadPlace(ValueError):
    """One row cannot be taken; the message says why."""


def read_gazetteer(text: str) -> tuple[list[Place], list[str]]:
    """Places, one more for each alias, and errors by row. Raises Unreadable when there are no rows."""
    places: list[Place] = []
    errors: list[str] = []
    for label, row in _features(text, errors) if text.lstrip("\ufeff \t\r\n").startswith("{") else _lines(text, errors):
        try:
            places += _places(row)
        except BadPlace as bad:
            errors.append(f"{label}: {bad}.")
    return places, errors


def _lines(text: str, errors: list[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    table = read_table(text, columns=COLUMNS, needed=NEEDED, most_rows=MOST_ROWS, signed=("lat", "lng"))
    errors += table.errors
    for line, row in table.rows:
        yield f"Line {line}", row


def _features(text: str, errors: list[str]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A point says where it is; of a line, as streets have them, its middle point does."""
    for number, feature in enumerate(features_of(text), start=1):
        label = f"Feature {number}"
        if not isinstance(feature, Mapping):
            errors.append(f"{label} is no feature.")
            continue
        said = properties_of(feature)
        if (point := _point_of(feature.get("geometry"))) is None:
            errors.append(f"{label} ({said.get('name') or 'without a name'}) has neither a Point nor a LineString.")
        else:
            yield label, said | {"lng": str(point[0]), "lat": str(point[1])}


def _point_of(geometry: Any) -> list[Any] | None:
    kind, at = (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, Mapping) else (None, None)
    if kind == "LineString" and isinstance(at, list) and at:
        at = at[len(at) // 2]
    elif kind != "Point":
        return None
    return at if isinstance(at, list) and len(at) >= 2 else None


def _places(row: Mapping[str, str]) -> list[Place]:
    kind, name = row.get("kind", "").lower(), row.get("name", "")
    if kind not in _KINDS:
        raise BadPlace(f"kind is one of {', '.join(_KINDS)}")
    if not name:
        raise BadPlace("it has no name")
    if wrong := next((column for column in ("name", "city", "address") if len(row.get(column, "")) > _LONGEST), ""):
        raise BadPlace(f"{wrong} is longer than {_LONGEST} characters")
    lat, lng = _point(name, row)
    low, high = _numbers(kind, name, row)
    parity = row.get("parity", "").lower() or _BOTH
    if parity not in _PARITIES:
        raise BadPlace(f"{name}: parity is one of {', '.join(_PARITIES)}")
    city, address = row.get("city", ""), row.get("address", "")
    return [Place(kind, key, city, low, high, parity, name, address, lat, lng) for key in _keys(kind, name, row)]


def _point(name: str, row: Mapping[str, str]) -> tuple[float, float]:
    lat, lng = _number(row.get("lat", "")), _number(row.get("lng", ""))
    if lat is None or lng is None:
        raise BadPlace(f"{name}: lat and lng are numbers in degrees")
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        swapped = "; they seem to be the wrong way round" if -90 <= lng <= 90 and -180 <= lat <= 180 else ""
        raise BadPlace(f"{name}: lat {lat} and lng {lng} are not on earth{swapped}")
    return float(lat), float(lng)


def _numbers(kind: str, name: str, row: Mapping[str, str]) -> tuple[Decimal | None, Decimal | None]:
    """Of what has no numbers none are kept."""
    if kind not in NUMBERED:
        return None, None
    low, high = _number(row.get("from", "")), _number(row.get("to") or row.get("from", ""))
    if low is None or high is None or not 0 <= low <= high < _LARGEST:
        raise BadPlace(f"{name}: a {kind} says from which number to which")
    return low.quantize(_HUNDREDTHS), high.quantize(_HUNDREDTHS)


def _keys(kind: str, name: str, row: Mapping[str, str]) -> list[str]:
    aliases = [alias.strip() for alias in row.get("aliases", "").split("|") if alias.strip()]
    if aliases and kind != Kind.LANDMARK:
        raise BadPlace(f"{name}: only a landmark has aliases; give a street a line for each of its names")
    keys = {said: _key(kind, said) for said in (name, *aliases)}
    if unread := next((said for said, key in keys.items() if not key), ""):
        raise BadPlace(f"{unread}: it cannot be read as a {Kind(kind).label.lower()}")
    return list(dict.fromkeys(keys.values()))


# A street's blocks stand together in a file.
_key = lru_cache(maxsize=1_000)(key_of)


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
