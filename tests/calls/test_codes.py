"""Code lists: the product's codes with a center's own words, and a code in use that is retired and never lost."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls.codes import CORE, KEPT, lists_of, seed_codes
from calls.models import Code
from tests.cast import make_center
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Any:
    class Desk:
        admin = make_admin()
        center: Any = admin.center
        client = as_user(admin)

        def menu(self, name: str) -> dict[str, str]:
            return {one["value"]: one["label"] for one in lists_of(self.center.pk)[name]}

        def code(self, name: str, code: str) -> Code:
            return Code.objects.get(center=self.center, list=name, code=code)

        def add(self, **fields: str) -> Any:
            page = list_of(Code, "add")
            return self.client.post(page, opened(self.client, page) | fields)

    return Desk()


def test_a_center_without_rows_has_the_products_lists_and_so_has_one_that_was_given_them(desk: Any) -> None:
    before = lists_of(desk.center.pk)
    assert {name: [(one["value"], one["label"]) for one in menu] for name, menu in before.items()} == dict(CORE)
    assert seed_codes() and not seed_codes()
    assert lists_of(desk.center.pk) == before


def test_a_code_gets_the_centers_own_words_in_its_menus_alone(desk: Any) -> None:
    seed_codes()
    assert saved(desk.client, page_of(desk.code("not_sent", "all_busy")), label="Everybody is out").status_code == 302
    assert desk.menu("not_sent")["all_busy"] == "Everybody is out"
    assert dict(CORE["not_sent"])["all_busy"] != "Everybody is out"
    assert lists_of(make_center().pk)["not_sent"] != lists_of(desk.center.pk)["not_sent"]


def test_a_retired_code_is_offered_no_more_and_kept(desk: Any) -> None:
    seed_codes()
    row = desk.code("dispositions", "cited")
    assert saved(desk.client, page_of(row), retired="on").status_code == 302
    assert "cited" not in desk.menu("dispositions") and desk.code("dispositions", "cited").retired


@pytest.mark.parametrize(("name", "code"), sorted(KEPT))
def test_the_way_out_of_a_list_is_not_retired(desk: Any, name: str, code: str) -> None:
    seed_codes()
    assert "stays in use" in errors(saved(desk.client, page_of(desk.code(name, code)), retired="on"))[0]


def test_the_last_code_of_a_list_is_not_retired(desk: Any) -> None:
    seed_codes()
    first, *others = Code.objects.filter(center=desk.center, list="closed_as")
    Code.objects.filter(pk__in=[row.pk for row in others]).update(retired=True)
    assert "the last one" in errors(saved(desk.client, page_of(first), retired="on"))[0]


def test_an_open_list_takes_a_centers_own_code_and_a_closed_one_does_not(desk: Any) -> None:
    own = {"code": "moved_away", "label": "Moved away"}
    assert desk.add(list="cancel_reasons", **own).status_code == 302
    assert desk.menu("cancel_reasons")["moved_away"] == "Moved away"
    assert "This list is closed" in errors(desk.add(list="outcomes", **own))[0]
    assert "has this code already" in " ".join(errors(desk.add(list="cancel_reasons", **own)))


@pytest.mark.parametrize("change", [{"code": "other"}, {"list": "outcomes"}])
def test_a_code_keeps_its_list_and_its_name_and_is_never_deleted(desk: Any, change: dict[str, str]) -> None:
    seed_codes()
    row = desk.code("cancel_reasons", "false_call")
    with pytest.raises(IntegrityError, match="keeps its list"), transaction.atomic():
        Code.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="retired, not deleted"), transaction.atomic():
        row.delete()
