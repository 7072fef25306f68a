"""Demand nobody met: a reason is asked for, each such call is in the ledger once, and the reasons sum to the rest."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calls.closing import close_call, reopen_call
from calls.dispatch import set_mode
from calls.ledger import ledger
from calls.models import Call, Unmet
from calls.stages import free_unit, report_stage
from calls.unmet import NothingOwed, explain_unmet
from care_dispatch.log.models import Event
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
        fields = {"closed_as": "advised", "now": later(minutes=9), **fields}
        act(close_call, by=self.dispatcher, call_id=call.pk, not_sent_reason=not_sent, **fields)

    def visit(self, call: Call, *units: Unit) -> None:
        send(self.dispatcher, call, *units, now=later(minutes=1))
        for unit in units:
            act(report_stage, by=self.dispatcher, now=later(minutes=5), unit_id=unit.pk, stage="on_scene")
            act(free_unit, by=self.dispatcher, now=later(minutes=20), unit_id=unit.pk)

    def close_and_reopen(self, call: Call) -> None:
        self.close(call, "off_hours")
        act(reopen_call, by=self.dispatcher, now=later(minutes=10), call_id=call.pk, reason="called again")

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
    assert (told["calls"], told["eligible"], told["ineligible"], told["not_triaged"]) == (6, 5, 0, 1)
    assert {one["reason"]: one["count"] for one in told["reasons"]} == {"all_busy": 2, "off_hours": 1, "": 1}
    assert (told["unmet"], told["open"], told["met"], told["not_wanted"]) == (4, 1, 0, 0)


def test_a_call_closed_again_says_the_newest_reason_and_wait_and_the_log_keeps_the_first(scene: Scene) -> None:
    call = scene.call()
    scene.close(call, "all_busy")
    act(reopen_call, by=scene.dispatcher, now=later(minutes=10), call_id=call.pk, reason="called again")
    assert scene.read()["open"] == 1
    with pytest.raises(Invalid, match="say why not"):
        scene.close(call, now=later(minutes=30))
    scene.close(call, "caller_declined", now=later(minutes=30))
    row = Unmet.objects.get(call=call)
    assert (row.reason, row.waited_seconds) == ("caller_declined", 1800)
    told = Event.objects.filter(kind="unmet.noted", call_id=call.pk).order_by("seq")
    assert [one.payload["ref"]["reason"] for one in told] == ["all_busy", "caller_declined"]


def test_who_set_less_by_hand_has_said_why_care_was_not_sent(scene: Scene) -> None:
    call = scene.call()
    fields: dict[str, Any] = {"response": "standard", "reason": "local_knowledge"}
    act(set_mode, by=scene.dispatcher, call_id=call.pk, **fields)
    scene.close(call)
    assert Unmet.objects.get(call=call).reason == "rule_override" and scene.read()["unmet"] == 1


# What may become of a call, in any order and number.
FATES: dict[str, Callable[[Scene, Call], Any]] = {
    "left open": lambda scene, call: None,
    "said": lambda scene, call: scene.close(call, "all_busy"),
    "owed": lambda scene, call: scene.visit(call, scene.police),
    "cancelled": lambda scene, call: scene.close(call, closed_as="cancelled", reason="no longer needed"),
    "duplicate": lambda scene, call: scene.close(call, closed_as="duplicate"),
    "988": lambda scene, call: scene.close(call, closed_as="transferred_988"),
    "care went": lambda scene, call: scene.visit(call, scene.care, scene.police),
    "by hand": lambda scene, call: act(set_mode, by=scene.supervisor, call_id=call.pk, response="phone", reason="other", note="x"),
    "reopened": lambda scene, call: scene.close_and_reopen(call),
}  # fmt: skip
KINDS: tuple[dict[str, Any] | None, ...] = (
    WANTS_BOTH,
    {"weapon": "in_hand", "is_behavioral": "yes"},
    {"is_behavioral": "no", "weapon": "denied"},
    {"is_behavioral": "yes", "need": "talk", "weapon": "denied", "suicide": "denied", "location_type": "home"},
    None,
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(sorted(FATES))), min_size=1, max_size=6))
def test_whatever_becomes_of_calls_each_is_in_one_bucket(met: list[tuple[dict[str, Any] | None, str]]) -> None:
    scene = Scene()
    for facts, fate in met:
        call = make_call(scene.dispatcher, triaged=facts is not None, facts=facts or {})
        FATES[fate](scene, call)
    told = scene.read()
    assert told["calls"] == sum(told[kind] for kind in ("eligible", "by_phone", "ineligible", "not_triaged"))
    unmet = sum(one["count"] for one in told["reasons"])
    assert told["eligible"] == told["met"] + unmet + told["not_wanted"] + told["open"]


def test_the_rows_are_narrowed_and_the_numbers_are_not(scene: Scene) -> None:
    scene.close(scene.call(), "all_busy")
    scene.close(scene.call(), "off_hours")
    scene.visit(scene.call(), scene.police)
    for narrowed, found in (
        ({"reason": "owed"}, 1),
        ({"level": 3}, 3),
        ({"level": 4}, 0),
        ({"hour": 14}, 3),
        ({"hour": 3}, 0),
    ):
        told = ledger(scene.supervisor, later(days=1), **narrowed)
        assert (told["found"], told["unmet"]) == (found, 3)


def test_the_ledger_is_the_supervisors_and_the_centers_own(scene: Scene) -> None:
    scene.close(scene.call(), "all_busy")
    with pytest.raises(Forbidden):
        ledger(scene.dispatcher, later(days=1))
    assert ledger(Scene().supervisor, later(days=1))["calls"] == 0
