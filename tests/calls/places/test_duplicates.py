"""One more call about what is open already: listed with reasons, attached by a person, and nothing of it lost."""

from typing import Any

import pytest

from calls.merging import attach_call
from calls.models import Call, CallMerge
from calls.places.duplicates import suspects
from calls.places.importing import import_gazetteer
from calls.selectors import call_detail
from calls.verdicts import run_triage
from care_dispatch.refusal import Forbidden, NotFound
from tests.calls.places.test_siting import TOWN
from tests.cast import NOW, act, later, make_call, make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center(duplicate_meters=150, duplicate_minutes=60)
        self.dispatcher = make_user(self.center)
        act(import_gazetteer, by=make_user(self.center, "admin"), center=self.center, text=TOWN, name="town.csv")

    def call(self, location: str = "100 N Main St", **fields: Any) -> Call:
        return make_call(self.dispatcher, triaged=False, location=location, **fields)

    def listed(self, location: str = "", minutes: float = 10, **typed: Any) -> list[tuple[int, list[str]]]:
        found = suspects(self.dispatcher, later(minutes=minutes), location=location, **typed)
        return [(row["id"], row["reasons"][:-1]) for row in found]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_second_call_111_meters_and_ten_minutes_away_lists_the_first(scene: Scene) -> None:
    first = scene.call("100 N Main St")
    assert scene.listed("101 N Main St") == [(first.pk, ["111 m away"])]
    assert scene.listed("101 N Main St", minutes=61) == [], "too long ago for a place nearby"
    assert scene.listed("2500 FM 1382") == [], "too far"


def test_the_same_place_in_other_words_is_listed_however_old_the_open_call_is(scene: Scene) -> None:
    first = scene.call("Corner Market")
    assert scene.listed("100 north main", minutes=600) == [(first.pk, ["same place"])]


def test_the_likeliest_stands_first_with_its_reasons(scene: Scene) -> None:
    near = scene.call("101 N Main St")
    other_flat = scene.call("100 N Main St", location_detail="Apt 9")
    same = scene.call("100 N Main St", location_detail="Apt 4", nature="Fight", caller={"phone": "214 555 0142"})
    found = scene.listed("100 N Main St", location_detail="#4", nature="fight", phone="(214) 555-0142")
    assert found == [
        (same.pk, ["same place, unit 4", "same phone", "same type"]),
        (other_flat.pk, ["same building, there unit 9"]),
        (near.pk, ["111 m away"]),
    ]


def test_a_type_alone_and_a_short_number_list_nothing(scene: Scene) -> None:
    scene.call("5 Far Away Rd", nature="Fight", caller={"phone": "911"})
    assert scene.listed("100 N Main St", nature="Fight", phone="911") == []


def test_a_phone_that_called_about_a_duplicate_leads_to_the_call_that_stays(scene: Scene) -> None:
    first = scene.call("5 Far Away Rd")
    act(attach_call, by=scene.dispatcher, call_id=first.pk, nature="x", location="y", caller={"phone": "2145550142"})
    assert scene.listed(phone="214 555 0142") == [(first.pk, ["same phone"])]


def test_closed_calls_and_those_of_another_center_are_not_listed(scene: Scene) -> None:
    scene.call("1 Elm St")
    stranger = Scene()
    assert stranger.listed("1 Elm St") == []
    with pytest.raises(NotFound):
        act(attach_call, by=stranger.dispatcher, call_id=Call.objects.get().pk, nature="x", location="y")
    with pytest.raises(Forbidden):
        suspects(make_user(scene.center, "clinician"), NOW, location="1 Elm St")


def test_what_is_attached_keeps_its_caller_its_words_and_its_number(scene: Scene) -> None:
    use_default_rules()
    first = scene.call(narrative="She is shouting", caller={"name": "A"})
    typed: dict[str, Any] = {
        "nature": "Fight",
        "location": "100 Main",
        "narrative": "he has a knife",
        "caller": {"name": "B"},
    }
    done = act(attach_call, by=scene.dispatcher, now=later(minutes=2), call_id=first.pk, **typed).result
    run_triage(first.pk, 0, later(minutes=2), "worker")
    detail = call_detail(scene.dispatcher, first.pk, later(minutes=2))
    assert [entry["text"] for entry in detail["narrative"]] == ["She is shouting", "he has a knife"]
    assert [caller["name"] for caller in detail["callers"]] == ["A", "B"]
    assert detail["facts"]["weapon"] != "none_reported"
    second = Call.objects.get(number=done["attached"])
    assert (second.status, second.closed_as, second.merged_into_id) == ("closed", "duplicate", first.pk)
    assert CallMerge.objects.count() == 1 and Call.objects.open().count() == 1


def test_a_call_that_has_just_closed_takes_nothing_in_and_no_number_is_lost(scene: Scene) -> None:
    from calls.closing import close_call
    from calls.fetch import CallClosed

    first = scene.call()
    act(close_call, by=scene.dispatcher, call_id=first.pk, closed_as="cancelled", reason="x")
    with pytest.raises(CallClosed):
        act(attach_call, by=scene.dispatcher, call_id=first.pk, nature="x", location="y")
    assert scene.call().number == first.number + 1
