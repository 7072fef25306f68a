"""A phone that shares in the very moment its crew signs off."""

from threading import Barrier, Thread
from typing import Any

from django.db import connections

from care_dispatch.refusal import Refused
from teams.actions import sign_off
from teams.models import UnitPosition
from teams.sharing import share_position
from tests.cast import act, later
from tests.teams.test_sharing import HERE, Crew


def test_no_place_is_left_behind_by_a_phone_that_shares_while_its_crew_signs_off(committed_db: None) -> None:
    for _ in range(10):
        crew, barrier = Crew(), Barrier(2)

        def together(action: Any, args: dict[str, Any], crew: Crew = crew, barrier: Barrier = barrier) -> None:
            barrier.wait()
            try:
                act(action, by=crew.clinician, now=later(minutes=5), **args)
            except Refused:
                pass
            finally:
                connections.close_all()

        both = ((share_position, dict(HERE)), (sign_off, {"unit_id": crew.unit.pk}))
        threads = [Thread(target=together, args=pair) for pair in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not UnitPosition.objects.exists()
