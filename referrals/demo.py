"""The demo resource directory: invented organizations, marked synthetic."""

import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from care_dispatch.log import perform
from referrals.directory import list_service
from referrals.models import Service
from teams.demo import region
from teams.models import Center

_DATA = Path(__file__).parent / "demo_data" / "directory.json"


@cache
def services() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(_DATA.read_text())["services"]
    return found


def seed_directory(*, now: datetime) -> dict[str, int]:
    """Add the demo services that are missing; one that was edited or closed stays as it is."""
    center = Center.objects.get(code=region()["center"]["code"])
    stored = Service.objects.filter(organization__center=center)
    known = set(stored.values_list("organization__name", "name"))
    missing = [one for one in services() if (one["organization"]["name"], one["name"]) not in known]
    for wanted in missing:
        fields = wanted | {
            "organization": wanted["organization"] | {"synthetic": True},
            "assured_date": date.fromisoformat(wanted["assured_date"]),
            "synthetic": True,
        }
        perform(list_service, actor=None, position="", source="seed", now=now, center_id=center.pk, **fields)
    return {"services": len(missing)}
