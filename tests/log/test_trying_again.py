"""The door under contention: a deadlock or a lock held too long is tried again, a mistake is not."""

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from care_dispatch.log import record, write
from care_dispatch.log.door import RETRIES, call_due
from care_dispatch.log.models import Event
from teams.kinds import UNIT_CHANGED
from teams.models import Unit
from tests.cast import act, make_center, make_unit


def test_of_two_changes_that_lock_each_other_out_both_are_made_once(committed_db: None) -> None:
    """PostgreSQL ends one of them; it is tried again as if nothing had been."""
    center = make_center()
    units = [make_unit(center).pk, make_unit(center).pk]
    both_hold_one, tries = threading.Barrier(2), []

    def place(*, actor: Any, now: datetime, first: int, second: int) -> dict[str, Any]:
        Unit.objects.select_for_update().get(pk=first)
        tries.append(first)
        if len(tries) <= 2:
            both_hold_one.wait(30)
        unit = Unit.objects.select_for_update().get(pk=second)
        sets = write(unit, home=f"{unit.home}+")
        record(UNIT_CHANGED, center_id=center.pk, unit_id=unit.pk, agency_id=unit.agency_id, sets=sets)
        return {}

    def go(first: int, second: int) -> None:
        act(place, by=None, first=first, second=second)
        connections.close_all()

    threads = [threading.Thread(target=go, args=pair) for pair in (units, units[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(tries) == 3
    assert list(Unit.objects.values_list("home", flat=True)) == ["+", "+"]
    assert Event.objects.filter(kind="unit.changed").count() == 2


def test_a_row_that_stays_locked_is_tried_a_few_times_and_then_given_up(committed_db: None) -> None:
    unit, tries = make_unit(make_center()), []
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Unit.objects.select_for_update().get(pk=unit.pk)
            held.set()
            done.wait(60)
        connections.close_all()

    def wait(*, actor: Any, now: datetime) -> dict[str, Any]:
        tries.append(1)
        Unit.objects.select_for_update().get(pk=unit.pk)
        return {}

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
    with pytest.raises(OperationalError, match="lock timeout"):
        act(wait, by=None)
    done.set()
    holder.join(30)
    assert len(tries) == RETRIES + 1


def test_what_is_not_a_lock_is_not_tried_again(db: None) -> None:
    tries = []

    def broken(*, actor: Any, now: datetime) -> dict[str, Any]:
        tries.append(1)
        raise ValueError("a mistake of ours")

    with pytest.raises(ValueError, match="a mistake of ours"):
        act(broken, by=None)
    assert len(tries) == 1


@pytest.mark.parametrize("change", [lambda: record(UNIT_CHANGED, center_id=1), lambda: call_due("triage", 1)])
def test_nothing_is_recorded_or_scheduled_beside_the_door(change: Any) -> None:
    with pytest.raises(RuntimeError, match="only inside perform"):
        change()
