"""What units report: any order is kept, none moves the state back; a unit is free at any time; nothing owed is lost."""

from typing import Any

import pytest
from django.test import Client

from calls import selectors
from calls.models import Alert, Assignment, Call, StageReport
from calls.stages import (
    NotOnACall,
    StillOnACall,
    StillOnScene,
    clear_to_enter,
    free_unit,
    record_disposition,
    release_unit,
    report_stage,
    set_unit_status,
)
from care_dispatch.refusal import Invalid, NotFound
from teams.actions import StillAtWork, change_unit
from teams.models import Unit
from tests.cast import (
    NOW,
    act,
    later,
    make_call,
    make_center,
    make_unit,
    make_user,
    put_on_shift,
    send,
    use_default_rules,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> dict[str, Any]:
    """A call to a gun with CARE staging behind one police unit."""
    use_default_rules()
    center = make_center()
    dispatcher = make_user(center)
    care, police = make_unit(center, "CARE1"), make_unit(center, "P101", "police")
    call = make_call(dispatcher, facts={"weapon": "in_reach", "suicide": "ideation", "is_behavioral": "yes"})
    send(dispatcher, call, care, police)
    return {"center": center, "dispatcher": dispatcher, "care": care, "police": police, "call": call}


def report(scene: dict[str, Any], unit: Unit, stage: str, minutes: float, **fields: Any) -> Any:
    return act(report_stage, by=scene["dispatcher"], now=later(minutes=minutes), unit_id=unit.pk, stage=stage, **fields)


def test_stages_stamp_the_assignment_the_unit_and_the_call(scene: dict[str, Any]) -> None:
    report(scene, scene["police"], "en_route", 1)
    report(scene, scene["police"], "on_scene", 6)
    assignment, call = scene["police"].assignments.get(), Call.objects.get(pk=scene["call"].pk)
    assert (assignment.en_route_at, assignment.on_scene_at) == (later(minutes=1), later(minutes=6))
    assert (call.status, call.first_on_scene_at) == ("on_scene", later(minutes=6))
    assert Unit.objects.get(pk=scene["police"].pk).status == "on_scene"


def test_a_backward_stage_is_kept_flagged_and_moves_nothing(scene: dict[str, Any]) -> None:
    report(scene, scene["police"], "on_scene", 6)
    report(scene, scene["police"], "en_route", 7, at=later(minutes=2))
    assignment = scene["police"].assignments.get()
    assert assignment.status == "on_scene" and assignment.en_route_at == later(minutes=2)
    assert StageReport.objects.get(stage="en_route").backward and StageReport.objects.get(stage="en_route").late


def test_the_same_stage_twice_is_counted_and_keeps_the_first_time(scene: dict[str, Any]) -> None:
    report(scene, scene["police"], "on_scene", 6)
    report(scene, scene["police"], "on_scene", 9)
    assert scene["police"].assignments.get().on_scene_at == later(minutes=6)
    assert StageReport.objects.filter(repeated=True).count() == 1


def test_a_device_clock_that_runs_ahead_is_held_to_now(scene: dict[str, Any]) -> None:
    report(scene, scene["police"], "en_route", 1, at=later(hours=5))
    assert scene["police"].assignments.get().en_route_at == later(minutes=1)


def test_care_at_the_door_uncleared_raises_one_alert(scene: dict[str, Any]) -> None:
    report(scene, scene["care"], "staged", 4)
    report(scene, scene["care"], "on_scene", 5)
    alert = Alert.objects.get(kind=Alert.Kind.NOT_CLEARED_TO_ENTER)
    assert "nobody has cleared it" in alert.text and alert.told.get().unit == scene["care"]


def test_care_waved_in_raises_none(scene: dict[str, Any]) -> None:
    report(scene, scene["care"], "staged", 4)
    act(clear_to_enter, by=scene["dispatcher"], assignment_id=scene["care"].assignments.get().pk)
    report(scene, scene["care"], "on_scene", 5)
    assert not Alert.objects.filter(kind=Alert.Kind.NOT_CLEARED_TO_ENTER).exists()


def test_police_are_released_while_care_stays(scene: dict[str, Any]) -> None:
    for unit in (scene["police"], scene["care"]):
        report(scene, unit, "on_scene", 6)
    act(release_unit, by=scene["dispatcher"], now=later(minutes=20), assignment_id=scene["police"].assignments.get().pk)
    released = scene["police"].assignments.get()
    assert released.police_released_at == later(minutes=20) and released.end_reason == "released"
    assert Call.objects.get(pk=scene["call"].pk).status == "on_scene"


def test_police_are_not_released_when_no_care_stays(scene: dict[str, Any]) -> None:
    act(free_unit, by=scene["dispatcher"], unit_id=scene["care"].pk)
    with pytest.raises(StillOnScene):
        act(release_unit, by=scene["dispatcher"], assignment_id=scene["police"].assignments.get().pk)


def test_a_care_unit_is_free_at_once_and_owes_its_disposition(scene: dict[str, Any]) -> None:
    report(scene, scene["care"], "on_scene", 6)
    act(free_unit, by=scene["dispatcher"], now=later(minutes=40), unit_id=scene["care"].pk, outcome="engaged")
    assert Unit.objects.get(pk=scene["care"].pk).status == "available"
    (owed,) = selectors.dispositions_owed(scene["dispatcher"], later(minutes=41))
    assert owed["callsign"] == "CARE1" and owed["outcome"] == "engaged"


def test_the_disposition_settles_what_is_owed(scene: dict[str, Any]) -> None:
    report(scene, scene["care"], "on_scene", 6)
    act(free_unit, by=scene["dispatcher"], unit_id=scene["care"].pk, outcome="engaged")
    assignment = scene["care"].assignments.get()
    act(record_disposition, by=scene["dispatcher"], assignment_id=assignment.pk, disposition="left_with_support")
    assert selectors.dispositions_owed(scene["dispatcher"], NOW) == []


def test_an_engaged_contact_without_a_disposition_is_not_settled(scene: dict[str, Any]) -> None:
    report(scene, scene["care"], "on_scene", 6)
    act(free_unit, by=scene["dispatcher"], unit_id=scene["care"].pk, outcome="engaged")
    with pytest.raises(Invalid, match="needs a disposition"):
        act(
            record_disposition, by=scene["dispatcher"], assignment_id=scene["care"].assignments.get().pk, disposition=""
        )


def test_a_call_nobody_reached_goes_back_to_pending_with_its_age(scene: dict[str, Any]) -> None:
    for unit in (scene["police"], scene["care"]):
        act(free_unit, by=scene["dispatcher"], now=later(minutes=3), unit_id=unit.pk)
    call = Call.objects.get(pk=scene["call"].pk)
    assert call.status == "pending" and call.received_at == NOW
    assert set(call.assignments.values_list("end_reason", flat=True)) == {"cancelled"}


def test_a_call_is_closed_as_handled_when_its_last_unit_leaves(scene: dict[str, Any]) -> None:
    report(scene, scene["police"], "on_scene", 6)
    for unit in (scene["care"], scene["police"]):
        act(free_unit, by=scene["dispatcher"], now=later(minutes=30), unit_id=unit.pk)
    call = Call.objects.get(pk=scene["call"].pk)
    assert (call.status, call.closed_as, call.closed_at) == ("closed", "handled", later(minutes=30))


def test_a_unit_on_a_call_cannot_go_out_of_service_unnoticed(scene: dict[str, Any]) -> None:
    with pytest.raises(StillOnACall, match="CARE1 is on call"):
        act(set_unit_status, by=scene["dispatcher"], unit_id=scene["care"].pk, status="off_duty")


def test_out_of_service_needs_a_reason(scene: dict[str, Any]) -> None:
    spare = make_unit(scene["center"], "CARE9")
    with pytest.raises(Invalid, match="Say why CARE9"):
        act(set_unit_status, by=scene["dispatcher"], unit_id=spare.pk, status="unavailable")


def test_a_stage_without_a_call_is_refused_with_the_way_out(scene: dict[str, Any]) -> None:
    spare = make_unit(scene["center"], "CARE9")
    with pytest.raises(NotOnACall, match="send it first"):
        report(scene, spare, "on_scene", 1)


def test_an_officer_reports_for_the_own_unit_only(scene: dict[str, Any]) -> None:
    officer = make_user(scene["center"], "officer")
    put_on_shift(officer, scene["police"], "officer")
    act(report_stage, by=officer, unit_id=scene["police"].pk, stage="en_route")
    with pytest.raises(NotFound):
        act(report_stage, by=officer, unit_id=scene["care"].pk, stage="en_route")
    assert scene["care"].assignments.get().status == Assignment.Status.DISPATCHED


def test_care_sent_as_on_scene_already_raises_the_alarm_too(scene: dict[str, Any]) -> None:
    second = make_unit(scene["center"], "CARE2")
    send(scene["dispatcher"], scene["call"], second, status="on_scene")
    assert Alert.objects.get(kind=Alert.Kind.NOT_CLEARED_TO_ENTER).told.get().unit == second


def test_each_care_unit_at_the_door_uncleared_is_told_of(scene: dict[str, Any]) -> None:
    second = make_unit(scene["center"], "CARE2")
    send(scene["dispatcher"], scene["call"], second)
    report(scene, scene["care"], "on_scene", 5)
    report(scene, second, "on_scene", 6)
    alerts = Alert.objects.filter(kind=Alert.Kind.NOT_CLEARED_TO_ENTER)
    assert {alert.told.get().unit.callsign for alert in alerts} == {"CARE1", "CARE2"}


def test_a_retired_unit_cannot_hold_a_call_for_ever(scene: dict[str, Any]) -> None:
    with pytest.raises(StillAtWork, match="CARE1 is dispatched"):
        act(change_unit, by=None, unit_id=scene["care"].pk, changes={"retired": True})
    assert not Unit.objects.get(pk=scene["care"].pk).retired


def test_the_admin_page_does_not_retire_a_unit_at_work(scene: dict[str, Any]) -> None:
    admin = Client()
    boss = make_user(scene["center"], "admin", is_staff=True, is_superuser=True)
    admin.force_login(boss, backend="teams.sign_in.Backend")
    busy, spare = scene["care"], make_unit(scene["center"], "CARE9")
    offered = [
        'name="retired"' in admin.get(f"/admin/teams/unit/{unit.pk}/change/").content.decode() for unit in (busy, spare)
    ]
    assert offered == [False, True]
