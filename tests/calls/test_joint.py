"""The pair on a call: who leads, the scene made safe, police at once, CARE asked for from the scene, and what was freed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.dispatch import CareNeedsPolice
from calls.exchange import exchange_unit
from calls.facts import state_facts
from calls.joint import call_police_up, request_care, secure_scene, set_staging, unsecure_scene
from calls.models import Alert, Assignment, Call
from calls.selectors import call_detail
from calls.stages import clear_to_enter, free_unit, release_unit, report_stage
from calls.verdicts import run_triage
from care_dispatch.access import Role
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import Unit, UnitPosition
from tests.cast import (
    act,
    make_agency,
    make_call,
    make_center,
    make_unit,
    make_user,
    put_on_shift,
    send,
    use_default_rules,
)
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db
HERE: dict[str, Any] = {"lat": 32.59, "lng": -96.86}
CALM = {"weapon": "denied", "violence": "denied", "suicide": "denied", "is_behavioral": "yes", "need": "in_person"}
NOW = timezone.now()


class Scene:
    """CARE1 and P101 with their crews, P102 free further away, and a call that wants both."""

    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        self.agency = make_agency(self.center, "police", code="pd")
        self.care, self.near, self.far = (
            self.unit("CARE1", "care", 1),
            self.unit("P101", "police", 1),
            self.unit("P102", "police", 3),
        )
        self.clinician, self.officer = make_user(self.center, Role.CLINICIAN), make_user(self.center, Role.OFFICER)
        put_on_shift(self.clinician, self.care, start=NOW - timedelta(hours=1))
        put_on_shift(self.officer, self.near, "officer", start=NOW - timedelta(hours=1))
        self.call = make_call(self.dispatcher, facts=CALM | {"weapon": "historic"}, now=NOW, **HERE)

    def unit(self, callsign: str, discipline: str, miles: float) -> Unit:
        unit = make_unit(
            self.center, callsign, discipline, **({"agency": self.agency} if discipline == "police" else {})
        )
        UnitPosition.objects.create(unit=unit, lat=HERE["lat"] + miles / 69, lng=HERE["lng"], at=NOW)
        return unit

    def do(self, action: Any, by: Any = None, *, minutes: float = 0, **args: Any) -> dict[str, Any]:
        with board_in_step(self.center):
            done = act(action, by=by or self.dispatcher, now=NOW + timedelta(minutes=minutes), **args)
        return dict(done.result)

    def both(self) -> None:
        send(self.dispatcher, self.call, self.care, self.near, now=NOW)

    def lead(self) -> str:
        return Call.objects.get(pk=self.call.pk).scene_lead


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_police_lead_until_the_scene_is_secure_then_care(scene: Scene) -> None:
    scene.both()
    assert scene.lead() == "police"
    scene.do(report_stage, scene.officer, minutes=4, unit_id=scene.near.pk, stage="on_scene")
    scene.do(secure_scene, scene.officer, minutes=5, call_id=scene.call.pk)
    assert scene.lead() == "care"
    assert Assignment.objects.get(unit=scene.care).cleared_to_enter_at is None, "secure waves nobody in"


def test_a_scene_that_is_safe_no_more_is_told_to_care_at_once(scene: Scene) -> None:
    scene.both()
    scene.do(report_stage, scene.officer, unit_id=scene.near.pk, stage="on_scene")
    scene.do(secure_scene, scene.officer, call_id=scene.call.pk)
    scene.do(unsecure_scene, scene.officer, minutes=2, call_id=scene.call.pk)
    assert scene.lead() == "police"
    alert = Alert.objects.get(kind="scene_not_secure")
    assert [told.unit.callsign for told in alert.told.all()] == ["CARE1"]


def test_only_the_officer_there_or_dispatch_says_that_it_is_secure(scene: Scene) -> None:
    scene.both()
    with pytest.raises(Forbidden):
        scene.do(secure_scene, scene.clinician, call_id=scene.call.pk)
    with pytest.raises(NotFound):
        scene.do(secure_scene, make_user(make_center()), call_id=scene.call.pk)


def test_up_sends_the_nearest_free_police_and_keeps_care_whatever_is_still_open(scene: Scene) -> None:
    calm = make_call(scene.dispatcher, facts={"is_behavioral": "yes", "need": "in_person"}, now=NOW, **HERE)
    with pytest.raises(CareNeedsPolice):
        send(scene.dispatcher, calm, scene.care, now=NOW)
    send(scene.dispatcher, calm, scene.care, now=NOW, override_reason="local_knowledge")
    up = scene.do(call_police_up, scene.clinician, minutes=3, call_id=calm.pk)
    assert up["unit_id"] == scene.near.pk
    calm.refresh_from_db()
    assert {row.unit.callsign for row in calm.assignments.open()} == {"CARE1", "P101"}
    assert calm.mode_override == "care_police" and Assignment.objects.get(unit=scene.care).role == "stage"
    assert "P101 is sent" in Alert.objects.get(kind="police_needed").text


def test_a_second_press_is_the_same_cry(scene: Scene) -> None:
    send(scene.dispatcher, scene.call, scene.care, now=NOW, override_reason="local_knowledge")
    first = scene.do(call_police_up, scene.clinician, call_id=scene.call.pk)
    again = scene.do(call_police_up, minutes=0.2, call_id=scene.call.pk)
    assert (again["unit_id"], again["again"]) == (first["unit_id"], True)
    later = scene.do(call_police_up, minutes=2, call_id=scene.call.pk)
    assert later["unit_id"] == scene.far.pk


def test_with_nobody_free_every_console_is_alarmed_and_the_call_is_not_refused(scene: Scene) -> None:
    Unit.objects.filter(discipline="police").update(status="off_duty")
    send(scene.dispatcher, scene.call, scene.care, now=NOW, override_reason="local_knowledge")
    up = scene.do(call_police_up, scene.clinician, call_id=scene.call.pk)
    alert = Alert.objects.get(kind="police_needed")
    assert up["unit_id"] is None and alert.urgency == Alert.Urgency.EMERGENCY and "nobody is free" in alert.text


def test_a_crew_that_is_not_on_the_call_cries_for_its_own_calls(scene: Scene) -> None:
    with pytest.raises(Forbidden):
        scene.do(call_police_up, scene.clinician, call_id=scene.call.pk)


def test_care_that_police_on_the_scene_ask_for_comes_reactively(scene: Scene) -> None:
    send(scene.dispatcher, scene.call, scene.near, now=NOW)
    scene.do(report_stage, scene.officer, unit_id=scene.near.pk, stage="on_scene")
    scene.do(request_care, scene.officer, minutes=5, call_id=scene.call.pk)
    send(scene.dispatcher, scene.call, scene.care, now=NOW + timedelta(minutes=6))
    assert Assignment.objects.get(unit=scene.care).reactive
    assert Alert.objects.filter(kind="care_requested").exists()


def test_care_sent_with_police_is_not_reactive(scene: Scene) -> None:
    scene.both()
    assert not Assignment.objects.get(unit=scene.care).reactive


def test_where_care_waits_is_proposed_until_somebody_says(scene: Scene) -> None:
    assert call_detail(scene.dispatcher, scene.call.pk, NOW)["staging"]["proposed"]
    scene.do(set_staging, call_id=scene.call.pk, point="corner of Polk and Elm")
    told = call_detail(scene.dispatcher, scene.call.pk, NOW)["staging"]
    assert (told["point"], told["proposed"]) == ("corner of Polk and Elm", False)
    with pytest.raises(Invalid, match="latitude and a longitude"):
        scene.do(set_staging, call_id=scene.call.pk, lat=32.5)


def test_minutes_freed_run_from_the_release_to_the_end_of_cares_work(scene: Scene) -> None:
    scene.both()
    for unit in (scene.near, scene.care):
        scene.do(report_stage, minutes=5, unit_id=unit.pk, stage="on_scene")
    scene.do(release_unit, minutes=15, assignment_id=Assignment.objects.get(unit=scene.near).pk)
    assert scene.lead() == "care"
    assert call_detail(scene.dispatcher, scene.call.pk, NOW)["police_minutes_freed"] is None
    scene.do(free_unit, minutes=45, unit_id=scene.care.pk, outcome="engaged")
    assert call_detail(scene.dispatcher, scene.call.pk, NOW)["police_minutes_freed"] == 30.0


def test_how_a_call_was_meant_and_how_it_was_answered_stand_beside_each_other(scene: Scene) -> None:
    scene.both()
    for unit in (scene.near, scene.care):
        scene.do(report_stage, minutes=5, unit_id=unit.pk, stage="on_scene")
        scene.do(free_unit, minutes=20, unit_id=unit.pk, outcome="engaged")
    call = Call.objects.get(pk=scene.call.pk)
    assert (call.status, call.mode_planned, call.mode_actual) == ("closed", "care_joint", "care_joint")


def test_each_half_is_shown_how_long_the_other_still_needs(scene: Scene) -> None:
    scene.both()
    told = {row["callsign"]: row for row in call_detail(scene.clinician, scene.call.pk, NOW)["etas"]}
    assert set(told) == {"CARE1", "P101"} and told["P101"]["method"] == "estimate" and told["P101"]["seconds"] > 60


# --- nobody is left inside alone unnoticed ---------------------------------------------------------
def inside(scene: Scene, *, wave: bool = False) -> None:
    """Police made it to the scene, and CARE is with the person."""
    scene.both()
    scene.do(report_stage, scene.officer, unit_id=scene.near.pk, stage="on_scene")
    if wave:
        scene.do(clear_to_enter, scene.officer, assignment_id=Assignment.objects.get(unit=scene.care).pk)
    scene.do(report_stage, scene.clinician, minutes=2, unit_id=scene.care.pk, stage="on_scene")


def alone(scene: Scene) -> list[str]:
    open_ones = Alert.objects.open().filter(call=scene.call, kind__in=["care_alone", "partner_missing"])
    return list(open_ones.values_list("text", flat=True))


def test_police_that_just_leave_care_inside_are_an_alert_until_others_come(scene: Scene) -> None:
    inside(scene, wave=True)
    scene.do(free_unit, scene.officer, minutes=5, unit_id=scene.near.pk)
    (text,) = alone(scene)
    assert text.startswith("P101 has left call") and "CARE1 there without police: none is on it" in text
    send(scene.dispatcher, scene.call, scene.far, now=NOW + timedelta(minutes=6))
    scene.do(report_stage, minutes=9, unit_id=scene.far.pk, stage="on_scene")
    assert alone(scene) == []


def test_police_released_from_a_scene_they_made_safe_alarm_nobody(scene: Scene) -> None:
    inside(scene, wave=True)
    scene.do(secure_scene, scene.officer, minutes=3, call_id=scene.call.pk)
    scene.do(release_unit, scene.officer, minutes=5, assignment_id=Assignment.objects.get(unit=scene.near).pk)
    ems = make_unit(scene.center, discipline="ems")
    send(scene.dispatcher, scene.call, ems, now=NOW + timedelta(minutes=6))
    scene.do(report_stage, minutes=9, unit_id=ems.pk, stage="on_scene")
    assert alone(scene) == [] and scene.lead() == "care"


def test_a_release_does_not_speak_for_police_that_came_and_left_later(scene: Scene) -> None:
    inside(scene, wave=True)
    scene.do(release_unit, scene.officer, minutes=5, assignment_id=Assignment.objects.get(unit=scene.near).pk)
    assert alone(scene) == []
    send(scene.dispatcher, scene.call, scene.far, now=NOW + timedelta(minutes=8), status="on_scene")
    scene.do(free_unit, minutes=12, unit_id=scene.far.pk)
    assert len(alone(scene)) == 1


def test_the_wave_of_police_that_left_is_void_for_who_has_not_gone_in(scene: Scene) -> None:
    scene.both()
    scene.do(report_stage, scene.officer, unit_id=scene.near.pk, stage="on_scene")
    scene.do(secure_scene, scene.officer, minutes=1, call_id=scene.call.pk)
    care = Assignment.objects.get(unit=scene.care)
    scene.do(clear_to_enter, scene.officer, minutes=1, assignment_id=care.pk)
    scene.do(exchange_unit, minutes=2, unit_id=scene.near.pk)
    care.refresh_from_db()
    assert care.cleared_to_enter_at is None and Call.objects.get(pk=scene.call.pk).scene_secure_at is None
    scene.do(report_stage, scene.clinician, minutes=4, unit_id=scene.care.pk, stage="on_scene")
    assert Alert.objects.open().filter(call=scene.call, kind="not_cleared_to_enter").exists()


def test_one_of_two_police_may_leave(scene: Scene) -> None:
    inside(scene, wave=True)
    send(scene.dispatcher, scene.call, scene.far, now=NOW, status="on_scene")
    scene.do(free_unit, scene.officer, minutes=5, unit_id=scene.near.pk)
    assert alone(scene) == []


def test_care_that_is_inside_when_police_come_to_be_asked_for_is_an_alert(scene: Scene) -> None:
    calm = make_call(scene.dispatcher, facts=CALM, now=NOW, **HERE)
    send(scene.dispatcher, calm, scene.care, now=NOW)
    scene.do(report_stage, scene.clinician, minutes=2, unit_id=scene.care.pk, stage="on_scene")
    scene.do(state_facts, minutes=3, call_id=calm.pk, facts={"weapon": "in_hand"})
    run_triage(calm.pk, 0, NOW + timedelta(minutes=3), "worker")
    assert Alert.objects.open().filter(call=calm, kind="partner_missing").exists()


# --- the safety re-check ---------------------------------------------------------------------------
def test_care_that_arrives_with_a_safety_question_open_is_not_let_in_in_silence(scene: Scene) -> None:
    calm = make_call(scene.dispatcher, facts={"is_behavioral": "yes", "need": "in_person"}, now=NOW, **HERE)
    send(scene.dispatcher, calm, scene.care, now=NOW, override_reason="local_knowledge")
    scene.do(report_stage, scene.clinician, minutes=2, unit_id=scene.care.pk, stage="on_scene")
    scene.do(report_stage, scene.clinician, minutes=3, unit_id=scene.care.pk, stage="contact")
    alert = Alert.objects.open().get(call=calm, kind="safety_recheck")
    assert "WEAPON NOT ASKED" in alert.text and alert.told.get().unit == scene.care


def test_care_that_arrives_before_it_was_told_of_the_knife_is_named_again(scene: Scene) -> None:
    scene.both()
    scene.do(state_facts, minutes=1, call_id=scene.call.pk, facts={"weapon": "in_hand"})
    run_triage(scene.call.pk, 0, NOW + timedelta(minutes=1), "worker")
    scene.do(report_stage, scene.clinician, minutes=2, unit_id=scene.care.pk, stage="on_scene")
    assert "has not been told" in Alert.objects.open().get(call=scene.call, kind="safety_recheck").text


def test_care_that_is_waved_in_or_knows_everything_arrives_quietly(scene: Scene) -> None:
    inside(scene, wave=True)
    calm = make_call(scene.dispatcher, facts=CALM, now=NOW, **HERE)
    other = make_unit(scene.center)
    send(scene.dispatcher, calm, other, now=NOW)
    scene.do(report_stage, minutes=2, unit_id=other.pk, stage="on_scene")
    assert not Alert.objects.filter(kind="safety_recheck").exists()
