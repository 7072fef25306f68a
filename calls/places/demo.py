"""The demo region's gazetteer: a few invented places near the real ones, marked synthetic."""

from datetime import datetime
from pathlib import Path

from calls.models import GazetteerEntry
from calls.places.importing import import_gazetteer
from care_dispatch.log import perform
from teams.demo import region
from teams.models import Center

_DATA = Path(__file__).parents[1] / "demo_data" / "gazetteer.geojson"
# Shown with each of its places.
SOURCE = "demo (synthetic)"


def seed_gazetteer(*, now: datetime) -> int:
    """Take in the demo's places; left alone once somebody has places of their own. Returns how many were added."""
    center = Center.objects.get(code=region()["center"]["code"])
    if GazetteerEntry.objects.filter(center=center).exists():
        return 0
    text = _DATA.read_text(encoding="utf-8")
    done = perform(
        import_gazetteer, actor=None, position="", source="seed", now=now, center=center, text=text, name=SOURCE
    )  # fmt: skip
    return int(done.result["added"])
