"""Races with real commits: each fails when the lock or the constraint it leans on is taken away."""

import threading
from collections.abc import Sequence

from django.db import connections

from calls.dispatch import UnitHeld, send_units
from calls.intake import create_call
from calls.models import Call
from care_dispatch.log import Key, perform
from care_dispatch.log.models import Event, Head
from teams.models import Unit, User
from tests.cast import NOW, make_call, make_center, make_unit, make_user, use_default_rules


def race(people: Sequence[User], calls: Sequence[Call], unit: Unit) -> list[str]:
    """Everybody sends the unit to their own call at the same instant; each outcome in words."""
    barrier, outcomes = threading.Barrier(len(people)), list[str]()

    def grab(person: User, call: Call) -> None:
        barrier.wait()
        try:
            perform(
                send_units, actor=person, position="D1", source="test", now=NOW, call_id=call.pk, unit_ids=[unit.pk]
            )
            outcomes.append("won")
        except UnitHeld as refused:
            outcomes.append(refused.details["held_by"]["unit"])
        connections.close_all()

    threads = [threading.Thread(target=grab, args=pair) for pair in zip(people, calls, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


def test_two_dispatchers_racing_for_one_unit_get_one_winner(committed_db: None) -> None:
    use_default_rules()
    center = make_center()
    people = [make_user(center), make_user(center)]
    for _ in range(20):
        police = make_unit(center, discipline="police")
        assert race(people, [make_call(person) for person in people], police) == sorted(["won", police.callsign])
        assert police.assignments.open().count() == 1


def test_fifty_twins_of_one_request_make_one_call(committed_db: None) -> None:
    dispatcher = make_user(make_center())
    key, answers = Key(dispatcher.pk, "twins", "h"), list[object]()

    def ask() -> None:
        args = {"center": dispatcher.center, "nature": "Welfare check", "location": "1 MAIN ST"}
        answers.append(
            perform(create_call, actor=dispatcher, position="D1", source="test", now=NOW, key=key, **args).result
        )
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert Call.objects.count() == 1
    assert len(answers) == 50 and all(answer == answers[0] for answer in answers)


def test_eight_writers_leave_no_gap_in_numbers_or_log(committed_db: None) -> None:
    dispatcher = make_user(make_center())

    def write() -> None:
        for _ in range(10):
            make_call(dispatcher, triaged=False)
        connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(Call.objects.values_list("number", flat=True)) == list(range(1, 81))
    assert list(Event.objects.order_by("seq").values_list("seq", flat=True)) == list(
        range(1, Head.objects.get().seq + 1)
    )
