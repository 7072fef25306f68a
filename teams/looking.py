"""A file that was looked at as a table: what is new, and of what is there already what would change."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from teams import polygons
from teams.taking_in import Found
from teams.uploading import Looked

SHOWN = 200  # as many as a person looks through


def looked(found: Found, names: Sequence[str]) -> Looked:
    """New rows whole; of a row that is there, what would change."""
    rows = cells("new", found.new, names)
    for row, different in found.changed[:SHOWN]:
        again = different.get("retired") is False
        changes = (_change(getattr(row, name), different.get(name, getattr(row, name))) for name in names)
        rows.append(("in use again" if again else "changed", *changes))
    says = (
        f"{len(found.new):,} new, {len(found.changed):,} changed, {len(found.same):,} as they are,"
        f" {len(found.errors):,} with an error."
    )
    return Looked(says, ("", *names), rows[:SHOWN], found.errors, found.rows)


def cells(what: str, rows: Sequence[Any], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """As many rows as are shown, each begun with what happens to it."""
    return [(what, *(_cell(getattr(row, name)) for name in names)) for row in rows[:SHOWN]]


def _change(old: Any, new: Any) -> Any:
    return _cell(old) if old == new else format_html("{} → {}", _cell(old), _cell(new))


def _cell(value: Any) -> Any:
    if isinstance(value, dict):
        return outline(value)
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


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
