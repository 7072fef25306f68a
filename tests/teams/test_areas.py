"""Areas: which one a point lies in, and taking in a file of outlines, all of it or nothing."""

import json
from typing import Any

import pytest

from care_dispatch.refusal import Forbidden
from teams.areas import answers_at, areas_at, import_areas
from teams.models import Area, User
from teams.taking_in import NotImported
from tests.cast import act, last_event, make_agency, make_center, make_user
from tests.teams.test_polygons import box, feature, polygon

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make_user(make_center(), "admin")


def collection(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def take_in(admin: User, *features: Any, **fields: Any) -> dict[str, Any]:
    return dict(act(import_areas, by=admin, center=admin.center, text=collection(*features), **fields).result)


def two_cities(admin: User) -> None:
    assert admin.center
    for code in ("west-pd", "east-pd"):
        make_agency(admin.center, code=code)
    west, east = polygon(box(-97, 32, -96.5, 33)), polygon(box(-96.5, 32, -96, 33))
    take_in(
        admin,
        feature("west", west, kind="city", agency="west-pd"),
        feature("east", east, kind="city", agency="east-pd"),
        feature("12", polygon(box(-97, 32, -96, 32.5)), kind="beat"),
    )


@pytest.mark.parametrize(
    ("lat", "lng", "wanted"),
    [
        (32.1, -96.6, ["west", "12"]), (32.1, -96.4, ["east", "12"]), (32.9, -96.4, ["east"]),
        (32.1, -96.5, ["east", "12"]),  # on the border between them: one, always the same
        (33.0, -96.6, ["west"]),  # on the outermost border: of nobody else
        (33.1, -96.6, []), (None, None, []),
    ],
)  # fmt: skip
def test_a_point_is_in_one_area_of_each_kind(admin: User, lat: float, lng: float, wanted: list[str]) -> None:
    two_cities(admin)
    found = areas_at(admin.center_id or 0, lat, lng)
    assert [found[kind].code for kind in ("city", "beat") if kind in found] == wanted
    agency = answers_at(found)
    assert (agency.code if agency else "") == (f"{wanted[0]}-pd" if wanted else "")


def test_of_overlapping_areas_the_smaller_has_the_point(admin: User) -> None:
    take_in(
        admin, feature("county", polygon(box(-98, 31, -95, 34))), feature("town", polygon(box(-97, 32, -96, 33))), kind="city"
    )  # fmt: skip
    assert areas_at(admin.center_id or 0, 32.5, -96.5)["city"].code == "town"


def test_a_retired_area_and_another_centers_have_no_point(admin: User) -> None:
    two_cities(admin)
    Area.objects.filter(code="west").update(retired=True)
    assert set(areas_at(admin.center_id or 0, 32.1, -96.6)) == {"beat"}
    assert areas_at(make_center().pk, 32.1, -96.6) == {}


def test_one_wrong_row_leaves_everything_as_it_was(admin: User) -> None:
    two_cities(admin)
    with pytest.raises(NotImported) as refused:
        take_in(admin, feature("west", kind="city"), feature("new", {"type": "Point"}, kind="city"))
    assert len(refused.value.details["errors"]) == 1 and "Feature 2" in refused.value.message
    assert set(Area.objects.values_list("code", flat=True)) == {"west", "east", "12"}
    assert Area.objects.get(code="west").agency is not None


def test_a_file_taken_in_again_replaces_and_retires_what_it_does_not_name(admin: User) -> None:
    two_cities(admin)
    moved = feature("west", polygon(box(-99, 32, -98, 33)), kind="city")
    assert take_in(admin, moved, retire_others=True)["retired"] == 1
    assert areas_at(admin.center_id or 0, 32.1, -98.5)["city"].code == "west"
    assert set(Area.objects.filter(retired=False).values_list("code", flat=True)) == {"west", "12"}
    assert last_event("areas.imported").payload["ref"]["retired"] == 1


def test_only_an_admin_takes_in_outlines(admin: User) -> None:
    assert admin.center
    with pytest.raises(Forbidden):
        take_in(make_user(admin.center), feature("1"), kind="beat")
