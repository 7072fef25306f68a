"""A draft on a hundred thousand past calls: from the asking to the result, through Celery, in parts."""

import time
from datetime import timedelta
from typing import Any

from django.utils import timezone

from calls.backtests import ask_backtest
from calls.models import Backtest
from tests.bench.ground import Ground
from tests.bench.past import DAYS, load_past
from tests.calls.draft_cast import make_draft
from tests.cast import act, make_center, make_user

CALLS = 100_000
HANG_GUARD_SECONDS = 600.0


def measure(ground: Ground) -> dict[str, float]:
    center, now = make_center(timers_run=False), timezone.now()
    load_past(make_user(center), CALLS, now)
    ground.wait_until_quiet()
    start = time.perf_counter()
    period: dict[str, Any] = {"received_from": now - timedelta(days=DAYS + 2), "received_to": now}
    asked = act(ask_backtest, by=make_user(center, "admin"), now=timezone.now(), rule_set_id=make_draft().pk, **period)
    row = _ended(asked.result["backtest_id"])
    took = time.perf_counter() - start
    assert (row.status, row.done, row.result["compared"]) == ("done", CALLS, CALLS), (row.status, row.done, row.error)
    return {
        "backtest_100k.s": took,
        "backtest_100k.per_s": CALLS / took,
        "backtest_100k.changed": row.result["changed"],
    }


def _ended(backtest_id: int) -> Backtest:
    deadline = time.monotonic() + HANG_GUARD_SECONDS
    while time.monotonic() < deadline:
        row = Backtest.objects.defer("result").get(pk=backtest_id)
        if row.status not in Backtest.OPEN:
            return row
        time.sleep(0.1)
    raise AssertionError(f"{row.done} of {row.total} in {HANG_GUARD_SECONDS} s")
