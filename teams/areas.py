"""Areas: which one of each kind a point lies in, and taking in new outlines from a GeoJSON file."""

from datetime import datetime
from typing import Any

from care_dispatch.log import record, write
from teams import kinds, polygons
from teams.actions import require_admin
from teams.geojson import read_areas
from teams.models import Agency, Area, Center, User
from teams.taking_in import Found, check_usable, lock_center


def areas_at(center_id: int, lat: float | None, lng: float | None) -> dict[str, Area]:
    """The area of each kind the point lies in; of several that overlap the smallest, of equal ones the first code."""
    if lat is None or lng is None:
        return {}
    near = Area.objects.filter(
        center_id=center_id, retired=False, west__lte=lng, east__gte=lng, south__lte=lat, north__gte=lat
    ).select_related("agency")
    found: dict[str, Area] = {}
    for holds in (polygons.inside, polygons.on_border):
        taken = set(found)
        for area in sorted(near, key=lambda area: (polygons.size(area.geometry), area.code)):
            if area.kind not in taken and holds(area.geometry, lat, lng):
                found.setdefault(area.kind, area)
    return found


def answers_at(areas: dict[str, Area]) -> Agency | None:
    """The agency in whose jurisdiction a place lies: the city's, else the beat's."""
    for kind in (Area.Kind.CITY, Area.Kind.BEAT):
        area = areas.get(kind)
        if area is not None and area.agency is not None:
            return area.agency
    return None


def areas_of_file(center: Center, text: str, kind: str = "") -> Found:
    """The areas of a GeoJSON file beside those that are there. ``kind``: of features that name none."""
    agencies = {agency.code: agency for agency in Agency.objects.filter(center=center)}
    rows, errors = read_areas(text, kinds=Area.Kind.values, kind=kind, agencies=set(agencies))
    known = {(area.kind, area.code): area for area in Area.objects.filter(center=center).select_related("agency")}
    found = Found(errors=errors)
    for row in rows:
        west, south, east, north = polygons.bounds(row.geometry)
        given = {
            "name": row.name, "agency": agencies.get(row.agency), "geometry": row.geometry, "west": west,
            "south": south, "east": east, "north": north, "retired": False,
        }  # fmt: skip
        stored = known.get((row.kind, row.code))
        if stored is None:
            found.new.append(Area(center=center, kind=row.kind, code=row.code, **given))
        elif different := {name: value for name, value in given.items() if getattr(stored, name) != value}:
            found.changed.append((stored, different))
        else:
            found.same.append(stored)
    return found


def import_areas(
    *,
    actor: User | None,
    now: datetime,
    center: Center,
    text: str,
    kind: str = "",
    retire_others: bool = False,
    partly: bool = False,
) -> dict[str, Any]:
    """Add or replace the areas of a GeoJSON file, all of them or none; with ``partly`` the good ones.

    ``retire_others``: areas of the same kinds that the file does not name are no longer in use; only with a file
    that is good as a whole, or an area would be retired because its new outline is broken.
    """
    require_admin(actor)
    lock_center(center)
    found = areas_of_file(center, text, kind)
    check_usable(found, partly=partly and not retire_others)
    for area in found.new:
        area.save(force_insert=True)
    for area, different in found.changed:
        write(area, **different)
    touched = [area.pk for area in (*found.new, *(area for area, _ in found.changed))]
    kept = [*touched, *(area.pk for area in found.same)]
    retired = _retire_others(center, kept) if retire_others else 0
    if touched or retired:
        record(kinds.AREAS_IMPORTED, center_id=center.pk, refs={"area_ids": touched, "retired": retired})
    return {"area_ids": kept, "retired": retired} | found.counts


def _retire_others(center: Center, kept: list[int]) -> int:
    kinds_kept = set(Area.objects.filter(pk__in=kept).values_list("kind", flat=True))
    others = Area.objects.filter(center=center, kind__in=kinds_kept, retired=False).exclude(pk__in=kept)
    return others.update(retired=True)
