"""Taking in a gazetteer from a CSV file: every row of it or none, with a sentence for each row that cannot be."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from calls import kinds
from calls.models import GazetteerEntry
from calls.places.gazetteer import key_of
from care_dispatch.log import record
from teams.actions import require_admin
from teams.areas import NotImported
from teams.models import Center, User

COLUMNS = ("kind", "name", "city", "from", "to", "parity", "address", "aliases", "lat", "lng")
NEEDED = ("kind", "name", "lat", "lng")
MOST_ERRORS = 100
_BATCH = 2_000
Kind = GazetteerEntry.Kind


def import_gazetteer(*, actor: User | None, now: datetime, center: Center, text: str, file_name: str) -> dict[str, Any]:
    """Replace what this source said before. ``file_name``: the source, shown with each of its places."""
    require_admin(actor)
    entries, errors = read_gazetteer(text)
    if errors:
        raise NotImported(f"Nothing was imported: {errors[0]}", errors=errors)
    source = file_name[:120]
    for entry in entries:
        entry.center, entry.source = center, source
    GazetteerEntry.objects.filter(center=center, source=source).delete()
    GazetteerEntry.objects.bulk_create(entries, batch_size=_BATCH)
    record(kinds.GAZETTEER_IMPORTED, center_id=center.pk, refs={"places": len(entries)})
    return {"places": len(entries)}


def read_gazetteer(text: str) -> tuple[list[GazetteerEntry], list[str]]:
    """Rows that can be stored, one more for each alias, and errors by line."""
    if "\x00" in text:
        return [], ["The file is no text: it holds a NUL character."]
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        header = [name.strip().lower() for name in lines.fieldnames or []]
        if missing := [name for name in NEEDED if name not in header]:
            return [], [f"The first line names no column {', '.join(missing)}; columns are {', '.join(COLUMNS)}."]
        lines.fieldnames = header
        entries: list[GazetteerEntry] = []
        errors: list[str] = []
        for row in lines:
            found = _entries({name: (row.get(name) or "").strip() for name in COLUMNS})
            if isinstance(found, str):
                errors.append(f"Line {lines.line_num}: {found}.")
            else:
                entries += found
    except csv.Error as error:
        return [], [f"Line {lines.line_num}: it is no CSV ({error})."]
    if not entries and not errors:
        errors = ["The file has no rows."]
    return entries, errors[:MOST_ERRORS]


def _entries(row: Mapping[str, str]) -> list[GazetteerEntry] | str:
    kind, name = row["kind"].lower(), row["name"][:200]
    if kind not in Kind.values:
        return f"kind is one of {', '.join(Kind.values)}"
    if not name:
        return "it has no name"
    lat, lng = _number(row["lat"]), _number(row["lng"])
    if lat is None or lng is None:
        return f"{name}: lat and lng are numbers in degrees"
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):
        swapped = "; they seem to be the wrong way round" if -90 <= lng <= 90 and -180 <= lat <= 180 else ""
        return f"{name}: lat {lat} and lng {lng} are not on earth{swapped}"
    low, high = _number(row["from"]), _number(row["to"] or row["from"])
    if kind in (Kind.STREET, Kind.MILE, Kind.EXIT) and (low is None or high is None or not 0 <= low <= high < 10**7):
        return f"{name}: a {kind} says from which number to which"
    parity = row["parity"].lower() or GazetteerEntry.Parity.BOTH
    if parity not in GazetteerEntry.Parity.values:
        return f"{name}: parity is one of {', '.join(GazetteerEntry.Parity.values)}"
    aliases = [alias.strip()[:200] for alias in row["aliases"].split("|") if alias.strip()]
    keys = [key_of(kind, said) for said in (name, *(aliases if kind == Kind.LANDMARK else []))]
    if not all(keys):
        return f"{name}: it cannot be read as a {Kind(kind).label.lower()}"
    return [
        GazetteerEntry(
            kind=kind, key=key, name=name, city=row["city"][:120], low=low, high=high, parity=parity,
            address=row["address"][:200], lat=float(lat), lng=float(lng),
        )
        for key in dict.fromkeys(keys)
    ]  # fmt: skip


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
