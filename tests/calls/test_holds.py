"""A call on hold comes back by itself: nothing that waits is forgotten."""

from datetime import timedelta
from typing import Any

import pytest

from calls import verdicts
from calls.closing import UnitsStillAssigned, close_call, hold_call, reopen_call, run_hold, unhold_call
from calls.facts import state_facts
from calls.models import Alert, Call
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from tests.cast import act, later, make_call, make_center, make_unit, make_user, send, use_default_rules
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Any:
    """A call held for ten minutes."""

    class Scene:
        center = make_center()
        dispatcher = make_user(center)

    use_default_rules()
    scene: Any = Scene()
    safe = {"weapon": "denied", "violence": "denied", "suicide": "denied", "is_behavioral": "yes", "need": "in_person"}
    scene.call = make_call(Scene.dispatcher, nature="Mental health, non-violent", facts=safe, location_confirmed=True)
    hold(scene, 0, 10)
    return scene


def hold(scene: Any, minute: float, minutes: int) -> None:
    act(
        hold_call,
        by=scene.dispatcher,
        now=later(minutes=minute),
        call_id=scene.call.pk,
        minutes=minutes,
        reason="calls back",
    )


def look(scene: Any, minute: float) -> Call:
    run_once(older_than=timedelta(0), now=later(minutes=minute), source="sweep")
    return Call.objects.get(pk=scene.call.pk)


def test_when_the_time_is_up_the_hold_ends_and_somebody_is_told_once(scene: Any) -> None:
    assert look(scene, 9.9).held_until == later(minutes=10)
    with board_in_step(scene.center):
        call = look(scene, 10.1)
    assert (call.held_until, call.hold_reason) == (None, "")
    look(scene, 12)
    alert = Alert.objects.get(kind="hold_over")
    assert f"Call {call.number}" in alert.text and "calls back" in alert.text


def test_a_hold_made_longer_ends_at_the_later_time(scene: Any) -> None:
    hold(scene, 5, 30)
    assert look(scene, 11).held_until == later(minutes=35)
    assert look(scene, 36).held_until is None


def test_work_already_taken_up_does_not_end_a_hold_made_longer_meanwhile(scene: Any) -> None:
    hold(scene, 10, 30)
    run_hold(scene.call.pk, 0, later(minutes=10), "sweep")
    assert Due.objects.get(kind="hold").due_at == later(minutes=40)
    assert not Alert.objects.filter(kind="hold_over").exists()


@pytest.mark.parametrize("ending", ["unhold", "send", "close"])
def test_a_hold_that_ended_otherwise_reminds_nobody(scene: Any, ending: str) -> None:
    by, now = scene.dispatcher, later(minutes=3)
    if ending == "unhold":
        act(unhold_call, by=by, now=now, call_id=scene.call.pk)
    elif ending == "send":
        send(by, scene.call, make_unit(scene.center, discipline="police"), now=now)
    else:
        act(close_call, by=by, now=now, call_id=scene.call.pk, closed_as="advised", not_sent_reason="all_busy")
    assert not Due.objects.filter(kind="hold").exists()
    look(scene, 11)
    assert not Alert.objects.filter(kind="hold_over").exists()


def test_a_reopened_call_is_not_on_the_hold_it_was_closed_with(scene: Any) -> None:
    act(
        close_call,
        by=scene.dispatcher,
        now=later(minutes=3),
        call_id=scene.call.pk,
        closed_as="advised",
        not_sent_reason="all_busy",
    )
    act(reopen_call, by=scene.dispatcher, now=later(minutes=4), call_id=scene.call.pk, reason="called again")
    assert Call.objects.get(pk=scene.call.pk).held_until is None


def test_a_worse_fact_ends_the_hold(scene: Any) -> None:
    act(state_facts, by=scene.dispatcher, now=later(minutes=2), call_id=scene.call.pk, facts={"weapon": "in_hand"})
    with board_in_step(scene.center):
        verdicts.run_triage(scene.call.pk, 0, later(minutes=2), "worker")
    assert Call.objects.get(pk=scene.call.pk).held_until is None
    assert "IN_HAND" in Alert.objects.get(kind="hold_over").text
    look(scene, 11)
    assert Alert.objects.filter(kind="hold_over").count() == 1


def test_a_hold_set_before_the_first_verdict_does_not_stand_in_its_way(scene: Any) -> None:
    call = make_call(scene.dispatcher, triaged=False)
    act(hold_call, by=scene.dispatcher, call_id=call.pk, minutes=10, reason="calls back")
    verdicts.run_triage(call.pk, 0, later(minutes=1), "worker")
    call.refresh_from_db()
    assert call.verdict is not None and call.held_until == later(minutes=10)


def test_only_a_call_that_waits_is_held(scene: Any) -> None:
    send(scene.dispatcher, scene.call, make_unit(scene.center, "P101", "police"), now=later(minutes=1))
    with pytest.raises(UnitsStillAssigned, match="P101"):
        hold(scene, 2, 10)
