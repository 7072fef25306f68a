"""Races with real commits: one open alert per cause, and each alert told of once by however many sweeps."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from calls.alerts import raise_alert
from calls.models import Alert
from calls.timers import run_clocks
from care_dispatch.due.work import run_once
from care_dispatch.log.models import Event
from teams.models import Center
from tests.calls.test_backtest_races import together
from tests.cast import NOW, act, later, make_call, make_center, make_user, use_default_rules

ALERTS, SWEEPS, CALLS = 60, 5, 8


def raise_for(center: Center, *causes: str) -> None:
    def do(*, actor: Any, now: datetime) -> dict[str, Any]:
        for cause in causes:
            raise_alert(center=center, kind=Alert.Kind.OVERDUE, text=cause, now=now, cause=cause)
        return {}

    act(do, by=None)


def sweep(now: datetime) -> None:
    while run_once(older_than=timedelta(0), now=now, source="sweep"):
        pass


@pytest.fixture
def center(committed_db: None) -> Center:
    return make_center()


def test_ten_who_raise_the_same_cause_at_once_raise_one_alert(center: Center) -> None:
    for number in range(10):
        cause = f"pending:{number}"
        assert together([partial(raise_for, center, cause)] * 10) == ["won"] * 10
    assert Alert.objects.count() == 10 and Event.objects.filter(kind="alert.raised").count() == 10


def test_the_database_itself_refuses_a_second_open_alert_of_a_cause(center: Center) -> None:
    values = {"center": center, "kind": Alert.Kind.OVERDUE, "text": "x", "cause": "pending:1", "raised_at": NOW}
    Alert.objects.create(**values, closed_at=NOW)
    Alert.objects.create(**values)
    with pytest.raises(IntegrityError, match="one_open_alert_per_cause"):
        Alert.objects.create(**values)


def test_the_database_itself_refuses_an_emergency_that_ends_without_a_reason(center: Center) -> None:
    values = {"center": center, "kind": Alert.Kind.DURESS, "text": "x", "raised_at": NOW, "closed_at": NOW}
    Alert.objects.create(**values, end_reason="test")
    with pytest.raises(IntegrityError, match="emergency_ends_with_a_reason"):
        Alert.objects.create(**values)


def test_five_sweeps_at_once_tell_of_each_alert_once(center: Center) -> None:
    raise_for(center, *(f"pending:{number}" for number in range(ALERTS)))
    for second, to in ((31, "supervisor"), (62, "all")):
        assert together([partial(sweep, later(seconds=second))] * SWEEPS) == ["won"] * SWEEPS
        assert Alert.objects.filter(escalated_to=to).count() == ALERTS
    assert Event.objects.filter(kind="alert.escalated").count() == 2 * ALERTS


def test_five_sweeps_at_once_take_each_step_of_a_clock_once(center: Center) -> None:
    use_default_rules()
    dispatcher = make_user(center)
    calls = [make_call(dispatcher, nature="Suicide attempt").pk for _ in range(CALLS)]
    for second in (41, 61, 91):
        assert together([partial(look_at_all, calls, later(seconds=second))] * SWEEPS) == ["won"] * SWEEPS
    assert Event.objects.filter(kind="call.late").count() == 3 * CALLS
    waiting = Alert.objects.filter(cause__startswith="pending:")
    assert (waiting.count(), waiting.filter(escalated_to="supervisor").count()) == (CALLS, CALLS)


def look_at_all(calls: list[int], now: datetime) -> None:
    """What a sweep does that took the rows up at the same moment as the others."""
    for call_id in calls:
        run_clocks(call_id, 0, now, "sweep")
