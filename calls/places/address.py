"""Reading what a caller says of where: a house, a block, two streets, a mile marker, a place by name, coordinates.

Pure: it knows no gazetteer and never guesses. The same place said in other words comes to the same words here.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from calls.places.street_words import BUILDINGS, DIRECTIONS, ROADS, SAME, TYPES, UNITS

LONGEST = 300
_NOT_A_WORD = re.compile(r"[^A-Z0-9#&/@.,' -]+")
_POINT = re.compile(r"^\(?\s*(-?\d{1,3}\.\d{1,15})\s*[, ]\s*(-?\d{1,3}\.\d{1,15})\s*\)?$")
_ZIP = r"\d{5}(?:-\d{4})?"
# State and ZIP at the end, or a ZIP behind a comma: a bare number may be a road's.
_BEHIND = re.compile(rf"(?:[\s,]+(?:TX|TEXAS)(?:[\s,]+{_ZIP})?|\s*,\s*{_ZIP})[\s,.]*$")
_IDENTIFIER = r"#?\s*([A-Z]{0,2}-?\d{1,5}-?[A-Z]{0,2}|[A-Z])\b"
_UNIT = re.compile(rf"(?:\b(?:{UNITS})\b\.?|#)\s*{_IDENTIFIER}")
_BUILDING = re.compile(rf"\b(?:{BUILDINGS})\b\.?\s*{_IDENTIFIER}")
_BARE_UNIT = re.compile(r"[A-Z]?\d{1,5}[A-Z]?")
_HOUSE = re.compile(r"^(\d{1,6})(?:-\d{1,6})?-?([A-Z])?(?:\s+(1/2|1/3|1/4|2/3|3/4))?\s+(?=\S)(.+)$")
_BLOCK = re.compile(r"^(\d{1,6})\s*-?\s*(?:BLOCK|BLK|BLCK)\b(?:\s+OF\b)?\s+(.+)$")
_WAY = r"(?:\s+(?:NB|SB|EB|WB|NORTHBOUND|SOUTHBOUND|EASTBOUND|WESTBOUND|AT|NEAR|@))*"
_MILE = re.compile(rf"^(.+?){_WAY}\s+(?:MM|MP|MILE MARKER|MILE POST|MILEPOST|MILE)\s*#?\s*(\d{{1,4}}(?:\.\d{{1,2}})?)$")
_EXIT = re.compile(rf"^(.+?){_WAY}\s+EXIT\s*#?\s*(\d{{1,4}})\s*-?\s*([A-Z])?$")
_BETWEEN = re.compile(r"\s*(?:\s&\s|&|\s@\s|@|/|\sAND\s|\sAT\s)\s*")
_NEAR = re.compile(r"^(.+?)\s+(?:ON|BY|NEAR|OFF|AT|@)\s+(.+)$")
_ROAD = re.compile(
    rf"^({'|'.join(sorted(ROADS, key=len, reverse=True))})\s*-?\s*(\d{{1,4}})(?:\s*-?\s*([NSEW]))?(?=\s|$)(.*)$"
)


@dataclass(frozen=True)
class Street:
    """``N MAIN ST``: the direction before the name, the name, its type, the direction behind."""

    name: str
    before: str = ""
    type: str = ""
    after: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.before, self.name, self.type, self.after) if part)

    @property
    def key(self) -> str:
        return compact(self.name)

    def fits(self, named: "Street") -> bool:
        """Whether ``named`` can be this street: what it leaves out may be anything, what it says must be so."""
        parts = ((self.before, named.before), (self.type, named.type), (self.after, named.after))
        return self.key == named.key and all(not said or said == is_ for is_, said in parts)


@dataclass(frozen=True)
class Address:
    """What was read. ``kind``: house, block, street, intersection, mile, exit, landmark, point, or nothing."""

    kind: str
    text: str = ""
    number: int | None = None
    part: str = ""  # of the number: "1/2", "A"
    street: Street | None = None
    cross: Street | None = None
    mark: Decimal | None = None  # mile or exit
    name: str = ""
    near: str = ""  # of a landmark: the street or address it is said to be at
    unit: str = ""
    city: str = ""
    lat: float | None = None
    lng: float | None = None

    @property
    def key(self) -> str:
        """What the gazetteer has it under."""
        if self.cross and self.street:
            return crossing_key(self.street, self.cross)
        return self.street.key if self.street else compact(self.name)

    @property
    def words(self) -> str:
        """The place in the words an address is written in, without unit number and city."""
        if self.kind == "point":
            return f"{self.lat:.5f}, {self.lng:.5f}"
        if self.kind == "house":
            return " ".join(part for part in (f"{self.number}{_letter(self.part)}", _fraction(self.part), str(self.street)) if part)  # fmt: skip
        if self.kind == "block":
            return f"{self.number} BLOCK {self.street}"
        if self.kind == "intersection":
            return " & ".join(sorted((str(self.street), str(self.cross))))
        if self.kind in ("mile", "exit"):
            return f"{self.street} {'MM' if self.kind == 'mile' else 'EXIT'} {self.mark:f}{self.part}"
        return str(self.street) if self.street else self.name


def _letter(part: str) -> str:
    return part if part.isalpha() else ""


def _fraction(part: str) -> str:
    return part if "/" in part else ""


NOTHING = Address("nothing")


def read(text: str, cities: Collection[str] = ()) -> Address:
    """What the text names. ``cities``: names that may stand at its end, in any case."""
    if point := _read_point(text):
        return point
    words = plain(text)
    words, unit = _take_unit(words)
    words, city = _take_city(words, cities)
    words = words.strip(" ,.-&/@#'")
    found = _read_place(words) if words else NOTHING
    return replace(found, text=words, unit=unit or found.unit, city=city)


def unit_of(detail: str) -> str:
    """The unit number somebody put beside the address: ``Apt 204``, ``#204``, ``204``; empty when it is something else."""
    words = plain(detail)
    _, unit = _take_unit(words)
    return unit or (words if _BARE_UNIT.fullmatch(words) else "")


