"""Addresses that are not verified, as a dispatcher lists them and puts a call at a place of the demo's gazetteer."""

import pytest
from playwright.sync_api import expect

from calls.models import Call
from tests.browser.conftest import SignIn
from tests.browser.seat import done, say, take, violations
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def test_a_misspelled_address_is_listed_and_put_right_by_keys_and_keeps_its_apartment(desk: SignIn) -> None:
    page = desk("d1", "D1", width=1366, height=768)
    call = take(page, place="1210 N HAMPTN RD APT 4")
    say(page, "addr")
    row = page.locator(f"[data-unverified='{call.pk}']")
    row.get_by_role("button", name="verify again").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".echo")).to_contain_text("still not in the gazetteer")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    done(page, "1 places like 1210 N HAMPTN RD APT 4")
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    done(page, f"Call {call.number} is at 1210 N HAMPTON RD, DeSoto")
    expect(row).to_have_count(0)
    call = Call.objects.get(pk=call.pk)
    assert (call.location_verified, call.location_detail, call.premise_unit) == (True, "Apt 4", "4")
    assert call.jurisdiction and call.jurisdiction.code == "desoto-pd" and call.beat
