"""A phone that shares in the very moment its crew signs off."""

import time
from threading import Thread
from typing import Any

from django.db import connection, connections, transaction

from care_dispatch.refusal import Refused
from teams.actions import sign_off
from teams.models import UnitPosition
from teams.sharing import share_position
from tests.cast import act, later
from tests.teams.test_sharing import HERE, Crew

PATIENCE_SECONDS = 10


def waiting() -> int:
    """How many wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


def until_waiting(number: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting() < number:
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.01)


def test_a_crew_signs_off_only_after_what_its_phone_is_telling(committed_db: None) -> None:
    """The phone has read that it is on shift and stands before the table of places: signing off has to wait for it."""
    crew = Crew()

    def do(action: Any, args: dict[str, Any]) -> None:
        try:
            act(action, by=crew.clinician, now=later(minutes=5), **args)
        except Refused:
            pass
        finally:
            connections.close_all()

    phone = Thread(target=do, args=(share_position, dict(HERE)))
    crew_leaves = Thread(target=do, args=(sign_off, {"unit_id": crew.unit.pk}))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE teams_unitposition IN ACCESS EXCLUSIVE MODE")
        phone.start()
        until_waiting(1)
        crew_leaves.start()
        until_waiting(2)
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'teams_unitposition'::regclass")
        assert cursor.fetchone() == (1,), "who signs off waits for the unit, not beside the phone"
    phone.join()
    crew_leaves.join()
    assert not UnitPosition.objects.exists()
