"""The console as dispatchers use it: a call from intake to close by keyboard alone, beside a second one that sees each step."""

import pytest
from playwright.sync_api import Page, Route, expect

from calls.facts import state_facts
from calls.models import Assignment, Call, Draft, NarrativeEntry
from teams.models import User
from tests.browser.conftest import PASSWORD, SignIn
from tests.browser.seat import done, newest, refused, say, take, violations
from tests.cast import act
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def test_a_call_from_intake_to_close_by_keyboard_while_a_second_console_sees_each_step(desk: SignIn) -> None:
    first, second = desk("d1", "D1"), desk("d2", "D2")
    call = take(first, "Suicidal subject", "1210 N HAMPTON RD", "Mother says he is alone in his room")
    row = second.locator(f"[data-call='{call.pk}']")
    expect(second.locator(f".pending [data-call='{call.pk}']")).to_contain_text("1210 N HAMPTON RD")
    expect(first.locator(".triage")).to_contain_text("rules v")

    say(first, "q w=unknown")
    done(first, "weapon unknown")
    expect(row.locator(".mode")).to_have_text("C+P")

    first.keyboard.press("F4")
    expect(first.locator(".hint")).to_contain_text("Enter sends")
    first.keyboard.press("Enter")
    done(first, f"dispatched to call {call.number}")
    sent = {a.unit.discipline: a.unit.callsign for a in Assignment.objects.open().filter(call=call)}
    assert set(sent) == {"care", "police"}
    care, police = sent["care"], sent["police"]
    expect(second.locator(f".active [data-call='{call.pk}']")).to_contain_text(care)

    for line, word in (
        (f"er {care} {police}", "en route"),
        (f"st {care}", "staged"),
        (f"os {police}", "on scene"),
        (f"ce {care}", "cleared to enter"),
        (f"os {care}", "on scene"),
        (f"ct {care}", "in contact"),
    ):
        say(first, line)
        done(first, word)
    expect(second.locator(f"[data-unit='{care}']")).to_contain_text("CNTCT")

    first.keyboard.press("F9")
    first.keyboard.type("Calm; agrees to a voluntary visit")
    first.keyboard.press("Control+Enter")
    expect(first.locator(".notes .text").last).to_have_text("Calm; agrees to a voluntary visit")
    expect(first.locator(".notes .waiting")).to_have_count(0)
    first.keyboard.press("F2")
    say(first, f"rel {police}")
    done(first, "released")
    say(first, f"av {care} e")
    done(first, f"{care} available")
    expect(row).to_have_count(0)
    call.refresh_from_db()
    assert (call.status, call.closed_as) == ("closed", "handled")
    say(first, "owed")
    expect(first.locator(".owed")).to_contain_text(care)


def test_who_comes_second_for_a_unit_reads_where_it_is_and_the_line_stays(desk: SignIn) -> None:
    first, second = desk("d1", "D1"), desk("d2", "D2")
    one, two = take(first), take(first, "Disturbance", "900 DANIELDALE RD")
    expect(second.locator(f"[data-call='{two.pk}']")).to_be_visible()
    say(first, f"d #{one.number} p101")
    done(first, "P101 dispatched")
    expect(second.locator("[data-unit='P101']")).to_contain_text("DISP")
    say(second, f"d #{two.number} p101")
    expect(second.locator(".hint")).to_contain_text(f"P101 is on call {one.number}. Say why it is taken")
    expect(second.locator("#line")).to_have_value(f"d #{two.number} p101; ")
    assert not Assignment.objects.filter(call=two).exists()


def test_care_alone_against_a_question_is_refused_until_somebody_says_why(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page, "Mental health, non-violent", "204 POLK ST")
    expect(page.locator(".triage")).to_contain_text("rules v")
    expect(page.locator(".triage .mode")).to_have_text("CARE")  # the card may come after the page's own look
    page.keyboard.press("F4")
    expect(page.locator(".hint")).to_contain_text("⇧F4 asks what is not known: weapon")
    page.keyboard.press("Escape")
    say(page, "d care2")
    refused(page, "weapon")
    assert not Assignment.objects.filter(call=call).exists()
    page.keyboard.type("; known to the team, no weapon in the house")
    page.keyboard.press("Enter")
    done(page, "CARE2 dispatched")


def test_what_was_armed_before_the_verdict_is_armed_anew_when_others_are_asked_for(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page, "Mental health, non-violent", "204 POLK ST")
    expect(page.locator(".triage .mode")).to_have_text("CARE")
    page.keyboard.press("F4")
    expect(page.locator(".hint")).to_contain_text("Send CARE")
    act(state_facts, by=User.objects.get(username="d2"), call_id=call.pk, facts={"weapon": "in_hand"})
    expect(page.locator(".triage .mode")).to_have_text("PD▸")
    page.keyboard.press("Enter")
    refused(page, "asks for others by now; nothing was sent")
    expect(page.locator(".hint")).to_contain_text("P1")
    assert not Assignment.objects.filter(call=call).exists()


