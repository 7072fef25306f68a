"""What is left behind on a call when units are taken, called home, merged or sent as there already: nobody alone in silence."""

import pytest

from calls.call_ahead import NotSafeToCall
from calls.exchange import exchange_unit
from calls.faces import call_face, call_rows
from calls.merging import merge_calls
from calls.models import Alert, Call, ClinicianCall, Unmet
from calls.recommending import recommendation_for
from calls.stacking import stack_call, unstack_call
from calls.stages import clear_to_enter, report_stage
from calls.unit_requests import accept_request, ask_unit, decline_request, return_request
from teams.models import Unit
from tests.calls.test_clinician_calls import CALM, JOINT, Scene
from tests.cast import act, later, make_unit, put_on_shift, send

ALONE = ("care_alone", "partner_missing")


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def arrive(scene: Scene, *units: Unit) -> None:
    for unit in units:
        act(report_stage, by=scene.dispatcher, unit_id=unit.pk, stage="on_scene", now=later(minutes=1))


def alone(call: Call) -> list[str]:
    return list(Alert.objects.open().filter(call=call, kind__in=ALONE).values_list("text", flat=True))


def rung(scene: Scene, call: Call, step: str) -> bool:
    """Whether this step of the ladder counts as taken."""
    ladder = recommendation_for(scene.dispatcher, call.pk, later(minutes=1))["ladder"]
    return next(bool(one["taken"]) for one in ladder if one["step"] == step)


def merge(scene: Scene, call: Call, into: Call) -> None:
    act(merge_calls, by=scene.dispatcher, call_id=call.pk, into=into.pk, now=later(minutes=2))


def test_care_inside_hears_of_police_taken_away_though_others_are_on_their_way(scene: Scene) -> None:
    call, care, coming = scene.call(JOINT), make_unit(scene.center), make_unit(scene.center, "P2", "police")
    send(scene.dispatcher, call, care, scene.police, coming)
    arrive(scene, scene.police)
    act(clear_to_enter, by=scene.dispatcher, assignment_id=care.assignments.get().pk, now=later(minutes=1))
    arrive(scene, care)
    act(exchange_unit, by=scene.dispatcher, unit_id=scene.police.pk, now=later(minutes=2))
    (text,) = alone(call)
    assert "P102 has left" in text and "P2 is dispatched" in text
    arrive(scene, coming)
    assert alone(call) == []


def test_care_inside_on_a_duplicate_is_one_alert_that_ends_when_police_are_there(scene: Scene) -> None:
    call, duplicate, care = scene.call(JOINT), scene.call(JOINT), make_unit(scene.center)
    first = make_unit(scene.center, "P2", "police")
    send(scene.dispatcher, duplicate, care, first)
    act(clear_to_enter, by=scene.dispatcher, assignment_id=care.assignments.get().pk)
    arrive(scene, care)
    send(scene.dispatcher, call, scene.police)
    merge(scene, duplicate, call)
    assert len(alone(call)) == 1
    arrive(scene, scene.police)
    assert alone(call) == []


def test_a_unit_its_own_center_calls_home_leaves_the_call_open(scene: Scene) -> None:
    call, theirs = scene.call(JOINT), make_unit(scene.center, "N1", "police", mirrored_from="Northtown CAD")
    asked = act(ask_unit, by=scene.dispatcher, call_id=call.pk, unit_id=theirs.pk, outside_agreement=True).result
    act(accept_request, by=scene.dispatcher, request_id=asked["request_id"])
    act(report_stage, by=None, unit_id=theirs.pk, stage="on_scene", now=later(minutes=1))
    act(return_request, by=scene.dispatcher, request_id=asked["request_id"], now=later(minutes=2))
    call.refresh_from_db()
    assert call.status == "pending" and "waits again" in Alert.objects.open().get(kind="unit_taken").text


def test_a_team_sent_as_there_already_is_told_what_is_open_about_safety(scene: Scene) -> None:
    call = scene.call({"is_behavioral": "yes", "need": "in_person"})
    care = make_unit(scene.center, "CARE1")
    send(scene.dispatcher, call, care, scene.police, status="on_scene")
    assert "WEAPON NOT ASKED" in Alert.objects.get(kind="safety_recheck").text


# --- waiting for CARE ----------------------------------------------------------------------------------
def test_a_caller_of_a_duplicate_who_cannot_be_called_back_safely_is_not_phoned(scene: Scene) -> None:
    call, duplicate = scene.call(CALM, safe="yes"), scene.call(CALM, safe="no")
    row = scene.ask(call)
    merge(scene, duplicate, call)
    card = call_face(call_rows([call.pk])[call.pk], "care")
    assert card["clinician_call"]["mode"] == "text"
    scene.heard(row, "no_answer", now=later(minutes=3))
    with pytest.raises(NotSafeToCall):
        scene.ask(call, now=later(minutes=4))
    scene.ask(call, now=later(minutes=4), mode="text")


@pytest.mark.parametrize("care_on", ["duplicate", "call that stays"])
def test_no_clinician_calls_where_care_comes_by_a_merge(scene: Scene, care_on: str) -> None:
    call, duplicate = scene.call(CALM), scene.call(CALM)
    with_care, waits = (duplicate, call) if care_on == "duplicate" else (call, duplicate)
    scene.ask(waits)
    send(scene.dispatcher, with_care, make_unit(scene.center))
    merge(scene, duplicate, call)
    assert not ClinicianCall.objects.filter(made_at__isnull=True).exists()


def test_a_call_whose_care_was_taken_away_may_wait_for_a_clinician_again(scene: Scene) -> None:
    call, care = scene.call(CALM), make_unit(scene.center)
    send(scene.dispatcher, call, care)
    act(exchange_unit, by=scene.dispatcher, unit_id=care.pk)
    Unit.objects.filter(pk=care.pk).update(status="unavailable")
    assert scene.next(call) == f"CB #{call.number}"
    scene.ask(call)
    assert Unmet.objects.get(call=call).instead == ["call_back"] and scene.next(call) != f"CB #{call.number}"


def test_after_a_neighbour_declines_the_next_may_be_asked(scene: Scene) -> None:
    call = scene.call(CALM)
    first, _ = (make_unit(scene.center, name, mirrored_from="Northtown CAD") for name in ("N1", "N2"))
    asked = act(ask_unit, by=scene.dispatcher, call_id=call.pk, unit_id=first.pk, outside_agreement=True).result
    assert rung(scene, call, "neighbour")
    act(decline_request, by=scene.dispatcher, request_id=asked["request_id"], reason="all_busy")
    assert not rung(scene, call, "neighbour")


def test_units_on_their_way_hear_that_the_clinician_says_it_is_worse(scene: Scene) -> None:
    call = scene.call(JOINT)
    send(scene.dispatcher, call, scene.police)
    scene.heard(scene.ask(call), "worse", now=later(minutes=2))
    alert = Alert.objects.open().get(call=call, kind="clinician_call")
    assert alert.told.get().unit == scene.police and "tell P102" in alert.text


def test_a_call_taken_off_a_stack_may_be_put_on_one_again(scene: Scene) -> None:
    other, call, care = scene.call(CALM), scene.call(CALM), make_unit(scene.center, "CARE1")
    put_on_shift(scene.clinician, care)
    send(scene.dispatcher, other, care)
    act(stack_call, by=scene.dispatcher, call_id=call.pk, unit_id=care.pk)
    assert rung(scene, call, "care_joins")
    act(unstack_call, by=scene.dispatcher, call_id=call.pk, unit_id=care.pk)
    assert not rung(scene, call, "care_joins")
