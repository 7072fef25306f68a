"""Units taken from other calls, calls that wait for them, duplicates and what a place called before, as a dispatcher sees them."""

import re

import pytest
from playwright.sync_api import expect

from calls.models import Assignment, Call
from tests.browser.conftest import SignIn
from tests.browser.seat import done, say, take, violations
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def test_a_unit_is_taken_with_a_reason_and_a_second_enter_and_put_back_by_one_key(desk: SignIn) -> None:
    page = desk("d1", "D1")
    first = take(page, place="100 N HAMPTON RD")
    say(page, f"d {first.number} p101")
    done(page, "P101 dispatched")
    second = take(page, place="200 S HAMPTON RD")
    say(page, f"d {second.number} p101")
    expect(page.locator(".hint")).to_contain_text(f"P101 is on call {first.number}. Say why it is taken")
    say(page, "nearer")
    expect(page.locator(".hint")).to_contain_text("is left with nobody and waits again")
    assert Assignment.objects.open().get().call == first
    page.keyboard.press("Enter")
    done(page, f"P101 dispatched to call {second.number}")
    assert Assignment.objects.open().get().call == second
    expect(page.locator(f"[data-call='{first.pk}']")).to_contain_text("← P101")
    page.keyboard.press("Control+z")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    done(page, f"P101 dispatched to call {first.number}")


def test_a_call_waits_for_a_busy_unit_and_is_proposed_when_it_is_free(desk: SignIn) -> None:
    page = desk("d1", "D1")
    first = take(page, place="300 N HAMPTON RD")
    say(page, f"do {first.number} p102")
    done(page, "P102 on scene")
    second = take(page, place="400 N HAMPTON RD")
    say(page, f"stk #{second.number} p102")
    done(page, f"Call {second.number} waits for P102, as number 1")
    expect(page.locator(f"[data-call='{second.pk}']")).to_contain_text("▤ P102")
    say(page, "av p102")
    proposal = page.locator("care-next .alert-line")
    expect(proposal).to_contain_text(f"P102 is free: call {second.number} waits for it")
    assert violations(page) == []
    proposal.get_by_role("button", name="Send").click()
    page.keyboard.press("Enter")
    done(page, f"P102 dispatched to call {second.number}")
    expect(proposal).to_have_count(0)


def test_a_duplicate_is_merged_after_a_second_enter_and_its_number_leads_on(desk: SignIn) -> None:
    page = desk("d1", "D1")
    first = take(page, place="500 N HAMPTON RD", text="man on the bridge")
    second = take(page, place="502 N HAMPTON RD", text="he holds a gun")
    say(page, f"lk {second.number} {first.number} merge")
    expect(page.locator(".hint")).to_contain_text(f"Call {second.number} closes as a duplicate")
    page.keyboard.press("Enter")
    done(page, f"Call {second.number} is merged into call {first.number}")
    assert Call.objects.get(pk=second.pk).merged_into == first
    expect(page.locator(".notes")).to_contain_text("he holds a gun")
    say(page, str(second.number))
    expect(page.locator(".call-head h2")).to_contain_text(re.compile(f"Call {first.number} "))


def test_what_a_place_called_before_is_one_key_away_and_follows_a_call_that_moves(desk: SignIn) -> None:
    page = desk("d1", "D1")
    flat, other = (take(page, nature="Fight", place=f"700 N HAMPTON RD APT {unit}") for unit in ("2", "3"))
    for call in (flat, other):
        expect(page.locator(f"[data-call='{call.pk}']")).to_contain_text("STD")
    take(page, nature="Suicidal subject", place="700 N HAMPTON RD APT 2")
    before = Call.objects.exclude(pk__in=[flat.pk, other.pk]).latest("pk")
    take(page, nature="Noise complaint", place="700 N HAMPTON RD APT 2")
    premise = page.locator("care-premise")
    fold = premise.get_by_role("button", name="Premise: 1 of unit 2, 1 more in the building in 365 days")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.focus()
    page.keyboard.press("Enter")
    expect(premise.locator("[data-earlier]")).to_contain_text(["Fight", "unit 3"])
    expect(premise).to_contain_text("Earlier calls about mental health are shown to CARE only.")
    assert premise.locator(f"[data-earlier='{before.pk}']").count() == 0
    assert violations(page) == []
    page.get_by_role("button", name="Edit").click()
    page.locator("care-edit [name=location]").fill("900 N HAMPTON RD")
    page.keyboard.press("Enter")
    expect(premise).to_contain_text("Premise: no earlier calls in 365 days, other than any that are CARE's alone")
    say(page, str(before.number))
    premise.get_by_role("button", name="Premise: 1 of unit 2").click()
    premise.get_by_role("button", name=f"Call {flat}").click()
    expect(page.locator(".call-head h2")).to_contain_text(f"Call {flat.number} ")
