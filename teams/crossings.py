"""Whether rings cross themselves or each other: a sweep from west to east, in whole numbers and bounded time. Pure."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

Point = tuple[int, int]
# Pairs of sides looked at: about a second. An outline of a real place needs a hundredth of it.
MOST_COMPARED = 4_000_000


class TooTangled(ValueError):
    """So many sides lie over each other that looking at them all would take too long."""


def first_crossing(rings: Iterable[Sequence[Point]]) -> Point | None:
    """A point where two sides cross, if any do. Touching is no crossing: cities have corridors of no width."""
    sides = [(min(a, b), max(a, b)) for ring in rings for a, b in pairwise(ring) if a != b]
    sides.sort()
    under: list[tuple[Point, Point]] = []  # begun further west and not ended yet
    compared = 0
    for one in sides:
        (west, start), (_, end) = one
        south, north = min(start, end), max(start, end)
        under = [other for other in under if other[1][0] > west]
        compared += len(under)
        if compared > MOST_COMPARED:
            raise TooTangled
        for other in under:
            low, high = other[0][1], other[1][1]
            if (low < north or high < north) and (low > south or high > south) and _cross(one, other):
                return _where(one, other)
        under.append(one)
    return None


def _cross(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> int:
    """Above zero when c lies left of the way from a to b, below when right, zero on the line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _where(one: tuple[Point, Point], other: tuple[Point, Point]) -> Point:
    (a, b), (c, d) = one, other
    from_a, from_b = abs(_side(c, d, a)), abs(_side(c, d, b))
    along = from_a / (from_a + from_b)
    return round(a[0] + along * (b[0] - a[0])), round(a[1] + along * (b[1] - a[1]))
