"""A referral from request to the service's word that it has the person."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from calls.closing import close_call
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from referrals.actions import AlreadyReferred, MoveNotAllowed, ServiceClosed, move_referral
from referrals.models import Referral, ReferralStep, Service
from tests.cast import act, last_event, later, make_call, make_center, make_user
from tests.referrals.care_cast import make_referral, make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Any:
    class Scene:
        center = make_center()
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician")
        call = make_call(dispatcher, triaged=False)
        service = make_service(center)

    return Scene()


def test_a_referral_is_requested_while_the_call_is_open_and_its_history_begins(scene: Any) -> None:
    referral = make_referral(scene.clinician, scene.call, scene.service, note="wants to go today")
    assert (referral.status, referral.requested_at) == ("requested", referral.made_at)
    assert [(step.status, step.by) for step in referral.steps.all()] == [("requested", scene.clinician)]
    event = last_event("referral.made")
    assert event.payload == {"v": 1, "set": {}, "ref": {"referral_id": referral.pk}}
    assert event.call_id == scene.call.pk


def test_a_referral_is_made_after_the_call_is_closed_too(scene: Any) -> None:
    act(close_call, by=scene.dispatcher, call_id=scene.call.pk)
    assert make_referral(scene.clinician, scene.call, scene.service).status == "requested"


def test_the_loop_is_closed_when_the_service_has_confirmed_the_person(scene: Any) -> None:
    referral = make_referral(scene.clinician, scene.call, scene.service)
    act(move_referral, by=scene.clinician, now=later(hours=1), referral_id=referral.pk, to="accepted")
    with pytest.raises(Invalid, match="say who there confirmed it"):
        act(move_referral, by=scene.clinician, referral_id=referral.pk, to="completed")
    done: dict[str, Any] = {"referral_id": referral.pk, "to": "completed", "confirmed_with": "intake desk"}
    act(move_referral, by=scene.clinician, now=later(hours=2), **done)
    referral.refresh_from_db()
    assert (referral.accepted_at, referral.received_at) == (later(hours=1), later(hours=2))
    assert [step.status for step in referral.steps.all()] == ["requested", "accepted", "completed"]
    assert [step.confirmed_with for step in referral.steps.all()] == ["", "", "intake desk"]


def test_a_move_that_skips_acceptance_is_refused_and_the_answer_lists_the_moves(scene: Any) -> None:
    referral = make_referral(scene.clinician, scene.call, scene.service)
    with pytest.raises(MoveNotAllowed, match="is requested cannot become completed; it can become accepted") as refused:
        act(move_referral, by=scene.clinician, referral_id=referral.pk, to="completed", confirmed_with="x")
    assert "accepted" in refused.value.details["moves"]
    with pytest.raises(MoveNotAllowed, match="is requested already"):
        act(move_referral, by=scene.clinician, referral_id=referral.pk, to="requested")


def test_a_referral_that_stops_says_why(scene: Any) -> None:
    referral = make_referral(scene.clinician, scene.call, scene.service)
    with pytest.raises(Invalid, match="Say why the referral is rejected: waitlist, ineligible"):
        act(move_referral, by=scene.clinician, referral_id=referral.pk, to="rejected")
    act(move_referral, by=scene.clinician, referral_id=referral.pk, to="rejected", reason="no_capacity")
    assert [(s.status, s.reason) for s in referral.steps.all()] == [("requested", ""), ("rejected", "no_capacity")]


def test_the_same_service_is_not_asked_twice_while_the_first_is_open(scene: Any) -> None:
    first = make_referral(scene.clinician, scene.call, scene.service)
    with pytest.raises(AlreadyReferred, match=r"has a referral to Walk-in clinic already \(requested since 2026-03-02"):
        make_referral(scene.clinician, scene.call, scene.service)
    act(move_referral, by=scene.clinician, referral_id=first.pk, to="failed", reason="unreachable")
    assert make_referral(scene.clinician, scene.call, scene.service).pk != first.pk


def test_a_closed_service_is_refused_by_name(scene: Any) -> None:
    Service.objects.filter(pk=scene.service.pk).update(status="temporarily_closed")
    with pytest.raises(ServiceClosed, match="Walk-in clinic is temporarily closed; choose another"):
        make_referral(scene.clinician, scene.call, scene.service)


@pytest.mark.parametrize("role", ["dispatcher", "supervisor", "officer", "partner"])
def test_only_care_makes_and_changes_referrals(scene: Any, role: str) -> None:
    referral = make_referral(scene.clinician, scene.call, scene.service)
    other = make_user(scene.center, role)
    with pytest.raises(Forbidden, match="Only CARE may make a referral"):
        make_referral(other, scene.call, make_service(scene.center, "Detox"))
    with pytest.raises(Forbidden, match="Only CARE may change a referral"):
        act(move_referral, by=other, referral_id=referral.pk, to="accepted")


def test_another_centers_referral_call_and_service_look_missing(scene: Any) -> None:
    referral = make_referral(scene.clinician, scene.call, scene.service)
    elsewhere = make_center()
    stranger = make_user(elsewhere, "clinician")
    with pytest.raises(NotFound, match="no such referral"):
        act(move_referral, by=stranger, referral_id=referral.pk, to="accepted")
    with pytest.raises(NotFound, match="no such call"):
        make_referral(stranger, scene.call, scene.service)
    with pytest.raises(NotFound, match="no such service"):
        make_referral(scene.clinician, scene.call, make_service(elsewhere))


def test_the_database_itself_keeps_the_history_and_the_closed_loop(scene: Any) -> None:
    referral = make_referral(scene.clinician, scene.call, scene.service)
    for change in (
        lambda: ReferralStep.objects.filter(referral=referral).update(status="completed"),
        lambda: ReferralStep.objects.filter(referral=referral).delete(),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()
    with pytest.raises(IntegrityError, match="completed_referral_was_received"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(status="completed")
    with pytest.raises(IntegrityError, match="stopped_referral_says_why"), transaction.atomic():
        Referral.objects.filter(pk=referral.pk).update(status="failed")
