"""A caution on one flat: what it does while the flat of a call is not known, and when it becomes known."""

import pytest

from calls.intake import change_call
from tests.calls.test_cautions import Scene
from tests.cast import act

pytestmark = pytest.mark.django_db


def test_it_sends_police_once_the_call_is_known_to_be_about_it() -> None:
    scene = Scene()
    scene.enter(severity="caution", location_detail="Apt 4")
    call = scene.call()
    assert [one["unit_unknown"] for one in scene.shown(call)] == [True] and call.response == "care_only"
    told = [("Apt 4", "care_police"), ("", "care_only"), ("Apt 4", "care_police"), ("Apt 9", "care_only")]
    for detail, response in told:
        changes = {"location_detail": detail}
        act(change_call, by=scene.dispatcher, call_id=call.pk, base=2**60, changes=changes)
        assert (detail, scene.judge(call).response) == (detail, response)
    assert scene.shown(call) == []
