"""Calls whose place is not known: listed until it is, looked up again, and what was set by hand stays."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.closing import close_call
from calls.intake import change_call
from calls.merging import merge_calls
from calls.models import Call, GazetteerEntry
from calls.places.verifying import LISTED, unverified_calls, verify_place
from care_dispatch.due.models import Due
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, NotFound
from teams.areas import import_areas
from tests.calls.places.test_siting import TOWN, Scene
from tests.cast import NOW, act, last_event, later, make_agency, make_user
from tests.teams.test_areas import collection
from tests.teams.test_polygons import box, feature, polygon

pytestmark = pytest.mark.django_db
DEPOT = TOWN.splitlines()[0] + "\nlandmark,Depot,Alder,,,,,,32.6,-96.6\n"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.take_in()
    return scene


def listed(scene: Scene, now: Any = NOW) -> list[int]:
    return [call["id"] for call in unverified_calls(scene.dispatcher, now)["calls"]]


def verify(scene: Scene, call: Call) -> Any:
    return act(verify_place, by=scene.dispatcher, call_id=call.pk).result["verified"]


def test_open_calls_that_are_not_verified_are_listed_and_then_those_of_the_last_day(scene: Scene) -> None:
    scene.call("100 N Main St")
    first, second, third = (scene.call(f"{n} Nowhere Ln") for n in (1, 2, 3))
    Scene().call("1 Nowhere Ln")
    act(close_call, by=scene.dispatcher, call_id=second.pk, closed_as="cancelled", reason="by mistake")
    assert listed(scene) == [third.pk, first.pk, second.pk]
    assert listed(scene, later(hours=25)) == [third.pk, first.pk]


def test_a_call_that_was_merged_is_listed_no_more(scene: Scene) -> None:
    one, other = scene.call("1 Nowhere Ln"), scene.call("2 Nowhere Ln")
    act(merge_calls, by=scene.dispatcher, call_id=one.pk, into=other.pk)
    assert listed(scene) == [other.pk]


def test_a_long_list_is_read_in_few_statements_and_says_how_many_there_are(scene: Scene) -> None:
    call = scene.call("1 Nowhere Ln")
    rows = [Call(center=scene.center, day=call.day, number=number, urn=f"urn:{number}", nature="x", location="y", received_at=NOW, location_verified=False) for number in range(10, 10 + LISTED)]  # fmt: skip
    Call.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as asked:
        found = unverified_calls(scene.dispatcher, NOW)
    assert (len(found["calls"]), found["count"]) == (LISTED, LISTED + 1) and len(asked) == 4


def test_what_a_newer_gazetteer_knows_is_verified_when_somebody_asks(scene: Scene) -> None:
    make_agency(scene.center, code="alder-pd")
    area = feature("alder", polygon(box(-97, 32, -96, 33)), kind="city", agency="alder-pd")
    act(import_areas, by=scene.admin, center=scene.center, text=collection(area))
    call = scene.call("The Depot, Apt 4")
    assert verify(scene, call) is False
    scene.take_in(DEPOT, name="depot.csv")
    Due.objects.all().delete()
    assert verify(scene, call) is True
    call.refresh_from_db()
    assert (call.lat, call.premise, call.premise_unit, call.location) == (32.6, "DEPOT, ALDER", "4", "The Depot, Apt 4")
    assert call.jurisdiction and call.jurisdiction.code == "alder-pd"
    assert last_event("call.changed").payload["set"]["call.location_verified"] is True
    assert Due.objects.filter(kind="triage", subject_id=call.pk).exists()
    assert listed(scene) == []


def test_what_was_set_by_hand_and_a_point_that_was_given_stay(scene: Scene) -> None:
    for code in ("alder-pd", "birch-pd"):
        make_agency(scene.center, code=code)
    call = scene.call("Depot", lat=32.61, lng=-96.61)
    act(change_call, by=scene.dispatcher, call_id=call.pk, base=last_event().seq, changes={"jurisdiction": "birch-pd"})
    scene.take_in(DEPOT, name="depot.csv")
    verify(scene, call)
    call.refresh_from_db()
    assert call.jurisdiction and (call.lat, call.jurisdiction.code, call.moved_at) == (32.61, "birch-pd", None)


def test_looking_again_in_vain_changes_nothing(scene: Scene) -> None:
    call, events = scene.call("1 Nowhere Ln"), Event.objects.count()
    assert verify(scene, call) is False
    assert Event.objects.count() == events


def test_a_place_that_is_retired_meanwhile_is_not_verified_any_more(scene: Scene) -> None:
    call = scene.call("Mercado")
    GazetteerEntry.objects.update(retired=True, lat=1)
    scene.take_in(DEPOT, name="depot.csv")
    assert verify(scene, call) is False
    assert Call.objects.get(pk=call.pk).lat == 32.5


def test_only_dispatch_of_the_center_verifies(scene: Scene) -> None:
    call = scene.call("1 Nowhere Ln")
    with pytest.raises(Forbidden):
        act(verify_place, by=make_user(scene.center, "officer"), call_id=call.pk)
    with pytest.raises(NotFound):
        act(verify_place, by=Scene().dispatcher, call_id=call.pk)
