"""Lists that are read again while somebody uses them: what was chosen stays, and what is out of date is not acted on."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.models import Call
from teams.actions import sign_on
from teams.models import Unit
from tests.browser.conftest import SignIn
from tests.browser.seat import done, refused, say, take
from tests.cast import act, make_user
from tests.conftest import MakeStack
from tests.services import Stack

READ_AGAIN_MS = 30_000


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def test_a_call_at_another_place_is_not_attached_to_by_a_key_pressed_before_the_list_is_read_again(
    desk: SignIn,
) -> None:
    page = desk("d1", "D1")
    first = take(page)
    say(page, "new Welfare check @300 W BELT LINE RD")
    expect(page.locator(f"[data-suspect='{first.pk}']")).to_be_visible()
    page.route("**/api/duplicates/", lambda route: None)  # it never answers
    page.locator(".intake [name=location]").fill("1210 N HAMPTON RD")
    page.keyboard.press("Control+Shift+Enter")
    refused(page, "No open call is listed")
    page.keyboard.press("Control+Enter")
    done(page, "taken")
    assert Call.objects.get(location="1210 N HAMPTON RD").merged_into is None


def test_the_person_to_be_signed_on_stays_the_one_who_was_chosen(desk: SignIn) -> None:
    unit = Unit.objects.get(callsign="P102")
    first, second, _ = (
        make_user(unit.center, "officer", agency=unit.agency, last_name=name) for name in ("Aaron", "Baker", "Carter")
    )
    page = desk("d2", "D2")
    say(page, "staff")
    person = page.locator("care-staffing select[name=user]")
    person.select_option(label="Baker")
    until = timezone.now() + timedelta(hours=2)
    act(sign_on, by=None, now=timezone.now(), unit_id=unit.pk, crew=[(first.pk, "officer")], until=until)
    expect(person.locator("option", has_text="Aaron")).to_have_count(0, timeout=READ_AGAIN_MS)
    assert person.input_value() == str(second.pk)
