"""A crew in danger is heard by every console at once and until somebody answers, on a call or on none."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.alerts import acknowledge_alert, end_emergency
from calls.board import unit_cards
from calls.duress import call_for_help
from calls.models import Alert
from calls.stages import free_unit
from care_dispatch.access import Tier
from care_dispatch.live.hooks import urgent_kinds
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, NotFound
from tests.calls.test_timers import Scene
from tests.cast import act, last_event, later, make_center, make_unit, make_user, put_on_shift
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Any:
    scene: Any = Scene()
    scene.care = scene.unit()
    scene.clinician = make_user(scene.center, "clinician", first_name="Ana", last_name="Reyes")
    put_on_shift(scene.clinician, scene.care)
    return scene


def press(scene: Any, second: float = 0, *, by: Any = None, **args: Any) -> Alert:
    done = act(call_for_help, by=by or scene.clinician, now=later(seconds=second), **args)
    return Alert.objects.get(pk=done.result["alert_id"])


def test_on_a_call_it_names_unit_call_and_place_and_marks_the_unit(scene: Any) -> None:
    scene.send(0, scene.care, status="on_scene")
    with board_in_step(scene.center):
        alert = press(scene)
    assert alert.text == f"CARE1 NEEDS HELP NOW: on call {scene.call.number}, {scene.call.location}"
    assert (alert.urgency, alert.unit, alert.call) == (Alert.Urgency.EMERGENCY, scene.care, scene.call)
    marks = {tier: unit_cards(scene.center.pk, tier, [scene.care.pk])[0].data["emergency"] for tier in Tier}
    assert marks == {Tier.DISPATCH: True, Tier.CARE: True, Tier.FIELD: True, Tier.PARTNER: False}


def test_a_unit_on_no_call_and_a_person_on_no_unit_are_heard_as_well(scene: Any) -> None:
    assert press(scene).text == "CARE1 NEEDS HELP NOW: on no call"
    alone = make_user(scene.center, "officer", first_name="Lee", last_name="Ode")
    assert press(scene, by=alone).text == "Lee Ode NEEDS HELP NOW: on no call"


def test_it_is_never_held_back_to_be_sent_with_others(scene: Any) -> None:
    press(scene)
    assert last_event().kind in urgent_kinds()


def test_pressed_twice_it_is_one_and_after_an_answer_it_is_asked_for_anew(scene: Any) -> None:
    alert = press(scene)
    assert press(scene, 2) == alert and Event.objects.filter(kind="alert.emergency").count() == 1
    act(acknowledge_alert, by=scene.dispatcher, now=later(seconds=5), alert_id=alert.pk)
    assert press(scene, 60).state == "raised" and Event.objects.filter(kind="alert.emergency").count() == 2


def test_it_outlives_its_call_and_ends_with_a_reason(scene: Any) -> None:
    scene.send(0, scene.care, status="on_scene")
    alert = press(scene)
    act(free_unit, by=scene.dispatcher, now=later(seconds=20), unit_id=scene.care.pk, outcome="engaged")
    alert.refresh_from_db()
    assert alert.closed_at is None
    act(acknowledge_alert, by=scene.dispatcher, now=later(seconds=21), alert_id=alert.pk)
    with board_in_step(scene.center):
        act(end_emergency, by=scene.dispatcher, now=later(seconds=90), alert_id=alert.pk, reason="help_there")
    alert.refresh_from_db()
    assert (alert.state, alert.end_reason) == ("closed", "help_there")


def test_a_dispatcher_raises_it_for_a_unit_heard_by_radio(scene: Any) -> None:
    assert press(scene, by=scene.dispatcher, unit_id=scene.care.pk).unit == scene.care
    with pytest.raises(NotFound):
        press(scene, by=scene.dispatcher)


def test_nobody_raises_it_for_a_unit_that_is_not_theirs(scene: Any) -> None:
    for unit in (make_unit(make_center()), make_unit(scene.center, "P9", "police")):
        with pytest.raises(NotFound):
            press(scene, unit_id=unit.pk)
    with pytest.raises(Forbidden):
        press(scene, by=make_user(scene.center, "partner"))


def test_the_phone_asks_twice_and_says_whether_it_was_heard(scene: Any) -> None:
    phone = Client()
    put_on_shift(scene.clinician, make_unit(scene.center, "CARE9"), start=timezone.now())
    phone.force_login(scene.clinician, backend="teams.sign_in.Backend")
    page = phone.get("/unit/").content.decode()
    assert '<details class="emergency"><summary>' in page and "Send help now" in page
    phone.post("/unit/do/emergency/", {"key": str(uuid.uuid4())})
    alert = Alert.objects.get(kind="duress")
    assert "Nobody has answered yet" in phone.get("/unit/").content.decode()
    act(acknowledge_alert, by=scene.dispatcher, alert_id=alert.pk, position="D4")
    assert "D4 has heard it" in phone.get("/unit/").content.decode()
