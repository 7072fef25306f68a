"""A crew on scene is asked by name; one word of it, or of a dispatcher who asked, starts its clock anew."""

from typing import Any

import pytest

from calls import timers
from calls.models import Assignment
from calls.safety_checks import NotOnScene, check_safety
from care_dispatch.refusal import Forbidden, NotFound
from tests.calls.test_timers import Scene
from tests.cast import act, later, make_center, make_unit, make_user, put_on_shift
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Any:
    """CARE1 and P101 at the door, P102 on its way."""
    scene: Any = Scene()
    scene.care, scene.police, scene.coming = (
        scene.unit(), scene.unit("P101", "police"), scene.unit("P102", "police")
    )  # fmt: skip
    scene.send(0, scene.care, scene.police, status="on_scene")
    scene.send(0, scene.coming)
    scene.report(5, scene.coming, "en_route")
    return scene


def check(scene: Any, minute: float, *, by: Any = None, **args: Any) -> list[int]:
    done = act(check_safety, by=by or scene.dispatcher, now=later(minutes=minute), **args)
    return list(done.result["unit_ids"])


def of(scene: Any, unit: Any) -> Assignment:
    return Assignment.objects.get(unit=unit, cleared_at__isnull=True)


def test_a_check_ends_the_alert_and_starts_the_clock_anew(scene: Any) -> None:
    scene.at(31 * 60)
    assert len(scene.alerts("on_scene")) == 2
    with board_in_step(scene.center):
        check(scene, 31, unit_ids=[scene.care.pk])
    care, police = of(scene, scene.care), of(scene, scene.police)
    assert (care.late, care.checked_at, police.late) == (0, later(minutes=31), 2)
    assert {alert.unit.callsign: alert.state for alert in scene.alerts("on_scene")} == {
        "CARE1": "closed", "P101": "raised"
    }  # fmt: skip
    scene.at(60 * 60)
    assert of(scene, scene.care).late == 1
    scene.at(62 * 60)
    assert of(scene, scene.care).late == 2


def test_all_are_those_on_scene_of_the_call_or_of_the_center(scene: Any) -> None:
    here = [scene.care.pk, scene.police.pk]
    assert check(scene, 3, call_id=scene.call.pk) == here and check(scene, 4) == here
    assert of(scene, scene.coming).checked_at is None


def test_a_unit_that_is_not_on_scene_is_named_and_nothing_is_done(scene: Any) -> None:
    with pytest.raises(NotOnScene, match="P102"):
        check(scene, 3, unit_ids=[scene.care.pk, scene.coming.pk])
    assert of(scene, scene.care).checked_at is None


def test_a_crew_speaks_for_its_own_unit_alone(scene: Any) -> None:
    clinician = make_user(scene.center, "clinician")
    put_on_shift(clinician, scene.care)
    assert check(scene, 3, by=clinician, unit_ids=[scene.care.pk]) == [scene.care.pk]
    for others in ([scene.police.pk], []):
        with pytest.raises(NotFound):
            check(scene, 4, by=clinician, unit_ids=others)


def test_others_have_no_part_in_it(scene: Any) -> None:
    with pytest.raises(NotFound):
        check(scene, 3, by=make_user(make_center()), unit_ids=[scene.care.pk])
    with pytest.raises(NotFound):
        check(scene, 3, unit_ids=[make_unit(make_center()).pk])
    with pytest.raises(Forbidden):
        check(scene, 3, by=make_user(scene.center, "partner"), unit_ids=[scene.care.pk])


def test_contact_is_a_sign_of_the_crew_too(scene: Any) -> None:
    scene.at(21 * 60)
    assert of(scene, scene.care).late == 1
    scene.report(22 * 60, scene.care, "contact")
    assert of(scene, scene.care).late == 0
    (clock,) = [one for one in timers.running(scene.call.pk) if one.subject == of(scene, scene.care).pk]
    assert clock.since == later(minutes=22)
