"""Places of units on the live board: what is told no more is taken off every console."""

from typing import Any

from tests.cast import NOW, make_center, make_unit, make_user
from tests.live.consoles import Live, eventually


def test_a_place_that_is_told_no_more_is_taken_off_every_console_and_off_one_that_comes_later(
    live: Live, hooked: Any
) -> None:
    center = make_center()
    unit, dispatcher = make_unit(center), make_user(center)
    places = [{"id": unit.pk, "lat": 32.5, "lng": -96.9, "at": NOW}]
    hooked.register_positions(lambda center_id, since: places if center_id == center.pk else [])
    console = live.console(dispatcher)
    eventually(lambda: console.of("positions"))
    places.clear()
    eventually(lambda: console.of("positions")[-1]["units"] == [{"id": unit.pk}])
    late = live.console(dispatcher)
    eventually(lambda: late.of("positions"))
    assert late.of("positions")[0]["units"] == [{"id": unit.pk}]
