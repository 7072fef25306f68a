"""Two change the crew of one unit at once: the later to get the unit had asked about a crew that is not aboard any more."""

from datetime import timedelta
from typing import Any

import pytest

from teams.actions import CrewChanged, extend_shifts, hand_over_unit, sign_off
from teams.models import Shift, Unit
from tests.cast import NOW, act, later, make_center, make_unit, make_user, put_on_shift

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", [sign_off, hand_over_unit, extend_shifts])
def test_what_was_asked_of_the_crew_before_moves_nothing_of_the_new_one(action: Any) -> None:
    center = make_center()
    dispatcher, old, new, third = (make_user(center, role) for role in ("dispatcher", *["officer"] * 3))
    unit = make_unit(center, "P1", "police")
    put_on_shift(old, unit, "officer")
    until = NOW + timedelta(hours=8)
    act(hand_over_unit, by=dispatcher, now=later(seconds=1), unit_id=unit.pk, crew=[(new.pk, "officer")], until=until)
    more: dict[Any, dict[str, Any]] = {
        sign_off: {}, hand_over_unit: {"crew": [(third.pk, "officer")], "until": until}, extend_shifts: {"until": until},
    }  # fmt: skip
    with pytest.raises(CrewChanged, match="look and repeat"):
        act(action, by=dispatcher, now=NOW, unit_id=unit.pk, **more[action])
    assert Unit.objects.get().status == "available"
    assert Shift.objects.get(during__contains=later(seconds=2)).user == new
