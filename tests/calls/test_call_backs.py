"""Who was cut off is called back: a task with a clock from try to try, until it ends as something."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls.call_backs import CallBackEnded, line_dropped, tried_call_back
from calls.closing import close_call
from calls.intake import add_caller
from calls.merging import merge_calls
from calls.models import Alert, CallBack, Caller
from calls.selectors import call_detail
from care_dispatch.refusal import NotFound
from tests.calls.test_timers import Scene
from tests.cast import NOW, act, later, make_call, make_center, make_user
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Any:
    """A caller whose line drops at once; the call itself is being worked."""
    scene: Any = Scene()
    scene.send(0, scene.unit("P101", "police"), status="on_scene")
    done = act(add_caller, by=scene.dispatcher, call_id=scene.call.pk, name="A", phone="+1", line="dropped")
    scene.caller = Caller.objects.get(pk=done.result["caller_id"])
    scene.back = CallBack.objects.get()
    return scene


def tried(scene: Any, second: float, result: str, **fields: Any) -> CallBack:
    by = fields.pop("by", scene.dispatcher)
    act(tried_call_back, by=by, now=later(seconds=second), call_back_id=scene.back.pk, result=result)
    return CallBack.objects.get(pk=scene.back.pk)


def test_a_dropped_line_is_a_task_that_warns_and_is_then_an_alert(scene: Any) -> None:
    found = []
    for second in (59, 61, 121, 301):
        with board_in_step(scene.center):
            scene.at(second)
        found.append(CallBack.objects.get().late)
    (alert,) = scene.alerts("call_back")
    assert found == [0, 1, 2, 3] and "cut off" in alert.text and alert.escalated_to == "supervisor"
    assert "+1" not in alert.text


def test_a_try_in_vain_starts_the_clock_anew(scene: Any) -> None:
    scene.at(121)
    with board_in_step(scene.center):
        back = tried(scene, 130, "no_answer")
    assert (back.tries, back.late, back.ended_at) == (1, 0, None) and scene.alerts("call_back")[0].state == "closed"
    scene.at(191)
    assert CallBack.objects.get().late == 1


def test_reached_it_is_over_and_the_line_is_up_again(scene: Any) -> None:
    with board_in_step(scene.center):
        back = tried(scene, 30, "reached")
    scene.at(600)
    scene.caller.refresh_from_db()
    assert (back.result, back.ended_by, scene.caller.line) == ("reached", scene.dispatcher, "on_line")
    assert not scene.alerts("call_back")
    with pytest.raises(CallBackEnded, match="reached"):
        tried(scene, 700, "no_answer")


def test_a_call_taken_from_a_line_that_drops_has_its_task_from_the_start(scene: Any) -> None:
    call = make_call(scene.dispatcher, caller={"phone": "+2", "line": "dropped"})
    assert CallBack.objects.filter(call=call).count() == 1


def test_a_line_that_drops_later_is_noted_once(scene: Any) -> None:
    tried(scene, 30, "reached")
    for _ in range(2):
        act(line_dropped, by=scene.dispatcher, now=later(seconds=60), caller_id=scene.caller.pk)
    assert CallBack.objects.filter(caller=scene.caller, ended_at__isnull=True).count() == 1
    with pytest.raises(IntegrityError, match="one_open_call_back_per_caller"), transaction.atomic():
        CallBack.objects.create(call=scene.call, caller=scene.caller, asked_at=NOW)


def test_the_end_of_the_call_ends_it_and_says_so(scene: Any) -> None:
    call = make_call(scene.dispatcher, caller={"line": "dropped"})
    act(close_call, by=scene.dispatcher, call_id=call.pk, closed_as="advised", not_sent_reason="all_busy")
    assert CallBack.objects.get(call=call).result == "call_closed"
    assert not Alert.objects.filter(call=call, kind="call_back").exists()


def test_a_merged_calls_task_goes_on_with_the_call_that_stays(scene: Any) -> None:
    call = make_call(scene.dispatcher, caller={"line": "dropped"})
    act(merge_calls, by=scene.dispatcher, now=later(seconds=30), call_id=call.pk, into=scene.call.pk)
    moved = CallBack.objects.exclude(pk=scene.back.pk).get()
    assert (moved.call, moved.ended_at) == (scene.call, None)
    scene.at(121)
    assert len(scene.alerts("call_back")) == 2


def test_the_open_call_shows_since_when_and_how_often_to_the_center_alone(scene: Any) -> None:
    tried(scene, 30, "no_answer")
    (caller,) = call_detail(scene.dispatcher, scene.call.pk, NOW)["callers"]
    assert (caller["call_back"]["tries"], caller["call_back"]["id"]) == (1, scene.back.pk)
    (shown,) = call_detail(make_user(scene.center, "clinician"), scene.call.pk, NOW)["callers"]
    assert shown["call_back"] is None


def test_another_centers_is_missing(scene: Any) -> None:
    stranger = make_user(make_center())
    with pytest.raises(NotFound):
        tried(scene, 30, "reached", by=stranger)
    with pytest.raises(NotFound):
        act(line_dropped, by=stranger, caller_id=scene.caller.pk)
