"""The gazetteer on the configuration pages: found by name, mended in small, filled from a file."""

from dataclasses import replace
from typing import Any

from django.contrib import admin

from calls.models import GazetteerEntry
from calls.places.files import COLUMNS, MOST_ROWS, NUMBERED, read_gazetteer
from calls.places.gazetteer import key_of
from calls.places.importing import DONE, compare, import_gazetteer
from teams.configuring_form import ConfigForm
from teams.looking import cells, looked
from teams.models import Center
from teams.uploading import Looked, Upload, Uploads

Kind = GazetteerEntry.Kind
EXAMPLES = (
    {"kind": "street", "name": "E INVENTED RD", "city": "Northtown", "from": "100", "to": "198", "parity": "even", "lat": "32.51", "lng": "-96.81"},
    {"kind": "landmark", "name": "Invented Mall", "city": "Northtown", "address": "120 E INVENTED RD", "aliases": "The Mall|Mall of Northtown", "lat": "32.512", "lng": "-96.812"},
)  # fmt: skip


def _look(center: Center, text: str, name: str) -> Looked:
    found = compare(center, *read_gazetteer(text), name)
    names = ("kind", "name", "city", "low", "high", "address", "lat", "lng")
    shown = looked(found, names)
    says = f"{shown.says} {len(found.gone):,} that are in it no more are retired."
    return replace(shown, says=says, rows=[*cells("retired", found.gone, names), *shown.rows])


GAZETTEER = Upload(
    title="Take in a gazetteer (CSV or GeoJSON)",
    help="A CSV file with a line per block, intersection, mile marker, exit or place name; or GeoJSON points and lines with"
    f" these as properties. At most {MOST_ROWS:,} rows. A file of the same name replaces what it said before: what it"
    " names no more is retired.",
    accept=".csv,text/csv,.geojson,.json", look=_look, take=import_gazetteer, done=DONE, named=True,
    columns=COLUMNS, examples=EXAMPLES,
)  # fmt: skip


class PlaceForm(ConfigForm):
    """By hand the same is a place as in a file."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind, name = cleaned.get("kind"), cleaned.get("name")
        if kind and name:
            words = Kind(kind).label.lower()
            self.instance.key = key_of(kind, name)
            if not self.instance.key:
                self.add_error(
                    "name", f"This cannot be read as a {words}: write 300 W MAIN ST as W MAIN ST, MAIN ST & 2ND ST."
                )
            self._clean_numbers(cleaned, kind, words)
        lat, lng = cleaned.get("lat"), cleaned.get("lng")
        if lat is not None and lng is not None and not (-90 <= lat <= 90 and -180 <= lng <= 180):
            self.add_error("lat", "This is not on earth: latitude is -90 to 90 and longitude -180 to 180 degrees.")
        return cleaned

    def _clean_numbers(self, cleaned: dict[str, Any], kind: str, words: str) -> None:
        if kind not in NUMBERED:
            cleaned["low"] = cleaned["high"] = None
            return
        low = cleaned.get("low")
        high = cleaned["high"] = low if cleaned.get("high") is None else cleaned["high"]
        if low is None or high is None or not 0 <= low <= high:
            self.add_error("low", f"A {words} says from which number to which; of a single one the first is enough.")


class GazetteerAdmin(Uploads):
    upload = GAZETTEER
    form = PlaceForm
    list_display = ("name", "city", "kind", "numbers", "address", "source", "retired")
    list_filter = ("kind", "retired")
    search_fields = ("name", "city", "address")
    ordering = ("name", "low", "pk")
    show_full_result_count = False
    fields = (
        "center",
        "kind",
        "name",
        "city",
        ("low", "high", "parity"),
        "address",
        ("lat", "lng"),
        "source",
        "retired",
    )
    readonly_fields = ("source",)

    @admin.display(description="Numbers", ordering="low")
    def numbers(self, place: GazetteerEntry) -> str:
        if place.low is None or place.high is None:
            return ""
        marks = [f"{number.normalize():f}" for number in dict.fromkeys((place.low, place.high))]
        side = f", {place.get_parity_display().lower()}" if place.parity != GazetteerEntry.Parity.BOTH else ""
        return " to ".join(marks) + side

    helps = {
        "name": "As a dispatcher reads it. A place name that has several has a row for each.",
        "low": "First house number, mile or exit.",
        "high": "Last one; empty: the same.",
        "parity": "Which side of the street.",
        "address": "Of a place name its street address, so that its calls are those of the address; of an exit its letter.",
        "lat": "Degrees, such as 32.59.",
        "lng": "Degrees, west with a minus: -96.86.",
        "retired": "It is offered and matched no more; calls that are there keep their words.",
    }
