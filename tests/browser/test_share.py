"""A call shared with a partner city from the console, and the share ended."""

import pytest
from playwright.sync_api import expect

from calls.shares import shared_calls
from teams.models import User
from tests.browser.conftest import SignIn
from tests.browser.seat import done, take, violations
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def test_a_call_is_shared_with_a_partner_city_told_what_it_sees_and_the_share_is_ended(desk: SignIn) -> None:
    page = desk("d1", "D1", width=1366, height=768)
    call, partner = take(page, place="700 N HAMPTON RD"), User.objects.get(username="partner")
    page.get_by_role("button", name="Share with a partner city").click()
    form = page.locator("care-share form")
    expect(form).to_contain_text("They never see the narrative, who called, dangers")
    assert violations(page) == []
    form.get_by_role("button", name=f"Share call {call.number}").click()
    done(page, f"Lancaster (partner city, demo) sees call {call.number} from now on")
    shared = page.locator("[data-share='lancaster']")
    expect(shared).to_contain_text("sees this call since")
    expect(page.get_by_role("button", name="Share with a partner city")).to_have_count(0)
    assert [one["id"] for one in shared_calls(partner)] == [call.pk]
    shared.get_by_role("button", name="End the share").click()
    done(page, f"sees call {call.number} no more")
    expect(shared).to_have_count(0)
    assert shared_calls(partner) == []
