"""A unit taken from one call for another: one transaction, and the call it leaves is not lost."""

import json
import threading
from typing import Any

import pytest
from django.db import connections

from calls import selectors
from calls.closing import close_call, reopen_call
from calls.dispatch import CareNeedsPolice, UnitHeld
from calls.exchange import exchange_unit, preempt_units
from calls.models import Alert, Assignment, Call
from calls.stages import NotOnACall, free_unit, report_stage
from care_dispatch.log import perform
from care_dispatch.log.models import Event
from care_dispatch.refusal import Conflict, Forbidden, Invalid
from teams.models import Unit
from tests.cast import NOW, act, later, make_call, make_center, make_unit, make_user, send, use_default_rules
from tests.live.in_step import board_in_step


@pytest.fixture
def scene(db: None) -> Any:
    """P101 is alone on the first call; a second one waits."""

    class Scene:
        center = make_center()
        dispatcher = make_user(center)
        police = make_unit(center, "P101", "police")

    scene: Any = Scene()
    scene.first, scene.second = make_call(Scene.dispatcher, triaged=False), make_call(Scene.dispatcher, triaged=False)
    send(Scene.dispatcher, scene.first, Scene.police)
    return scene


def swap(scene: Any, **fields: Any) -> Any:
    with board_in_step(scene.center):
        return act(exchange_unit, by=scene.dispatcher, now=later(minutes=9), unit_id=scene.police.pk, **fields).result


def status(call: Call) -> str:
    return Call.objects.get(pk=call.pk).status


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["en_route", "on_scene"])
def test_the_call_a_unit_is_taken_from_waits_again_even_when_it_was_there(scene: Any, stage: str) -> None:
    act(report_stage, by=scene.dispatcher, now=later(minutes=5), unit_id=scene.police.pk, stage=stage)
    swap(scene, call_id=scene.second.pk)
    assert (status(scene.first), status(scene.second)) in {("in_triage", "assigned"), ("pending", "assigned")}
    old, new = Assignment.objects.order_by("pk")
    assert (old.end_reason, new.call_id, new.dispatched_at) == ("reassigned", scene.second.pk, later(minutes=9))


@pytest.mark.django_db
def test_a_unit_taken_off_without_another_call_is_free_and_its_call_waits(scene: Any) -> None:
    act(report_stage, by=scene.dispatcher, unit_id=scene.police.pk, stage="on_scene")
    swap(scene)
    assert status(scene.first) != "closed" and Unit.objects.get(pk=scene.police.pk).status == "available"


@pytest.mark.django_db
def test_when_the_second_call_refuses_the_unit_stays_where_it_is(scene: Any) -> None:
    care = make_unit(scene.center, "CARE1")
    send(scene.dispatcher, scene.first, care)
    with pytest.raises(CareNeedsPolice):
        act(exchange_unit, by=scene.dispatcher, unit_id=care.pk, call_id=scene.second.pk)
    act(close_call, by=scene.dispatcher, call_id=scene.second.pk, closed_as="cancelled", reason="x")
    with pytest.raises(Conflict):
        act(exchange_unit, by=scene.dispatcher, unit_id=scene.police.pk, call_id=scene.second.pk)
    assert set(Assignment.objects.open().values_list("call_id", flat=True)) == {scene.first.pk}
    with pytest.raises(UnitHeld):
        act(exchange_unit, by=scene.dispatcher, unit_id=scene.police.pk, call_id=scene.first.pk)


@pytest.mark.django_db
def test_a_free_unit_is_not_exchanged_and_only_dispatch_does_it(scene: Any) -> None:
    with pytest.raises(NotOnACall):
        act(exchange_unit, by=scene.dispatcher, unit_id=make_unit(scene.center).pk, call_id=scene.second.pk)
    with pytest.raises(Forbidden):
        act(exchange_unit, by=make_user(scene.center, "officer"), unit_id=scene.police.pk, call_id=scene.second.pk)


