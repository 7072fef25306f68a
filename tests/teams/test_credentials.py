"""A credential gives what it gives while it is in force; without it a supervisor alone signs somebody on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from care_dispatch.refusal import Forbidden, Invalid
from teams.aboard import able, aboard
from teams.actions import hand_over_unit, sign_off, sign_on
from teams.credentials import CredentialNotInForce
from teams.models import Shift, Unit
from tests.cast import NOW, act, last_event, later, make_center, make_unit, make_user, put_on_shift
from tests.crew_cast import hold, make_kind

pytestmark = pytest.mark.django_db


class Floor:
    """A center where clinicians need a licence, and a CARE unit without a crew."""

    def __init__(self) -> None:
        self.center = make_center()
        self.unit = make_unit(self.center, "CARE9", capabilities=["k9"], status="off_duty")
        self.licence = make_kind(self.center, "clinician", needed_for=["clinician"])
        self.supervisor = make_user(self.center, "supervisor")
        self.clinician = make_user(
            self.center, "clinician", agency=self.unit.agency, first_name="Dana", last_name="Oak"
        )

    def sign_on(self, by: Any = None, duty: str = "clinician", **fields: Any) -> Any:
        crew = [(self.clinician.pk, duty)]
        who = by or self.clinician
        return act(sign_on, by=who, unit_id=self.unit.pk, crew=crew, until=later(hours=8), **fields)

    def has(self, now: Any = NOW) -> set[str]:
        return set(aboard([self.unit.pk], now)[self.unit.pk].capabilities)


@pytest.fixture
def floor() -> Floor:
    return Floor()


@pytest.mark.parametrize(
    ("own", "duties", "has"),
    [
        (["clinician", "k9"], [], {"k9"}),
        (["k9"], ["clinician", "care_paramedic"], {"k9", "clinician", "paramedic"}),
        (["cit"], ["officer"], {"cit"}),
    ],
)
def test_the_vehicle_and_the_crew_make_what_a_unit_can(own: list[str], duties: list[str], has: set[str]) -> None:
    crew = [{"duty": duty, "holds": None} for duty in duties]
    assert able({"capabilities": own, "languages": [], "crew": crew, "kinds": None}).capabilities == has


def test_what_a_credential_gives_is_had_by_people_and_no_more_by_the_unit(floor: Floor) -> None:
    officer = make_user(floor.center, "officer")
    car = make_unit(floor.center, "P9", "police", capabilities=["cit"], languages=["en", "es"])
    put_on_shift(officer, car, "officer")
    trained = make_kind(floor.center, "cit", speaks=["es"])
    assert aboard([car.pk], NOW)[car.pk].capabilities == set()
    hold(officer, trained)
    assert aboard([car.pk], NOW)[car.pk].capabilities == {"cit"}
    assert aboard([car.pk], NOW)[car.pk].languages == {"en", "es"}
    trained.retired = True
    trained.save(update_fields=["retired"])
    assert aboard([car.pk], NOW)[car.pk].capabilities == {"cit"}, "the list of the unit counts again"


def test_a_credential_holds_through_its_last_day_by_the_centers_clock(floor: Floor) -> None:
    hold(floor.clinician, floor.licence, days=0)
    put_on_shift(floor.clinician, floor.unit)
    assert floor.has(later(hours=9)) == {"k9", "clinician"}, "23:00 of that day in Texas, the next day in UTC"
    assert floor.has(later(hours=9, minutes=59)) == {"k9", "clinician"}
    put_on_shift(make_user(floor.center), floor.unit, "peer", start=later(hours=9))
    assert floor.has(later(hours=10)) == {"k9", "peer"}


def test_an_expired_credential_refuses_the_sign_on_by_name_and_day(floor: Floor) -> None:
    hold(floor.clinician, floor.licence, days=-1)
    with pytest.raises(CredentialNotInForce, match="Dana Oak has a counselor licence that expired on 2026-03-01"):
        floor.sign_on()
    assert not Shift.objects.exists()


def test_without_any_or_before_it_is_issued_nobody_signs_on_either(floor: Floor) -> None:
    with pytest.raises(CredentialNotInForce, match="Dana Oak has no counselor licence"):
        floor.sign_on()
    hold(floor.clinician, floor.licence, issued_on=NOW.date() + timedelta(days=3))
    with pytest.raises(CredentialNotInForce, match="not in force yet"):
        floor.sign_on()


def test_a_duty_that_needs_none_is_open_to_everybody(floor: Floor) -> None:
    floor.sign_on(duty="peer")
    assert floor.has() == {"k9", "peer"}


def test_a_supervisor_forces_it_with_a_reason_and_it_still_gives_nothing(floor: Floor) -> None:
    hold(floor.clinician, floor.licence, days=-1)
    floor.sign_on(by=floor.supervisor, forced_reason="renewal_seen", reason="asked_by_radio")
    shift = Shift.objects.get()
    assert (shift.forced_reason, shift.forced_by) == ("renewal_seen", floor.supervisor)
    assert floor.has() == {"k9"}
    ref = last_event("crew.signed_on").payload["ref"]
    assert (ref["forced"], ref["reason"]) == ("renewal_seen", "asked_by_radio")


def test_nobody_else_forces_and_no_made_up_reason_does(floor: Floor) -> None:
    hold(floor.clinician, floor.licence, days=-1)
    for by in (floor.clinician, make_user(floor.center)):
        with pytest.raises(Forbidden, match="Only a supervisor"):
            floor.sign_on(by=by, forced_reason="renewal_seen")
    with pytest.raises(Invalid, match="renewal_seen, nobody_else"):
        floor.sign_on(by=floor.supervisor, forced_reason="because")
    with pytest.raises(Invalid, match="asked_by_radio"):
        floor.sign_on(by=floor.supervisor, forced_reason="nobody_else", reason="because")


def test_the_database_wants_a_reason_and_somebody_for_what_is_forced(floor: Floor) -> None:
    shift = put_on_shift(floor.clinician, floor.unit)
    with pytest.raises(IntegrityError, match="forced_by_somebody_for_a_reason"), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(forced_reason="nobody_else")


def test_one_person_who_leaves_takes_the_capability_and_the_unit_stays(floor: Floor) -> None:
    hold(floor.clinician, floor.licence)
    Unit.objects.update(status="available")
    put_on_shift(floor.clinician, floor.unit)
    put_on_shift(make_user(floor.center), floor.unit, "peer")
    assert floor.has() == {"k9", "clinician", "peer"}
    act(sign_off, by=floor.clinician, unit_id=floor.unit.pk, user_id=floor.clinician.pk)
    assert floor.has() == {"k9", "peer"}
    floor.unit.refresh_from_db()
    assert floor.unit.status == "available"
    assert last_event("crew.signed_off").unit_id == floor.unit.pk


def test_the_next_crew_takes_a_unit_over_in_the_middle_of_a_call(floor: Floor) -> None:
    Unit.objects.update(status="on_scene")
    old = put_on_shift(floor.clinician, floor.unit)
    relief = make_user(floor.center, "clinician", agency=floor.unit.agency)
    hold(relief, floor.licence)
    crew = [(relief.pk, "clinician")]
    act(hand_over_unit, by=relief, unit_id=floor.unit.pk, crew=crew, until=later(hours=9), reason="relieved")
    floor.unit.refresh_from_db()
    assert floor.unit.status == "on_scene"
    assert list(floor.unit.shifts.filter(during__contains=NOW).values_list("user", flat=True)) == [relief.pk]
    assert last_event("crew.handed_over").payload["ref"]["left"] == [old.pk]


def test_a_hand_over_that_is_refused_leaves_the_old_crew_aboard(floor: Floor) -> None:
    put_on_shift(floor.clinician, floor.unit)
    relief = make_user(floor.center, "clinician", agency=floor.unit.agency)
    with pytest.raises(CredentialNotInForce):
        act(
            hand_over_unit, by=relief, unit_id=floor.unit.pk, crew=[(relief.pk, "clinician")], until=later(hours=9)
        )  # fmt: skip
    assert floor.unit.shifts.get(during__contains=NOW).user == floor.clinician


def test_a_unit_whose_shifts_have_run_out_is_taken_off_duty(floor: Floor) -> None:
    Unit.objects.update(status="available")
    put_on_shift(floor.clinician, floor.unit, start=later(hours=-13))
    act(sign_off, by=floor.supervisor, unit_id=floor.unit.pk, reason="forgotten")
    floor.unit.refresh_from_db()
    assert floor.unit.status == "off_duty"
