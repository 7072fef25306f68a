"""The center's list of destinations: which one a code means, what a screen offers, and the demo region's own."""

from typing import Any

from calls.models import Facility
from care_dispatch.refusal import NotFound
from teams.demo import region
from teams.models import Center

Kind = Facility.Kind
# Invented; the demo says so.
_DEMO = (
    ("deflection", "Prairie Deflection Center", Kind.CRISIS_CENTER, "100 E PRAIRIE AVE", "Voluntary, no warrants"),
    ("county-ed", "County General, emergency", Kind.EMERGENCY_DEPARTMENT, "2500 S COUNTY RD", "Any hour"),
    ("lakeview", "Lakeview Psychiatric", Kind.PSYCHIATRIC_HOSPITAL, "800 LAKEVIEW DR", "Medical screen first"),
    ("sobering", "Elm Street Sobering", Kind.DETOX, "12 ELM ST", "18 and over, can walk"),
    ("respite", "Cedar House", Kind.RESPITE, "77 CEDAR LN", "18 and over, voluntary, 24 to 48 hours"),
    ("home", "Home or relatives", Kind.HOME, "", ""),
)


def facilities(center_id: int) -> list[dict[str, Any]]:
    """Destinations in use, by name; ``value`` is the code that is typed."""
    rows = Facility.objects.filter(center=center_id, retired=False).order_by("name")
    return [
        {
            "value": row.code,
            "label": row.name,
            "kind": row.get_kind_display(),
            "address": row.address,
            "conditions": row.conditions,
            "checked_on": row.checked_on.isoformat() if row.checked_on else None,
        }
        for row in rows
    ]


def facility_called(center_id: int, code: str) -> Facility:
    found = Facility.objects.filter(center=center_id, code=code.lower(), retired=False).first()
    if found is None:
        raise NotFound(f"There is no destination {code}; the list of destinations has those in use.")
    return found


def seed_facilities() -> int:
    """Add the demo region's destinations that are missing; one that was edited or retired stays as it is."""
    center = Center.objects.get(code=region()["center"]["code"])
    before = Facility.objects.filter(center=center).count()
    Facility.objects.bulk_create(
        [
            Facility(center=center, code=code, name=name, kind=kind, address=address, conditions=conditions)
            for code, name, kind, address, conditions in _DEMO
        ],
        ignore_conflicts=True,
    )
    return Facility.objects.filter(center=center).count() - before
