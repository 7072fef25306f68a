"""Where a call lies: the gazetteer's only match, its point, its areas, and what stays when it moves."""

from typing import Any

import pytest

from calls.intake import change_call
from calls.models import Call, GazetteerEntry
from calls.places.gazetteer import ground_of
from calls.places.importing import import_gazetteer
from calls.places.matching import candidates
from care_dispatch.log.models import Head
from care_dispatch.refusal import Forbidden
from teams.areas import import_areas
from teams.models import User
from teams.taking_in import NotImported
from tests.cast import act, make_agency, make_call, make_center, make_user
from tests.teams.test_areas import collection
from tests.teams.test_polygons import box, feature, polygon

pytestmark = pytest.mark.django_db

# Invented streets round one crossing, whose point the market shares.
TOWN = """kind,name,city,from,to,parity,address,aliases,lat,lng
street,N MAIN ST,Alder,100,198,even,,,32.5,-96.7
street,N MAIN ST,Alder,101,199,odd,,,32.501,-96.7
street,S MAIN ST,Alder,100,199,,,,32.49,-96.7
street,FM 1382,Alder,2500,2599,,,,32.52,-96.71
intersection,N MAIN ST & W 3RD ST,Alder,,,,,,32.5,-96.7
mile,I 35E,Alder,412,412.99,,,,32.53,-96.4
landmark,Corner Market,Alder,,,,100 N MAIN ST,The Market|Mercado,32.5,-96.7
landmark,Big Store,Alder,,,,1 POLK ST,,32.6,-96.6
landmark,Big Store,Birch,,,,9 OAK ST,,32.7,-96.4
"""


class Scene:
    def __init__(self) -> None:
        self.center = make_center()
        self.dispatcher, self.admin = make_user(self.center), make_user(self.center, "admin")

    def take_in(self, text: str = TOWN, by: User | None = None, name: str = "town.csv", **fields: Any) -> Any:
        return act(import_gazetteer, by=by or self.admin, center=self.center, text=text, name=name, **fields).result

    def call(self, location: str, **fields: Any) -> Call:
        return make_call(self.dispatcher, triaged=False, location=location, **fields)

    def change(self, call: Call, **changes: Any) -> Call:
        act(change_call, by=self.dispatcher, call_id=call.pk, base=Head.objects.get().seq, changes=changes)
        return Call.objects.get(pk=call.pk)


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.take_in()
    return scene


@pytest.mark.parametrize(
    "said", ["100 n main st", "100 North Main Street Apt 4", "Main & 3rd", "3rd @ Main", "the market", "Mercado",
             "Corner Market on Main", "32.5,-96.7", "100 block of N Main"],
)  # fmt: skip
def test_every_way_to_say_a_place_comes_to_one_point(said: str, scene: Scene) -> None:
    call = scene.call(said)
    assert (call.location_verified, call.lat, call.lng) == (True, 32.5, -96.7)


@pytest.mark.parametrize("said", ["100 Main St", "Big Store", "100 N Main Ave", "5000 N Main St", "1 Nowhere Ln"])
def test_what_fits_several_places_or_none_is_saved_unverified_and_without_a_point(said: str, scene: Scene) -> None:
    call = scene.call(said)
    assert (call.location_verified, call.lat, call.location) == (False, None, said)


def test_near_equals_are_offered_to_choose_from_and_what_is_chosen_reads_as_that_place(scene: Scene) -> None:
    offered = candidates(ground_of(scene.center.pk), "100 Main St")
    assert [match.label for match in offered[:2]] == ["100 N MAIN ST, Alder", "100 S MAIN ST, Alder"]
    for match in (*offered[:2], *candidates(ground_of(scene.center.pk), "Big Store")[:2]):
        call = scene.call(match.label)
        assert (call.location_verified, call.lat) == (True, match.lat), match.label


@pytest.mark.parametrize(("typed", "first"), [("120 N Mian St", "120 N MAIN ST, Alder"), ("merc", "Corner Market @ 100 N MAIN ST, Alder")])  # fmt: skip
def test_a_misspelled_or_half_typed_place_is_offered_and_not_taken(typed: str, first: str, scene: Scene) -> None:
    assert candidates(ground_of(scene.center.pk), typed)[0].label == first
    assert scene.call(typed).location_verified is False


def test_without_a_gazetteer_nothing_is_called_unverified() -> None:
    scene = Scene()
    assert scene.call("100 Main St").location_verified is None


def test_another_centers_gazetteer_is_not_looked_in(scene: Scene) -> None:
    assert Scene().call("100 N Main St").location_verified is None


def test_a_point_over_the_border_is_the_neighbours_to_answer() -> None:
    scene = Scene()
    for code in ("west-pd", "east-pd"):
        make_agency(scene.center, code=code)
    text = collection(
        feature("west", polygon(box(-97, 32, -96.5, 33)), kind="city", agency="west-pd"),
        feature("east", polygon(box(-96.5, 32, -96, 33)), kind="city", agency="east-pd"),
        feature("7", polygon(box(-96.5, 32, -96, 33)), kind="beat"),
    )
    act(import_areas, by=scene.admin, center=scene.center, text=text)
    scene.take_in()
    call = scene.call("100 N Main St")
    assert call.jurisdiction and call.jurisdiction.code == "west-pd" and call.beat is None
    call = scene.change(call, location="I-35E mm 412")
    assert call.jurisdiction and call.jurisdiction.code == "east-pd" and call.beat and call.beat.code == "7"
    call = scene.change(call, jurisdiction="west-pd")
    call = scene.change(call, lat=32.6, lng=-96.3)
    assert call.jurisdiction and call.jurisdiction.code == "west-pd", "set by hand"


def test_a_moved_call_keeps_where_it_was_first_said_to_be_and_no_old_point(scene: Scene) -> None:
    call = scene.change(scene.call("100 N Main St", location_confirmed=True), location="behind the old mill")
    assert (call.initial_location, call.initial_lat) == ("100 N Main St", 32.5)
    assert (call.lat, call.location_verified, call.location_confirmed) == (None, False, False)
    assert scene.change(call, location="Mercado").initial_location == "100 N Main St"


def test_a_wrong_line_of_a_file_leaves_the_gazetteer_as_it_was(scene: Scene) -> None:
    wrong = (
        TOWN
        + "street,OAK ST,Alder,,,,,,32,-96\nplace,X,,,,,,,32,-96\nlandmark,Y,,,,,,,-96,132\nlandmark,???,,,,,,,1,1\n"
    )
    with pytest.raises(NotImported) as refused:
        scene.take_in(wrong)
    assert [error.split(":")[0] for error in refused.value.details["errors"]] == ["Line 11", "Line 12", "Line 13", "Line 14"]  # fmt: skip
    before = GazetteerEntry.objects.count()
    scene.take_in()
    assert GazetteerEntry.objects.count() == before == 11


def test_only_an_admin_takes_in_a_gazetteer(scene: Scene) -> None:
    with pytest.raises(Forbidden):
        scene.take_in(by=scene.dispatcher)