def test_nothing_typed_is_lost_when_the_server_dies_and_the_note_arrives_once(desk: SignIn, stack: Stack) -> None:
    page = desk("d1", "D1")
    call = take(page)
    page.keyboard.press("F9")
    page.keyboard.type("He is on the roof of the garage, ")
    stack.kill("web")
    page.keyboard.type("talking to his brother")
    expect(page.locator(".banner")).to_contain_text("Dispatch by radio")
    assert violations(page) == []
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notes .waiting")).to_contain_text("not sent yet")
    page.keyboard.press("F2")
    say(page, f"d #{call.number} p101")
    refused(page, "use the radio")
    page.keyboard.press("Escape")
    page.keyboard.type("new Disturb")
    stack.restart("web")
    expect(page.locator(".link")).to_have_text("● LIVE", timeout=30_000)
    expect(page.locator(".notes .waiting")).to_have_count(0)
    expect(page.locator("#line")).to_have_value("new Disturb")
    written = [entry.text for entry in NarrativeEntry.objects.filter(call=call, position="D1")]
    assert written == ["He is on the roof of the garage, talking to his brother"]


def test_a_half_typed_call_survives_a_crash_of_the_page(desk: SignIn) -> None:
    page = desk("d3", "D3")
    say(page, "new Welfare check @12 ELM ST; grandson has not answered for two da")
    expect(page.locator(".kept")).to_have_text("draft kept")
    page.goto("about:blank")
    page.goto("/")
    expect(page.locator(".link")).to_have_text("● LIVE")
    expect(page.locator("#line")).to_be_focused()
    say(page, "new")
    expect(page.locator("[name=narrative]")).to_have_value("grandson has not answered for two da")
    expect(page.locator("[name=location]")).to_have_value("12 ELM ST")
    page.wait_for_timeout(5500)
    assert Draft.objects.filter(user__username="d3", form="intake").count() == 1
    page.keyboard.press("Control+Enter")
    expect(page.locator(".call-head h2")).to_contain_text("Welfare check")
    expect(page.locator(".echo")).to_contain_text("taken")
    assert not Draft.objects.filter(user__username="d3", form="intake").exists()


def test_signed_out_elsewhere_means_signing_in_over_the_page(desk: SignIn) -> None:
    from django.contrib.sessions.models import Session

    page = desk("d1", "D1")
    call = take(page)
    page.keyboard.press("F9")
    page.keyboard.type("half a sentence")
    Session.objects.all().delete()
    page.keyboard.press("F2")
    say(page, f"d #{call.number} p102")
    again = page.locator("dialog.again")
    expect(again).to_be_visible()
    again.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)
    expect(page.locator(".link")).to_have_text("● LIVE")
    expect(page.locator("#note-box")).to_have_value("half a sentence")


def test_what_somebody_typed_is_never_sent_for_who_signs_in_next_at_this_browser(desk: SignIn) -> None:
    from django.contrib.sessions.models import Session

    page = desk("d1", "D1")
    call = take(page)
    Session.objects.all().delete()
    page.keyboard.press("F9")
    page.keyboard.type("the caller is her sister")
    again = page.locator("dialog.again")
    expect(again).to_be_visible()
    other = page.context.new_page()
    other.goto("/sign-in/")
    for name, text in (("username", "d2"), ("password", PASSWORD), ("position", "D2")):
        other.locator(f"[name={name}]").fill(text)
    other.keyboard.press("Enter")
    expect(other.locator(".link")).to_have_text("● LIVE")
    page.wait_for_timeout(6500)  # a draft that was not sent is tried again every five seconds
    again.locator("[name=password]").fill("whatever")
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)
    expect(page.locator(".link")).to_have_text("● LIVE")
    assert not Draft.objects.filter(user__username="d2").exists()
    say(page, f"#{call.number}")
    expect(page.locator("#note-box")).to_have_value("")