@pytest.mark.django_db
def test_care_taken_from_a_contact_still_owes_its_disposition(scene: Any) -> None:
    care = make_unit(scene.center, "CARE1")
    send(scene.dispatcher, scene.first, care)
    act(report_stage, by=scene.dispatcher, unit_id=care.pk, stage="contact")
    act(exchange_unit, by=scene.dispatcher, unit_id=care.pk, call_id=scene.second.pk, override_reason="crew_request")
    (owed,) = selectors.dispositions_owed(scene.dispatcher, NOW)
    assert owed["call_id"] == scene.first.pk


@pytest.mark.django_db
def test_a_visit_cut_short_for_another_call_does_not_close_the_first_when_the_next_unit_turns_back(scene: Any) -> None:
    act(report_stage, by=scene.dispatcher, now=later(minutes=5), unit_id=scene.police.pk, stage="on_scene")
    swap(scene, call_id=scene.second.pk)
    other = make_unit(scene.center, discipline="police")
    send(scene.dispatcher, scene.first, other, now=later(minutes=10))
    act(free_unit, by=scene.dispatcher, now=later(minutes=11), unit_id=other.pk)
    assert status(scene.first) != "closed"


@pytest.mark.django_db
def test_a_reopened_call_nobody_reached_anew_is_not_closed_by_a_unit_that_turns_back(scene: Any) -> None:
    act(report_stage, by=scene.dispatcher, now=later(minutes=5), unit_id=scene.police.pk, stage="on_scene")
    act(free_unit, by=scene.dispatcher, now=later(minutes=20), unit_id=scene.police.pk)
    assert status(scene.first) == "closed"
    act(reopen_call, by=scene.dispatcher, now=later(minutes=30), call_id=scene.first.pk, reason="called again")
    send(scene.dispatcher, scene.first, scene.police, now=later(minutes=31))
    act(free_unit, by=scene.dispatcher, now=later(minutes=33), unit_id=scene.police.pk)
    assert status(scene.first) != "closed"


