"""Areas: which one of each kind a point lies in, and taking in new outlines from a GeoJSON file."""

from datetime import datetime
from typing import Any

from care_dispatch.log import record
from care_dispatch.refusal import Invalid
from teams import kinds, polygons
from teams.actions import require_admin
from teams.geojson import read_areas
from teams.models import Agency, Area, Center, User


class NotImported(Invalid):
    """Nothing of the file was taken; ``errors`` has a sentence for each row that cannot be."""

    code = "not_imported"


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


def import_areas(
    *, actor: User | None, now: datetime, center: Center, text: str, kind: str = "", retire_others: bool = False
) -> dict[str, Any]:
    """Add or replace the areas of a GeoJSON file, all of them or none.

    ``retire_others``: areas of the same kinds that the file does not name are no longer in use.
    """
    require_admin(actor)
    agencies = dict(Agency.objects.filter(center=center).values_list("code", "pk"))
    rows, errors = read_areas(text, kinds=Area.Kind.values, kind=kind, agencies=set(agencies))
    if errors:
        raise NotImported(f"Nothing was imported: {errors[0]}", errors=errors)
    kept = []
    for row in rows:
        west, south, east, north = polygons.bounds(row.geometry)
        area, _ = Area.objects.update_or_create(
            center=center,
            kind=row.kind,
            code=row.code,
            defaults={
                "name": row.name, "agency_id": agencies.get(row.agency), "geometry": row.geometry, "west": west,
                "south": south, "east": east, "north": north, "retired": False,
            },
        )  # fmt: skip
        kept.append(area.pk)
    retired = 0
    if retire_others:
        others = Area.objects.filter(center=center, kind__in={row.kind for row in rows}, retired=False)
        retired = others.exclude(pk__in=kept).update(retired=True)
    record(kinds.AREAS_IMPORTED, center_id=center.pk, refs={"area_ids": kept, "retired": retired})
    return {"area_ids": kept, "retired": retired}
