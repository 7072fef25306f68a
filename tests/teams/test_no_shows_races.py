"""Somebody signs on at the moment they are missed, with real commits: fails when the two do not lock the person."""

import threading
from typing import Any

from django.db import connections

from calls.models import Alert
from teams.actions import sign_on
from teams.no_shows import look_at_plan
from tests.cast import act, later, make_center, make_unit, make_user
from tests.crew_cast import plan_shift

ROUNDS = 25


def test_nobody_stays_missed_who_has_signed_on(committed_db: None) -> None:
    center = make_center(crews_sign_on=True)
    late = later(minutes=11)
    for _ in range(ROUNDS):
        unit = make_unit(center, status="off_duty")
        plan = plan_shift(center, unit=unit, user=make_user(center, "clinician", agency=unit.agency))
        crew = [(plan.user_id, plan.duty)]
        barrier = threading.Barrier(2)

        def at_once(action: Any, barrier: Any = barrier, **args: Any) -> None:
            barrier.wait()
            act(action, by=None, now=late, **args)
            connections.close_all()

        threads = [
            threading.Thread(target=at_once, args=(sign_on,), kwargs={"unit_id": unit.pk, "crew": crew, "until": later(hours=8)}),
            threading.Thread(target=at_once, args=(look_at_plan,), kwargs={"plan_id": plan.pk}),
        ]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert unit.shifts.exists()
    assert not Alert.objects.open().exists()
