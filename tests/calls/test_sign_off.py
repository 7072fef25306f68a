"""What a crew owes keeps it from signing off, and nobody else settles it for them."""

from typing import Any

import pytest

from calls import selectors
from calls.models import Assignment, Call
from calls.sign_off import DispositionOwed
from calls.stages import free_unit, record_disposition, release_unit, report_stage
from care_dispatch.refusal import Invalid, NotFound
from teams.actions import sign_off
from tests.cast import act, later, make_call, make_center, make_unit, make_user, put_on_shift, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Any:
    """CARE and police on one call, each with somebody aboard."""

    class Scene:
        center = make_center()
        dispatcher, clinician, officer = make_user(center), make_user(center, "clinician"), make_user(center, "officer")
        care, police = make_unit(center, "CARE1"), make_unit(center, "P101", "police")

    put_on_shift(Scene.clinician, Scene.care)
    put_on_shift(Scene.officer, Scene.police, "officer")
    scene = Scene()
    scene.call = make_call(Scene.dispatcher, triaged=False)  # type: ignore[attr-defined]
    send(Scene.dispatcher, scene.call, Scene.care, Scene.police)  # type: ignore[attr-defined]
    return scene


def last(scene: Any, unit: Any) -> Assignment:
    return Assignment.objects.get(call=scene.call, unit=unit)


def test_a_crew_that_owes_a_disposition_does_not_sign_off(scene: Any) -> None:
    act(report_stage, by=scene.clinician, unit_id=scene.care.pk, stage="on_scene")
    act(free_unit, by=scene.clinician, unit_id=scene.care.pk, outcome="engaged")
    with pytest.raises(DispositionOwed, match=f"CARE1 owes a disposition for call {scene.call.number}"):
        act(sign_off, by=scene.clinician, unit_id=scene.care.pk)
    act(record_disposition, by=scene.clinician, assignment_id=last(scene, scene.care).pk, disposition="referral")
    act(sign_off, by=scene.clinician, unit_id=scene.care.pk)


def test_a_contact_is_owed_its_disposition_though_no_stage_was_ever_reported(scene: Any) -> None:
    """More than a quarter of real records lack a stage time: who engaged somebody was there."""
    act(free_unit, by=scene.dispatcher, now=later(minutes=40), unit_id=scene.care.pk, outcome="engaged")
    (owed,) = selectors.dispositions_owed(scene.dispatcher, later(minutes=41))
    assert owed["callsign"] == "CARE1"
    assert last(scene, scene.care).end_reason == "cleared"


def test_a_call_whose_only_contact_reported_no_stage_is_handled_not_pending(scene: Any) -> None:
    act(free_unit, by=scene.dispatcher, now=later(minutes=1), unit_id=scene.police.pk)
    act(free_unit, by=scene.dispatcher, now=later(minutes=40), unit_id=scene.care.pk, disposition="left_with_support")
    assignment = last(scene, scene.care)
    assert (assignment.outcome, assignment.disposition) == ("engaged", "left_with_support")
    assert Call.objects.get(pk=scene.call.pk).closed_as == "handled"


def test_an_officer_does_not_write_care_s_disposition(scene: Any) -> None:
    act(report_stage, by=scene.clinician, unit_id=scene.care.pk, stage="on_scene")
    act(free_unit, by=scene.clinician, unit_id=scene.care.pk, outcome="engaged")
    with pytest.raises(NotFound):
        act(record_disposition, by=scene.officer, assignment_id=last(scene, scene.care).pk, disposition="arrested")


def test_only_dispatch_and_its_own_crew_release_a_police_unit(scene: Any) -> None:
    with pytest.raises(NotFound):
        act(release_unit, by=scene.clinician, assignment_id=last(scene, scene.police).pk)
    act(release_unit, by=scene.officer, assignment_id=last(scene, scene.police).pk)
    assert last(scene, scene.police).end_reason == "released"


def test_care_is_not_released_as_police(scene: Any) -> None:
    second = make_unit(scene.center, "CARE2")
    send(scene.dispatcher, scene.call, second)
    with pytest.raises(Invalid, match="CARE1 is no police unit"):
        act(release_unit, by=scene.dispatcher, assignment_id=last(scene, scene.care).pk)
    assert last(scene, scene.care).police_released_at is None
