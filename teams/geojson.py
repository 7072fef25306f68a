"""Reading areas from GeoJSON: rows that can be stored, or for each feature that cannot a sentence that says why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from care_dispatch.parsing import strict_json
from teams import polygons
from teams.tables import MOST_CHARACTERS, Unreadable


@dataclass(frozen=True)
class AreaRow:
    """One feature: ``agency`` is the code of who answers there, or empty."""

    kind: str
    code: str
    name: str
    agency: str
    geometry: dict[str, Any]


def read_areas(text: str, *, kinds: list[str], kind: str = "", agencies: set[str]) -> tuple[list[AreaRow], list[str]]:
    """Rows and errors of a FeatureCollection. ``kind``: of features that name none.

    Properties read: ``kind``, ``code``, ``name`` and ``agency``, in any case; TIGER files have GEOID and NAME.
    """
    try:
        features = features_of(text)
    except Unreadable as error:
        return [], [str(error)]
    rows: list[AreaRow] = []
    errors: list[str] = []
    named: dict[tuple[str, str], int] = {}
    for number, feature in enumerate(features, start=1):
        found = _row(feature, kinds, kind, agencies)
        if isinstance(found, str):
            errors.append(f"Feature {number} {found}.")
        elif (found.kind, found.code) in named:
            first = named[found.kind, found.code]
            errors.append(f"Feature {number} has the code {found.code} again; feature {first} has it already.")
        else:
            named[found.kind, found.code] = number
            rows.append(found)
    return rows, errors


def features_of(text: str) -> list[Any]:
    """What stands in a FeatureCollection, not looked at yet; raises Unreadable for anything else."""
    try:
        data = strict_json(text)
    except ValueError as error:
        raise Unreadable(f"The file is no JSON: {str(error)[:200]}.") from None
    features = data.get("features") if isinstance(data, Mapping) else None
    if not isinstance(features, list) or not features:
        raise Unreadable("The file is no GeoJSON FeatureCollection with features in it.")
    return features


def properties_of(feature: Mapping[str, Any]) -> dict[str, str]:
    """Names in small letters to what they say as text; numbers as they are written, and nothing of what is neither."""
    given = feature.get("properties")
    said = given.items() if isinstance(given, Mapping) else ()
    return {str(name).lower(): _text(value) for name, value in said}


def _row(feature: Any, kinds: list[str], kind: str, agencies: set[str]) -> AreaRow | str:
    if not isinstance(feature, Mapping):
        return "is no feature"
    said = properties_of(feature)
    name = said.get("name", "")
    code = said.get("code") or said.get("geoid") or name
    wanted = said.get("kind") or kind
    agency = said.get("agency", "")
    if not name:
        return "has no name"
    label = f"({name})"
    if wanted not in kinds:
        return f"{label} is of no kind there is; kind is one of {', '.join(kinds)}"
    if agency and agency not in agencies:
        return f"{label} names the agency {agency!r}, which is not in this center"
    geometry: Any = feature.get("geometry")
    if wrong := polygons.complaint(geometry):
        return f"{label} {wrong}"
    return AreaRow(wanted, code, name, agency, {"type": geometry["type"], "coordinates": geometry["coordinates"]})


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    plain = int(value) if isinstance(value, float) and value.is_integer() else value
    return str(plain).strip()[:MOST_CHARACTERS]
