"""A consult is offered to one clinician after another, by a clock that any number of sweeps may move."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls.clocks import DEFAULTS, Clock
from calls.consults import ConsultAnswered, answer_consult, end_consult, pass_consult
from calls.consults.offering import CLOCK, NotOffered, clock_gave_up, move_clock
from calls.consults.routing import Clinician, next_clinician, next_look
from calls.models import ClockLimit, ConsultOffer
from care_dispatch.due.models import Due
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden
from tests.calls.consult_cast import SAID, Floor, offers, open_alerts
from tests.cast import NOW, act, later, make_call, send
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def floor(db: None) -> Floor:
    return Floor()


# --- who is next, pure -----------------------------------------------------------------------------
def one(user_id: int, **fields: Any) -> Clinician:
    values = {"unit_id": user_id, "unit_status": "available", "languages": ["en"], "answered": 0, "idle_since": NOW}
    return Clinician(user_id=user_id, **{**values, **fields})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"answered": 1}),
        ({"idle_since": NOW - timedelta(hours=1)}, {}),
        ({}, {"unit_status": "en_route"}),
        ({"unit_status": "en_route"}, {"unit_status": "unavailable"}),
        ({}, {"asked_now": True}),
        ({"answered": 9, "unit_status": "unavailable"}, {"talking": True}),
        ({"languages": ["en", "es"], "unit_status": "en_route", "answered": 4}, {"answered": 0}),
    ],
)
def test_who_is_asked_first(first: dict[str, Any], second: dict[str, Any]) -> None:
    for order in ((one(2, **first), one(1, **second)), (one(1, **second), one(2, **first))):
        found = next_clinician(order, "es-MX")
        assert found is not None
        assert found.user_id == 2


@pytest.mark.parametrize("status", ["on_scene", "contact", "transporting", "at_facility", "off_duty"])
def test_nobody_leaves_a_person_to_take_a_call(status: str) -> None:
    assert next_clinician([one(1, unit_status=status)]) is None


def test_the_clock_looks_when_something_changes_next() -> None:
    limit = DEFAULTS[Clock.CONSULT, ""]
    looks = [later(seconds=seconds) for seconds in (30, 60, 90)]
    for before, due in zip((0, 30, 60), looks, strict=True):
        assert next_look(limit, NOW, NOW, later(seconds=before)) == due
    assert next_look(limit, NOW, None, later(seconds=90)) == later(seconds=120), "somebody may have come free"


# --- the clock -------------------------------------------------------------------------------------
def test_it_is_offered_to_who_has_been_idle_longest_and_late_to_the_next_and_then_the_supervisor_is_told(
    floor: Floor,
) -> None:
    consult = floor.ask()
    assert offers(consult) == [("CARE1", "")]
    for seconds in (30, 60, 90):
        with board_in_step(floor.center):
            floor.sweep(later(seconds=seconds))
    consult.refresh_from_db()
    assert (consult.warned_at, consult.overdue_at) == (later(seconds=30), later(seconds=60))
    assert offers(consult) == [("CARE1", "late"), ("CARE2", "")]
    floor.sweep(later(seconds=180))
    assert open_alerts(floor) == []
    with board_in_step(floor.center):
        floor.sweep(later(seconds=270))
    assert offers(consult) == [("CARE1", "late"), ("CARE2", "late"), ("CARE3", "late")]
    (text,) = open_alerts(floor)
    assert text == "Consult asked at 14:00:00: no clinician answers P901 (capacity)"


def test_the_supervisor_is_told_once_however_often_it_is_looked(floor: Floor) -> None:
    consult = floor.ask()
    for minute in range(1, 12):
        floor.sweep(later(minutes=minute))
    assert len(open_alerts(floor)) == 1
    assert Event.objects.filter(kind="alert.raised").count() == 1
    floor.crew("CARE7")
    floor.sweep(later(minutes=13))
    assert offers(consult)[-1] == ("CARE7", ""), "who comes on duty later is asked too"
    act(answer_consult, by=floor.clinicians["CARE7"], now=later(minutes=14), consult_id=consult.pk)
    assert open_alerts(floor) == []


def test_a_sweep_that_runs_twice_changes_nothing_more(floor: Floor) -> None:
    consult = floor.ask()
    for _ in range(3):
        act(move_clock, by=None, now=later(seconds=90), consult_id=consult.pk)
    assert offers(consult) == [("CARE1", "late"), ("CARE2", "")]
    assert Event.objects.filter(kind="consult.late").count() == 1


def test_a_clock_that_does_not_run_is_told_of(floor: Floor) -> None:
    consult = floor.ask()
    for _ in range(2):
        clock_gave_up(consult.pk, 5, "LookupError", later(minutes=2))
    assert open_alerts(floor) == ["The clock of the consult of P901 does not run: find a clinician by radio"]


def test_an_admin_sets_how_long_one_clinician_has(floor: Floor) -> None:
    ClockLimit.objects.create(
        center=floor.center, clock=Clock.CONSULT, warn_seconds=5, overdue_seconds=10, escalate_seconds=20
    )
    consult = floor.ask()
    floor.sweep(later(seconds=20))
    assert offers(consult) == [("CARE1", "late"), ("CARE2", "")]


def test_a_replayed_center_asks_and_reminds_nobody(floor: Floor) -> None:
    floor.center.timers_run = False
    floor.center.save()
    floor.ask()
    assert not Due.objects.filter(kind=CLOCK).exists()


def test_nobody_on_duty_is_told_at_once(db: None) -> None:
    floor = Floor(clinicians=0)
    floor.ask()
    assert len(open_alerts(floor)) == 1


def test_a_clinician_on_scene_is_not_asked(floor: Floor) -> None:
    call = make_call(floor.dispatcher)
    send(floor.dispatcher, call, floor.care["CARE1"], floor.police, status="on_scene")
    assert offers(floor.ask()) == [("CARE2", "")]


def test_who_speaks_the_language_is_asked_first(floor: Floor) -> None:
    floor.crew("CARE9", languages=["en", "es"])
    assert offers(floor.ask(language="es")) == [("CARE9", "")]


# --- passing ---------------------------------------------------------------------------------------
def test_who_passes_says_why_and_the_next_is_asked_at_once(floor: Floor) -> None:
    consult = floor.ask()
    with pytest.raises(NotOffered, match="CARE1 is asked"):
        act(pass_consult, by=floor.clinicians["CARE2"], consult_id=consult.pk, reason="driving")
    with pytest.raises(Forbidden):
        act(pass_consult, by=floor.officer, consult_id=consult.pk, reason="driving")
    with board_in_step(floor.center):
        act(pass_consult, by=floor.clinicians["CARE1"], now=later(seconds=9), consult_id=consult.pk, reason="driving")
    assert offers(consult) == [("CARE1", "passed"), ("CARE2", "")]
    act(pass_consult, by=floor.dispatcher, now=later(seconds=12), consult_id=consult.pk, reason="with_person")
    act(pass_consult, by=floor.dispatcher, now=later(seconds=15), consult_id=consult.pk, reason="other")
    assert len(open_alerts(floor)) == 1


def test_whoever_answers_has_it_and_the_offer_says_so(floor: Floor) -> None:
    consult = floor.ask()
    act(answer_consult, by=floor.clinicians["CARE3"], consult_id=consult.pk)
    assert offers(consult) == [("CARE1", "over")]
    with pytest.raises(ConsultAnswered, match="CARE3 answered"):
        act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    taken = floor.ask()
    act(answer_consult, by=floor.dispatcher, consult_id=taken.pk, unit_id=floor.care["CARE1"].pk)
    assert offers(taken) == [("CARE1", "taken")]
    taken.refresh_from_db()
    assert taken.answered_by == floor.clinicians["CARE1"]
    assert not Due.objects.filter(kind=CLOCK).exists()


def test_who_talks_is_asked_last_and_who_has_answered_later(floor: Floor) -> None:
    talking = floor.ask()
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=talking.pk)
    assert offers(floor.ask()) == [("CARE2", "")]
    act(end_consult, by=floor.clinicians["CARE1"], consult_id=talking.pk, result="requester_handled", **SAID)
    assert offers(floor.ask()) == [("CARE3", "")]


def test_the_database_allows_one_open_offer_and_each_clinician_once(floor: Floor) -> None:
    consult = floor.ask()
    offer = consult.offers.get()
    other = {"consult": consult, "unit": offer.unit, "offered_at": NOW}
    with pytest.raises(IntegrityError, match="one_open_offer_per_consult"), transaction.atomic():
        ConsultOffer.objects.create(user=floor.clinicians["CARE2"], **other)
    with pytest.raises(IntegrityError, match="one_offer_per_clinician"), transaction.atomic():
        ConsultOffer.objects.create(user=offer.user, ended_at=NOW, end="late", **other)
    with pytest.raises(IntegrityError, match="passed_offer_says_why"), transaction.atomic():
        ConsultOffer.objects.filter(pk=offer.pk).update(ended_at=NOW, end="passed")