def test_two_people_change_one_field_and_the_second_is_shown_both(desk: SignIn) -> None:
    first, second = desk("d1", "D1"), desk("d2", "D2")
    call = take(first)
    expect(second.locator(f"[data-call='{call.pk}']")).to_be_visible()
    say(second, f"#{call.number}")
    second.get_by_role("button", name="Edit").click()
    second.locator(".edit [name=location]").fill("302 W BELT LINE RD")
    first.get_by_role("button", name="Edit").click()
    first.locator(".edit [name=location]").fill("310 W BELT LINE RD")
    first.get_by_role("button", name="Save", exact=True).click()
    done(first, "changed: location")
    second.get_by_role("button", name="Save", exact=True).click()
    expect(second.locator(".conflict")).to_contain_text("310 W BELT LINE RD")
    expect(second.locator(".conflict")).to_contain_text("302 W BELT LINE RD")
    second.get_by_role("button", name="Set mine").click()
    done(second, "Changed")
    call.refresh_from_db()
    assert call.location == "302 W BELT LINE RD"


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1366, 768), (360, 740)])
def test_no_axe_violation_on_board_call_intake_and_help(desk: SignIn, theme: str, size: tuple[int, int]) -> None:
    page = desk("d1", "D1", width=size[0], height=size[1])
    if theme == "light":
        page.get_by_role("button", name="☾ dark").click()
        page.keyboard.press("F2")
    take(page, "Suicidal subject", "1210 N HAMPTON RD", "has a knife")
    expect(page.locator(".triage")).to_contain_text("rules v")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    page.keyboard.press("F2")
    say(page, "new")
    expect(page.locator(".intake")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("F1")
    expect(page.locator("dialog.help")).to_be_visible()
    assert violations(page) == []


def test_hostile_text_is_text_everywhere(desk: SignIn) -> None:
    page = desk("d1", "D1")
    evil = "<img src=x onerror=alert(1)>\u202e🏳️‍🌈{{7*7}}'\""
    call = take(page, "Disturbance", evil, evil)
    expect(page.locator(f"[data-call='{call.pk}']")).to_contain_text("<img src=x")
    expect(page.locator(".notes")).to_contain_text("<img src=x onerror=alert(1)>")
    assert page.locator(".side img, .row img").count() == 0


def test_a_reopened_call_is_news_and_one_that_stood_there_is_not(desk: SignIn) -> None:
    first = desk("d1", "D1")
    call = take(first)
    second = desk("d2", "D2")
    row = second.locator(f"[data-call='{call.pk}']")
    expect(row).to_be_visible()
    said = second.locator("#said")
    say(first, f"p #{call.number} p")
    expect(row.locator(".pri")).to_have_text("▲P")
    second.wait_for_timeout(3500)  # news are said together, every three seconds
    expect(said).not_to_contain_text("New call")
    say(first, f"close #{call.number} advised all_busy")
    expect(row).to_have_count(0)
    say(first, f"re {call.number}; called again")
    expect(row).to_have_count(1)
    expect(said).to_contain_text(f"New call {call.number}")


def lose_the_answer(page: Page, path: str) -> None:
    """The next change sent there is done, and its answer never arrives."""

    def lost(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(path, lost, times=1)


def half_taken(page: Page) -> None:
    """A call whose answer was lost: it is on the board and the form is still there."""
    say(page, "new Disturbance @77 COCKRELL HILL RD; shouting")
    expect(page.locator(".intake [name=location]")).to_have_value("77 COCKRELL HILL RD")
    lose_the_answer(page, "**/api/calls/")
    page.keyboard.press("Control+Enter")
    refused(page, "What you typed is kept")


def test_a_call_taken_again_after_its_answer_was_lost_is_one_call(desk: SignIn) -> None:
    page, before = desk("d1", "D1"), Call.objects.count()
    half_taken(page)
    page.keyboard.press("Control+Enter")
    done(page, f"Call {newest().number} taken")
    half_taken(page)
    page.reload()  # the page forgets what it sent; the draft is the intent
    expect(page.locator(".link")).to_have_text("● LIVE")
    expect(page.locator("#line")).to_be_focused()
    say(page, "new")
    expect(page.locator(".intake [name=location]")).to_have_value("77 COCKRELL HILL RD")
    page.keyboard.press("Control+Enter")
    done(page, f"Call {newest().number} taken")
    assert Call.objects.count() == before + 2


def test_what_was_changed_after_a_lost_answer_is_neither_lost_nor_a_second_call_unawares(desk: SignIn) -> None:
    page, before = desk("d1", "D1"), Call.objects.count()
    half_taken(page)
    page.locator("[name=narrative]").fill("shouting, and glass breaking")
    page.keyboard.press("Control+Enter")
    refused(page, f"Call {newest().number} was taken already")
    expect(page.locator("[name=narrative]")).to_have_value("shouting, and glass breaking")
    assert Call.objects.count() == before + 1
    page.keyboard.press("Control+Enter")
    done(page, "taken")
    assert Call.objects.count() == before + 2


def test_a_full_storage_keeps_no_command_from_being_done(desk: SignIn) -> None:
    page = desk("d1", "D1")
    call = take(page)
    page.evaluate(
        "() => { let size = 1 << 22; while (size) { try { localStorage.setItem(`full${size}`, 'x'.repeat(size)); }"
        " catch { } size >>= 1; } }"
    )
    say(page, f"d #{call.number} p101")
    done(page, "P101 dispatched")
    assert Assignment.objects.open().filter(call=call).exists()


def test_signing_out_does_not_throw_away_a_note_that_was_refused(desk: SignIn) -> None:
    page = desk("d1", "D1")
    page.evaluate(
        "localStorage.setItem('care-outbox:d1:k1', JSON.stringify({key: 'k1', call: 2**50, number: '9', text: 'kept', at: 1}))"
    )
    page.reload()
    expect(page.locator(".alert-line")).to_contain_text("was refused")
    page.get_by_role("button", name="Sign out").click()
    refused(page, "refused and is only here")
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#id_username")).to_be_focused()
