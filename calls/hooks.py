"""Where apps above calls add to what calls shows, without calls knowing them."""

from collections.abc import Callable

# Each takes call ids and gives extra card fields per call id; every tier gets them, so operational words only.
call_card_extras: list[Callable[[list[int]], dict[int, dict[str, object]]]] = []
