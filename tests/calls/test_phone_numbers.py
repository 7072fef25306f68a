"""A caller is known by the number, with its area code or without, however it is written."""

import pytest

from calls.cautions.numbers import digits_of, same_number
from calls.models import Call
from tests.calls.test_cautions import Scene
from tests.cast import NOW


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("555-0142", "+1 (214) 555-0142", True),
        ("214.555.0142", "(214) 5550142", True),
        ("214 555 0142", "972 555 0142", False),
        ("50142", "214 555 0142", False),
        ("", "214 555 0142", False),
    ],
)
def test_two_numbers_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_number(digits_of(one), digits_of(other)) == same_number(digits_of(other), digits_of(one)) == same


@pytest.mark.parametrize(("warned", "calls_from"), [("555-0142", "214 555 0142"), ("214 555 0142", "5550142")])
def test_a_caution_about_a_number_reaches_whoever_calls_from_it(db: None, warned: str, calls_from: str) -> None:
    scene = Scene()
    before = scene.call(caller={"phone": calls_from})
    stranger = scene.call(caller={"phone": "972 555 0143"})
    scene.enter(phone=warned)
    for call in (before, scene.call(caller={"phone": calls_from})):
        assert scene.judge(call, NOW).response == "care_police" and scene.shown(call) != []
    assert Call.objects.get(pk=stranger.pk).response == "care_only" and scene.shown(scene.judge(stranger)) == []
