"""Where a tired dispatcher would stumble: half-typed calls, slow answers, cut sentences, small windows and wrong keys."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from calls.models import Assignment, Call, FactStatement
from calls.verdicts import work_failed
from tests.browser.conftest import SignIn
from tests.browser.seat import clipped, done, newest, refused, say, take
from tests.cast import act
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def line(page: Page) -> str:
    return page.input_value("#line")


def open_call(page: Page, call: Call) -> None:
    page.keyboard.press("F2")
    say(page, f"#{call.number}")
    expect(page.locator(".call-head h2")).to_contain_text(f"Call {call.number} ")


def hold(page: Page, address: str) -> list[Route]:
    """Requests to this address wait until the test lets each go on."""
    held: list[Route] = []

    def wait(route: Route) -> None:
        held.append(route)

    page.route(address, wait)
    return held


# --- typing --------------------------------------------------------------------------------------
def test_the_next_line_is_typed_while_the_last_is_on_its_way_and_they_happen_in_order(desk: SignIn) -> None:
    page = desk("d1", "D1")
    take(page)
    held = hold(page, "**/dispatch/")
    say(page, "d p101")
    expect(page.locator("#line")).to_have_value("")
    say(page, "er p101")
    page.keyboard.type("os p10")
    assert line(page) == "os p10"
    held[0].continue_()
    done(page, "P101 en route")
    assert line(page) == "os p10"
    assert Assignment.objects.open().get(unit__callsign="P101").status == "en_route"


def test_what_was_said_behind_a_line_without_an_answer_is_not_sent_later(desk: SignIn) -> None:
    page = desk("d1", "D1")
    take(page)
    held = hold(page, "**/dispatch/")
    say(page, "d p101")
    say(page, "d p102")
    held[0].abort()
    refused(page, "Not sent, because the line before it got no answer")
    assert len(held) == 1
    assert not Assignment.objects.open().exists()


def test_a_refused_line_does_not_take_the_place_of_one_being_typed(desk: SignIn) -> None:
    page = desk("d1", "D1")
    take(page)
    held = hold(page, "**/status/")
    say(page, "er p103")
    page.keyboard.type("n; he is cal")
    held[0].continue_()
    refused(page, "P103 is on no call; send it first. ↑ in the empty line brings it back.")
    assert line(page) == "n; he is cal"
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert line(page) == "er p103"


def test_a_refusal_is_read_to_its_end_and_says_what_to_do_next(desk: SignIn) -> None:
    page = desk("d1", "D1", width=1366, height=768)
    one, two = take(page), take(page, "Disturbance", "900 DANIELDALE RD")
    say(page, f"d #{one.number} p101")
    done(page, "P101 dispatched")
    expect(page.locator("[data-unit='P101']")).to_contain_text("DISP")
    say(page, f"d #{two.number} p101")
    expect(page.locator(".hint")).to_contain_text(re.compile("Say why it is taken.*or words"))
    assert clipped(page, ".hint") == []
    assert not Assignment.objects.filter(call=two).exists()


def test_ctrl_z_types_the_line_that_puts_a_command_back_and_enter_does_it(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page)
    expect(page.locator(".triage")).to_contain_text("rules v")
    say(page, "p 1")
    done(page, "is priority 1")
    page.keyboard.press("Control+z")
    expect(page.locator("#line")).to_have_value(f"P #{call.number} 2")
    call.refresh_from_db()
    assert call.priority == "1"
    page.keyboard.press("Enter")
    done(page, "is priority 2")
    page.keyboard.press("F2")
    page.keyboard.type("two words")
    page.keyboard.press("Control+z")
    assert line(page) != f"P #{call.number} 1"


def test_an_arrival_typed_for_the_wrong_unit_is_put_back_by_one_stroke(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page)
    say(page, f"de #{call.number} p101")
    done(page, "P101 en route")
    say(page, "os p101")
    done(page, "P101 on scene")
    expect(page.locator("[data-unit='P101']")).to_contain_text("SCENE")
    page.keyboard.press("Control+z")
    expect(page.locator("#line")).to_have_value("BACK P101 en_route pressed")
    page.keyboard.press("Enter")
    done(page, "P101 is en route again")
    expect(page.locator("[data-unit='P101']")).to_contain_text("ENRT")
    assert Assignment.objects.get(call=call).on_scene_at is None


# --- forms ---------------------------------------------------------------------------------------
def test_a_second_new_call_takes_nothing_of_the_one_half_typed(desk: SignIn) -> None:
    page = desk("d2", "D2")
    say(page, "new welfare check @12 ELM ST; his son has a knife")
    page.locator("[data-fact=weapon]").select_option("in_hand")
    page.keyboard.press("F2")
    say(page, "new disturbance @900 POLK ST; loud music")
    expect(page.locator("[name=location]")).to_have_value("900 POLK ST")
    expect(page.locator("[data-fact=weapon]")).to_have_value("")
    page.keyboard.press("Control+Enter")
    done(page, "taken")
    assert not FactStatement.objects.filter(call=newest(), fact="weapon").exists()
    page.keyboard.press("F2")
    say(page, "new")
    page.get_by_role("button", name="Go on with it").click()
    expect(page.locator("[name=narrative]")).to_have_value("his son has a knife")
    expect(page.locator("[data-fact=weapon]")).to_have_value("in_hand")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("[name=narrative]")).to_be_visible()
    page.get_by_role("button", name="Discard for good?").click()
    expect(page.locator(".intake")).to_have_count(0)


def test_a_call_behind_the_form_of_a_new_one_is_not_the_open_call(desk: SignIn) -> None:
    page = desk("d1", "D1")
    take(page)
    say(page, "new disturbance @900 POLK ST")
    page.keyboard.press("F4")
    refused(page, "Open a call first")
    page.keyboard.press("F2")
    say(page, "d p101")
    refused(page, "D needs a call")
    assert not Assignment.objects.open().exists()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator(".call-head h2")).to_contain_text("Welfare check")
    expect(page.locator(".keys")).to_contain_text("1 half typed")


def test_a_change_half_made_waits_while_another_call_is_worked(desk: SignIn) -> None:
    page = desk("d1", "D1")
    first = take(page)
    page.get_by_role("button", name="Edit").click()
    page.locator(".edit [name=location]").fill("302 W BELT")
    second = take_beside(page)
    expect(page.locator(".edit")).to_have_count(0)
    open_call(page, first)
    expect(page.locator(".edit [name=location]")).to_have_value("302 W BELT")
    page.get_by_role("button", name="Save", exact=True).click()
    done(page, "changed: location")
    expect(page.locator(".edit")).to_have_count(0)
    first.refresh_from_db()
    assert (first.location, second.location) == ("302 W BELT", "900 DANIELDALE RD")


def take_beside(page: Page) -> Call:
    page.keyboard.press("F2")
    return take(page, "Disturbance", "900 DANIELDALE RD")


# --- keys ----------------------------------------------------------------------------------------
def test_one_key_answers_what_is_not_known_and_the_next_question_follows(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page)
    expect(page.locator(".triage [data-fact=weapon]")).to_be_visible()
    page.keyboard.press("Shift+F4")
    page.keyboard.press("n")
    done(page, "weapon denied")
    expect(page.locator(".triage [data-fact=weapon]")).to_have_count(0)
    expect(page.locator(".triage .questions button:focus")).to_have_count(1)
    page.keyboard.press("s")
    page.keyboard.press("y")
    expect(page.locator("#line")).to_have_value(f"Q #{call.number} S=")
    page.keyboard.type("plan")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    done(page, "suicide plan intent")
    facts = dict(FactStatement.objects.filter(call=call, confirmed=True).values_list("fact", "value"))
    assert (facts["weapon"], facts["suicide"]) == ("denied", "plan_intent")


def test_a_click_on_an_answer_gives_the_keys_back_to_the_line(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page)
    page.locator(".triage [data-fact=weapon]").get_by_role("button", name="no", exact=True).click()
    done(page, "weapon denied")
    expect(page.locator("#line")).to_be_focused()
    page.keyboard.type("n; nothing else")
    assert line(page) == "n; nothing else"
    assert not FactStatement.objects.filter(call=call, fact="violence", confirmed=True).exists()


def test_a_double_click_answers_one_question_and_acknowledges_one_alert(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page)
    for number in range(2):
        act(work_failed, by=None, call_id=call.pk, what=f"reason {number}")
    expect(page.locator(".bar")).to_contain_text("2 alerts")
    acknowledge = page.locator("care-alerts").get_by_role("button", name="Acknowledge").first
    slow_double_click(page, acknowledge)
    expect(page.locator(".bar")).to_contain_text("1 alert")
    slow_double_click(page, page.locator(".triage [data-fact=weapon]").get_by_role("button", name="no", exact=True))
    done(page, "weapon denied")
    expect(page.locator(".triage [data-fact=weapon]")).to_have_count(0)
    assert list(FactStatement.objects.filter(call=call, confirmed=True).values_list("fact", flat=True)) == ["weapon"]


def slow_double_click(page: Page, target: Locator) -> None:
    """So slow that the row below has moved up meanwhile."""
    box = target.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    page.wait_for_timeout(200)
    page.mouse.click(x, y)
    page.wait_for_timeout(300)


def test_an_arrow_on_a_closed_list_records_nothing(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page)
    for text in ("d care1 p101", "os care1 p101", "av care1 p101"):
        say(page, text)
    done(page, "available")
    say(page, "owed")
    choice = page.get_by_label(f"Disposition of CARE1 on call {call.number}", exact=True)
    choice.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.press("Escape")
    assert Assignment.objects.get(unit__callsign="CARE1").disposition == ""
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    done(page, "Resolved on scene")


def test_keys_that_find_nothing_say_so_and_none_is_left_to_the_browser_under_a_dialog(desk: SignIn) -> None:
    page = desk("d1", "D1")
    expect(page.locator("[data-call]")).to_have_count(0)  # what the test before has closed may still be leaving
    found_nothing = {
        "F3": "No call waits",
        "Shift+F3": "No unit is on a call",
        "F8": "no alert",
        "F9": "Open a call first",
    }
    for key, words in found_nothing.items():
        page.keyboard.press(key)
        refused(page, words)
    page.keyboard.press("F1")
    expect(page.locator("dialog.help")).to_be_visible()
    page.evaluate("addEventListener('keydown', e => { document.body.dataset[e.key] = e.defaultPrevented; })")
    page.keyboard.press("F3")
    page.keyboard.press("F1")
    expect(page.locator("dialog.help")).to_have_count(0)
    expect(page.locator("#line")).to_be_focused()
    assert page.evaluate("[document.body.dataset.F1, document.body.dataset.F3]") == ["true", "true"]


def test_when_what_had_the_focus_is_gone_the_keys_are_back_in_the_line(desk: SignIn) -> None:
    page = desk("d1", "D1")
    act(work_failed, by=None, call_id=take(page).pk, what="a reason")
    expect(page.locator(".bar")).to_contain_text("1 alert")
    page.keyboard.press("Shift+F8")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    done(page, "Alert acknowledged")
    expect(page.locator("#line")).to_be_focused()


def test_a_response_set_by_hand_says_so_and_goes_back_to_triage(desk: SignIn) -> None:
    page = desk("d1", "D1")
    take(page)
    expect(page.locator(".triage")).to_contain_text("rules v")
    say(page, "mode fd")
    done(page, "Fire, police and EMS")
    expect(page.locator(".triage h3")).to_contain_text("set by hand")
    page.keyboard.press("Control+z")
    page.keyboard.press("Enter")
    done(page, "as triage says")
    expect(page.locator(".triage h3")).not_to_contain_text("set by hand")
