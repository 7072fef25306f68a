"""Races over consults with real commits: one answer, one call, one offer, one alert."""

import threading
from functools import partial
from typing import Any

from django.db import connections

from calls.consults import ConsultAnswered, answer_consult, become_dispatch, end_consult, pass_consult
from calls.consults.dispatching import AlreadyDispatched
from calls.consults.offering import NotOffered
from calls.models import Alert, Call, Consult
from tests.calls.consult_cast import SAID, Floor, offers
from tests.cast import NOW, act, later
from tests.referrals.test_races import race

ROUNDS = 6


def at_once(*tasks: Any) -> None:
    """All of them at the same instant; what one is refused is its own."""
    barrier = threading.Barrier(len(tasks))

    def run(task: Any) -> None:
        barrier.wait()
        task()
        connections.close_all()

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


def test_the_second_to_answer_is_told_who_was_first(committed_db: None) -> None:
    floor = Floor(clinicians=2)
    for _ in range(ROUNDS):
        consult = floor.ask()
        tries = [(person, {"consult_id": consult.pk}) for person in floor.clinicians.values()]
        assert race(answer_consult, tries) == [True, ConsultAnswered]
        consult.refresh_from_db()
        assert consult.answered_by is not None
        act(end_consult, by=floor.dispatcher, consult_id=consult.pk, result="requester_handled", **SAID)


def test_two_who_make_it_a_call_make_one(committed_db: None) -> None:
    floor = Floor(clinicians=1)
    for number in range(ROUNDS):
        consult = floor.ask(location="1 MAIN ST")
        tries = [(person, {"consult_id": consult.pk}) for person in (floor.dispatcher, floor.supervisor)]
        assert race(become_dispatch, tries) == [True, AlreadyDispatched]
        assert Call.objects.count() == number + 1


def test_two_who_pass_at_once_leave_one_clinician_asked(committed_db: None) -> None:
    floor = Floor(clinicians=3)
    for _ in range(ROUNDS):
        consult = floor.ask()
        tries: list[Any] = [(floor.dispatcher, {"consult_id": consult.pk, "reason": "driving"})] * 2
        assert race(pass_consult, tries) in ([True, True], [True, NotOffered])
        assert consult.offers.filter(ended_at__isnull=True).count() <= 1
        act(end_consult, by=floor.dispatcher, consult_id=consult.pk, result="requester_handled")


def test_several_sweeps_ask_the_next_once_and_tell_the_supervisor_once(committed_db: None) -> None:
    floor = Floor(clinicians=2)
    consult = floor.ask()
    for seconds in (90, 180, 210):
        at_once(*[partial(floor.sweep, later(seconds=seconds))] * 4)
    assert offers(consult) == [("CARE1", "late"), ("CARE2", "late")]
    assert Alert.objects.filter(kind="consult_unanswered").count() == 1


def test_an_answer_while_the_clock_moves_leaves_nobody_asked(committed_db: None) -> None:
    floor = Floor(clinicians=2)
    for _ in range(ROUNDS):
        consult = floor.ask()
        answer: dict[str, Any] = {"by": floor.clinicians["CARE1"], "now": later(seconds=90), "consult_id": consult.pk}
        at_once(partial(floor.sweep, later(seconds=90)), partial(act, answer_consult, **answer))
        assert not consult.offers.filter(ended_at__isnull=True).exists()
        assert Consult.objects.get(pk=consult.pk).answered_at == later(seconds=90)
        act(end_consult, by=floor.dispatcher, now=NOW, consult_id=consult.pk, result="requester_handled", **SAID)
