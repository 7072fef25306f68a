"""Stage times side by side: what the database holds after the replay, and what the file itself says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from calls.replay.records import Recorded, Verb

# Each row of the table: its name, from, to.
SPANS = (
    ("request to dispatch", "requested", "dispatched"),
    ("dispatch to en route", "dispatched", "en_route"),
    ("en route to on scene", "en_route", "on_scene"),
    ("dispatch to on scene", "dispatched", "on_scene"),
    ("request to on scene", "requested", "on_scene"),
    ("on scene to contact", "on_scene", "contact"),
    ("on scene to transport", "on_scene", "transporting"),
    ("transport to facility", "transporting", "at_facility"),
    ("on scene to clear", "on_scene", "cleared"),
    ("dispatch to clear", "dispatched", "cleared"),
    ("request to clear", "requested", "cleared"),
)


@dataclass(frozen=True)
class Figure:
    """How many times were measured, and their p50 and p90 in minutes."""

    n: int
    p50: float
    p90: float


def percentile(values: Sequence[float], share: float) -> float:
    """Linear between the two nearest ranks; ``values`` sorted, not empty."""
    place = (len(values) - 1) * share
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def figures(times: Iterable[Mapping[str, Any]]) -> dict[str, Figure]:
    """A figure per span that has any time. A span that ends before it begins is a slip and left out."""
    minutes: dict[str, list[float]] = {name: [] for name, _, _ in SPANS}
    for row in times:
        for name, begin, end in SPANS:
            first, last = row.get(begin), row.get(end)
            if first is not None and last is not None and last >= first:
                minutes[name].append((last - first).total_seconds() / 60)
    found = {}
    for name, values in minutes.items():
        if values:
            values.sort()
            found[name] = Figure(len(values), percentile(values, 0.5), percentile(values, 0.9))
    return found


def times_of_file(events: Iterable[Recorded]) -> list[dict[str, datetime]]:
    """The first time of each stage per incident and unit, straight from the record."""
    requested: dict[str, datetime] = {}
    heard: dict[str, datetime] = {}
    rows: dict[tuple[str, str], dict[str, datetime]] = {}
    for event in events:
        heard.setdefault(event.incident, event.at)
        if event.verb is Verb.CREATED:
            requested.setdefault(event.incident, event.at)
            continue
        stage = event.stage or str(event.verb)
        rows.setdefault((event.incident, event.unit), {}).setdefault(stage, event.at)
    # A call first heard of by a unit was received then: the stamp of the call, here as in the database.
    return [row | {"requested": heard[incident]} for (incident, _), row in rows.items()]


def table(title: str, mine: Mapping[str, Figure], theirs: Mapping[str, Figure]) -> list[str]:
    """Lines of text, ready to print."""
    lines = [
        f"{'minutes':<24}{'database n':>11}{'p50':>8}{'p90':>8}   {title + ' n':>12}{'p50':>8}{'p90':>8}",
    ]
    for name, _, _ in SPANS:
        if name in mine or name in theirs:
            lines.append(f"{name:<24}{_cells(mine.get(name), 11)}   {_cells(theirs.get(name), 12)}")
    return lines


def _cells(figure: Figure | None, width: int) -> str:
    if figure is None:
        return f"{'-':>{width}}{'-':>8}{'-':>8}"
    count = f"{figure.n:,}" if figure.n else "-"
    return f"{count:>{width}}{figure.p50:>8.1f}{figure.p90:>8.1f}"
