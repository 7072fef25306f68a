"""Points in polygons: holes, exclaves, and of areas that share a border exactly one has each point."""

import json
from itertools import pairwise
from math import cos, sin
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teams import polygons
from teams.geojson import read_areas

KINDS = ["city", "beat"]


def box(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


# A square with a hole, and beyond its eastern border a piece that belongs to it.
CITY = {"type": "MultiPolygon", "coordinates": [[box(-97, 32, -96, 33), box(-96.6, 32.4, -96.4, 32.6)], [box(-95.5, 32, -95.4, 32.1)]]}  # fmt: skip
ENCLOSED = polygon(box(-96.6, 32.4, -96.4, 32.6))


def test_a_hole_is_not_inside() -> None:
    assert polygons.inside(CITY, 32.1, -96.9)
    assert not polygons.inside(CITY, 32.5, -96.5)


def test_an_exclave_is_inside_and_what_lies_between_is_not() -> None:
    assert polygons.inside(CITY, 32.05, -95.45)
    assert not polygons.inside(CITY, 32.05, -95.8)


@given(st.integers(0, 8), st.integers(0, 8))
def test_the_border_of_a_hole_is_of_one_of_the_two(across: int, up: int) -> None:
    lat, lng = 32.4 + up * 0.025, -96.6 + across * 0.025
    assert polygons.inside(CITY, lat, lng) + polygons.inside(ENCLOSED, lat, lng) == 1


grid = st.integers(-40, 40).map(lambda part: part / 8)
inner = st.tuples(st.integers(-39, 39), st.integers(-39, 39)).map(lambda pair: [pair[0] / 8, pair[1] / 8])


@given(middle=inner, lat=grid, lng=grid)
def test_four_triangles_round_a_point_share_out_the_square(middle: list[float], lat: float, lng: float) -> None:
    """Each point within is in exactly one, on whatever slanted border it lies."""
    corners = [[-5.0, -5.0], [5.0, -5.0], [5.0, 5.0], [-5.0, 5.0], [-5.0, -5.0]]
    parts = [polygon([one, other, middle, one]) for one, other in pairwise(corners)]
    wanted = polygons.inside(polygon(corners), lat, lng)
    assert sum(polygons.inside(part, lat, lng) for part in parts) == wanted


@given(st.lists(st.tuples(grid, grid).map(list), min_size=3, max_size=8), grid, grid, st.integers(0, 7))
def test_where_a_ring_begins_and_which_way_it_runs_changes_nothing(
    corners: list[list[float]], lat: float, lng: float, start: int
) -> None:
    turned = corners[start % len(corners) :] + corners[: start % len(corners)]
    said = [polygons.inside(polygon([*ring, ring[0]]), lat, lng) for ring in (corners, turned, corners[::-1])]
    assert len(set(said)) == 1


def test_a_point_on_the_outermost_border_touches_it() -> None:
    square = polygon(box(-97, 32, -96, 33))
    for lat, lng in ((33, -96.5), (32.5, -96), (33, -96), (32, -97)):
        assert polygons.on_border(square, lat, lng)
    assert not polygons.on_border(square, 32.5, -96.5)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (polygon(box(-97, 32, -96, 33)[:-1]), "not closed"),
        (polygon([[lat, lng] for lng, lat in box(-97, 32, -96, 33)]), "longitude first"),
        (polygon([[lat, lng] for lng, lat in box(-87.7, 41.8, -87.6, 41.9)]), "longitude first"),
        (polygon([[-97, 32], [-96, 32], [-97, 32], [-97, 32]]), "encloses nothing"),
        (polygon([[0, 0], [1, "x"], [1, 1], [0, 0]]), "not two numbers"),
        (polygon([[0, 0], [1, True], [1, 1], [0, 0]]), "not two numbers"),
        (polygon([[-970, 32], [-96, 32], [-96, 33], [-970, 32]]), "not on earth"),
        (polygon([[-96, 32]] * 3), "fewer than four"),
        (polygon([[-96 - n / 1e5, 32 + n % 7] for n in range(20_001)] + [[-96, 32]]), "simplify"),
        ({"type": "MultiPolygon", "coordinates": [[box(n, 0, n + 0.1, 1)] for n in range(-90, 90)] * 3}, "pieces and holes"),
        (polygon(), "without a ring"),
        ({"type": "Point", "coordinates": [-96, 32]}, "is a Point"),
        ({"type": "Polygon", "coordinates": None}, "without a ring"),
        ({"type": "MultiPolygon", "coordinates": []}, "no coordinates"),
        (None, "has no geometry"),
        ([], "has no geometry"),
        (polygon([[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]), "crosses itself near 1.00000, 1.00000"),
        (polygon(box(0, 0, 4, 4), box(1, 1, 9, 2)), "crosses itself near 4"),
        (polygon(box(0, 0, 4, 4), box(5, 5, 6, 6)), "hole that is outside"),
        ({"type": "MultiPolygon", "coordinates": [[box(0, 0, 4, 4)], [box(1, 1, 2, 2)]]}, "piece that lies in another"),
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused_with_what_to_do(geometry: Any, said: str) -> None:
    assert said in polygons.complaint(geometry)


@pytest.mark.parametrize(
    "geometry",
    [
        CITY,
        polygon([[*position, 212.5] for position in box(0, 0, 4, 4)]),  # with heights
        polygon(box(0, 0, 4, 4), box(0, 1, 2, 2)),  # a hole that begins at the outline
        polygon([[0, 0], [4, 0], [4, 4], [2, 4], [2, 9], [2, 4], [0, 4], [0, 0]]),  # a corridor of no width
        {"type": "MultiPolygon", "coordinates": [[box(0, 0, 4, 4)], [box(4, 0, 8, 4)], [box(4, 4, 8, 8)]]},
        {"type": "MultiPolygon", "coordinates": [[box(0, 0, 9, 9), box(1, 1, 8, 8)], [box(2, 2, 3, 3)]]},  # an island
    ],
)
def test_outlines_as_cities_have_them_are_taken(geometry: Any) -> None:
    assert polygons.complaint(geometry) == ""


def test_a_large_outline_is_looked_at_in_a_second_and_a_tangle_is_refused() -> None:
    round_ = [[-96 + cos(n / 3000) * (1 + n % 7 / 1e4), 32 + sin(n / 3000)] for n in range(18_000)]
    tangle = [[-96 + n % 2, 32 + n / 1e5] for n in range(19_000)]
    begun = perf_counter()
    assert polygons.complaint(polygon([*round_, round_[0]])) == ""
    assert "too many sides" in polygons.complaint(polygon([*tangle, [-97, 33], tangle[0]]))
    assert perf_counter() - begun < 20


def feature(code: str, geometry: Any = None, **properties: Any) -> dict[str, Any]:
    shape = polygon(box(-97, 32, -96, 33)) if geometry is None else geometry
    return {"type": "Feature", "properties": {"code": code, "name": f"Area {code}", **properties}, "geometry": shape}


def read(*features: Any, kind: str = "beat") -> tuple[list[Any], list[str]]:
    text = json.dumps({"type": "FeatureCollection", "features": features})
    return read_areas(text, kinds=KINDS, kind=kind, agencies={"pd"})


def test_each_row_that_cannot_be_taken_is_named_with_its_reason() -> None:
    rows, errors = read(
        feature("1", agency="pd"), feature("1"), feature("2", agency="sheriff"), feature("3", kind="ward"), {"type": "x"}
    )  # fmt: skip
    assert [row.code for row in rows] == ["1"]
    assert [error.split()[1] for error in errors] == ["2", "3", "4", "5"]
    assert "feature 1 has it already" in errors[0]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.sampled_from(["type", "coordinates", "features", "geometry", "properties"]), x)))  # fmt: skip
def test_whatever_is_in_the_file_reading_it_answers(data: Any) -> None:
    rows, errors = read_areas(json.dumps(data), kinds=KINDS, agencies=set())
    assert errors and not rows
