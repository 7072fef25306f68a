"""The page of a partner agency, without JavaScript: what it answers, and what it does not show."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.models import Call, UnitRequest
from calls.narrative import add_note
from calls.unit_requests import ask_unit
from tests.cast import act, make_agency, make_call, make_center, make_unit, make_user

pytestmark = pytest.mark.django_db


class Page:
    def __init__(self) -> None:
        self.now = timezone.now()
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        city = make_agency(self.center, "partner")
        self.client = Client()
        self.client.force_login(make_user(self.center, "partner", agency=city), backend="teams.sign_in.Backend")
        self.unit = make_unit(self.center, "N1", "police", agency=city, mirrored_from="Northtown CAD")
        self.call = make_call(self.dispatcher, now=self.now, triaged=False, location="9 NORTH ST")
        act(add_note, by=self.dispatcher, now=self.now, call_id=self.call.pk, text="he hears voices")
        made = act(ask_unit, by=self.dispatcher, now=self.now, call_id=self.call.pk, unit_id=self.unit.pk)
        self.request = UnitRequest.objects.get(pk=made.result["request_id"])

    def text(self) -> str:
        return str(self.client.get("/partner/").content.decode())

    def post(self, name: str, **fields: Any) -> Any:
        return self.client.post(f"/partner/do/{name}/", {"key": str(uuid.uuid4()), **fields})


@pytest.fixture
def page(db: None) -> Page:
    return Page()


def test_the_page_shows_the_request_and_the_shared_call_and_nothing_that_was_written(page: Page) -> None:
    text = page.text()
    assert "<b>N1</b> for call" in text and "9 NORTH ST" in text and "Accept" in text
    assert "hears voices" not in text


def test_accepting_puts_the_unit_on_the_call_and_the_second_tap_changes_nothing(page: Page) -> None:
    fields = {"key": "same", "request_id": page.request.pk}
    for _ in range(2):
        assert page.post("accept", **fields).status_code == 302
    assert page.unit.assignments.open().count() == 1 and "On its way" in page.text()


def test_a_decline_names_its_reason_and_a_refusal_says_why(page: Page) -> None:
    assert page.post("decline", request_id=page.request.pk).status_code == 400
    page.post("decline", request_id=page.request.pk, reason="not_staffed")
    again = page.post("accept", request_id=page.request.pk)
    assert again.status_code == 409 and "N1 is declined" in again.content.decode()


def test_a_status_said_on_the_page_is_the_feeds(page: Page) -> None:
    page.post("status", unit_id=page.unit.pk, status="unavailable")
    page.unit.refresh_from_db()
    assert page.unit.status == "unavailable" and page.unit.mirrored_at is not None


def test_what_was_typed_is_there_again_after_a_refusal_and_the_page_does_not_reload_under_it(page: Page) -> None:
    answer = page.post("ask", nature="Welfare check", location="", unit_id=page.unit.pk)
    text = answer.content.decode()
    assert answer.status_code == 400 and 'value="Welfare check"' in text and "http-equiv" not in text
    ours = make_unit(page.center, "P101", "police")
    page.post("ask", nature="Welfare check", location="1 EAST ST", unit_id=ours.pk)
    assert Call.objects.get(origin="partner").location == "1 EAST ST"
