"""What the files of units, people and outlines are shown as before they are taken in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from teams import polygons
from teams.areas import import_areas
from teams.geojson import read_areas
from teams.models import Agency, Area, Center, User
from teams.roster_files import (
    PEOPLE_COLUMNS,
    PEOPLE_EXAMPLES,
    UNIT_COLUMNS,
    UNIT_EXAMPLES,
    Found,
    import_people,
    import_units,
    read_people,
    read_units,
)
from teams.uploading import Looked, Upload, cut


def _look_at_units(center: Center, text: str) -> Looked:
    return _looked(
        read_units(center, text), ("callsign", "agency", "discipline", "type", "capabilities", "languages", "home")
    )


def _look_at_people(center: Center, text: str) -> Looked:
    return _looked(read_people(center, text), ("username", "first_name", "last_name", "role", "agency"))


def _looked(found: Found, names: Sequence[str]) -> Looked:
    """New rows whole; of a row that is there, what would change."""
    rows = [("new", *(_cell(getattr(row, name)) for name in names)) for row in found.new]
    for row, different in found.changed:
        cells = (_cell(getattr(row, name)) for name in names)
        arrows = {name: f"{_cell(getattr(row, name))} → {_cell(value)}" for name, value in different.items()}
        rows.append(("changed", *(arrows.get(name, cell) for name, cell in zip(names, cells, strict=True))))
    says = f"{len(found.new)} new, {len(found.changed)} changed, {found.same} as they are, {len(found.errors)} with an error."
    return Looked(says, ("", *names), cut(rows), found.errors, found.rows)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return "" if value is None else str(value)


def _look_at_areas(center: Center, text: str) -> Looked:
    agencies = set(Agency.objects.filter(center=center).values_list("code", flat=True))
    rows, errors = read_areas(text, kinds=Area.Kind.values, agencies=agencies)
    known = set(Area.objects.filter(center=center).values_list("kind", "code"))
    shown = [
        ("replaced" if (row.kind, row.code) in known else "new", row.kind, row.code, row.name, row.agency, outline(row.geometry))
        for row in rows
    ]  # fmt: skip
    heads = ("", "kind", "code", "name", "who answers there", "outline, north up")
    says = f"{len(rows)} areas, {len(errors)} with an error."
    return Looked(says, heads, cut(shown), errors, len(rows))


def outline(geometry: dict[str, Any]) -> SafeString:
    """A small picture of an area, so that somebody sees whether it is the right one."""
    west, south, east, north = polygons.bounds(geometry)
    wide, high = max(east - west, 1e-6), max(north - south, 1e-6)
    rings = [ring for polygon in polygons.polygons(geometry) for ring in polygon]
    paths = (
        (" L".join(f"{100 * (point[0] - west) / wide:.1f} {80 * (north - point[1]) / high:.1f}" for point in ring),)
        for ring in rings
    )
    return format_html(
        '<svg viewBox="-2 -2 104 84" width="104" height="84" role="img" aria-label="outline">{}</svg>',
        format_html_join("", '<path d="M{}Z" fill="none" stroke="currentColor" stroke-width="1.5"/>', paths),
    )


def _take_areas(*, actor: User, now: datetime, center: Center, text: str, name: str) -> dict[str, Any]:
    done = import_areas(actor=actor, now=now, center=center, text=text)
    return {"areas": len(done["area_ids"])}


UNITS = Upload(
    title="Add units from a file",
    help="A CSV file from a spreadsheet, a line per unit. A callsign that is there already is changed where a column says"
    " something else; a column that is left out changes nothing. Capabilities and languages have | between them.",
    accept=".csv,text/csv", look=_look_at_units, take=import_units, partly=True,
    done="{added} units added, {changed} changed, {same} were so already, {left} lines left out.",
    columns=UNIT_COLUMNS, examples=UNIT_EXAMPLES,
)  # fmt: skip
PEOPLE = Upload(
    title="Add people from a file",
    help="A CSV file from a spreadsheet, a line per person. A username that is there already is changed. No file has"
    " passwords: a new person signs in once an admin has given them one here.",
    accept=".csv,text/csv", look=_look_at_people, take=import_people, partly=True,
    done="{added} people added, {changed} changed, {same} were so already, {left} lines left out.",
    columns=PEOPLE_COLUMNS, examples=PEOPLE_EXAMPLES,
)  # fmt: skip
AREAS = Upload(
    title="Take in outlines (GeoJSON)",
    help="A GeoJSON file with a polygon per city, beat or service area; properties kind (city, beat, service_area), code,"
    " name, and agency (the code of who answers there). An area with the same kind and code is replaced.",
    accept=".geojson,.json", look=_look_at_areas, take=_take_areas, done="{areas} areas taken in.",
)  # fmt: skip
