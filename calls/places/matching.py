"""Which place of the gazetteer is meant: the only one that fits, or those among which somebody has to choose."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz

from calls.models import GazetteerEntry
from calls.places import gazetteer
from calls.places.address import Address, Street, compact, read, read_street, unit_of
from calls.places.gazetteer import Ground

Kind = GazetteerEntry.Kind
SHOWN = 8
# Two rows as near as this are one place: the names of a landmark, the sides of a wide crossing.
SAME_PLACE_METERS = 30.0
# A coordinate is a known place if a known one is this near.
KNOWN_WITHIN_METERS = 300.0
# Less alike than this is not worth a dispatcher's look.
LEAST_ALIKE = 60.0


@dataclass(frozen=True)
class Match:
    """A place that may be meant. ``label`` can be put in the location's field and reads as this place again."""

    label: str
    kind: str
    detail: str
    lat: float | None
    lng: float | None
    premise: str
    exact: bool
    source: str = ""
    alike: float = 100.0

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name not in ("alike", "premise")}


@dataclass(frozen=True)
class Resolved:
    """What a call's location came to. ``verified``: None where there is no gazetteer to look in."""

    verified: bool | None
    premise: str
    premise_unit: str
    lat: float | None
    lng: float | None
    label: str = ""


def resolve(
    ground: Ground, location: str, detail: str = "", lat: float | None = None, lng: float | None = None
) -> Resolved:
    """The one place that fits, with its point. Of near-equals none is picked, unless a point given with it decides."""
    address = read(location, ground.cities)
    unit = address.unit or unit_of(detail)
    found = _exact(ground.center_id, address) if ground.known else []
    if len(found) > 1 and lat is not None and lng is not None:
        here = [match for match in found if _distance(match, lat, lng) <= SAME_PLACE_METERS * 2]
        found = here if len(here) == 1 else found
    if len(found) == 1:
        match = found[0]
        at = (match.lat, match.lng) if lat is None or lng is None else (lat, lng)
        return Resolved(True, match.premise, unit, *at, label=match.label)
    if address.kind == "point" and lat is None:
        lat, lng = address.lat, address.lng
    return Resolved(False if ground.known else None, _unknown_premise(address), unit, lat, lng)


def candidates(ground: Ground, text: str) -> list[Match]:
    """Places that may be meant, what fits exactly first, then the most alike; for somebody to choose from."""
    address, center_id = read(text, ground.cities), ground.center_id
    found = _exact(center_id, address)
    number = address.number
    keys = [address.key] if not address.cross else [address.key, compact(address.text)]
    rows = [row for key in keys for row in gazetteer.rows_like(center_id, key, number)]
    if address.street and (number is not None or address.mark is not None):
        wanted = {Kind.STREET, Kind.LANDMARK} if number is not None else {address.kind}
        rows = [row for row in rows if row.kind in wanted]
        if not any(row.key == address.key for row in rows):
            rows += gazetteer.rows_beside(center_id, address)
    found += [match for row in rows if (match := _candidate(row, address)).alike >= LEAST_ALIKE]
    best: dict[str, Match] = {}
    for match in sorted(found, key=lambda match: (not match.exact, -match.alike, match.label)):
        best.setdefault(match.label, match)
    return list(best.values())[:SHOWN]


def _unknown_premise(address: Address) -> str:
    """What calls of a place that is in no gazetteer have in common: its words as they are read."""
    return ", ".join(part for part in (address.words, address.city) if part)


# --- what fits -----------------------------------------------------------------------------------
def _exact(center_id: int, address: Address) -> list[Match]:
    """The places that fit all that was said; more than one is a question for the caller."""
    if address.kind == "nothing":
        return []
    if address.kind == "point":
        return _known_point(center_id, address)
    rows = [row for row in gazetteer.rows_named(center_id, address) if _fits(row, address)]
    if any(row.kind != Kind.LANDMARK for row in rows) and address.kind == "house":
        rows = [row for row in rows if row.kind != Kind.LANDMARK]
    places: list[Match] = []
    for row in sorted(rows, key=_narrowest):
        match = _as_said(row, address)
        if not any(_same(match, known) for known in places):
            places.append(match)
    return places


def _fits(row: GazetteerEntry, address: Address) -> bool:
    if address.city and row.city and compact(row.city) != compact(address.city):
        return False
    if row.kind == Kind.LANDMARK:
        return _at(row, address.near or (str(address.cross) if address.cross else ""))
    if row.kind == Kind.INTERSECTION:
        one, other = streets_of(row)
        said, cross = address.street, address.cross
        if not (one and other and said and cross):
            return False
        return one.fits(said) and other.fits(cross) or one.fits(cross) and other.fits(said)
    street = read_street(row.name)
    if street is None or address.street is None or not street.fits(address.street):
        return False
    if row.kind == Kind.EXIT:
        return compact(row.address) == address.part or not row.address and not address.part
    if row.kind == Kind.STREET and address.kind == "house" and row.parity != GazetteerEntry.Parity.BOTH:
        return (row.parity == GazetteerEntry.Parity.ODD) == bool((address.number or 0) % 2)
    return True


