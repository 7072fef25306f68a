"""A crew whose shift ends while it is on a call stays signed on until the call is over."""

from datetime import datetime, timedelta

import pytest

from care_dispatch.due.models import Due
from teams.actions import extend_shifts, hand_over_unit, sign_off, sign_on
from teams.at_work import LONGER, SHIFT_END, run_shift_end
from teams.models import Shift, Unit
from tests.cast import act, last_event, later, make_center, make_unit, make_user

pytestmark = pytest.mark.django_db

END = later(hours=8)


def on_shift(status: str = "on_scene", **center: object) -> Shift:
    unit = make_unit(make_center(**center), "CARE9")
    clinician = make_user(unit.center, "clinician", agency=unit.agency)
    act(sign_on, by=clinician, unit_id=unit.pk, crew=[(clinician.pk, "clinician")], until=END)
    Unit.objects.filter(pk=unit.pk).update(status=status)
    return Shift.objects.get()


def look(shift: Shift, now: datetime) -> datetime:
    run_shift_end(shift.pk, 0, now, "sweep")
    shift.refresh_from_db()
    assert shift.during.upper is not None
    return shift.during.upper


def due_at() -> datetime:
    return Due.objects.get(kind=SHIFT_END).due_at


def test_a_crew_on_a_call_is_kept_on_before_its_shift_ends() -> None:
    shift = on_shift()
    assert due_at() < END
    assert look(shift, due_at()) == END + LONGER
    assert END < due_at() < END + LONGER
    assert last_event("shift.extended").unit_id == shift.unit_id
    assert look(shift, due_at()) == END + 2 * LONGER


def test_a_crew_on_no_call_goes_home_and_the_end_is_told() -> None:
    shift = on_shift("available")
    assert look(shift, due_at()) == END
    assert due_at() == END, "it may still be sent in the last minutes"
    assert look(shift, END) == END
    assert last_event("shift.ended").unit_id == shift.unit_id
    assert not Due.objects.filter(kind=SHIFT_END).exists()


def test_a_crew_sent_in_the_last_minute_is_kept_on() -> None:
    shift = on_shift("available")
    look(shift, due_at())
    Unit.objects.update(status="en_route")
    assert look(shift, END) == END + LONGER


def test_after_hours_without_a_worker_the_crew_at_work_is_signed_on_again() -> None:
    shift = on_shift()
    assert look(shift, END + timedelta(hours=3)) == END + timedelta(hours=3) + LONGER


def test_nobody_is_kept_on_a_unit_who_is_on_another_by_then() -> None:
    shift = on_shift()
    other = make_unit(shift.unit.center, "CARE8", agency=shift.unit.agency)
    Shift.objects.create(unit=other, user=shift.user, duty="clinician", during=(END, END + timedelta(hours=8)))
    assert look(shift, END) == END
    assert last_event("shift.ended").unit_id == shift.unit_id


def test_an_extended_shift_is_looked_at_when_it_ends() -> None:
    shift = on_shift("available")
    act(extend_shifts, by=shift.user, unit_id=shift.unit_id, until=later(hours=10))
    assert END < due_at() < later(hours=10)
    run_shift_end(shift.pk, 0, END, "sweep")
    assert END < due_at() < later(hours=10)


def test_who_signs_off_has_no_end_to_look_at() -> None:
    shift = on_shift("available")
    act(sign_off, by=shift.user, now=later(hours=1), unit_id=shift.unit_id)
    assert not Due.objects.filter(kind=SHIFT_END).exists()


def test_a_center_whose_clocks_do_not_run_ends_no_shift_by_itself() -> None:
    on_shift(timers_run=False)
    assert not Due.objects.filter(kind=SHIFT_END).exists()


def test_a_crew_that_handed_its_unit_over_is_not_brought_back_by_a_late_look() -> None:
    shift = on_shift()
    nurse = make_user(shift.unit.center, "clinician", agency=shift.unit.agency)
    relieved = later(hours=7, minutes=59)
    crew = [(nurse.pk, "clinician")]
    act(hand_over_unit, by=nurse, now=relieved, unit_id=shift.unit_id, crew=crew, until=later(hours=16))
    assert look(shift, relieved) == relieved
