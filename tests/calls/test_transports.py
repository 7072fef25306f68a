"""Taking somebody along: whereto, who rides, on which legal basis and both mileages; what is left out is owed."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls import selectors
from calls.legal_basis import against_riding
from calls.models import Assignment, Facility
from calls.sign_off import TransportOwed
from calls.stages import NotOnACall, free_unit, record_disposition, report_stage
from calls.transports import transport_person
from care_dispatch.refusal import Invalid, NotFound
from teams.actions import sign_off
from tests.calls.transport_cast import WHOLE, Ride
from tests.cast import act, last_event, later, make_center, make_unit, make_user, put_on_shift, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def ride(db: None) -> Ride:
    return Ride()


# --- what is kept ------------------------------------------------------------------------------------
def test_one_report_starts_the_ride_and_says_whereto_and_the_counter(ride: Ride) -> None:
    ride.say(stage="transporting", at=later(minutes=3), facility="county-ed", start_mileage=41230.0, rides="relative")
    on = ride.on
    assert (on.status, on.transporting_at) == ("transporting", later(minutes=3))
    assert (on.destination, on.start_mileage, on.rides) == ("County General", 41230.0, "relative")
    ride.say(stage="at_facility", end_mileage=41238.5, legal_basis="voluntary")
    assert (ride.on.status, ride.on.destination, ride.on.end_mileage) == ("at_facility", "County General", 41238.5)


def test_words_are_a_destination_as_well_and_take_the_place_of_the_list(ride: Ride) -> None:
    ride.say(facility="county-ed")
    ride.say(destination="his sister's")
    assert (ride.on.destination, ride.on.facility) == ("his sister's", None)


def test_the_same_said_again_is_no_second_event(ride: Ride) -> None:
    ride.say(**WHOLE)
    seq = last_event("unit.transport_recorded").seq
    ride.say(**WHOLE)
    assert last_event("unit.transport_recorded").seq == seq


def test_a_disposition_does_not_wipe_out_where_the_crew_went(ride: Ride) -> None:
    ride.say(**WHOLE)
    act(free_unit, by=ride.clinician, now=later(minutes=9), unit_id=ride.care.pk, disposition="voluntary_transport")
    assert ride.on.destination == "County General"


# --- what is refused, in words -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"start_mileage": 120.0, "end_mileage": 100.0}, "started at 120 miles and ends at 100"),
        ({"start_mileage": 100.0, "end_mileage": 4100.0}, "4000 miles in one ride"),
        ({"legal_basis": "warrant"}, "against their will alone"),
        ({"legal_basis": "officer_no_warrant", "rides": "officer"}, "No police unit is on the call"),
        ({"stage": "staged"}, "A transport reports"),
    ],
)
def test_what_cannot_be_is_refused_and_moves_nothing(ride: Ride, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        ride.say(**{"stage": "transporting"} | said)
    assert (ride.on.status, ride.on.legal_basis, ride.on.start_mileage) == ("on_scene", "", None)


def test_care_takes_somebody_against_their_will_only_with_an_officer_aboard(ride: Ride) -> None:
    send(ride.dispatcher, ride.call, ride.police)
    with pytest.raises(Invalid, match="against their will alone"):
        ride.say(legal_basis="officer_no_warrant")
    ride.say(legal_basis="officer_no_warrant", rides="officer")
    assert ride.on.legal_basis == "officer_no_warrant"
    with pytest.raises(Invalid, match="against their will alone"):
        ride.say(rides="crew")


@pytest.mark.parametrize(
    ("discipline", "basis", "rides", "police", "allowed"),
    [
        ("care", "voluntary", "", False, True),
        ("care", "guardian", "relative", True, False),
        ("care", "warrant", "officer", True, True),
        ("police", "officer_no_warrant", "", False, True),
        ("ems", "officer_no_warrant", "", False, False),
        ("ems", "officer_no_warrant", "", True, True),
        ("ems", "warrant", "", False, True),
    ],
)
def test_who_may_take_whom(discipline: str, basis: str, rides: str, police: bool, allowed: bool) -> None:
    assert (not against_riding(discipline=discipline, basis=basis, rides=rides, police=police)) is allowed


def test_a_status_alone_is_never_refused(ride: Ride) -> None:
    act(report_stage, by=ride.clinician, unit_id=ride.care.pk, stage="transporting")
    assert ride.on.status == "transporting"


def test_a_destination_of_another_center_or_retired_is_not_there(ride: Ride) -> None:
    Facility.objects.create(center=make_center(), code="theirs", name="Theirs", kind="other")
    Facility.objects.create(center=ride.center, code="old", name="Old", kind="other", retired=True)
    for code in ("theirs", "old"):
        with pytest.raises(NotFound, match=f"no destination {code}"):
            ride.say(facility=code)


def test_a_unit_on_no_call_takes_nobody_along(ride: Ride) -> None:
    with pytest.raises(NotOnACall, match="P101 is on no call"):
        act(transport_person, by=ride.dispatcher, unit_id=ride.police.pk, **WHOLE)


def test_another_crew_says_nothing_of_this_ride(ride: Ride) -> None:
    other = make_user(ride.center, "clinician")
    put_on_shift(other, make_unit(ride.center, "CARE2"))
    with pytest.raises(NotFound):
        ride.say(by=other, **WHOLE)


# --- the legal basis of a disposition ----------------------------------------------------------------
def dispose(ride: Ride, disposition: str, **said: Any) -> None:
    act(record_disposition, by=ride.clinician, assignment_id=ride.on.pk, disposition=disposition, **said)


def test_a_detention_names_its_basis_and_an_officers_own_needs_an_officer(ride: Ride) -> None:
    with pytest.raises(Invalid, match=r"on which legal basis.*: officer_no_warrant, warrant"):
        dispose(ride, "emergency_detention")
    with pytest.raises(Invalid, match="not voluntary"):
        dispose(ride, "emergency_detention", legal_basis="voluntary")
    with pytest.raises(Invalid, match="No police unit was on call"):
        dispose(ride, "emergency_detention", legal_basis="officer_no_warrant")
    dispose(ride, "emergency_detention", legal_basis="warrant")
    assert (ride.on.disposition, ride.on.legal_basis) == ("emergency_detention", "warrant")


def test_a_voluntary_transport_is_voluntary_and_any_other_ride_asks(ride: Ride) -> None:
    act(report_stage, by=ride.clinician, unit_id=ride.care.pk, stage="transporting")
    with pytest.raises(Invalid, match="on which legal basis"):
        dispose(ride, "shelter")
    dispose(ride, "voluntary_transport")
    assert ride.on.legal_basis == "voluntary"


def test_care_that_drove_alone_does_not_end_it_as_a_detention(ride: Ride) -> None:
    act(report_stage, by=ride.clinician, unit_id=ride.care.pk, stage="transporting")
    with pytest.raises(Invalid, match="against their will alone"):
        dispose(ride, "emergency_detention", legal_basis="warrant")


# --- what is owed -----------------------------------------------------------------------------------
def test_a_crew_that_owes_its_ride_does_not_sign_off(ride: Ride) -> None:
    act(report_stage, by=ride.clinician, now=later(minutes=2), unit_id=ride.care.pk, stage="transporting")
    act(free_unit, by=ride.clinician, now=later(minutes=9), unit_id=ride.care.pk, disposition="voluntary_transport")
    with pytest.raises(TransportOwed, match=f"CARE1 took somebody along on call {ride.call.number}"):
        act(sign_off, by=ride.clinician, unit_id=ride.care.pk)
    for reader in (ride.dispatcher, ride.clinician):
        (owed,) = selectors.transports_owed(reader, later(minutes=10))
        assert (owed["callsign"], owed["destination"], owed["legal_basis"]) == ("CARE1", "", "voluntary")
    ride.say(assignment_id=ride.on.pk, **WHOLE)
    assert selectors.transports_owed(ride.dispatcher, later(minutes=10)) == []
    act(sign_off, by=ride.clinician, unit_id=ride.care.pk)


def test_an_ambulance_keeps_its_own_record(ride: Ride) -> None:
    medic = make_unit(ride.center, "M71", "ems")
    send(ride.dispatcher, ride.call, medic)
    act(report_stage, by=ride.dispatcher, unit_id=medic.pk, stage="transporting")
    act(free_unit, by=ride.dispatcher, now=later(minutes=9), unit_id=medic.pk)
    assert selectors.transports_owed(ride.dispatcher, later(minutes=10)) == []


# --- the database has the last word -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"start_mileage": 9, "end_mileage": 8}, "a_transport_ends_after_its_start"),
        ({"start_mileage": -1}, "a_counter_has_six_digits"),
        ({"end_mileage": 1_000_000}, "a_counter_has_six_digits"),
    ],
)
def test_a_counter_that_cannot_be_is_not_stored(ride: Ride, fields: dict[str, Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Assignment.objects.filter(pk=ride.on.pk).update(**fields)
