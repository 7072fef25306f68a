"""Gazetteer files: what a file would change is told before, the same one again changes nothing, nothing is deleted."""

import json
from typing import Any

import pytest

from calls.models import Call, GazetteerEntry
from calls.places.files import read_gazetteer
from calls.places.gazetteer import ground_of
from calls.places.matching import candidates
from calls.places.siting import site
from care_dispatch.log.models import Event
from teams.taking_in import NotImported
from tests.calls.places.test_siting import TOWN, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.take_in()
    return scene


def said(result: Any) -> tuple[int, ...]:
    return tuple(result[name] for name in ("added", "changed", "same", "retired", "left"))


def test_the_same_file_again_changes_nothing_and_tells_nothing(scene: Scene) -> None:
    events = Event.objects.count()
    assert said(scene.take_in()) == (0, 0, 11, 0, 0)
    assert said(scene.take_in(name="copy of town.csv")) == (0, 0, 11, 0, 0)
    assert Event.objects.count() == events


def test_a_newer_file_changes_what_it_says_otherwise_and_retires_what_it_names_no_more(scene: Scene) -> None:
    stored = {entry.key: entry.pk for entry in GazetteerEntry.objects.filter(kind="landmark", city="Alder")}
    newer = TOWN.replace("1 POLK ST,,32.6,", "2 POLK ST,,32.65,").replace(TOWN.splitlines()[4] + "\n", "")
    assert said(scene.take_in(newer)) == (0, 1, 9, 1, 0)
    moved = GazetteerEntry.objects.get(pk=stored["BIGSTORE"])
    assert (moved.address, moved.lat) == ("2 POLK ST", 32.65)
    assert GazetteerEntry.objects.get(retired=True).name == "FM 1382"
    assert said(scene.take_in()) == (0, 2, 9, 0, 0)
    assert not GazetteerEntry.objects.filter(retired=True).exists()


def test_another_files_and_typed_places_stay_when_a_file_names_them_no_more(scene: Scene) -> None:
    scene.take_in(TOWN.splitlines()[0] + "\nlandmark,Depot,Alder,,,,,,32.5,-96.7\n", name="other.csv")
    GazetteerEntry.objects.filter(name="Depot").update(source="by hand")
    assert scene.take_in(TOWN.replace("Depot", ""), name="other.csv")["retired"] == 0
    assert not GazetteerEntry.objects.filter(retired=True).exists()


def test_the_good_lines_are_taken_when_somebody_asks_for_those_and_nothing_is_retired(scene: Scene) -> None:
    broken = TOWN.replace("2500,2599", "2599,2500") + "landmark,Depot,Alder,,,,,,32.5,-96.7\n"
    with pytest.raises(NotImported, match="Line 5"):
        scene.take_in(broken)
    assert said(scene.take_in(broken, partly=True)) == (1, 0, 10, 0, 1)
    assert not GazetteerEntry.objects.filter(retired=True).exists()


def test_a_retired_place_is_not_offered_nor_matched_and_its_calls_keep_their_words(scene: Scene) -> None:
    before = scene.call("Mercado")
    GazetteerEntry.objects.filter(kind="landmark").update(retired=True)
    after = scene.call("Mercado")
    assert (after.location_verified, after.lat) == (False, None)
    assert candidates(ground_of(scene.center.pk), "merc") == []
    assert candidates(ground_of(scene.center.pk), "32.6, -96.6") == []
    kept = Call.objects.get(pk=before.pk)
    assert (kept.location, kept.lat, kept.location_verified) == ("Mercado", 32.5, True)


def test_where_every_place_is_retired_nothing_is_called_unverified(scene: Scene) -> None:
    GazetteerEntry.objects.update(retired=True)
    call = Call(center=scene.center, location="1 Nowhere Ln")
    site(call, ground_of(scene.center.pk))
    assert call.location_verified is None


GEOJSON: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[-96.7, 32.1], [-96.7, 32.2], [-96.7, 32.3]]},
         "properties": {"KIND": "street", "Name": "N OAK ST", "from": 100.0, "to": 199}},
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-96.7, 32.5]},
         "properties": {"kind": "landmark", "name": "Depot", "aliases": "Old Depot", "address": "1 OAK ST"}},
    ],
}  # fmt: skip


def test_geojson_says_the_same_as_lines_of_a_table() -> None:
    places, errors = read_gazetteer(json.dumps(GEOJSON))
    assert errors == []
    assert [(place.key, place.low, place.lat) for place in places] == [
        ("OAK", 100, 32.2), ("DEPOT", None, 32.5), ("OLDDEPOT", None, 32.5)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"geometry": None}, "Feature 2 (Depot) has neither a Point nor a LineString."),
        ({"geometry": {"type": "Point", "coordinates": []}}, "has neither"),
        ({"geometry": {"type": "Point", "coordinates": [32.5, -96.7]}}, "wrong way round"),
        ({"geometry": {"type": "Point", "coordinates": ["x", {}]}}, "numbers in degrees"),
        ({"properties": None}, "kind is one of"),
        ({"properties": {"kind": "landmark", "name": "?"}}, "cannot be read as a place name"),
    ],
)
def test_each_feature_that_cannot_be_taken_says_why(change: Any, why: str) -> None:
    features = [GEOJSON["features"][0], GEOJSON["features"][1] | change, 7]
    places, errors = read_gazetteer(json.dumps(GEOJSON | {"features": features}))
    assert len(places) == 1 and why in errors[0] and errors[1] == "Feature 3 is no feature."


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("street,N OAK ST,,,,,,,32,-96", "from which number to which"),
        ("street,N OAK ST,,9,1,,,,32,-96", "from which number to which"),
        ("street,N OAK ST,,nan,1,,,,32,-96", "from which number to which"),
        ("street,N OAK ST,,1,1e30,,,,32,-96", "from which number to which"),
        ("street,N OAK ST,,1,9,,,Oak|Elm,32,-96", "only a landmark has aliases"),
        ("street,N OAK ST,,1,9,left,,,32,-96", "parity is one of"),
        ("landmark,Depot,,,,,,,-96.5,32", "not on earth; they seem to be the wrong way round"),
        ("landmark,Depot,,,,,,,inf,0", "numbers in degrees"),
        (f"landmark,{'x' * 201},,,,,,,32,-96", "name is longer than 200"),
        ("landmark,=1+1,,,,,,,32,-96", "as a formula does"),
        ("landmark,Depot,,,,,,,32,-96,9", "more cells"),
    ],
)  # fmt: skip
def test_each_line_that_cannot_be_taken_says_why(line: str, why: str) -> None:
    places, errors = read_gazetteer(TOWN.splitlines()[0] + f"\n{line}\n")
    assert not places and errors[0].startswith("Line 2") and why in errors[0]
