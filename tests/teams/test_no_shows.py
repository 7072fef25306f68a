"""Whoever is planned and does not come is told of once, and no longer than it is so."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import QuerySet

from calls.alerts import acknowledge_alert
from calls.models import Alert
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from teams.actions import hand_over_unit, sign_on
from teams.models import PlannedShift, Unit, User
from teams.no_shows import watch_start
from teams.planned_files import import_planned
from tests.cast import act, later, make_center, make_unit, make_user, put_on_shift
from tests.config_cast import as_user, make_admin, page_of, saved
from tests.crew_cast import plan_shift

pytestmark = pytest.mark.django_db
AT_ONCE = timedelta(0)


class Floor:
    """Dana Oak is planned on CARE9 from 14:00 in Texas for twelve hours; ten minutes late is missing."""

    def __init__(self, **fields: Any) -> None:
        self.center = make_center(**{"crews_sign_on": True, "no_show_minutes": 10, **fields})
        self.unit = make_unit(self.center, "CARE9", status="off_duty")
        self.dana = make_user(self.center, "clinician", agency=self.unit.agency, first_name="Dana", last_name="Oak")
        self.dispatcher = make_user(self.center)
        self.plan = plan_shift(self.center, unit=self.unit, user=self.dana)
        act(planned, by=None, plan=self.plan)

    def sweep(self, minutes: float) -> None:
        run_once(older_than=AT_ONCE, now=later(minutes=minutes), source="sweep")

    def sign_on(self, minutes: float, unit: Unit | None = None, user: User | None = None) -> None:
        crew = [((user or self.dana).pk, "clinician")]
        now, until = later(minutes=minutes), later(hours=10)
        act(sign_on, by=self.dispatcher, now=now, unit_id=(unit or self.unit).pk, crew=crew, until=until)

    def alerts(self) -> QuerySet[Alert]:
        return Alert.objects.filter(kind="no_show")


def planned(*, actor: None, now: Any, plan: PlannedShift) -> dict[str, Any]:
    watch_start(plan, now)
    return {}


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_who_has_not_come_after_the_grace_is_told_of_once_in_any_number_of_sweeps(floor: Floor) -> None:
    for minutes in (0, 5, 9.9):
        floor.sweep(minutes)
    assert not floor.alerts().exists()
    for minutes in (10, 11, 60, 300):
        floor.sweep(minutes)
    (alert,) = floor.alerts()
    assert alert.text == "CARE9: Dana Oak, Clinician, is planned from 14:00 and has not signed on"
    assert (alert.unit, alert.call, alert.closed_at) == (floor.unit, None, None)


def test_an_answered_alert_stays_quietly_and_is_not_raised_again(floor: Floor) -> None:
    floor.sweep(10)
    act(acknowledge_alert, by=floor.dispatcher, alert_id=floor.alerts().get().pk)
    floor.sweep(20)
    assert floor.alerts().get().acknowledged_at is not None


def test_signing_on_ends_it_on_whichever_unit(floor: Floor) -> None:
    floor.sweep(10)
    floor.sign_on(15, make_unit(floor.center, "CARE8", agency=floor.unit.agency, status="off_duty"))
    assert floor.alerts().get().closed_at == later(minutes=15)
    floor.sweep(20)
    assert floor.alerts().count() == 1
    assert not Due.objects.filter(kind="no_show").exists()


def test_taking_a_unit_over_is_signing_on(floor: Floor) -> None:
    put_on_shift(make_user(floor.center, "clinician"), floor.unit)
    floor.sweep(10)
    crew = [(floor.dana.pk, "clinician")]
    act(
        hand_over_unit, by=floor.dispatcher, now=later(minutes=12), unit_id=floor.unit.pk, crew=crew,
        until=later(hours=8),
    )  # fmt: skip
    assert floor.alerts().get().closed_at is not None


def test_who_comes_before_the_grace_is_up_is_not_told_of(floor: Floor) -> None:
    floor.sign_on(-20)
    floor.sweep(10)
    other = make_user(floor.center, "clinician")
    act(planned, by=None, plan=plan_shift(floor.center, unit=floor.unit, user=other))
    floor.sign_on(4, user=other)
    floor.sweep(60)
    assert not floor.alerts().exists()


def test_when_the_shift_is_over_nobody_is_waited_for(floor: Floor) -> None:
    floor.sweep(10)
    floor.sweep(12 * 60)
    assert floor.alerts().get().closed_at == later(hours=12)
    assert not Due.objects.filter(kind="no_show").exists()


@pytest.mark.parametrize("fields", [{"crews_sign_on": False}, {"timers_run": False}])
def test_nothing_is_told_where_nobody_signs_on_or_a_past_is_played_again(fields: dict[str, bool]) -> None:
    floor = Floor(**fields)
    floor.sweep(10)
    floor.sweep(60)
    assert not floor.alerts().exists()
    assert not Due.objects.filter(kind="no_show").exists()


def test_the_minutes_of_the_center_hold_that_are_set_when_the_shift_begins(floor: Floor) -> None:
    type(floor.center).objects.update(no_show_minutes=30)
    floor.sweep(10)
    floor.sweep(29)
    assert not floor.alerts().exists()
    floor.sweep(30)
    assert floor.alerts().count() == 1


# --- the plan is changed ------------------------------------------------------------------------------
def test_a_plan_that_is_cancelled_on_its_page_ends_it(floor: Floor) -> None:
    floor.sweep(10)
    assert saved(as_user(make_admin(floor.center)), page_of(floor.plan), cancel="on").status_code == 302
    assert floor.alerts().get().closed_at is not None
    assert not Due.objects.filter(kind="no_show").exists()


def test_a_plan_that_is_moved_is_looked_at_anew(floor: Floor) -> None:
    """15:00 in Texas is an hour after NOW."""
    floor.sweep(10)
    client = as_user(make_admin(floor.center))
    saved(client, page_of(floor.plan))
    assert floor.alerts().get().closed_at is None, "saved as it is, nothing has changed"
    saved(client, page_of(floor.plan), starts_at="2026-03-02T15:00")
    assert floor.alerts().get().closed_at is not None
    floor.sweep(69)
    assert floor.alerts().count() == 1
    floor.sweep(70)
    assert floor.alerts().filter(closed_at=None, text__contains="from 15:00").count() == 1


def test_a_shift_from_a_file_is_watched(floor: Floor) -> None:
    make_user(floor.center, "clinician", username="lee")
    text = "callsign,username,duty,date,starts,ends\nCARE9,lee,peer,2026-03-02,14:30,22:00\n"
    act(import_planned, by=make_admin(floor.center), center=floor.center, text=text)
    assert Due.objects.get(kind="no_show", subject_id=PlannedShift.objects.latest("pk").pk).due_at == later(minutes=30)


def test_a_retired_unit_waits_for_nobody(floor: Floor) -> None:
    Unit.objects.update(retired=True)
    floor.sweep(10)
    assert not floor.alerts().exists()