def plain(text: str) -> str:
    """Capital letters and digits without accents, one space between words; a town is not lost to a strange hyphen."""
    folded = "".join(part for part in unicodedata.normalize("NFKD", text[:LONGEST]) if not unicodedata.combining(part))
    words = _NOT_A_WORD.sub(" ", folded.upper())
    words = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", words)
    return " ".join(words.split())


def compact(name: str) -> str:
    """BELT LINE and BELTLINE, O'BRIEN and OBRIEN are found by the same key."""
    return re.sub(r"[^A-Z0-9]", "", plain(name))


def crossing_key(one: Street, other: Street) -> str:
    return "&".join(sorted((one.key, other.key)))


def _read_point(text: str) -> Address | None:
    found = _POINT.match(text.strip()[:80])
    if not found:
        return None
    lat, lng = float(found[1]), float(found[2])
    if abs(lat) > 90 >= abs(lng):  # the other way round, as maps and GeoJSON have it
        lat, lng = lng, lat
    return Address("point", text=text.strip(), lat=lat, lng=lng) if abs(lat) <= 90 and abs(lng) <= 180 else None


def _take_unit(words: str) -> tuple[str, str]:
    """The words without apartment and building, and what these come to: ``BLDG C APT 3`` is C-3."""
    building, unit = _BUILDING.search(words), _UNIT.search(words)
    found = [re.sub(r"[\s-]", "", match[1]) for match in (building, unit) if match]
    for pattern in (_BUILDING, _UNIT):
        words = pattern.sub(" , ", words, count=1)
    return words, "-".join(found)


def _take_city(words: str, cities: Collection[str]) -> tuple[str, str]:
    """What stands behind the last comma, or a known city at the end of the line; state and ZIP are left out."""
    words = _BEHIND.sub("", words)
    parts = [part.strip() for part in words.split(",") if part.strip()]
    known = {plain(city) for city in cities}
    if len(parts) > 1 and (parts[-1] in known or not re.search(r"\d", parts[-1])):
        return " ".join(parts[:-1]), parts[-1]
    line = " ".join(parts)
    for city in sorted(known, key=len, reverse=True):
        if line.endswith(f" {city}") and len(line.removesuffix(city).split()) >= 2:
            return line.removesuffix(city).strip(), city
    return line, ""


