"""What a dispatcher does while no CARE is free, each step one key or click, and a team that can be called away."""

import pytest
from playwright.sync_api import Page, expect

from calls.models import Assignment, Call, ClinicianCall, Unmet
from tests.browser.conftest import SignIn
from tests.browser.seat import done, say, take, violations
from tests.conftest import MakeStack
from tests.services import Stack

CARE = ("CARE1", "CARE2", "CARE3", "CARE4")


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def all_away(page: Page) -> None:
    for callsign in CARE:
        say(page, f"oos {callsign} meal")
        expect(page.locator(f"[data-unit='{callsign}']")).to_contain_text("OOS")


def call_for_both(page: Page) -> Call:
    return take(page, "Suicidal subject", "1210 N HAMPTON RD", "Mother says he has a knife in the house")


def test_at_level_3_the_officer_goes_first_and_the_reason_is_owed_after_it(desk: SignIn) -> None:
    page = desk("d1", "D1")
    all_away(page)
    call = call_for_both(page)
    ladder = page.locator("care-ladder")
    expect(ladder.locator(".go")).to_contain_text("goes now")
    ladder.locator(".go").click()
    done(page, "dispatched to call")
    expect(ladder).to_contain_text("CARE not sent, why?")
    assert not violations(page)
    say(page, "why all_busy")
    expect(ladder).not_to_contain_text("CARE not sent, why?")
    assert Unmet.objects.get(call=call).reason == "all_busy"
    say(page, "cb safe")
    done(page, "a clinician calls")
    ladder.get_by_role("button", name="Still safe, waits").click()
    done(page, "Still safe")
    assert ClinicianCall.objects.filter(call=call).count() == 2


def test_a_team_on_a_visit_is_sent_by_f4_with_its_condition_in_sight(desk: SignIn) -> None:
    page = desk("d2", "D2")
    all_away(page)
    say(page, "avc care1 follow-up")
    expect(page.locator("[data-unit='CARE1']")).to_contain_text("follow-up")
    call = call_for_both(page)
    expect(page.locator(".send .go")).to_contain_text("CARE1")
    page.keyboard.press("F4")
    expect(page.locator(".hint")).to_contain_text("CARE1 only conditionally: follow-up")
    page.keyboard.press("Enter")
    done(page, "dispatched to call")
    assert Assignment.objects.filter(call=call, unit__callsign="CARE1").exists()
