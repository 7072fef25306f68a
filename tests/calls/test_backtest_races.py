"""Races with real commits: one backtest and one shadow at a time, no part twice, one alarm."""

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections

from calls import backtests
from calls.backtests import ask_backtest, run_backtest, stop_backtest
from calls.models import Alert, Backtest, OverrideDrift, ShadowRun
from calls.overrides import run_overrides
from calls.shadows import run_shadow, start_shadow
from calls.triage.comparing import Tally
from calls.triage.overriding import ENOUGH
from care_dispatch.due.models import Due
from care_dispatch.refusal import Conflict
from teams.models import Center
from tests.calls.draft_cast import ARMED, by_hand, make_draft, past_call, sweep
from tests.cast import NOW, act, later, make_center, make_user, use_default_rules

TIMES = 10


def together(work: Sequence[Callable[[], object]]) -> list[str]:
    """All at the same instant; ``won`` for each that was done, else the name of its refusal."""
    barrier, outcomes = threading.Barrier(len(work)), list[str]()

    def run(one: Callable[[], object]) -> None:
        barrier.wait()
        try:
            one()
            outcomes.append("won")
        except (Conflict, IntegrityError):
            outcomes.append("refused")
        except BaseException as error:
            outcomes.append(repr(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


@pytest.fixture
def center(committed_db: None) -> Center:
    use_default_rules()
    return make_center()


def test_two_who_start_a_shadow_at_once_start_one(center: Center) -> None:
    people, drafts = [make_user(center, "admin"), make_user(center, "supervisor")], [make_draft(), make_draft()]
    for _ in range(TIMES):
        starts = [
            lambda who=who, draft=draft: act(start_shadow, by=who, rule_set_id=draft.pk)
            for who, draft in zip(people, drafts, strict=True)
        ]
        assert together(starts) == ["refused", "won"]
        assert ShadowRun.objects.filter(center=center, stopped_at__isnull=True).update(stopped_at=NOW) == 1


def test_two_who_ask_for_a_backtest_at_once_get_one(center: Center) -> None:
    people, draft = [make_user(center, "admin"), make_user(center, "supervisor")], make_draft()
    period: dict[str, Any] = {"received_from": NOW - timedelta(days=1), "received_to": NOW}
    for _ in range(TIMES):
        asks = [lambda who=who: act(ask_backtest, by=who, rule_set_id=draft.pk, **period) for who in people]
        assert together(asks) == ["refused", "won"]
        assert Backtest.objects.filter(status="waiting").update(status="stopped", finished_at=NOW) == 1


def test_five_workers_on_one_backtest_count_each_call_once(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtests, "PART", 3)
    admin, dispatcher = make_user(center, "admin"), make_user(center)
    for _ in range(16):
        past_call(dispatcher, ARMED)
    period: dict[str, Any] = {"received_from": NOW, "received_to": later(hours=1)}
    row_id = act(ask_backtest, by=admin, now=later(days=1), rule_set_id=make_draft().pk, **period).result["backtest_id"]

    def work() -> None:
        for _ in range(8):
            run_backtest(row_id, 0, later(days=1), "worker")

    assert together([work] * 5) == ["won"] * 5
    row = Backtest.objects.get()
    assert (row.status, row.done, row.total) == ("done", 16, 16)
    assert (row.result["compared"], row.result["changed"]) == (16, 16)
    (change,) = row.result["changes"]
    assert len({call for call, _ in change["calls"]}) == 16
    assert not Due.objects.filter(kind="backtest").exists()


def test_who_stops_the_last_part_or_is_too_late_is_told_so(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    """The part is being added while somebody stops: they wait for each other, and the answer is what happened."""
    admin, adding, answered = make_user(center, "admin"), threading.Event(), threading.Event()
    past_call(make_user(center), ARMED)
    period: dict[str, Any] = {"received_from": NOW, "received_to": later(hours=1)}
    row_id = act(ask_backtest, by=admin, now=later(days=1), rule_set_id=make_draft().pk, **period).result["backtest_id"]
    add = Tally.of

    def slowly(stored: Any) -> Tally:
        adding.set()
        answered.wait(1)
        return add(stored)

    def stop() -> None:
        adding.wait(30)
        try:
            act(stop_backtest, by=admin, now=later(days=1), backtest_id=row_id)
        finally:
            answered.set()

    monkeypatch.setattr(Tally, "of", slowly)
    assert together([stop, lambda: run_backtest(row_id, 0, later(days=1), "worker")]) == ["refused", "won"]
    assert Backtest.objects.get().status == "done"


def test_five_workers_on_one_verdict_compare_it_once(center: Center) -> None:
    admin, dispatcher = make_user(center, "admin"), make_user(center)
    run_id = act(start_shadow, by=admin, rule_set_id=make_draft().pk).result["shadow_run_id"]
    for _ in range(TIMES):
        verdict_id = past_call(dispatcher, ARMED).verdict_id or 0
        work = [lambda pk=verdict_id: run_shadow(pk, run_id, later(seconds=5), "worker")] * 5
        assert together(work) == ["won"] * 5
    run = ShadowRun.objects.get()
    assert (run.compared, run.differences.count(), run.failures) == (TIMES, TIMES, 0)


def test_five_sweeps_at_once_raise_a_drift_once(center: Center) -> None:
    dispatcher, supervisor = make_user(center), make_user(center, "supervisor")
    for number in range(2 * ENOUGH):
        now = later(days=-20) if number < ENOUGH else later(hours=-1)
        call = past_call(dispatcher, ARMED, now=now)
        if number >= ENOUGH:
            by_hand(supervisor, call, "care_only", now=now)
    morning = Due.objects.get(kind="overrides").due_at
    assert together([lambda: run_overrides(center.pk, 0, morning, "sweep")] * 5) == ["won"] * 5
    assert together([lambda: sweep(morning)] * 5) == ["won"] * 5
    assert sorted(OverrideDrift.objects.values_list("rule", flat=True)) == ["R3b", "R8"]
    assert Alert.objects.filter(kind=Alert.Kind.OVERRIDE_DRIFT).count() == 2
    assert Due.objects.get(kind="overrides").due_at == morning + timedelta(days=1)
