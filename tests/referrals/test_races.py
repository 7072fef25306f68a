"""Races with real commits over crews, consults and what follows: one winner, and a loser who reads why."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import connections

from calls.consults import ConsultAnswered, answer_consult, ask_consult
from care_dispatch.log import perform
from care_dispatch.refusal import Refused
from referrals.actions import AlreadyReferred, FollowUpClosed, close_follow_up, refer
from referrals.models import Referral, ReferralStep
from teams.actions import OnAnotherUnit, sign_on
from teams.models import Shift, User
from tests.cast import NOW, act, make_agency, make_call, make_center, make_unit, make_user
from tests.referrals.care_cast import make_follow_up, make_service

Try = tuple[User, Mapping[str, Any]]
ROUNDS = 10


def race(action: Callable[..., Mapping[str, Any]], tries: Sequence[Try]) -> list[object]:
    """Everybody at the same instant: True for who won, else the class of the refusal."""
    barrier, outcomes = threading.Barrier(len(tries)), list[object]()

    def attempt(person: User, args: Mapping[str, Any]) -> None:
        barrier.wait()
        try:
            perform(action, actor=person, position="", source="test", now=NOW, **args)
            outcomes.append(True)
        except Refused as refused:
            outcomes.append(type(refused))
        connections.close_all()

    threads = [threading.Thread(target=attempt, args=one) for one in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes, key=lambda outcome: outcome is not True)


def test_two_clinicians_answering_one_consult_get_one_winner(committed_db: None) -> None:
    center = make_center()
    dispatcher, agency = make_user(center), make_agency(center, "police")
    clinicians = [make_user(center, "clinician") for _ in range(2)]
    for _ in range(ROUNDS):
        done = act(ask_consult, by=dispatcher, question="capacity", requester_agency=agency.code)
        tries = [(person, {"consult_id": done.result["consult_id"]}) for person in clinicians]
        assert race(answer_consult, tries) == [True, ConsultAnswered]


def test_two_clinicians_referring_to_one_service_make_one_referral(committed_db: None) -> None:
    center = make_center()
    service, dispatcher = make_service(center), make_user(center)
    clinicians = [make_user(center, "clinician") for _ in range(2)]
    for _ in range(ROUNDS):
        call = make_call(dispatcher, triaged=False)
        tries = [(person, {"call_id": call.pk, "service_id": service.pk}) for person in clinicians]
        assert race(refer, tries) == [True, AlreadyReferred]
    assert Referral.objects.count() == ReferralStep.objects.count() == ROUNDS


def test_a_follow_up_is_closed_once(committed_db: None) -> None:
    center = make_center()
    clinicians = [make_user(center, "clinician") for _ in range(2)]
    for result in ("moved", "deceased") * (ROUNDS // 2):
        follow_up = make_follow_up(clinicians[0], make_call(make_user(center), triaged=False))
        tries = [(person, {"follow_up_id": follow_up.pk, "result": result}) for person in clinicians]
        assert race(close_follow_up, tries) == [True, FollowUpClosed]


def test_one_person_signed_on_to_two_units_at_once_is_on_one(committed_db: None) -> None:
    center = make_center()
    dispatchers = [make_user(center) for _ in range(2)]
    units = [make_unit(center) for _ in range(2)]
    for _ in range(ROUNDS):
        crew = [(make_user(center, "clinician").pk, "clinician")]
        until = NOW + timedelta(hours=12)
        tries = [
            (person, {"unit_id": unit.pk, "crew": crew, "until": until})
            for person, unit in zip(dispatchers, units, strict=True)
        ]
        assert race(sign_on, tries) == [True, OnAnotherUnit]
        assert Shift.objects.filter(user_id=crew[0][0]).count() == 1
