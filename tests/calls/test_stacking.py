"""Calls that wait for one unit: in order, pending all the while, proposed when it is free, never sent past a gate."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction

from calls import faces
from calls.alerts import raise_alert
from calls.closing import close_call, hold_call
from calls.merging import merge_calls
from calls.models import Alert, Call, StackedCall
from calls.stacked import NEXT, CallsStacked
from calls.stacking import AlreadyStacked, NotStacked, UnitFree, run_next, stack_call, unstack_call
from calls.stages import free_unit, set_unit_status
from care_dispatch.due.models import Due
from care_dispatch.refusal import Conflict, Forbidden
from teams.actions import sign_off
from teams.models import Center, Unit
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
from tests.live.in_step import board_in_step


class Scene:
    """P101 is on a call; two more wait."""

    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        self.unit = make_unit(self.center, "P101", "police")
        self.on, self.first, self.second = (make_call(self.dispatcher) for _ in range(3))
        send(self.dispatcher, self.on, self.unit)

    def do(self, action: Any, *, minute: int = 5, **args: Any) -> Any:
        with board_in_step(self.center):
            return act(action, by=args.pop("by", self.dispatcher), now=later(minutes=minute), **args).result

    def stack(self, call: Call, **fields: Any) -> Any:
        return self.do(stack_call, call_id=call.pk, **{"unit_id": self.unit.pk, **fields})

    def free(self, minute: int = 8) -> None:
        self.do(free_unit, minute=minute, unit_id=self.unit.pk)

    def waits(self) -> list[int]:
        return list(self.unit.stack.order_by("turn").values_list("call_id", flat=True))

    def card(self) -> list[tuple[int, bool]]:
        (row,) = faces.unit_rows(self.center.pk, [self.unit.pk])
        return [(one["call_id"], one["proposed_at"] is not None) for one in faces.unit_face(row, "dispatch")["stack"]]


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def test_a_stacked_call_stays_pending_with_its_age(scene: Scene) -> None:
    scene.stack(scene.first)
    first = Call.objects.get(pk=scene.first.pk)
    assert (first.status, first.received_at) == ("pending", NOW) and scene.waits() == [first.pk]


def test_calls_wait_in_order_and_one_can_be_moved_to_the_front(scene: Scene) -> None:
    scene.stack(scene.first)
    scene.stack(scene.second)
    assert scene.waits() == [scene.first.pk, scene.second.pk]
    scene.stack(scene.second, turn=1)
    assert scene.waits() == [scene.second.pk, scene.first.pk]
    with pytest.raises(AlreadyStacked, match="as number 1"):
        scene.stack(scene.second)


def test_when_the_unit_is_free_the_next_call_is_proposed_and_nobody_is_sent(scene: Scene) -> None:
    scene.stack(scene.first)
    scene.stack(scene.second)
    assert scene.card() == [(scene.first.pk, False), (scene.second.pk, False)]
    scene.free()
    assert scene.card() == [(scene.first.pk, True), (scene.second.pk, False)]
    assert not scene.unit.assignments.open().exists() and not Due.objects.filter(kind=NEXT).exists()


def test_a_call_the_unit_is_sent_to_waits_no_more_and_the_next_is_proposed_after_it(scene: Scene) -> None:
    scene.stack(scene.first)
    scene.stack(scene.second)
    scene.free()
    with board_in_step(scene.center):
        send(scene.dispatcher, scene.first, scene.unit, now=later(minutes=9))
    assert scene.card() == [(scene.second.pk, False)]
    scene.free(20)
    assert scene.card() == [(scene.second.pk, True)]


def test_unstacking_what_was_proposed_proposes_the_one_behind_it(scene: Scene) -> None:
    scene.stack(scene.first)
    scene.stack(scene.second)
    scene.free()
    scene.do(unstack_call, call_id=scene.first.pk, unit_id=scene.unit.pk)
    assert scene.card() == [(scene.second.pk, True)]
    with pytest.raises(NotStacked):
        act(unstack_call, by=scene.dispatcher, call_id=scene.first.pk, unit_id=scene.unit.pk)


def test_a_call_that_ends_leaves_every_stack_and_one_that_is_merged_hands_on_its_turn(scene: Scene) -> None:
    third = make_call(scene.dispatcher)
    for call in (scene.first, scene.second):
        scene.stack(call)
    scene.do(merge_calls, call_id=scene.first.pk, into=third.pk)
    assert scene.waits() == [third.pk, scene.second.pk]
    scene.do(close_call, call_id=third.pk, closed_as="advised", not_sent_reason="all_busy")
    assert scene.waits() == [scene.second.pk]


def test_a_unit_for_which_a_call_waits_does_not_go_home_unnoticed(scene: Scene) -> None:
    officer = make_user(scene.center, "officer")
    put_on_shift(officer, scene.unit, "officer")
    scene.stack(scene.first)
    scene.free()
    with pytest.raises(CallsStacked, match=f"Call {scene.first.number} waits for P101"):
        act(set_unit_status, by=scene.dispatcher, unit_id=scene.unit.pk, status="off_duty")
    with pytest.raises(CallsStacked):
        act(sign_off, by=officer, unit_id=scene.unit.pk)


@pytest.mark.parametrize(
    ("unit", "error"), [({}, UnitFree), ({"status": "off_duty"}, Conflict)], ids=["free", "off duty"]
)
def test_no_call_waits_for_a_unit_that_is_free_or_off_duty(scene: Scene, unit: Any, error: Any) -> None:
    with pytest.raises(error):
        scene.stack(scene.first, unit_id=make_unit(scene.center, discipline="police", **unit).pk)


def test_only_dispatch_stacks_and_not_the_call_the_unit_is_on(scene: Scene) -> None:
    with pytest.raises(Conflict):
        scene.stack(scene.on)
    with pytest.raises(Forbidden):
        scene.stack(scene.first, by=make_user(scene.center, "clinician"))


def test_the_database_gives_each_turn_and_each_call_of_a_unit_once(scene: Scene) -> None:
    scene.stack(scene.first)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # not only at the commit
    for call, turn in ((scene.first, 2), (scene.second, 1), (scene.second, 0)):
        with pytest.raises(IntegrityError), transaction.atomic():
            StackedCall.objects.create(unit=scene.unit, call=call, turn=turn, stacked_at=NOW)


# --- sent by itself ----------------------------------------------------------------------------------
def sends_by_itself(scene: Scene) -> None:
    Center.objects.filter(pk=scene.center.pk).update(sends_next_of_stack=True)


def run(scene: Scene, minute: int = 8) -> set[int]:
    """The unit comes free and the due work runs; returns the calls it is on."""
    scene.free(minute)
    assert Due.objects.filter(kind=NEXT, subject_id=scene.unit.pk).exists()
    run_next(scene.unit.pk, 0, later(minutes=minute), "sweep")
    run_next(scene.unit.pk, 0, later(minutes=minute), "sweep")
    return set(scene.unit.assignments.open().values_list("call_id", flat=True))


def test_where_the_center_says_so_the_next_call_is_sent_to_by_itself_once(scene: Scene) -> None:
    sends_by_itself(scene)
    scene.stack(scene.first)
    assert run(scene) == {scene.first.pk} and scene.waits() == []


def test_care_is_not_sent_by_itself_to_a_call_that_asks_for_police(scene: Scene) -> None:
    sends_by_itself(scene)
    scene.unit = make_unit(scene.center, "CARE1")
    send(scene.dispatcher, scene.on, scene.unit)
    scene.stack(make_call(scene.dispatcher, facts={"weapon": "in_reach", "suicide": "ideation"}))
    assert run(scene) == set() and [proposed for _, proposed in scene.card()] == [True]


@pytest.mark.parametrize("why", ["hold", "alert"])
def test_a_call_that_somebody_must_look_at_is_only_proposed(scene: Scene, why: str) -> None:
    sends_by_itself(scene)
    scene.stack(scene.first)
    if why == "hold":
        scene.do(hold_call, call_id=scene.first.pk, minutes=30, reason="calls back")
    else:
        scene.do(worry, call=scene.first)
    assert run(scene) == set() and scene.card() == [(scene.first.pk, True)]


def worry(*, actor: Any, now: Any, call: Call) -> dict[str, Any]:
    alert = raise_alert(center=call.center, kind=Alert.Kind.SAFETY_WORSENED, text="WEAPON", now=now, call=call)
    return {"id": alert.pk}


def test_two_who_stack_for_one_unit_at_once_get_a_turn_each(committed_db: None) -> None:
    use_default_rules()
    dispatcher = make_user(center := make_center())
    police = make_unit(center, discipline="police")
    send(dispatcher, make_call(dispatcher, triaged=False), police)
    calls = [make_call(dispatcher, triaged=False) for _ in range(6)]
    barrier = threading.Barrier(len(calls))

    def stack(call: Call, unit: Unit = police) -> None:
        barrier.wait()
        act(stack_call, by=dispatcher, call_id=call.pk, unit_id=unit.pk)
        connections.close_all()

    threads = [threading.Thread(target=stack, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert list(police.stack.order_by("turn").values_list("turn", flat=True)) == [1, 2, 3, 4, 5, 6]
