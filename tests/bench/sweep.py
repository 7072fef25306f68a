"""Five sweeps at once, beside the product's own, over 1,000 alerts and clocks that are due: each is told of once."""

import threading
import time
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from calls.alerts import raise_alert
from calls.models import Alert, ClockLimit
from care_dispatch.due.work import run_once
from teams.models import Center
from tests.bench.ground import Ground
from tests.bench.town import LOCATION
from tests.cast import act, make_call, make_center, make_user

ALERTS, CALLS, SWEEPS = 800, 200, 5
# Events that say the same of the same alert or call a second time.
_DOUBLES = (
    "SELECT coalesce(sum(n - 1), 0)::int FROM (SELECT count(*) AS n FROM log_event WHERE center_id = %s"
    " AND kind IN ('alert.escalated', 'alert.raised', 'call.late')"
    " GROUP BY kind, call_id, payload->'ref'->>'alert_id', payload->'set'->>'call.late') same"
)
_TOLD = "SELECT count(*) FROM calls_alert WHERE center_id = %s AND escalated_to <> ''"


def measure(ground: Ground) -> dict[str, float]:
    center = make_center()
    ClockLimit.objects.create(center=center, clock="alert", overdue_seconds=5)
    ClockLimit.objects.create(center=center, clock="seen", overdue_seconds=86_400)
    now, by = timezone.now(), make_user(center)
    act(_raise, by=None, now=now, center=center)
    for _ in range(CALLS):
        make_call(by, triaged=False, now=now - timedelta(minutes=5), location=LOCATION)
    time.sleep(max(0.0, 5 - (timezone.now() - now).total_seconds()))
    start = time.perf_counter()
    threads = [threading.Thread(target=_sweep) for _ in range(SWEEPS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ground.wait_until_quiet()
    return {
        "sweep.s": time.perf_counter() - start,
        "sweep.told": ground.ask(_TOLD, [center.pk])[0][0],
        "sweep.doubles": ground.ask(_DOUBLES, [center.pk])[0][0],
    }


def _raise(*, actor: Any, now: Any, center: Center) -> dict[str, Any]:
    for number in range(ALERTS):
        raise_alert(center=center, kind=Alert.Kind.OVERDUE, text="due", now=now, cause=f"bench:{number}")
    return {}


def _sweep() -> None:
    while run_once(older_than=timedelta(0), now=timezone.now(), source="sweep", unhurried=False):
        pass
    connections.close_all()
