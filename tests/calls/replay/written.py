"""Invented records in the shape of the real files, and a way to play them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from calls.models import Assignment, Call
from calls.replay.pace import Pace
from calls.replay.readers import Recording, read
from calls.replay.run import Result, replay
from teams.models import Center

# A Tuesday morning in local time, far from any change of the clock, in a year nobody recorded.
BEGIN = datetime(2031, 5, 6, 9, 0)  # noqa: DTZ001 - a record says local time
CRISIS, UNITS, STORM = "replay-crisis-team", "replay-lancaster", "replay-montgomery"

Line = dict[str, Any]


def line(kind: str, incident: str, minutes: float, **fields: Any) -> Line:
    """One event, so many minutes after the beginning."""
    at = BEGIN + timedelta(minutes=minutes)
    return {"t": at.isoformat(), "type": kind, "incident": incident, **fields}


def unit_call(incident: str, minutes: float = 0, **fields: Any) -> Line:
    """A call as the record with named units has it."""
    known = {"unit": None, "call_type": "26A1", "mpds_protocol": 26, "level": "A"}
    return line("call.created", incident, minutes, **(known | fields))


def unit(what: str, name: str, incident: str, minutes: float) -> Line:
    """``unit("enroute", "M5", "A", 3)``."""
    return line(f"unit.{what}", incident, minutes, unit=name)


def crisis_call(incident: str, minutes: float = 0, *reasons: str) -> Line:
    return line("call.created", incident, minutes, city="Springfield", reasons=list(reasons))


def team(what: str, incident: str, minutes: float, **fields: Any) -> Line:
    """``team("dispatched", "A", 3)``; engaged is the client's."""
    return line(f"{'client' if what == 'engaged' else 'team'}.{what}", incident, minutes, **fields)


def storm_call(incident: str, minutes: float = 0, service: str = "Traffic", nature: str = "VEHICLE ACCIDENT") -> Line:
    return line(
        "call.created", incident, minutes, service=service, nature=nature, place="NORTHFIELD",
        address="MILL RD & LONG LN", lat=40.25, lng=-75.25,
    )  # fmt: skip


def write(folder: Path, *lines: Line | str) -> Path:
    """The file, each line numbered unless it is a text already."""
    path = folder / "record.jsonl"
    texts = [one if isinstance(one, str) else json.dumps({"seq": n, **one}) for n, one in enumerate(lines, 1)]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def play(folder: Path, *lines: Line | str, **options: Any) -> Result:
    """Write and play it."""
    return play_recording(read(write(folder, *lines)), **options)


def play_recording(
    recording: Recording,
    *,
    speed: float | None = None,
    again: bool = False,
    report: bool = False,
    recommend: bool = False,
    step: Callable[[], None] = lambda: None,
) -> Result:
    """Play it into the center its kind of file gets, at full speed unless told otherwise."""
    return replay(
        recording, code=recording.source.code, again=again, pace=Pace(speed), step=step, begun=lambda center: None,
        report=report, recommend=recommend,
    )  # fmt: skip


def local(minutes: float, hours_behind: int) -> datetime:
    """The moment in UTC of a recorded time, where clocks are so many hours behind."""
    return (BEGIN + timedelta(minutes=minutes, hours=hours_behind)).replace(tzinfo=UTC)


def central(minutes: float) -> datetime:
    """A recorded time of the file with named units: Nebraska in May is five hours behind UTC."""
    return local(minutes, 5)


def call_of(incident: str) -> Call:
    return Call.objects.get(source_id=incident)


def history(callsign: str) -> list[tuple[str, str]]:
    """What the unit was on, in order: incident and how it ended."""
    rows = Assignment.objects.filter(unit__callsign=callsign).order_by("pk")
    return [(row.call.source_id, row.end_reason) for row in rows.select_related("call")]


def center() -> Center:
    return Center.objects.get(code__startswith="replay-")
