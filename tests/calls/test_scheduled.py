"""A call for later is on no board until shortly before its time, comes back by itself, and is never forgotten."""

from datetime import timedelta
from typing import Any

import pytest

from calls import scheduled
from calls.board import call_cards
from calls.closing import SURFACE, UnitsStillAssigned, close_call
from calls.models import Alert, Call
from calls.scheduled import NotScheduled, bring_back, schedule_call, scheduled_calls
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, Invalid
from tests.calls.test_timers import SAFE, Scene
from tests.cast import act, later, make_call, make_center, make_unit, make_user, send, use_default_rules
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db
AT = later(hours=2)


@pytest.fixture
def scene(db: None) -> Any:
    return Scene()


def put_off(scene: Any, at: Any = AT, second: float = 0, **fields: Any) -> Call:
    values = {"call_id": scene.call.pk, "at": at, "reason": "court papers at two", **fields}
    act(schedule_call, by=scene.dispatcher, now=later(seconds=second), **values)
    return Call.objects.get(pk=scene.call.pk)


def on_board(scene: Any) -> list[int]:
    return [card.id for card in call_cards(scene.center.pk, "dispatch", None)]


def test_it_leaves_the_board_is_listed_and_comes_back_with_an_alert_before_its_time(scene: Any) -> None:
    with board_in_step(scene.center):
        put_off(scene)
    assert on_board(scene) == [] and [row["id"] for row in scheduled_calls(scene.supervisor)] == [scene.call.pk]
    scene.at(110 * 60 - 1)
    assert on_board(scene) == [] and not Alert.objects.filter(kind="scheduled_due").exists()
    with board_in_step(scene.center):
        scene.at(110 * 60 + 1)
    (alert,) = Alert.objects.filter(kind="scheduled_due")
    assert on_board(scene) == [scene.call.pk] and f"Call {scene.call.number} was scheduled for" in alert.text
    assert scheduled_calls(scene.dispatcher) == []


def test_its_wait_begins_when_it_comes_back(scene: Any) -> None:
    scene.at(121)
    put_off(scene, second=125)
    assert scene.alerts("pending")[0].state == "closed" and scene.at(3600).late == 0
    scene.at(110 * 60 + 1)
    assert (scene.at(110 * 60 + 85).late, scene.at(110 * 60 + 95).late) == (0, 1)


def test_a_call_may_be_taken_for_later_from_the_start(scene: Any) -> None:
    call = make_call(scene.dispatcher, scheduled_for=AT, lead_minutes=30, facts=SAFE)
    assert (call.surfaces_at, call.scheduled_for) == (later(minutes=90), AT)
    assert Due.objects.filter(subject_id=call.pk).values_list("kind", flat=True).get() == SURFACE


def test_due_within_its_lead_it_stays_where_it_is(scene: Any) -> None:
    call = put_off(scene, later(minutes=8))
    assert (call.surfaces_at, call.scheduled_for) == (None, later(minutes=8)) and on_board(scene) == [scene.call.pk]


def test_a_unit_sent_before_its_time_brings_it_to_the_board(scene: Any) -> None:
    put_off(scene)
    with board_in_step(scene.center):
        scene.send(60, scene.unit("P101", "police"))
    assert on_board(scene) == [scene.call.pk] and not Due.objects.filter(kind=SURFACE).exists()


def test_sent_to_before_its_time_it_is_asked_for_the_weapon_again(scene: Any) -> None:
    open_question = make_call(scene.dispatcher, facts={"is_behavioral": "yes", "need": "in_person"})
    act(schedule_call, by=scene.dispatcher, now=later(seconds=1), call_id=open_question.pk, at=AT, reason="court")
    assert not Due.objects.filter(kind="question", subject_id=open_question.pk).exists()
    send(scene.dispatcher, open_question, make_unit(scene.center, discipline="police"), now=later(seconds=5))
    run_once(older_than=timedelta(0), now=later(seconds=6), source="sweep")
    assert Due.objects.filter(kind="question", subject_id=open_question.pk).exists()


def test_cancelled_it_keeps_its_history_and_does_not_come_back(scene: Any) -> None:
    put_off(scene)
    act(
        close_call, by=scene.dispatcher, now=later(hours=1), call_id=scene.call.pk, closed_as="cancelled",
        reason="moved away",
    )  # fmt: skip
    scene.at(3 * 3600)
    assert not Alert.objects.filter(kind="scheduled_due").exists()
    told = Event.objects.filter(call_id=scene.call.pk, kind__in=("call.scheduled", "call.closed"))
    assert list(told.order_by("seq").values_list("kind", flat=True)) == ["call.scheduled", "call.closed"]


def test_it_is_brought_back_by_hand_once(scene: Any) -> None:
    put_off(scene)
    with board_in_step(scene.center):
        act(bring_back, by=scene.dispatcher, now=later(minutes=5), call_id=scene.call.pk)
    assert on_board(scene) == [scene.call.pk]
    with pytest.raises(NotScheduled, match="on the board already"):
        act(bring_back, by=scene.dispatcher, now=later(minutes=6), call_id=scene.call.pk)


def test_put_off_again_it_comes_back_at_the_later_time(scene: Any) -> None:
    put_off(scene)
    put_off(scene, later(hours=4), second=60)
    scheduled.run_surface(scene.call.pk, 0, later(minutes=111), "sweep")
    assert on_board(scene) == [] and Due.objects.get(kind=SURFACE).due_at == later(minutes=230)


@pytest.mark.parametrize("hours", [-1, 93 * 24])
def test_a_time_that_is_past_or_too_far_is_refused(scene: Any, hours: int) -> None:
    with pytest.raises(Invalid, match=r"past|92 days"):
        put_off(scene, later(hours=hours))


def test_only_a_call_that_waits_is_put_off_and_only_where_clocks_run(scene: Any) -> None:
    scene.send(0, scene.unit("P101", "police"))
    with pytest.raises(UnitsStillAssigned, match="P101"):
        put_off(scene)
    by = make_user(make_center(timers_run=False))
    use_default_rules()
    with pytest.raises(Invalid, match="do not run"):
        act(schedule_call, by=by, call_id=make_call(by).pk, at=AT, reason="x")


def test_the_list_is_for_those_who_dispatch(scene: Any) -> None:
    with pytest.raises(Forbidden):
        scheduled_calls(make_user(scene.center, "clinician"))


def test_one_that_cannot_come_back_is_told_of(scene: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put_off(scene)
    monkeypatch.setattr(scheduled, "_surface", lambda call, now: 1 / 0)
    for minute in range(111, 125):
        run_once(older_than=timedelta(0), now=later(minutes=minute), source="sweep")
    assert Alert.objects.filter(kind="work_failed", cause=f"surface:{scene.call.pk}").count() == 1