def _read_place(words: str) -> Address:
    for pattern, kind in ((_MILE, "mile"), (_EXIT, "exit")):
        if (found := pattern.match(words)) and (street := read_street(found[1])):
            letter = (found[3] or "") if kind == "exit" else ""
            return Address(kind, street=street, mark=Decimal(found[2]), part=letter)
    if (found := _BLOCK.match(words)) and (street := read_street(found[2])):
        return Address("block", number=int(found[1]), street=street)
    if found := _HOUSE.match(words):
        # A street behind the house's own only says which part of it is meant.
        said, unit = _unit_behind(_BETWEEN.split(found[4])[0])
        if street := read_street(said):
            return Address("house", number=int(found[1]), part=found[3] or found[2] or "", street=street, unit=unit)
    if (near := _NEAR.match(words)) and _HOUSE.match(near[2]):
        return Address("landmark", name=near[1].removeprefix("THE "), near=near[2])
    streets = [read_street(part) for part in _BETWEEN.split(words)]
    if len(streets) == 2 and streets[0] and streets[1]:
        return Address("intersection", street=streets[0], cross=streets[1], name=words)
    if near:
        return Address("landmark", name=near[1].removeprefix("THE "), near=near[2])
    street = read_street(words)
    if street and (street.type or _ROAD.match(words)):
        return Address("street", street=street, name=words)
    return Address("landmark", name=words.removeprefix("THE "))


def _unit_behind(words: str) -> tuple[str, str]:
    """``HAMPTON RD 204``: a number behind the type of a street is an apartment, unless it is the number of a road."""
    *street, last = words.split() or [""]
    if len(street) > 1 and street[-1] in TYPES and any(map(str.isdigit, last)) and _BARE_UNIT.fullmatch(last):
        road = _ROAD.match(words) or _ROAD.match(" ".join([street[-1], last]))
        return (words, "") if road else (" ".join(street), last)
    return words, ""


@lru_cache(maxsize=20_000)
def read_street(words: str) -> Street | None:
    """One street; None when there is no name in it."""
    words = plain(words).strip(" ,.-&/@#'").replace(",", " ")
    tokens = words.split()
    before = after = ""
    if len(tokens) > 1 and tokens[0] in DIRECTIONS and not (len(tokens) == 2 and tokens[1] in TYPES):
        before, tokens = DIRECTIONS[tokens[0]], tokens[1:]
    if road := _ROAD.match(" ".join(tokens)):
        return _numbered(road, before)
    if len(tokens) > 2 and tokens[-1] in DIRECTIONS and tokens[-2] in TYPES:
        after, tokens = DIRECTIONS[tokens[-1]], tokens[:-1]
    kind = TYPES[tokens[-1]] if len(tokens) > 1 and tokens[-1] in TYPES else ""
    name = tokens[:-1] if kind else tokens
    if not name or not any(part.isalnum() or "-" in part or "'" in part for part in name):
        return None
    if len(name) == 2 and name[0] in TYPES and len(name[1]) == 1:  # Avenue B
        name[0] = TYPES[name[0]]
    return Street(" ".join(SAME.get(part, part) for part in name), before, kind, after)


def _numbered(road: re.Match[str], before: str) -> Street:
    """I-35E, FM 1382, US 67: the letter belongs to the number; a service road keeps its own name."""
    sign, rest = ROADS[road[1]], road[4].split()
    letter = road[3] or ""
    if letter and sign != "I":
        rest, letter = [letter, *rest], ""
    after = DIRECTIONS.get(rest[-1], "") if rest else ""
    words = [sign, road[2] + letter, *(rest[:-1] if after else rest)]
    return Street(" ".join(words), before, "", after)
