"""The supervisor's page of unmet demand and its table: filters, bad input, and no formula in a spreadsheet."""

import pytest
from django.test import Client

from calls.ledger_page import plain
from calls.models import Unmet
from tests.calls.test_unmet import Scene
from tests.cast import later, make_agency, send

pytestmark = pytest.mark.django_db
TIME = "first=2026-03-01&last=2026-03-03"


@pytest.fixture
def seat() -> tuple[Scene, Client]:
    scene, client = Scene(), Client()
    client.force_login(scene.supervisor, backend="teams.sign_in.Backend")
    return scene, client


def test_the_numbers_and_the_calls_behind_them_are_on_the_page(seat: tuple[Scene, Client]) -> None:
    scene, client = seat
    scene.close(scene.call(), "all_busy")
    scene.visit(scene.call(), scene.police)
    page = client.get(f"/ledger/?{TIME}").content.decode()
    assert "2 unmet" in page and "All teams busy" in page and "Not said yet" in page
    narrowed = client.get(f"/ledger/?{TIME}&reason=owed&level=3&hour=14").content.decode()
    assert "Calls 1" in narrowed and "2 unmet" in narrowed


def test_no_reason_is_owed_where_care_came_after_all(seat: tuple[Scene, Client]) -> None:
    scene, client = seat
    call = scene.call()
    send(scene.dispatcher, call, scene.police)
    assert "Calls 1" in client.get(f"/ledger/?{TIME}&reason=owed").content.decode()
    send(scene.dispatcher, call, scene.care, now=later(minutes=3))
    assert "Calls 0" in client.get(f"/ledger/?{TIME}&reason=owed").content.decode()
    table = client.get(f"/ledger/table/?{TIME}").content.decode()
    assert "Not said yet" not in table and "Others went without CARE" in table


@pytest.mark.parametrize("query", ["first=x", "level=9", "hour=-1", "reason=no", "first=2026-03-03&last=2026-03-01"])
def test_a_filter_that_cannot_be_read_says_so_and_keeps_what_was_typed(seat: tuple[Scene, Client], query: str) -> None:
    answer = seat[1].get(f"/ledger/?{query}")
    assert answer.status_code == 400 and "✗" in answer.content.decode()
    assert seat[1].get(f"/ledger/table/?{query}").status_code == 400


def test_the_table_is_the_filtered_rows_without_a_formula(seat: tuple[Scene, Client]) -> None:
    scene, client = seat
    call = scene.call()
    call.jurisdiction = make_agency(scene.center, code="=cmd()")
    call.save(update_fields=["jurisdiction"])
    scene.close(call, "all_busy")
    lines = client.get(f"/ledger/table/?{TIME}").content.decode().splitlines()
    assert len(lines) == 2 and ",'=cmd(),14,all_busy,All teams busy," in lines[1]
    assert Unmet.objects.get().area == "=cmd()"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
