"""Duplicates merged into the call that stays: nothing is lost, the worse fact wins, and there are no chains."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from calls import selectors
from calls.alerts import raise_alert, tell_unit
from calls.closing import close_call, reopen_call
from calls.dispatch import CareNeedsPolice
from calls.facts import state_facts
from calls.fetch import CallMerged
from calls.intake import add_caller
from calls.merging import HoldsMerged, NotMerged, merge_calls, unmerge_call
from calls.models import Alert, Assignment, Call, CallMerge, MergeSide
from calls.narrative import add_note, seal_note
from calls.stages import report_stage
from calls.verdicts import record_verdict
from care_dispatch.refusal import Conflict, Forbidden, NotFound
from teams.models import Unit, User
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
    """Two calls about one man on a bridge; the second caller saw a gun."""

    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.first = make_call(self.dispatcher, facts={"suicide": "ideation", "weapon": "denied"})
        self.second = make_call(
            self.dispatcher, now=later(minutes=2), narrative="he holds a gun", facts={"weapon": "in_hand"}
        )

    def do(self, action: Any, *, minute: int = 5, by: Any = None, **args: Any) -> Any:
        with board_in_step(self.center):
            return act(action, by=by or self.dispatcher, now=later(minutes=minute), **args).result

    def merge(self, **fields: Any) -> Any:
        return self.do(merge_calls, **{"call_id": self.second.pk, "into": self.first.pk, **fields})

    def judge(self, call: Call, minute: int = 6) -> Call:
        with board_in_step(self.center):
            act(record_verdict, by=None, now=later(minutes=minute), call_id=call.pk, engine="worker")
        return Call.objects.get(pk=call.pk)

    def detail(self, call: Call, by: Any = None) -> dict[str, Any]:
        return selectors.call_detail(by or self.dispatcher, call.pk, NOW)


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def test_the_duplicate_closes_as_one_and_both_calls_name_the_other(scene: Scene) -> None:
    scene.merge()
    merged, primary = scene.detail(scene.second), scene.detail(scene.first)
    assert (merged["status"], merged["closed_as"], merged["merged_into"]) == ("closed", "duplicate", primary["number"])
    assert [(one["type"], one["urn"]) for one in merged["references"]] == [("REPLACED", scene.first.urn)]
    assert [(one["type"], one["urn"]) for one in primary["references"]] == [("REPLACING", scene.second.urn)]
    assert [one["number"] for one in primary["merged"]] == [merged["number"]]


def test_the_number_of_the_duplicate_is_still_found(scene: Scene) -> None:
    scene.merge()
    (found,) = selectors.call_list(scene.dispatcher, NOW, day=None, status="", query=str(scene.second.number))
    assert found["merged_into"] == str(scene.first.number)


def test_narrative_callers_and_facts_of_the_duplicate_are_read_with_the_call(scene: Scene) -> None:
    act(add_caller, by=scene.dispatcher, call_id=scene.second.pk, name="Ann Example")
    scene.merge()
    detail = scene.detail(scene.first)
    assert [(entry["text"], entry["merged_from"]) for entry in detail["narrative"]] == [
        ("he holds a gun", str(scene.second.number))
    ]
    assert [caller["name"] for caller in detail["callers"]] == ["Ann Example"]
    assert detail["facts"]["weapon"] == "in_hand"


def test_the_worse_fact_of_the_two_decides_and_whoever_is_on_the_way_is_to_be_told(scene: Scene) -> None:
    police = make_unit(scene.center, "P101", "police")
    send(scene.dispatcher, scene.first, police)
    scene.merge()
    assert scene.judge(scene.first).level == 4
    alert = Alert.objects.get(call=scene.first, kind="safety_worsened")
    assert "DENIED → IN_HAND" in alert.text and [row.unit for row in alert.told.all()] == [police]


def reported(scene: Scene, minute: int, unit: Unit | None = None) -> Unit:
    """The crew on the first call says that there is no weapon."""
    if unit is None:
        unit = make_unit(scene.center, "P101", "police")
        send(scene.dispatcher, scene.first, unit)
        put_on_shift(make_user(scene.center, "officer", username="p101"), unit, "officer")
    officer, call_id = User.objects.get(username="p101"), unit.assignments.open().get().call_id
    act(state_facts, by=officer, now=later(minutes=minute), call_id=call_id, facts={"weapon": "denied"})
    return unit


def test_what_a_unit_said_on_one_call_takes_nothing_back_of_the_other(scene: Scene) -> None:
    unit = reported(scene, 4)
    scene.merge()
    assert scene.detail(scene.first)["facts"]["weapon"] == "in_hand"
    reported(scene, 9, unit)
    assert scene.detail(scene.first)["facts"]["weapon"] == "denied"


def test_a_unit_report_on_the_duplicate_clears_nothing_of_the_call_that_stays(scene: Scene) -> None:
    reported(scene, 4)
    scene.merge(call_id=scene.first.pk, into=scene.second.pk)
    assert scene.detail(scene.second)["facts"]["weapon"] == "in_hand"


def test_units_of_the_duplicate_go_on_as_they_are_and_hear_of_what_the_call_knows(scene: Scene) -> None:
    police = make_unit(scene.center, "P101", "police")
    send(scene.dispatcher, scene.first, police)
    act(report_stage, by=scene.dispatcher, now=later(minutes=3), unit_id=police.pk, stage="en_route")
    before = Assignment.objects.get()
    scene.merge(call_id=scene.first.pk, into=scene.second.pk)
    after = Assignment.objects.get()
    assert (after.pk, after.call, after.status, after.dispatched_at) == (
        before.pk, scene.second, "en_route", before.dispatched_at,
    )  # fmt: skip
    second = Call.objects.get(pk=scene.second.pk)
    assert (second.status, second.first_dispatched_at) == ("en_route", NOW)
    alert = Alert.objects.get(call=second, kind="safety_worsened")
    assert "tell P101" in alert.text and alert.told.get().unit == police


def test_an_alert_that_a_unit_has_not_heard_of_goes_on_with_it(scene: Scene) -> None:
    police = make_unit(scene.center, "P101", "police")
    send(scene.dispatcher, scene.second, police, now=later(minutes=3))
    act(
        state_facts,
        by=scene.dispatcher,
        now=later(minutes=3),
        call_id=scene.second.pk,
        facts={"violence": "in_progress"},
    )
    scene.judge(scene.second, 4)
    scene.merge()
    alert = Alert.objects.get(kind="safety_worsened", closed_at__isnull=True, text__contains="VIOLENCE")
    assert alert.call == scene.first
    scene.do(tell_unit, alert_id=alert.pk, unit_id=police.pk, by_radio=True)


def test_a_crew_in_danger_is_so_on_the_call_that_stays(scene: Scene) -> None:
    police = make_unit(scene.center, "P101", "police")
    send(scene.dispatcher, scene.second, police, now=later(minutes=3))

    def cry(*, actor: Any, now: Any) -> dict[str, Any]:
        fields: dict[str, Any] = {"kind": Alert.Kind.DURESS, "text": "P101 calls for help", "unit": police}
        return {"id": raise_alert(center=scene.center, call=scene.second, now=now, **fields).pk}

    scene.do(cry, minute=4)
    scene.merge()
    assert Alert.objects.open().get(kind="duress").call == scene.first


def test_care_on_its_way_does_not_come_to_a_call_that_asks_for_police_without_them(scene: Scene) -> None:
    care = make_unit(scene.center, "CARE1")
    quiet = make_call(scene.dispatcher, now=later(minutes=3), facts={"weapon": "denied", "violence": "denied"})
    send(scene.dispatcher, quiet, care, override_reason="other", override_note="phone check")
    with pytest.raises(CareNeedsPolice):
        scene.merge(call_id=quiet.pk, into=scene.second.pk)
    assert care.assignments.open().get().call == quiet
    scene.merge(call_id=quiet.pk, into=scene.second.pk, override_reason="local_knowledge")
    moved = care.assignments.open().get()
    assert (moved.role, moved.against_triage, moved.override_reason) == ("stage", True, "local_knowledge")


def test_care_inside_on_the_duplicate_raises_an_alert_when_the_call_asks_for_police(scene: Scene) -> None:
    care = make_unit(scene.center, "CARE1")
    quiet = make_call(scene.dispatcher, triaged=False, now=later(minutes=3))
    send(scene.dispatcher, quiet, care, override_reason="other", override_note="phone check")
    act(report_stage, by=scene.dispatcher, unit_id=care.pk, stage="contact")
    Call.objects.filter(pk=quiet.pk).update(verdict=scene.second.verdict)  # it knew of the gun
    told = Alert.objects.get(call=quiet, kind="not_cleared_to_enter")
    act(tell_unit, by=scene.dispatcher, alert_id=told.pk, unit_id=care.pk, by_radio=True)
    scene.merge(call_id=quiet.pk, into=scene.second.pk)
    assert Alert.objects.get(call=scene.second, kind="not_cleared_to_enter").told.get().unit == care


def test_the_more_urgent_priority_and_the_heavier_hand_stay(scene: Scene) -> None:
    Call.objects.filter(pk=scene.second.pk).update(
        priority="P", mode_override="fire_police_ems", mode_reason="other", mode_note="smoke"
    )
    Call.objects.filter(pk=scene.first.pk).update(priority="2")
    scene.merge()
    first = Call.objects.get(pk=scene.first.pk)
    assert (first.priority, first.mode_override, first.mode_note) == ("P", "fire_police_ems", "smoke")


def test_a_note_written_on_the_duplicate_later_is_triaged_where_it_is_read(scene: Scene) -> None:
    scene.merge()
    scene.judge(scene.first)
    note = scene.do(add_note, minute=7, call_id=scene.second.pk, text="he took all his pills")["note_id"]
    assert scene.judge(scene.first, 8).verdict.facts["overdose"] == "yes"  # type: ignore[union-attr]
    scene.do(seal_note, minute=9, by=scene.supervisor, note_id=note, reason="wrong person")
    quotes = [row["evidence"] for row in scene.detail(scene.first)["statements"] if row["informant"] == f"note {note}"]
    assert quotes and set(quotes) == {""}


def test_facts_and_units_are_refused_on_a_merged_call_with_where_to_go_on(scene: Scene) -> None:
    scene.merge()
    with pytest.raises(CallMerged, match=f"merged into call {scene.first.number}"):
        act(state_facts, by=scene.dispatcher, call_id=scene.second.pk, facts={"weapon": "unknown"})
    with pytest.raises(CallMerged):
        act(reopen_call, by=scene.dispatcher, call_id=scene.second.pk, reason="again")


def test_a_supervisor_takes_a_duplicate_out_again_with_its_age_and_all_it_had(scene: Scene) -> None:
    scene.merge()
    scene.judge(scene.first)
    with pytest.raises(Forbidden):
        act(unmerge_call, by=scene.dispatcher, call_id=scene.second.pk, reason="two men")
    scene.do(unmerge_call, minute=9, by=scene.supervisor, call_id=scene.second.pk, reason="two men")
    second = Call.objects.get(pk=scene.second.pk)
    assert (second.status, second.received_at, second.merged_into) == ("pending", later(minutes=2), None)
    assert scene.judge(scene.first, 10).verdict.facts["weapon"] == "denied"  # type: ignore[union-attr]
    assert [entry["text"] for entry in scene.detail(second)["narrative"]] == ["he holds a gun"]
    assert scene.detail(scene.first)["narrative"] == []
    with pytest.raises(NotMerged):
        act(unmerge_call, by=scene.supervisor, call_id=scene.second.pk, reason="again")
    scene.merge(call_id=scene.first.pk, into=scene.second.pk)


def test_the_call_that_stays_is_closed_and_reopened_with_what_was_merged_into_it(scene: Scene) -> None:
    scene.merge()
    act(
        close_call,
        by=scene.dispatcher,
        call_id=scene.first.pk,
        closed_as="advised",
        not_sent_reason="all_busy",
        now=later(minutes=8),
    )
    act(reopen_call, by=scene.dispatcher, call_id=scene.first.pk, reason="again", now=later(minutes=9))
    first = Call.objects.get(pk=scene.first.pk)
    assert (first.received_at, first.reopened_at) == (NOW, later(minutes=9))
    assert scene.judge(first, 10).verdict.facts["weapon"] == "in_hand"  # type: ignore[union-attr]


def test_there_are_no_chains(scene: Scene) -> None:
    third = make_call(scene.dispatcher)
    scene.merge()
    with pytest.raises(HoldsMerged, match=f"merge {third.number} into {scene.first.number} instead"):
        scene.merge(call_id=scene.first.pk, into=third.pk)
    with pytest.raises(CallMerged):
        scene.merge(call_id=third.pk, into=scene.second.pk)
    scene.merge(call_id=third.pk, into=scene.first.pk)


def test_the_database_refuses_a_chain_a_circle_and_a_merged_call_that_is_open(scene: Scene) -> None:
    third = make_call(scene.dispatcher)
    scene.merge()
    merge = CallMerge.objects.create(merged=scene.first, primary=third, merged_at=NOW)
    for row in (
        lambda: MergeSide.objects.create(merge=merge, call=scene.first, side=MergeSide.Side.MERGED),
        lambda: CallMerge.objects.create(merged=scene.second, primary=third, merged_at=NOW),
        lambda: Call.objects.filter(pk=third.pk).update(merged_into=scene.first),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            row()


def test_another_centers_call_looks_missing(scene: Scene) -> None:
    other = make_call(make_user(make_center()))
    for ids in ({"into": other.pk}, {"call_id": other.pk}):
        with pytest.raises(NotFound):
            scene.merge(**ids)


def test_two_who_merge_the_same_calls_into_each_other_at_once_leave_one_of_them_open(committed_db: None) -> None:
    use_default_rules()
    people = [make_user(center := make_center()), make_user(center)]
    for _ in range(10):
        pair = [make_call(people[0], triaged=False) for _ in range(2)]
        outcomes, barrier = list[str](), threading.Barrier(2)

        def merge(
            person: Any, one: Call, two: Call, outcomes: list[str] = outcomes, barrier: threading.Barrier = barrier
        ) -> None:
            barrier.wait()
            try:
                act(merge_calls, by=person, call_id=one.pk, into=two.pk)
                outcomes.append("merged")
            except Conflict as refused:
                outcomes.append(refused.message)
            connections.close_all()

        threads = [
            threading.Thread(target=merge, args=(person, *calls))
            for person, calls in zip(people, (pair, pair[::-1]), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        words, done = sorted(outcomes)
        assert done == "merged" and "was merged into call" in words
        assert Call.objects.filter(pk__in=[call.pk for call in pair], status="closed").count() == 1


def test_a_unit_sent_to_the_duplicate_while_it_is_merged_is_on_one_call_that_is_open(committed_db: None) -> None:
    use_default_rules()
    center = make_center()
    dispatcher = make_user(center)
    for _ in range(10):
        first, second = (make_call(dispatcher, triaged=False) for _ in range(2))
        police: Unit = make_unit(center, discipline="police")

        def merge(one: Call = second, two: Call = first) -> None:
            act(merge_calls, by=dispatcher, call_id=one.pk, into=two.pk)
            connections.close_all()

        def go(call: Call = second, first: Call = first, unit: Unit = police) -> None:
            try:
                send(dispatcher, call, unit)
            except CallMerged:
                send(dispatcher, first, unit)
            connections.close_all()

        threads = [threading.Thread(target=target) for target in (merge, go)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        assert police.assignments.open().get().call == first