def _at(row: GazetteerEntry, near: str) -> bool:
    """Whether a landmark is where it is said to be: by its address, or by nothing said."""
    if not near or compact(near) in (row.key, ""):
        return True
    said, address = read(near), read(row.address)
    if said.number is not None:
        return compact(said.words) == compact(address.words)
    street = read_street(near)
    return bool(street and address.street and address.street.fits(street)) or row.key == compact(f"{row.name} {near}")


def streets_of(row: GazetteerEntry) -> tuple[Street | None, Street | None]:
    crossing = read(row.name)
    return crossing.street, crossing.cross


def _narrowest(row: GazetteerEntry) -> tuple[Any, ...]:
    return (row.high - row.low if row.high is not None and row.low is not None else 0, row.name, row.city, row.pk)


def _same(one: Match, other: Match) -> bool:
    """The same words are the same house; a crossing or a landmark also if it stands in the same place."""
    if one.premise == other.premise:
        return True
    if one.kind == Kind.STREET:
        return False
    return other.lat is not None and other.lng is not None and _distance(one, other.lat, other.lng) <= SAME_PLACE_METERS


def _distance(match: Match, lat: float, lng: float) -> float:
    return gazetteer.meters(lat, lng, match.lat or 0.0, match.lng or 0.0)


def _known_point(center_id: int, address: Address) -> list[Match]:
    lat, lng = address.lat or 0.0, address.lng or 0.0
    row = gazetteer.nearest(center_id, lat, lng)
    if row is None or gazetteer.meters(lat, lng, row.lat, row.lng) > KNOWN_WITHIN_METERS:
        return []
    return [Match(address.words, "point", f"near {row}", lat, lng, address.words, exact=True, source=row.source)]


# --- in words -------------------------------------------------------------------------------------
def _as_said(row: GazetteerEntry, address: Address) -> Match:
    """The row as a match for what was said, with the number that was said."""
    words = row.name
    if row.kind == Kind.STREET and address.number is not None and (street := read_street(row.name)):
        words = replace(address, street=street).words
    elif row.kind in (Kind.MILE, Kind.EXIT):
        words = _marked(row)
    place = f"{words}, {row.city}" if row.city else words
    premise, label = place, place
    if row.kind == Kind.LANDMARK and row.address:
        there = read(row.address).words
        premise = f"{there}, {row.city}" if row.city else there
        label = f"{row.name} @ {premise}"
    return Match(label, row.kind, _detail(row), row.lat, row.lng, premise.upper(), exact=True, source=row.source)


def _marked(row: GazetteerEntry) -> str:
    word = "MM" if row.kind == Kind.MILE else "EXIT"
    return f"{row.name} {word} {Decimal(row.low or 0).normalize():f}{row.address if row.kind == Kind.EXIT else ''}"


def _detail(row: GazetteerEntry) -> str:
    kind = row.get_kind_display()
    return f"{kind} {row.low:.0f} to {row.high:.0f}" if row.kind == Kind.STREET else kind


def _candidate(row: GazetteerEntry, address: Address) -> Match:
    """A row that is perhaps meant. A street without its number is offered as a street, to be gone on with."""
    if row.kind == Kind.STREET:
        street = read_street(row.name)
        holds = address.number is not None and (row.low or 0) <= address.number <= (row.high or 0)
        if holds and street:
            match = _as_said(row, address)
        else:
            words = f"{row.low:.0f} BLOCK {row.name}" if address.number is not None else row.name
            place = f"{words}, {row.city}" if row.city else words
            lat, lng = (row.lat, row.lng) if address.number is not None else (None, None)
            match = Match(place, row.kind, _detail(row), lat, lng, place.upper(), exact=False, source=row.source)
    else:
        match = _as_said(row, address)
    return replace(match, exact=False, alike=_alike(row, address))


def _alike(row: GazetteerEntry, address: Address) -> float:
    """0 to 100: how the names resemble each other, less for a direction, a type or a city that is another."""
    key, wanted = row.key, address.key
    begins = key.startswith(wanted) and len(wanted) >= 2
    alike = max(fuzz.ratio(key, wanted), 90.0 if begins else 0.0)
    street = read_street(row.name) if row.kind not in (Kind.LANDMARK, Kind.INTERSECTION) else None
    if street and address.street and not address.cross:
        said, is_ = address.street, street
        pairs: Iterable[tuple[str, str]] = ((said.before, is_.before), (said.type, is_.type), (said.after, is_.after))
        alike -= sum(6.0 for ours, theirs in pairs if ours and ours != theirs)
    if address.city and row.city and compact(row.city) != compact(address.city):
        alike -= 10.0
    return alike
