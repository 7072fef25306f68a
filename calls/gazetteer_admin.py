"""The gazetteer on the configuration pages: found by name, mended in small, filled from a file."""

from collections import Counter
from typing import Any

from calls.models import GazetteerEntry
from calls.places.gazetteer import key_of
from calls.places.importing import COLUMNS, import_gazetteer, read_gazetteer
from teams.configuring_form import ConfigForm
from teams.models import Center, User
from teams.uploading import Looked, Upload, Uploads, cut

EXAMPLES = (
    {"kind": "street", "name": "E INVENTED RD", "city": "Northtown", "from": "100", "to": "198", "parity": "even", "lat": "32.51", "lng": "-96.81"},
    {"kind": "landmark", "name": "Invented Mall", "city": "Northtown", "address": "120 E INVENTED RD", "aliases": "The Mall|Mall of Northtown", "lat": "32.512", "lng": "-96.812"},
)  # fmt: skip


def _look(center: Center, text: str) -> Looked:
    entries, errors = read_gazetteer(text)
    kinds = Counter(entry.get_kind_display().lower() for entry in entries)
    said = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
    says = f"{len(entries):,} places ({said or 'none'}), {len(errors)} lines with an error."
    rows = [(entry.get_kind_display(), str(entry), _numbers(entry), entry.lat, entry.lng) for entry in entries[:200]]
    return Looked(says, ("kind", "place", "numbers", "latitude", "longitude"), cut(rows), errors, len(entries))


def _numbers(entry: GazetteerEntry) -> str:
    return "" if entry.low is None else f"{entry.low}-{entry.high}"


def _take(*, actor: User, now: Any, center: Center, text: str, name: str) -> dict[str, Any]:
    return import_gazetteer(actor=actor, now=now, center=center, text=text, file_name=name)


GAZETTEER = Upload(
    title="Take in a gazetteer (CSV)",
    help="A CSV file with a line per block, intersection, mile marker, exit or place name. A file of the same name replaces"
    " what it said before: every line of it is taken, or none.",
    accept=".csv,text/csv", look=_look, take=_take, done="{places} places taken in.", columns=COLUMNS, examples=EXAMPLES,
)  # fmt: skip


class PlaceForm(ConfigForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind, name = cleaned.get("kind"), cleaned.get("name")
        if kind and name:
            self.instance.key = key_of(kind, name)
            if not self.instance.key:
                words = GazetteerEntry.Kind(kind).label.lower()
                self.add_error(
                    "name", f"This cannot be read as a {words}: write 300 W MAIN ST as W MAIN ST, MAIN ST & 2ND ST."
                )
        return cleaned


class GazetteerAdmin(Uploads):
    upload = GAZETTEER
    form = PlaceForm
    list_display = ("name", "city", "kind", "low", "high", "source")
    list_filter = ("kind",)
    search_fields = ("name", "city")
    ordering = ("name", "pk")
    show_full_result_count = False
    fields = ("center", "kind", "name", "city", ("low", "high", "parity"), "address", ("lat", "lng"), "source")
    readonly_fields = ("source",)
    helps = {
        "name": "As a dispatcher reads it. A place name that has several has a row for each.",
        "low": "First house number, mile or exit.",
        "high": "Last one.",
        "parity": "Which side of the street.",
        "address": "Of a place name: its street address, so that its calls are those of the address.",
        "lat": "Degrees, such as 32.59.",
        "lng": "Degrees, west with a minus: -96.86.",
    }
