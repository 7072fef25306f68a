"""A consult at the desk: asked, answered, read back, made a call and ended, by keys and by the list beside the boards."""

import pytest
from playwright.sync_api import expect

from calls.models import Call, Consult
from tests.browser.conftest import SignIn
from tests.browser.seat import done, refused, say, violations
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def test_a_consult_is_worked_by_keys_from_the_question_to_the_call(desk: SignIn) -> None:
    page = desk("d1", "D1", width=1366, height=768)
    say(page, "con p101 de_escalation w=in_hand; on the porch")
    done(page, "P101 asks CARE: De-escalation")
    strip = page.locator("care-consult-line")
    expect(strip).to_contain_text("P101 asks: de-escalation")
    expect(strip).to_contain_text("becomes a dispatch? Police with you? Weapon secured?")
    say(page, "con p101")
    refused(page, "P101 has asked already")
    page.keyboard.press("Escape")
    say(page, "con care3 p101")
    done(page, "CARE3 answers P101")
    say(page, "con p101 requester_handled calming; one voice")
    refused(page, "Make it a call, or say why nobody is sent.")
    page.keyboard.press("Escape")
    say(page, "cond p101; 300 W BELT LINE RD")
    done(page, "is call")
    expect(page.locator(".call-head h2")).to_contain_text("Assist another agency")
    expect(page.locator(".on-it")).to_contain_text("CARE3")
    assert Call.objects.latest("pk").facts.filter(fact="weapon", value="in_hand", informant="P101").exists()
    say(page, "con p101 care_en_route calming; one voice")
    done(page, "Consult of P101 ended")
    expect(strip).to_have_count(0)


def test_the_list_reads_back_and_ends_and_shows_the_supervisor_what_it_comes_to(desk: SignIn) -> None:
    page = desk("supervisor", "S1", width=1366, height=768)
    say(page, "con hospital medication m=possible; the new medicine")
    done(page, "hospital asks CARE: Medication")
    page.keyboard.press("Shift+F9")
    panel = page.locator("care-consults")
    expect(panel).to_contain_text("Becomes a dispatch? EMS with you?")
    expect(panel).to_contain_text("Last 30 days")
    panel.get_by_label("Hospital staff").check()
    panel.get_by_role("button", name="Read back").click()
    expect(panel).not_to_contain_text("Becomes a dispatch?")
    assert violations(page) == []
    page.keyboard.press("F2")
    say(page, "con care4 hospital")
    done(page, "CARE4 answers hospital")
    panel.get_by_text("End it").click()
    panel.get_by_label("Kind of advice").select_option("medical_check")
    panel.get_by_label("What hospital was told").fill("Check the level first.")
    panel.get_by_role("button", name="End the consult").click()
    done(page, "Consult of hospital ended")
    assert Consult.objects.latest("pk").recommendation == "Check the level first."
