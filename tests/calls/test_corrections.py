"""A stage said by mistake is taken back, with everything that was built on it."""

from typing import Any

import pytest

from calls.corrections import NotPastIt, correct_stage
from calls.joint import secure_scene
from calls.models import Alert, Assignment, Call, StageReport
from calls.stages import NotOnACall, clear_to_enter, free_unit, report_stage
from care_dispatch.refusal import Invalid, NotFound
from teams.models import Unit
from tests.cast import (
    act,
    last_event,
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


def report(scene: dict[str, Any], who: str, stage: str, minutes: float) -> None:
    act(report_stage, by=scene["dispatcher"], now=later(minutes=minutes), unit_id=scene[who].pk, stage=stage)


def correct(scene: dict[str, Any], who: str, stage: str, minutes: float = 9, **fields: Any) -> None:
    by = fields.pop("by", scene["dispatcher"])
    fields = {"reason": "wrong_unit", **fields}
    act(correct_stage, by=by, now=later(minutes=minutes), unit_id=scene[who].pk, stage=stage, **fields)


def assignment(scene: dict[str, Any], who: str) -> Assignment:
    return Assignment.objects.get(unit=scene[who])


def open_kinds(scene: dict[str, Any]) -> set[str]:
    return set(Alert.objects.open().filter(call=scene["call"]).values_list("kind", flat=True))


def test_a_unit_goes_back_to_the_stage_and_the_time_it_had(scene: dict[str, Any]) -> None:
    report(scene, "police", "en_route", 1)
    report(scene, "police", "on_scene", 2)
    report(scene, "police", "contact", 3)
    correct(scene, "police", "en_route")
    put_back, unit = assignment(scene, "police"), Unit.objects.get(pk=scene["police"].pk)
    assert (put_back.status, put_back.en_route_at) == ("en_route", later(minutes=1))
    assert (put_back.on_scene_at, put_back.contact_at) == (None, None)
    assert (unit.status, unit.status_at) == ("en_route", later(minutes=1))
    call = Call.objects.get(pk=scene["call"].pk)
    assert (call.status, call.first_on_scene_at) == ("en_route", None)
    told = last_event("unit.stage_corrected").payload["ref"]
    assert (told["stage"], told["instead_of"], told["reason"]) == ("en_route", "contact", "wrong_unit")
    assert StageReport.objects.filter(assignment=put_back).count() == 3, "what was reported stays on record"


def test_the_call_keeps_the_first_arrival_of_those_who_are_there(scene: dict[str, Any]) -> None:
    report(scene, "care", "on_scene", 2)
    report(scene, "police", "contact", 3)
    correct(scene, "care", "dispatched")
    call = Call.objects.get(pk=scene["call"].pk)
    assert (call.status, call.first_on_scene_at) == ("on_scene", later(minutes=3))


def test_what_police_vouched_for_who_are_not_there_is_void(scene: dict[str, Any]) -> None:
    report(scene, "police", "on_scene", 2)
    act(secure_scene, by=scene["dispatcher"], now=later(minutes=3), call_id=scene["call"].pk)
    act(clear_to_enter, by=scene["dispatcher"], now=later(minutes=3), assignment_id=assignment(scene, "care").pk)
    correct(scene, "police", "en_route")
    call = Call.objects.get(pk=scene["call"].pk)
    assert call.scene_secure_at is None
    assert assignment(scene, "care").cleared_to_enter_at is None


def test_care_inside_without_the_police_who_are_not_there_is_told_of_at_once(scene: dict[str, Any]) -> None:
    report(scene, "police", "on_scene", 2)
    act(clear_to_enter, by=scene["dispatcher"], now=later(minutes=3), assignment_id=assignment(scene, "care").pk)
    report(scene, "care", "on_scene", 4)
    assert "partner_missing" not in open_kinds(scene)
    correct(scene, "police", "en_route")
    alert = Alert.objects.open().get(call=scene["call"], kind="partner_missing")
    assert "CARE1 on scene" in alert.text and "P101 is en route" in alert.text


def test_alerts_of_an_arrival_that_was_none_close_by_themselves(scene: dict[str, Any]) -> None:
    report(scene, "care", "on_scene", 2)
    assert {"not_cleared_to_enter", "safety_recheck"} & open_kinds(scene)
    correct(scene, "care", "staged")
    assert not {"not_cleared_to_enter", "safety_recheck", "partner_missing"} & open_kinds(scene)
    assert assignment(scene, "care").staged_at == later(minutes=9)


def test_an_arrival_after_the_correction_counts_and_warns_again(scene: dict[str, Any]) -> None:
    report(scene, "care", "on_scene", 2)
    correct(scene, "care", "en_route")
    report(scene, "care", "on_scene", 12)
    assert "not_cleared_to_enter" in open_kinds(scene)
    assert Call.objects.get(pk=scene["call"].pk).first_on_scene_at == later(minutes=12)


def test_nothing_is_corrected_forward_or_without_a_reason(scene: dict[str, Any]) -> None:
    report(scene, "police", "en_route", 1)
    with pytest.raises(NotPastIt, match="P101 is en route"):
        correct(scene, "police", "en_route")
    with pytest.raises(NotPastIt):
        correct(scene, "police", "on_scene")
    with pytest.raises(Invalid, match="Say why with one of wrong_unit"):
        correct(scene, "police", "dispatched", reason="because")


def test_a_unit_that_left_the_call_is_not_put_back_on_it(scene: dict[str, Any]) -> None:
    was = assignment(scene, "police").pk
    act(free_unit, by=scene["dispatcher"], now=later(minutes=2), unit_id=scene["police"].pk)
    with pytest.raises(NotOnACall, match="P101 is not on that call any more"):
        correct(scene, "police", "dispatched", assignment_id=was)


def test_a_crew_corrects_its_own_unit_and_no_other(scene: dict[str, Any]) -> None:
    officer = make_user(scene["center"], "officer", agency=scene["police"].agency)
    put_on_shift(officer, scene["police"], "officer")
    report(scene, "police", "on_scene", 2)
    report(scene, "care", "en_route", 2)
    correct(scene, "police", "en_route", by=officer, reason="pressed")
    assert assignment(scene, "police").status == "en_route"
    with pytest.raises(NotFound):
        correct(scene, "care", "dispatched", by=officer)


def test_the_log_holds_after_a_correction_and_a_closing(scene: dict[str, Any]) -> None:
    report(scene, "police", "on_scene", 2)
    correct(scene, "police", "dispatched")
    for who in ("police", "care"):
        act(free_unit, by=scene["dispatcher"], now=later(minutes=20), unit_id=scene[who].pk, outcome="cancelled")
    assert Call.objects.get(pk=scene["call"].pk).status != "closed", "nobody was there: the call waits"
