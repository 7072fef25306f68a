"""The roster on the configuration pages: planned by the center's clock, nobody twice at once, cancelled and never deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.html import strip_tags

from teams.models import PlannedShift, User
from teams.planned import CannotBePlanned, instant
from tests.cast import NOW, last_event, later, make_center, make_unit, make_user
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved
from tests.crew_cast import plan_shift

pytestmark = pytest.mark.django_db
TEXAS = ZoneInfo("America/Chicago")


class Desk:
    """An admin in Texas, a CARE unit and Dana Oak, a clinician."""

    def __init__(self) -> None:
        self.center = make_center()
        self.admin = make_admin(self.center)
        self.client = as_user(self.admin)
        self.unit: Any = make_unit(self.center, "CARE9")
        self.dana = make_user(self.center, "clinician", first_name="Dana", last_name="Oak")

    def add(self, starts_at: str, ends_at: str, **fields: Any) -> Any:
        page = list_of(PlannedShift, "add")
        given = {
            "unit": self.unit.pk,
            "user": self.dana.pk,
            "duty": "clinician",
            "starts_at": starts_at,
            "ends_at": ends_at,
        }
        return self.client.post(page, opened(self.client, page) | given | fields)

    def rows(self, query: str = "") -> list[PlannedShift]:
        return list(self.client.get(list_of(PlannedShift) + query).context["cl"].queryset)


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


# --- the clock -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("starts", "ends", "hours"),
    [
        ("2026-10-31T19:00", "2026-11-01T07:00", 13),  # the clocks go back in that night
        ("2026-10-31T19:00", "2026-11-01T01:30", 7.5),  # 01:30 comes twice: an end is the second
        ("2026-11-01T01:30", "2026-11-01T07:00", 6.5),  # and a start the first
        ("2026-03-07T19:00", "2026-03-08T07:00", 11),
        ("2026-06-01T19:00", "2026-06-02T07:00", 12),
    ],
)
def test_a_shift_is_planned_by_the_centers_clock(desk: Desk, starts: str, ends: str, hours: float) -> None:
    assert desk.add(starts, ends).status_code == 302
    plan = PlannedShift.objects.get()
    assert plan.ends_at - plan.starts_at == timedelta(hours=hours)
    fields = opened(desk.client, page_of(plan))
    shown = [f"{fields[name]:%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")]
    assert shown == [starts, ends]
    assert desk.client.post(page_of(plan), fields).status_code == 302
    assert last_event("config.changed").payload["ref"]["did"] == "added", "saved as it is shown, nothing has changed"


def test_an_hour_that_the_clocks_leave_out_is_refused_with_what_was_typed(desk: Desk) -> None:
    answer = desk.add("2026-03-08T02:30", "2026-03-08T12:00")
    assert errors(answer) == ["There is no 02:30 on 2026-03-08: clocks go forward then."]
    assert answer.context["adminform"].form["starts_at"].value() == "2026-03-08T02:30"


def test_the_hour_that_comes_twice_is_one_of_two_moments() -> None:
    shown = datetime.fromisoformat("2026-11-01T01:30")
    assert instant(TEXAS, shown) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert instant(TEXAS, shown, last=True) == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
    with pytest.raises(CannotBePlanned, match="no 02:30 on 2026-03-08"):
        instant(TEXAS, datetime.fromisoformat("2026-03-08T02:30"))


# --- what is refused -------------------------------------------------------------------------------
def test_a_person_planned_twice_at_once_is_refused_with_the_other_shift(desk: Desk) -> None:
    desk.add("2026-06-01T19:00", "2026-06-02T07:00")
    (error,) = errors(desk.add("2026-06-02T06:00", "2026-06-02T12:00", unit=make_unit(desk.center).pk))
    assert error == "Dana Oak is planned on CARE9 from 2026-06-01 19:00 to 07:00 already; change that first."
    assert desk.add("2026-06-02T07:00", "2026-06-02T12:00").status_code == 302, "one shift ends as the next begins"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (
            {"duty": "firefighter"},
            "On CARE9, a CARE unit, somebody is Clinician or CARE paramedic or Peer specialist or Officer.",
        ),
        ({"ends_at": "2026-06-01T06:00"}, "It ends before it starts."),
        ({"ends_at": "2026-06-02T08:00"}, "It would be 25 hours; a shift has at most 24."),
        ({"starts_at": "soon"}, "Enter a valid date/time."),
        ({"starts_at": "2026-13-45T07:00"}, "Enter a valid date/time."),
        ({"starts_at": "9999-12-31T23:00"}, "No shift is in the year 9999."),
        ({"starts_at": ""}, "This field is required."),
    ],
)
def test_what_does_not_go_together_is_refused(desk: Desk, wrong: dict[str, str], why: str) -> None:
    given = {"starts_at": "2026-06-01T07:00", "ends_at": "2026-06-01T19:00", **wrong}
    assert errors(desk.add(**given)) == [why]
    assert not PlannedShift.objects.exists()


def test_units_and_people_are_the_centers_own_and_can_work(desk: Desk) -> None:
    elsewhere = make_center()
    for wrong in (
        {"unit": make_unit(elsewhere).pk}, {"user": make_user(elsewhere, "clinician").pk},
        {"unit": make_unit(desk.center, retired=True).pk}, {"unit": make_unit(desk.center, mirrored_from="north").pk},
        {"user": make_user(desk.center, "clinician", is_active=False).pk}, {"user": make_user(desk.center).pk},
    ):  # fmt: skip
        assert "Select a valid choice" in errors(desk.add("2026-06-01T07:00", "2026-06-01T19:00", **wrong))[0]


def test_a_sign_in_above_the_centers_does_not_mix_two_of_them(desk: Desk) -> None:
    above = make_user(desk.center, "admin", is_staff=True, is_superuser=True)
    User.objects.filter(pk=above.pk).update(center=None)
    desk.client = as_user(above)
    wrong = {"user": make_user(make_center(), "clinician", username="stranger").pk}
    assert errors(desk.add("2026-06-01T07:00", "2026-06-01T19:00", **wrong)) == [
        "stranger is not of the center of CARE9."
    ]


# --- cancelling -----------------------------------------------------------------------------------------
def test_a_cancelled_shift_stays_and_makes_room(desk: Desk) -> None:
    desk.add("2026-06-01T07:00", "2026-06-01T19:00")
    plan = PlannedShift.objects.get()
    assert saved(desk.client, page_of(plan), cancel="on").status_code == 302
    plan.refresh_from_db()
    assert plan.cancelled_at is not None
    told = last_event("config.changed").payload["ref"]
    assert (told["row_id"], list(told["changes"])) == (plan.pk, ["cancelled_at"])
    assert desk.add("2026-06-01T07:00", "2026-06-01T19:00").status_code == 302


def test_a_cancelled_shift_is_only_read_and_an_old_page_does_not_bring_it_back(desk: Desk) -> None:
    plan = plan_shift(desk.center)
    old = opened(desk.client, page_of(plan))
    saved(desk.client, page_of(plan), cancel="on")
    assert "_save" not in desk.client.get(page_of(plan)).content.decode()
    answer = desk.client.post(page_of(plan), old | {"duty": "peer"})
    assert errors(answer)[0].startswith(f"{desk.admin.username} cancelled this shift at ")
    assert answer.context["adminform"].form["duty"].value() == "peer"


def test_several_are_cancelled_from_the_list_and_none_is_deleted(desk: Desk) -> None:
    gone, kept = plan_shift(desk.center), plan_shift(desk.center)
    other = plan_shift(make_center())
    chosen = {"action": "cancel_shifts", "_selected_action": [gone.pk, other.pk]}
    assert desk.client.post(list_of(PlannedShift) + "?day=all", chosen).status_code == 302
    assert list(PlannedShift.objects.exclude(cancelled_at=None)) == [gone]
    assert desk.rows("?day=all") == [kept]
    assert desk.client.post(page_of(kept, "delete"), {"post": "yes"}).status_code == 403


# --- the list ---------------------------------------------------------------------------------------------
def test_the_list_begins_with_what_is_ahead_and_is_searched_by_day_unit_and_state(desk: Desk) -> None:
    now = datetime.now(UTC)
    today = now.astimezone(TEXAS).date()
    hour = timedelta(hours=1)
    past = plan_shift(desk.center, starts_at=now - 80 * hour, ends_at=now - 70 * hour)
    on = plan_shift(desk.center, starts_at=now - hour, ends_at=now + 11 * hour)
    cancelled = plan_shift(desk.center, starts_at=now - hour, ends_at=now + 11 * hour, cancelled_at=now)
    assert desk.rows() == [on]
    assert desk.rows("?state=both&day=all") == [past, on, cancelled]
    assert desk.rows(f"?day={today}") == [on]
    assert desk.rows(f"?day={today + timedelta(days=3)}") == []
    assert desk.rows("?day=9999-12-31") == desk.rows("?day=soon") == [on]
    assert desk.rows(f"?unit__id__exact={on.unit_id}") == [on]
    assert desk.rows(f"?unit__id__exact={past.unit_id}") == []


def test_every_time_of_the_pages_is_the_centers(desk: Desk) -> None:
    """20:00 UTC is 14:00 in Texas."""
    plan = plan_shift(desk.center, starts_at=NOW, ends_at=later(hours=12))
    page = strip_tags(desk.client.get(list_of(PlannedShift) + "?day=all").content.decode())
    assert "Mon 2026-03-02 14:00 to 02:00 12 h" in page
    saved(desk.client, page_of(plan), starts_at="2026-03-02T15:00")
    assert "2026-03-02 14:00 → 2026-03-02 15:00" in desk.client.get(page_of(plan, "history")).content.decode()
