"""A caution at two positions: entered on a call, seen by the other, acknowledged, renewed and ended."""

import pytest
from playwright.sync_api import expect

from calls.models import Caution
from tests.browser.conftest import SignIn
from tests.browser.seat import done, say, take, violations
from tests.conftest import MakeStack
from tests.services import Stack

SAID = "Threw a chair at two officers on 3 February"


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def test_a_caution_is_entered_seen_acknowledged_renewed_and_ended(desk: SignIn) -> None:
    one, other = desk("d1", "D1"), desk("d2", "D2", width=1366, height=768)
    call = take(one, "Welfare check", "1210 N HAMPTON RD")
    say(other, str(call.number))
    one.get_by_role("button", name="Warn of this place or caller").click()
    form = one.locator("care-cautions form")
    form.get_by_label("Who said so, and when").fill("P12, this morning")
    what = form.get_by_label("What was done or seen")
    what.fill("mental patient")
    form.get_by_role("button", name="Enter caution").click()
    expect(one.locator(".echo")).to_contain_text("An illness alone is no caution")
    expect(what).to_have_value("mental patient")
    what.fill(SAID)
    form.get_by_role("button", name="Enter caution").click()
    done(one, "The caution stands")
    shown = other.locator("care-cautions [data-caution]")
    expect(shown).to_contain_text(f"▲ DANGER: {SAID}")
    assert not violations(other)
    shown.get_by_role("button", name="Acknowledge").click()
    expect(one.locator("care-cautions [data-caution]")).to_contain_text("✓ known")
    for page in (one, other):
        say(page, "cau")
        expect(page.locator("care-caution-list li")).to_contain_text(SAID)
    assert not violations(one)
    one.get_by_role("button", name="Still true").click()
    done(one, "The caution stands as long again")
    other.get_by_label("Why it ends").fill("They moved away")
    other.get_by_role("button", name="End", exact=True).click()
    done(other, "The caution is over")
    one.get_by_role("button", name="Still true").click()
    expect(one.locator(".echo")).to_contain_text("This caution was over")
    expect(one.locator("care-caution-list")).to_contain_text("None stands")
    assert Caution.objects.get().end_reason == "They moved away"
    say(one, str(call.number))
    expect(one.locator("care-cautions [data-caution]")).to_have_count(0)
