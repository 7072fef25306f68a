"""What dispatch sees of the staffing: who is on, who is planned and missing, and when a city has nobody."""

from typing import Any

import pytest

from care_dispatch.refusal import Forbidden
from teams.models import Area
from teams.staffing import gaps, staffing
from tests.cast import NOW, later, make_center, make_unit, make_user, put_on_shift
from tests.crew_cast import plan_shift

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("spans", "left"),
    [([], [(0, 12)]), ([(0, 12)], []), ([(-2, 4), (6, 20)], [(4, 6)]), ([(1, 9), (2, 3)], [(0, 1), (9, 12)])],
)
def test_a_gap_is_what_nobody_covers(spans: Any, left: Any) -> None:
    of = [(later(hours=start), later(hours=end)) for start, end in spans]
    assert gaps(of, NOW, later(hours=12)) == [(later(hours=start), later(hours=end)) for start, end in left]


def test_who_is_planned_and_not_on_is_missing_after_the_grace() -> None:
    center = make_center(no_show_minutes=10)
    unit, there, away = make_unit(center, "CARE9"), make_user(center, "clinician"), make_user(center, "clinician")
    put_on_shift(there, unit)
    for person in (there, away):
        plan_shift(center, unit=unit, user=person, starts_at=later(minutes=-10))
    dispatcher = make_user(center)
    assert not any(one["missing"] for one in staffing(dispatcher, later(minutes=-1))["planned"])
    assert [one["user"] for one in staffing(dispatcher, NOW)["planned"] if one["missing"]] == [away.pk]
    with pytest.raises(Forbidden):
        staffing(away, NOW)


def test_a_city_without_its_crew_is_told_and_the_minutes_of_a_hand_over_are_not() -> None:
    center = make_center()
    sides = {"west": -97.0, "south": 32.0, "east": -96.0, "north": 33.0}
    outline = {"type": "Polygon", "coordinates": [[[-97, 32], [-96, 32], [-96, 33], [-97, 32]]]}
    Area.objects.create(center=center, kind="city", code="1", name="DeSoto", geometry=outline, **sides)
    put_on_shift(make_user(center, "clinician"), make_unit(center, "CARE9", home="DeSoto"))
    dispatcher = make_user(center)
    (gap,) = staffing(dispatcher, NOW)["uncovered"]
    assert (gap["area"], gap["discipline"], gap["from"], gap["to"]) == (
        "DeSoto",
        "care",
        later(hours=10),
        later(hours=12),
    )
    assert staffing(dispatcher, later(hours=-2, minutes=1))["uncovered"] == []
