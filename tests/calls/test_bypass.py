"""Others sent than were recommended: the reason is owed after the sending, once, and only where somebody was passed by."""

from typing import Any

import pytest

from calls.bypass import AsRecommended, say_bypass
from calls.faces import call_face, call_rows
from calls.ledger import ledger
from calls.models import Assignment, Call
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import Unit
from tests.cast import act, later, make_call, make_center, make_unit, make_user, send

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        self.call: Call = make_call(self.dispatcher, triaged=False)
        self.p1, self.p2 = (make_unit(self.center, name, "police") for name in ("P1", "P2"))
        self.medic = make_unit(self.center, "M1", "ems")

    def send(self, *units: Unit, shown: list[str]) -> list[str]:
        done = send(self.dispatcher, self.call, *units, now=later(seconds=9), shown=shown)
        owed: list[str] = done.result["bypass_owed"]
        assert owed == [one.unit.callsign for one in Assignment.objects.filter(bypass="owed")]
        return owed

    def say(self, unit: Unit, reason: str, **fields: Any) -> None:
        row = Assignment.objects.get(unit=unit)
        act(say_bypass, **{"by": self.dispatcher, **fields}, assignment_id=row.pk, reason=reason)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_another_of_the_same_kind_owes_the_reason_and_the_one_beside_it_does_not(scene: Scene) -> None:
    assert scene.send(scene.p2, scene.medic, shown=["P1", "M1"]) == ["P2"]


@pytest.mark.parametrize("shown", [[], ["P2"], ["M1"], ["nobody"]])
def test_where_nobody_was_passed_by_nothing_is_owed(scene: Scene, shown: list[str]) -> None:
    assert scene.send(scene.p2, shown=shown) == []


def test_who_can_no_longer_be_sent_is_not_passed_by(scene: Scene) -> None:
    Unit.objects.filter(pk=scene.p1.pk).update(status="unavailable")
    assert scene.send(scene.p2, shown=["P1"]) == []


def test_the_reason_is_said_afterwards_corrected_and_counted(scene: Scene) -> None:
    scene.send(scene.p2, shown=["P1"])
    face = call_face(call_rows([scene.call.pk])[scene.call.pk], "dispatch")
    assert face["assignments"][0]["bypass"] == "owed"
    scene.say(scene.p2, "closer")
    scene.say(scene.p2, "kept_free")
    counts = ledger(make_user(scene.center, "supervisor"), later(days=1))["bypassed"]
    assert [(one["reason"], one["count"]) for one in counts] == [("kept_free", 1)]


def test_who_says_it_and_what_may_be_said(scene: Scene) -> None:
    scene.send(scene.p2, scene.medic, shown=["P1", "M1"])
    with pytest.raises(AsRecommended):
        scene.say(scene.medic, "closer")
    with pytest.raises(Invalid):
        scene.say(scene.p2, "owed")
    with pytest.raises(Forbidden):
        scene.say(scene.p2, "closer", by=make_user(scene.center, "officer"))
    with pytest.raises(NotFound):
        scene.say(scene.p2, "closer", by=make_user(make_center()))
