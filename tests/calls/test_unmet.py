"""Demand nobody met: a reason is asked for, each such call is in the ledger once, and the reasons sum to the rest."""

from typing import Any

import pytest

from calls.closing import close_call, reopen_call
from calls.models import Call, Unmet
from calls.stages import free_unit, report_stage
from calls.unmet import NothingOwed, explain_unmet, ledger
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import Unit
from tests.cast import act, later, make_call, make_center, make_unit, make_user, send, use_default_rules

pytestmark = pytest.mark.django_db
WANTS_BOTH = {"weapon": "historic", "violence": "denied", "is_behavioral": "yes", "need": "in_person"}


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.care, self.police = make_unit(self.center), make_unit(self.center, discipline="police")

    def call(self, facts: dict[str, Any] | None = None) -> Call:
        return make_call(self.dispatcher, facts=WANTS_BOTH if facts is None else facts)

    def close(self, call: Call, not_sent: str = "", **fields: Any) -> None:
        fields = {"closed_as": "advised", **fields}
        act(close_call, by=self.dispatcher, now=later(minutes=9), call_id=call.pk, not_sent_reason=not_sent, **fields)

    def visit(self, call: Call, unit: Unit) -> None:
        send(self.dispatcher, call, unit, now=later(minutes=1))
        act(report_stage, by=self.dispatcher, now=later(minutes=5), unit_id=unit.pk, stage="on_scene")
        act(free_unit, by=self.dispatcher, now=later(minutes=20), unit_id=unit.pk)

    def read(self) -> dict[str, Any]:
        return ledger(self.supervisor, later(days=1))


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_who_closes_a_call_that_asked_for_care_says_why_none_went(scene: Scene) -> None:
    call = scene.call()
    with pytest.raises(Invalid, match=r"say why not: off_hours, all_busy"):
        scene.close(call)
    scene.close(call, "all_busy")
    row = Unmet.objects.get(call=call)
    assert (row.reason, row.level, row.hour, row.instead, row.waited_seconds) == (
        "all_busy", 3, 14, ["closed_without"], 540
    )  # fmt: skip


@pytest.mark.parametrize("closed_as", ["cancelled", "duplicate", "transferred_988"])
def test_where_nobody_is_wanted_any_more_nothing_is_asked(scene: Scene, closed_as: str) -> None:
    scene.close(scene.call(), closed_as=closed_as, reason="no longer needed")
    assert not Unmet.objects.exists()


def test_a_call_that_did_not_ask_for_care_is_no_unmet_one(scene: Scene) -> None:
    scene.close(make_call(scene.dispatcher, triaged=False))
    scene.close(scene.call({"is_behavioral": "no", "weapon": "denied"}))
    assert not Unmet.objects.exists()


def test_police_alone_at_a_call_for_both_leave_a_reason_owed_that_is_given_afterwards(scene: Scene) -> None:
    call = scene.call()
    scene.visit(call, scene.police)
    row = Unmet.objects.get(call=call)
    assert (row.reason, row.instead) == ("", ["sent_without"])
    act(explain_unmet, by=scene.dispatcher, call_id=call.pk, reason="off_hours")
    row.refresh_from_db()
    assert row.reason == "off_hours" and row.reason_by == scene.dispatcher
    with pytest.raises(Invalid, match="Give one of"):
        act(explain_unmet, by=scene.dispatcher, call_id=call.pk, reason="no idea")


def test_care_that_was_sent_meets_the_demand_however_it_ended(scene: Scene) -> None:
    call = scene.call()
    send(scene.dispatcher, call, scene.care, scene.police)
    act(free_unit, by=scene.dispatcher, now=later(minutes=2), unit_id=scene.care.pk)
    act(free_unit, by=scene.dispatcher, now=later(minutes=2), unit_id=scene.police.pk)
    scene.close(call)
    assert not Unmet.objects.exists()
    with pytest.raises(NothingOwed):
        act(explain_unmet, by=scene.dispatcher, call_id=call.pk, reason="all_busy")


def test_a_reopened_call_that_care_comes_to_after_all_was_met(scene: Scene) -> None:
    call = scene.call()
    scene.close(call, "all_busy")
    act(reopen_call, by=scene.dispatcher, now=later(minutes=10), call_id=call.pk, reason="called again")
    send(scene.dispatcher, call, scene.care, scene.police, now=later(minutes=12))
    assert Unmet.objects.get(call=call).met_at is not None and scene.read()["unmet"] == 0


def test_reasons_sum_to_what_was_not_met_and_three_kinds_of_calls_to_all(scene: Scene) -> None:
    for reason in ("all_busy", "all_busy", "off_hours"):
        scene.close(scene.call(), reason)
    scene.visit(scene.call(), scene.police)
    make_call(scene.dispatcher, triaged=False)
    scene.call({"weapon": "in_hand", "is_behavioral": "yes"})
    told = scene.read()
    assert (told["calls"], told["eligible"], told["ineligible"], told["not_triaged"]) == (6, 4, 1, 1)
    assert {one["reason"]: one["count"] for one in told["reasons"]} == {"all_busy": 2, "off_hours": 1, "": 1}
    assert sum(one["count"] for one in told["reasons"]) == told["unmet"] == 4


def test_the_ledger_is_the_supervisors_and_the_centers_own(scene: Scene) -> None:
    scene.close(scene.call(), "all_busy")
    with pytest.raises(Forbidden):
        ledger(scene.dispatcher, later(days=1))
    assert ledger(Scene().supervisor, later(days=1))["calls"] == 0
