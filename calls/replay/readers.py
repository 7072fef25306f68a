"""Readers of recorded files: each line of JSON becomes a Recorded, whatever order the lines are in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from calls.replay.records import CRISIS_TEAM, LANCASTER, MONTGOMERY, Recorded, Source, Verb
from care_dispatch.parsing import strict_json


class UnreadableRecord(ValueError):
    """The file is no record this product knows; the message says which line and why."""


@dataclass(frozen=True)
class Recording:
    """A whole file: what kind it is and its events, in the file's own order."""

    source: Source
    events: tuple[Recorded, ...]


def read(path: Path, *, limit: int | None = None) -> Recording:
    """Read the file, or its first ``limit`` lines; raises UnreadableRecord for a line it cannot place."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableRecord(f"{path} cannot be read: {error}") from None
    lines = list(_lines(text))
    source = _source(lines)
    zone = ZoneInfo(source.time_zone)
    chosen = lines if limit is None else lines[:limit]
    return Recording(source, tuple(_recorded(source, zone, number, line) for number, line in chosen))


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):  # a JSON text may hold what else ends a line in Unicode
        if not line.strip():
            continue
        try:
            value = strict_json(line)
        except ValueError as error:
            raise UnreadableRecord(f"line {number} is not usable JSON: {error}") from None
        if not isinstance(value, dict):
            raise UnreadableRecord(f"line {number} is not an object")
        yield number, value


def _source(lines: list[tuple[int, Mapping[str, Any]]]) -> Source:
    """Named teams, unnamed teams, or calls alone."""
    types = {str(line.get("type", "")) for _, line in lines}
    if not types:
        raise UnreadableRecord("the file holds no event")
    if any(kind.startswith("unit.") for kind in types):
        return LANCASTER
    if any(kind.startswith(("team.", "client.")) for kind in types):
        return CRISIS_TEAM
    if types == {"call.created"}:
        line = lines[0][1]
        return LANCASTER if "mpds_protocol" in line else CRISIS_TEAM if "reasons" in line else MONTGOMERY
    raise UnreadableRecord(f"events of kind {', '.join(sorted(types)[:3])} are not known")


def _recorded(source: Source, zone: ZoneInfo, number: int, line: Mapping[str, Any]) -> Recorded:
    try:
        at = datetime.fromisoformat(line["t"]).replace(tzinfo=zone).astimezone(UTC)
        kind, incident = str(line["type"]), str(line["incident"])
        if kind not in _VERBS:
            raise ValueError(f"events of kind {kind} are not known")
        verb, stage = _VERBS[kind]
        fields = _FIELDS[source.code](line) if verb is Verb.CREATED else _ending(line) if verb is Verb.CLEARED else {}
        unit = str(line.get("unit") or "")
        if verb is not Verb.CREATED and not unit and not source.unnamed_teams:
            raise KeyError("unit")
        return Recorded(int(line.get("seq", number)), at, verb, incident, unit, stage, fields)
    except KeyError as missing:
        raise UnreadableRecord(f"line {number} has no {missing.args[0]}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableRecord(f"line {number} cannot be used: {error}") from None


_VERBS = {
    "call.created": (Verb.CREATED, ""),
    "team.dispatched": (Verb.DISPATCHED, ""),
    "team.arrived": (Verb.STAGE, "on_scene"),
    "client.engaged": (Verb.STAGE, "contact"),
    "team.cleared": (Verb.CLEARED, ""),
    "unit.dispatched": (Verb.DISPATCHED, ""),
    "unit.enroute": (Verb.STAGE, "en_route"),
    "unit.arrived": (Verb.STAGE, "on_scene"),
    "unit.at_patient": (Verb.STAGE, "contact"),
    "unit.to_hospital": (Verb.STAGE, "transporting"),
    "unit.at_hospital": (Verb.STAGE, "at_facility"),
    "unit.cleared": (Verb.CLEARED, ""),
}


# --- calls ---------------------------------------------------------------------------------------
def _crisis_call(line: Mapping[str, Any]) -> dict[str, Any]:
    reasons = [str(reason) for reason in line.get("reasons") or []]
    return {
        "nature": reasons[0] if reasons else "Mental health crisis",
        "location": str(line.get("city") or "Not recorded"),
        "narrative": "; ".join(reasons),
    }


# Chief complaints of medical dispatch by protocol number, in plain words of our own; others keep their code.
_COMPLAINTS = {
    1: "Abdominal pain", 2: "Allergic reaction", 4: "Assault", 5: "Back pain", 6: "Breathing problem", 7: "Burn",
    8: "Gas or fumes", 9: "Cardiac arrest", 10: "Chest pain", 11: "Choking", 12: "Seizure", 13: "Diabetic problem",
    14: "Drowning", 17: "Fall", 18: "Headache", 19: "Heart problem", 20: "Heat or cold", 21: "Bleeding",
    23: "Overdose", 24: "Pregnancy", 25: "Psychiatric problem", 26: "Sick person", 27: "Stab or gunshot wound",
    28: "Stroke", 29: "Traffic accident", 30: "Injury", 31: "Unconscious person", 32: "Unknown medical problem",
}  # fmt: skip
_PRIORITY_OF_LEVEL = {"E": "P", "D": "1", "C": "1", "B": "2", "A": "3", "O": "4"}


def _lancaster_call(line: Mapping[str, Any]) -> dict[str, Any]:
    code = str(line.get("call_type") or "")
    return {
        "nature": _COMPLAINTS.get(line.get("mpds_protocol") or 0, code or "Not recorded"),
        "type_code": code,
        "location": "Not recorded",
        "priority": _PRIORITY_OF_LEVEL.get(str(line.get("level")), "2"),
    }


def _montgomery_call(line: Mapping[str, Any]) -> dict[str, Any]:
    service, nature = str(line["service"]), str(line["nature"])
    urgent = service in {"EMS", "Fire"} or "ACCIDENT" in nature
    return {
        "nature": nature,
        "type_code": service.upper(),
        "location": str(line["address"]),
        "location_detail": str(line.get("place") or ""),
        "location_confirmed": True,
        "lat": _degrees(line["lat"], 90),
        "lng": _degrees(line["lng"], 180),
        "priority": "1" if urgent else "3",
    }


def _degrees(value: Any, most: int) -> float:
    degrees = float(value)
    if not -most <= degrees <= most:
        raise ValueError(f"{value} is not between -{most} and {most} degrees")
    return degrees


_FIELDS = {
    CRISIS_TEAM.code: _crisis_call,
    LANCASTER.code: _lancaster_call,
    MONTGOMERY.code: _montgomery_call,
}

# --- how a team's work ended -------------------------------------------------------------------
_OUTCOMES = {
    "engaged": "engaged",
    "refused": "declined",
    "unable_to_locate": "unable_to_locate",
    "cancelled": "cancelled",
    "no_contact_safety": "no_contact_safety",
    "other": "none",
}
# Disposition and destination; what the record calls "other" or leaves out stays owed.
_DISPOSITIONS = {
    "remained_in_community": ("resolved_on_scene", ""),
    "emergency_department": ("voluntary_transport", "Emergency department"),
    "sobering_detox": ("detox_sobering", ""),
    "arrest": ("arrested", ""),
    "respite": ("voluntary_transport", "Respite"),
    "crisis_walk_in_center": ("voluntary_transport", "Crisis walk-in center"),
}


def _ending(line: Mapping[str, Any]) -> dict[str, Any]:
    """A disposition only where somebody was engaged: the record fills it in for people never found, too."""
    outcome = _OUTCOMES.get(str(line.get("endpoint")), "")
    disposition, destination = _DISPOSITIONS.get(str(line.get("disposition")), ("", ""))
    if outcome != "engaged":
        disposition = destination = ""
    found = {"outcome": outcome, "disposition": disposition, "destination": destination}
    return {name: value for name, value in found.items() if value}
