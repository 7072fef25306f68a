"""A roster from a file: by the center's clock, row by row, and the same file again changes nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from care_dispatch.refusal import Refused
from teams.models import PlannedShift
from teams.planned_files import import_planned, read_planned
from tests.cast import NOW, act, last_event, make_center, make_unit, make_user
from tests.config_cast import as_user, list_of, make_admin
from tests.crew_cast import plan_shift

pytestmark = pytest.mark.django_db
HEAD = "callsign,username,duty,date,starts,ends\n"
DAY = "CARE9,dana,clinician,2026-06-01,07:00,19:00\n"
NIGHT = "CARE9,lee,peer,2026-10-31,19:00,07:00\n"


class Desk:
    def __init__(self) -> None:
        self.center = make_center()
        self.admin = make_admin(self.center)
        self.unit = make_unit(self.center, "CARE9")
        self.dana = make_user(self.center, "clinician", username="dana")
        self.lee = make_user(self.center, "clinician", username="lee")

    def errors(self, *rows: str) -> list[str]:
        return read_planned(self.center, HEAD + "".join(rows)).errors

    def take(self, *rows: str, **fields: Any) -> dict[str, Any]:
        done = act(import_planned, by=self.admin, center=self.center, text=HEAD + "".join(rows), **fields)
        return dict(done.result)


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def test_an_end_that_is_not_after_the_start_is_on_the_next_day(desk: Desk) -> None:
    """And that night the clocks go back: 19:00 to 07:00 is thirteen hours."""
    assert desk.take(DAY, NIGHT) == {"added": 2, "changed": 0, "same": 0, "left": 0}
    day, night = PlannedShift.objects.order_by("starts_at")
    assert (day.unit, day.user, day.duty, day.starts_at) == (
        desk.unit, desk.dana, "clinician", datetime(2026, 6, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    assert night.ends_at - night.starts_at == timedelta(hours=13)


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    desk.take(DAY, NIGHT)
    before = last_event().seq
    assert desk.take(DAY, NIGHT) == {"added": 0, "changed": 0, "same": 2, "left": 0}
    assert last_event().seq == before


def test_a_row_with_the_same_person_and_start_changes_what_differs(desk: Desk) -> None:
    desk.take(DAY)
    make_unit(desk.center, "CARE8")
    assert desk.take("CARE8,dana,clinician,2026-06-01,07:00,17:00\n")["changed"] == 1
    plan = PlannedShift.objects.get()
    assert (plan.unit.callsign, plan.ends_at.hour) == ("CARE8", 22)
    assert set(last_event().payload["ref"]["changes"]) == {"unit_id", "ends_at"}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("CARE7,dana,clinician,2026-06-01,07:00,19:00\n", "there is no callsign 'CARE7'"),
        ("CARE9,nobody,clinician,2026-06-01,07:00,19:00\n", "no crew member signs in as 'nobody'"),
        ("CARE9,dana,pilot,2026-06-01,07:00,19:00\n", "duty is one of clinician"),
        ("CARE9,dana,firefighter,2026-06-01,07:00,19:00\n", "On CARE9, a CARE unit"),
        ("CARE9,dana,clinician,tomorrow,07:00,19:00\n", "date is a day such as 2026-10-31, not 'tomorrow'"),
        ("CARE9,dana,clinician,2026-06-01,7 o'clock,19:00\n", "starts is a time such as 07:00"),
        ("CARE9,dana,clinician,2026-06-01,07:00,\n", "ends is a time such as 07:00, not ''"),
        ("CARE9,dana,clinician,9999-12-31,19:00,07:00\n", "No shift is in the year 9999"),
        ("CARE9,dana,clinician,2026-03-08,02:30,12:00\n", "There is no 02:30 on 2026-03-08"),
        ("CARE9,lee,peer,2026-10-31,19:00,06:00\n", "lee 2026-10-31 19:00 is there again; line 2 has it already"),
        ("CARE9,lee,peer,2026-11-01,06:00,12:00\n", "lee is planned on CARE9 from 2026-10-31 19:00 to 07:00 already"),
    ],
)
def test_each_bad_row_says_its_line_and_why_and_the_good_ones_may_be_taken(desk: Desk, row: str, why: str) -> None:
    (error,) = desk.errors(NIGHT, row)
    assert error.startswith("Line 3: ") and why in error
    with pytest.raises(Refused, match="Nothing was taken: Line 3"):
        desk.take(NIGHT, row)
    assert not PlannedShift.objects.exists()
    assert desk.take(NIGHT, row, partly=True) == {"added": 1, "changed": 0, "same": 0, "left": 1}


@pytest.mark.parametrize(
    "cells", ["06/01/2026,7:00:00 AM,7:00:00 PM", "6/1/26,0700,1900", "2026-06-01,07:00:00,7:00 PM"]
)
def test_days_and_times_are_read_as_spreadsheets_save_them(desk: Desk, cells: str) -> None:
    desk.take(DAY)
    assert desk.take(f"CARE9,dana,clinician,{cells}\n")["same"] == 1


def test_what_a_row_shortens_makes_room_for_another_above_it(desk: Desk) -> None:
    desk.take(DAY)
    rows = ["CARE9,dana,peer,2026-06-01,12:00,19:00\n", "CARE9,dana,clinician,2026-06-01,07:00,12:00\n"]
    assert desk.take(*rows) == {"added": 1, "changed": 1, "same": 0, "left": 0}


def test_a_shift_that_somebody_cancelled_is_not_brought_back_by_the_file(desk: Desk) -> None:
    desk.take(DAY)
    PlannedShift.objects.update(cancelled_at=NOW)
    (error,) = desk.errors(DAY)
    assert "was cancelled at 2026-03-02 14:00; if it holds, add it by hand" in error
    make_unit(desk.center, "CARE8")
    assert desk.take(DAY.replace("CARE9", "CARE8"))["added"] == 1, "on another unit it is another shift"


def test_a_file_knows_no_units_and_people_of_another_center(desk: Desk) -> None:
    elsewhere = plan_shift(make_center())
    row = f"{elsewhere.unit.callsign},{elsewhere.user.username},clinician,2026-06-01,07:00,19:00\n"
    assert "there is no callsign" in desk.errors(row)[0]
    assert "no crew member" in desk.errors(row.replace(elsewhere.unit.callsign, "CARE9"))[0]


def test_the_page_shows_what_would_be_planned_by_the_centers_clock(desk: Desk) -> None:
    file = SimpleUploadedFile("june.csv", (HEAD + NIGHT).encode())
    answer = as_user(desk.admin).post(list_of(PlannedShift, "upload"), {"file": file})
    page = answer.content.decode()
    assert "2026-10-31 19:00" in page and "2026-11-01 07:00" in page
    assert not PlannedShift.objects.exists()


def test_the_template_can_be_taken_in(desk: Desk) -> None:
    make_user(desk.center, "clinician", username="n.invented")
    make_user(desk.center, "clinician", username="p.invented")
    text = as_user(desk.admin).get(list_of(PlannedShift, "template")).content.decode()
    assert (read_planned(desk.center, text).rows, read_planned(desk.center, text).errors) == (2, [])
