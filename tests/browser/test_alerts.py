"""A crew in danger, from the phone in its hand to the dispatcher who ends it; and what a console reports as shown."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from calls.models import Alert, Call
from care_dispatch.live.consoles import covering
from teams.models import Unit
from tests.browser.conftest import PASSWORD, NewPage, SignIn
from tests.browser.seat import done, refused, say, take, violations
from tests.conftest import MakeStack
from tests.live.consoles import eventually
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def phone_of(new_page: NewPage, user: str) -> Page:
    page = new_page(width=360, height=740)
    page.goto("/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.click("button")
    return page


def test_a_crews_call_for_help_stays_until_it_is_acknowledged_and_ended(desk: SignIn, new_page: NewPage) -> None:
    page, phone = desk("d1", "D1"), phone_of(new_page, "care1")
    help_ = phone.get_by_role("button", name="Send help now")
    expect(help_).to_be_hidden()  # one touch does not do it
    phone.get_by_text("Emergency: I need help").click()
    help_.click()
    emergency = page.locator(".alert-line.emergency")
    expect(emergency).to_contain_text("CARE1 NEEDS HELP NOW")
    expect(page.locator("[data-unit=CARE1]")).to_contain_text("▲▲HELP")
    for _ in range(2):
        assert violations(page) == []
        page.locator("button", has_text="dark").or_(page.locator("button", has_text="light")).first.click()
    page.keyboard.press("F2")
    say(page, "over 1 crew_safe")
    refused(page, "Acknowledge the emergency first")
    page.keyboard.press("Escape")
    page.keyboard.press("F8")
    done(page, "Alert acknowledged")
    expect(phone.get_by_text("D1 has heard it")).to_be_visible()
    emergency.get_by_role("button", name="It is over").click()
    say(page, "crew_safe")
    done(page, "Over, Crew says it is safe")
    expect(emergency).to_have_count(0)
    assert Alert.objects.get(kind="duress").end_reason == "crew_safe"


def test_a_call_that_is_shown_is_reported_and_crews_on_scene_are_checked_by_one_line(desk: SignIn) -> None:
    first, second = desk("d1", "D1"), desk("d2", "D2")
    call = take(first)
    eventually(lambda: Call.objects.get(pk=call.pk).seen_at)
    assert Call.objects.get(pk=call.pk).seen_position in {"D1", "D2"}
    eventually(lambda: len(covering(call.center_id, timezone.now())) == 2)
    say(second, "log")
    expect(second.locator(".alert-log")).to_contain_text("Covering now: D1, D2")
    say(first, f"do #{call.number} p101 care1")
    say(first, "par all")
    done(first, "Safe: ")
    assert Unit.objects.filter(assignments__checked_at__isnull=False).count() == 2
