"""kill -9 in the middle of a backtest: it goes on where it stopped, and no call is counted twice or left out."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from calls import triage
from calls.acted_on import period, read_part
from calls.backtests import BACKTEST, PART, ask_backtest
from calls.models import Backtest
from calls.triage.comparing import Tally, count
from care_dispatch.due.models import Due
from teams.models import Center
from tests.bench.past import DAYS, load_past
from tests.calls.draft_cast import CAREFREE, make_draft, production
from tests.cast import act, make_center, make_user, use_default_rules
from tests.conftest import MakeStack
from tests.faults.signals import signal_all
from tests.faults.truth import until
from tests.services import KILLS, Stack, pointed_at

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
CALLS = 10 * PART
WITHIN_SECONDS = 60.0


@pytest.fixture(scope="module")
def mortal(make_stack: MakeStack) -> Stack:
    """A stack whose PostgreSQL is its own, so that it may die."""
    return make_stack(own_servers=True)


@pytest.fixture
def center(mortal: Stack, django_db_blocker: Any) -> Iterator[Center]:
    with django_db_blocker.unblock(), pointed_at(mortal.database, mortal.services.postgres):
        use_default_rules()
        center = make_center(timers_run=False)
        load_past(make_user(center), CALLS, timezone.now())
        yield center


def undisturbed(center: Center, times: dict[str, Any]) -> dict[str, Any]:
    """What the whole comes to when it is counted at once."""
    part = read_part(period(center, **times), period(center, **times).start, 2 * CALLS)
    assert part.calls == len(part.cases) == CALLS
    return count(part.cases, triage.parse_rules(CAREFREE)).as_dict()


def in_the_middle(row_id: int) -> bool:
    """Some parts are counted, and somebody has taken up the next."""
    taken_up = Due.objects.filter(kind=BACKTEST, subject_id=row_id, attempts__gt=0)
    return taken_up.exists() and Backtest.objects.filter(pk=row_id, done__gt=0).exists()


@pytest.mark.parametrize("names", [("worker", "sweep"), ("postgres",)], ids=" and ".join)
def test_a_backtest_survives_the_death_of(names: tuple[str, ...], mortal: Stack, center: Center) -> None:
    """Worker and sweep go together: either may be the one that is at it."""
    now = timezone.now()
    times: dict[str, Any] = {
        "received_from": now - timedelta(days=DAYS + 2),
        "received_to": now - timedelta(hours=1),
    }
    admin, draft, before = make_user(center, "admin"), make_draft(), production()
    expected = undisturbed(center, times)
    for _ in range(KILLS):
        row_id = act(ask_backtest, by=admin, now=timezone.now(), rule_set_id=draft.pk, **times).result["backtest_id"]
        until(lambda pk=row_id: in_the_middle(pk), "the middle", WITHIN_SECONDS)  # type: ignore[misc]
        for name in names:
            signal_all(mortal, name, signal.SIGKILL)
        for name in names:
            mortal.restart(name)
        connections.close_all()
        killed_at = Backtest.objects.get(pk=row_id)
        assert (killed_at.status, killed_at.done < CALLS) == ("running", True), "it was over before the kill"
        over = Backtest.objects.filter(pk=row_id).exclude(status="running")
        until(over.exists, "the end", WITHIN_SECONDS)
        ended = over.get()
        assert (ended.status, ended.done, ended.total) == ("done", CALLS, CALLS), ended.error
        assert Tally.of(ended.result).as_dict() == expected
    after = production()
    asked = {"log_event", "log_head"}  # that a backtest was asked for is in the log; the run itself adds nothing
    assert {table: rows for table, rows in after.items() if table not in asked} == {
        table: rows for table, rows in before.items() if table not in asked
    }
    assert after["log_event"][0] == before["log_event"][0] + KILLS