def test_two_exchanges_in_opposite_directions_do_not_lock_each_other_out(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("care_dispatch.log.door.RETRIES", 0)  # a deadlock is not to be mended but not to be
    use_default_rules()
    center = make_center()
    dispatcher = make_user(center)
    for _ in range(10):
        calls = [make_call(dispatcher), make_call(dispatcher)]
        units = [make_unit(center, discipline="police") for _ in calls]
        for call, unit in zip(calls, units, strict=True):
            send(dispatcher, call, unit)
        barrier, done = threading.Barrier(2), list[int]()

        def swap(unit: Unit, call: Call, barrier: threading.Barrier = barrier, done: list[int] = done) -> None:
            barrier.wait()
            args: dict[str, Any] = {"unit_id": unit.pk, "call_id": call.pk}
            done.append(
                perform(exchange_unit, actor=dispatcher, position="D1", source="test", now=NOW, **args).result[
                    "call_id"
                ]
            )
            connections.close_all()

        threads = [threading.Thread(target=swap, args=pair) for pair in zip(units, reversed(calls), strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert sorted(done) == sorted(call.pk for call in calls)
        assert [unit.assignments.open().get().call_id for unit in units] == [calls[1].pk, calls[0].pk]


# --- sending a unit that is on another call ----------------------------------------------------------
def take(scene: Any, *units: Unit, **fields: Any) -> Any:
    args = {"take_from": [scene.first.pk], "take_reason": "higher_priority", **fields}
    with board_in_step(scene.center):
        return act(
            preempt_units, by=scene.dispatcher, now=later(minutes=9), call_id=scene.second.pk,
            unit_ids=[unit.pk for unit in units], **args,
        ).result  # fmt: skip


@pytest.mark.django_db
def test_a_unit_taken_for_another_call_leaves_its_call_pending_with_its_first_age(scene: Any) -> None:
    act(report_stage, by=scene.dispatcher, now=later(minutes=5), unit_id=scene.police.pk, stage="on_scene")
    take(scene, scene.police)
    first = Call.objects.get(pk=scene.first.pk)
    assert (first.received_at, first.first_dispatched_at) == (NOW, NOW) and first.status in ("pending", "in_triage")
    assert scene.police.assignments.open().get().call_id == scene.second.pk


@pytest.mark.django_db
def test_both_calls_say_who_was_taken_from_where_and_why(scene: Any) -> None:
    take(scene, scene.police)
    left, new = (selectors.call_detail(scene.dispatcher, pk, NOW) for pk in (scene.first.pk, scene.second.pk))
    (taken,) = left["taken"]
    assert (taken["callsign"], taken["for"], taken["reason"]) == ("P101", new["number"], "higher_priority")
    assert new["assignments"][0]["taken_from"] == left["number"]
    alert = Alert.objects.get(call=scene.first)
    assert alert.kind == "unit_taken" and "P101 taken for call" in alert.text and "waits again" in alert.text
    send(scene.dispatcher, scene.first, make_unit(scene.center, discipline="police"), now=later(minutes=12))
    assert selectors.call_detail(scene.dispatcher, scene.first.pk, NOW)["taken"] == []


@pytest.mark.django_db
def test_taking_the_police_from_care_inside_raises_an_alert_that_waits_for_care_to_be_told(scene: Any) -> None:
    care = make_unit(scene.center, "CARE1")
    send(scene.dispatcher, scene.first, care)
    act(report_stage, by=scene.dispatcher, unit_id=care.pk, stage="on_scene")
    take(scene, scene.police)
    alert = Alert.objects.get(call=scene.first, kind="care_alone")
    assert "CARE1 on scene without police" in alert.text
    assert list(alert.told.values_list("unit", "told_at")) == [(care.pk, None)]


@pytest.mark.django_db
def test_a_unit_is_taken_only_from_a_call_that_was_named_and_only_with_a_reason(scene: Any) -> None:
    for wrong, error in ({"take_from": [scene.second.pk]}, UnitHeld), ({"take_reason": " "}, Invalid):
        with pytest.raises(error):
            take(scene, scene.police, **wrong)
    assert scene.police.assignments.open().get().call_id == scene.first.pk


@pytest.mark.django_db
def test_when_one_of_several_cannot_go_none_is_taken(scene: Any) -> None:
    off = make_unit(scene.center, discipline="police", status="off_duty")
    with pytest.raises(Conflict):
        take(scene, scene.police, off)
    assert scene.police.assignments.open().get().call_id == scene.first.pk


@pytest.mark.django_db
def test_the_reason_a_unit_is_taken_does_not_stand_for_the_reason_care_goes_alone(scene: Any) -> None:
    care = make_unit(scene.center, "CARE1")
    send(scene.dispatcher, scene.first, care)
    with pytest.raises(CareNeedsPolice):
        take(scene, care)
    take(scene, care, override_reason="crew_request")


@pytest.mark.django_db
def test_the_words_of_the_reason_are_not_in_the_log(scene: Any) -> None:
    take(scene, scene.police, take_reason="her son phoned again")
    assert "phoned" not in json.dumps(list(Event.objects.values_list("payload", flat=True)))


def test_of_two_who_take_the_same_unit_for_their_calls_one_is_told_that_it_moved(committed_db: None) -> None:
    use_default_rules()
    center = make_center()
    people = [make_user(center), make_user(center)]
    for _ in range(10):
        first, *wanted = (make_call(people[0]) for _ in range(3))
        police = make_unit(center, discipline="police")
        send(people[0], first, police)
        outcomes = list[str]()
        barrier = threading.Barrier(2)

        def grab(
            person: Any, call: Call, first: Call = first, police: Unit = police, outcomes: list[str] = outcomes,
            barrier: threading.Barrier = barrier,
        ) -> None:  # fmt: skip
            barrier.wait()
            try:
                act(
                    preempt_units, by=person, call_id=call.pk, unit_ids=[police.pk], take_from=[first.pk],
                    take_reason="nearer",
                )  # fmt: skip
                outcomes.append("won")
            except Conflict:
                outcomes.append("lost")
            connections.close_all()

        threads = [threading.Thread(target=grab, args=pair) for pair in zip(people, wanted, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert sorted(outcomes) == ["lost", "won"] and police.assignments.open().count() == 1
