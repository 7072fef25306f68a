"""Taking in a gazetteer file beside what is there: what is new, what it says otherwise now, what it names no more."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from calls import kinds
from calls.models import GazetteerEntry
from calls.places.files import Place, read_gazetteer
from care_dispatch.log import record
from teams.actions import require_admin
from teams.models import Center, User
from teams.tables import Unreadable
from teams.taking_in import Found, NotImported, check_usable, lock_center

DONE = "{added:,} places added, {changed:,} changed, {same:,} were so already, {retired:,} retired, {left:,} left out."
_VALUES = Place._fields[:-2]
# Rows of one statement, which must end well before the database gives up on it.
_BATCH = 2_000
_TYPES = "%s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[], %s::text[], %s::text[], %s::text[], %s::float8[], %s::float8[]"
_ADD = f"""
INSERT INTO calls_gazetteerentry (center_id, source, retired, {", ".join(_VALUES)})
SELECT %s, %s, false, new.* FROM unnest({_TYPES}) AS new
"""  # noqa: S608 - names of columns
_CHANGE = """
UPDATE calls_gazetteerentry AS entry SET name = new.name, address = new.address, lat = new.lat, lng = new.lng, retired = false
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::float8[], %s::float8[]) AS new (id, name, address, lat, lng)
WHERE entry.id = new.id
"""


@dataclass
class FoundPlaces(Found):
    """``gone``: in use, from a file of this name, and in this one no more."""

    gone: list[Place] = field(default_factory=list)


def compare(center: Center, places: Sequence[Place], errors: list[str], name: str) -> FoundPlaces:
    """What a file of this name with these places would change; stores nothing.

    While it has an error nothing of it is gone: the broken line may be the place's own.
    """
    found = FoundPlaces(errors=errors)
    said = {place.values: place for place in places}
    in_use: dict[Any, Place] = {}
    own: dict[Any, list[Place]] = defaultdict(list)  # of this file and not as it is now, by which place
    rows = GazetteerEntry.objects.filter(center=center).order_by("pk").values_list(*Place._fields, "source")
    for *fields, source in rows.iterator(_BATCH):
        place = Place(*fields)
        if not place.retired and place.values in said:
            in_use.setdefault(place.values, place)
        elif source == name:
            own[place.which].append(place)
    for values, place in said.items():
        if values in in_use:
            found.same.append(in_use[values])
        elif rest := own.get(place.which):
            stored = min(rest, key=lambda row: (row.retired, row.values != values))
            rest.remove(stored)
            found.changed.append((stored, _different(stored, place)))
        else:
            found.new.append(place)
    if not errors:
        found.gone = [place for rest in own.values() for place in rest if not place.retired]
    return found


def import_gazetteer(
    *, actor: User | None, now: datetime, center: Center, text: str, name: str, partly: bool = False
) -> dict[str, Any]:
    """Replace what the file of this name said before; what it names no more is retired. ``partly``: the good rows."""
    require_admin(actor)
    try:
        # Before the first statement: a database does not wait for somebody who reads with a transaction open.
        places, errors = read_gazetteer(text)
    except Unreadable as error:
        raise NotImported(str(error), errors=[str(error)]) from None
    lock_center(center)
    found = compare(center, places, errors, name)
    check_usable(found, partly=partly)
    _store(center, name, found)
    done = found.counts | {"retired": len(found.gone)}
    if found.new or found.changed or found.gone:
        record(kinds.GAZETTEER_IMPORTED, center_id=center.pk, refs={"file": name, **done})
    return done


def _different(stored: Place, place: Place) -> dict[str, Any]:
    """What the row will be; in use again with it, if it was retired."""
    pairs = zip(_VALUES, stored.values, place.values, strict=True)
    return {name: new for name, old, new in pairs if new != old} | ({"retired": False} if stored.retired else {})


def _store(center: Center, name: str, found: FoundPlaces) -> None:
    """Many rows a statement: row by row a county's file would take minutes."""
    with connection.cursor() as cursor:
        for batch in _batches([place.values for place in found.new]):
            cursor.execute(_ADD, [center.pk, name, *batch])
        changed = [stored._replace(**different) for stored, different in found.changed]
        for batch in _batches([(row.pk, row.name, row.address, row.lat, row.lng) for row in changed]):
            cursor.execute(_CHANGE, batch)
    for start in range(0, len(found.gone), _BATCH):
        gone = [place.pk for place in found.gone[start : start + _BATCH]]
        GazetteerEntry.objects.filter(pk__in=gone).update(retired=True)


def _batches(rows: Sequence[tuple[Any, ...]]) -> list[list[list[Any]]]:
    """Columns of at most so many rows each, as the database takes them."""
    parts = (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
    return [[list(column) for column in zip(*part, strict=True)] for part in parts]
