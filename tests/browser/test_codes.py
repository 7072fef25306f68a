"""A center's own words on the console, what is owed filled in by keys, and the way to every page of an admin."""

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.codes import seed_codes
from calls.models import Assignment, Call, Code
from calls.stages import free_unit, report_stage
from teams.models import Unit, User
from tests.browser.conftest import PASSWORD, NewPage, SignIn
from tests.browser.seat import AXE, clipped, done, refused, say, take, violations
from tests.cast import act, send
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def worked(call: Call, callsign: str, stage: str) -> Assignment:
    """CARE with an officer at the call, and as far as that."""
    boss, now = User.objects.get(username="supervisor"), timezone.now()
    units = Unit.objects.filter(center=call.center, callsign__in=(callsign, callsign.replace("CARE", "P10")))
    send(boss, call, *units, now=now)
    care = Assignment.objects.get(call=call, unit__callsign=callsign)
    act(report_stage, by=boss, now=now, unit_id=care.unit_id, stage=stage)
    return care


def freed(care: Assignment, **said: Any) -> None:
    boss, now = User.objects.get(username="supervisor"), timezone.now()
    act(free_unit, by=boss, now=now, unit_id=care.unit_id, **said)


def test_a_ride_that_lacks_something_is_filled_in_by_keys_where_it_is_owed(desk: SignIn) -> None:
    page = desk("d1", "D1", width=1366, height=768)
    call = take(page)
    freed(worked(call, "CARE1", "transporting"), outcome="engaged")
    say(page, "owed")
    ride = page.get_by_role("form", name=f"Ride of CARE1 on call {call.number}")
    expect(ride).to_contain_text("lacks destination, miles at the start, miles at the end, legal basis")
    ride.get_by_label("or in words").focus()
    for text in ("Cedar House", "120", "110"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.type("Vol")
    for key in ("Tab", "Tab", "Enter"):  # past who rides along, to the button
        page.keyboard.press(key)
    refused(page, "read the counter again")
    expect(ride.get_by_label("Miles at the end")).to_have_value("110")  # nothing typed is lost
    ride.get_by_label("Miles at the end").fill("128.5")
    page.keyboard.press("Enter")
    done(page, f"Ride of CARE1 on call {call.number} is on record")
    expect(ride).to_have_count(0)
    row = Assignment.objects.get(call=call, unit__callsign="CARE1")
    assert (row.destination, row.start_mileage, row.end_mileage, row.legal_basis) == (
        "Cedar House", 120.0, 128.5, "voluntary",
    )  # fmt: skip


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_list_of_what_is_owed_is_whole_on_a_small_screen(desk: SignIn, theme: str) -> None:
    page = desk("d1", "D1", width=1366, height=768)
    call = take(page)
    freed(worked(call, "CARE2", "transporting"), outcome="engaged")
    page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    say(page, "owed")
    ride = page.get_by_role("form", name=f"Ride of CARE2 on call {call.number}")
    expect(ride).to_be_visible()
    assert clipped(page, "care-owed form label, care-owed li") == []
    if AXE.exists():
        assert violations(page) == []


def test_a_supervisor_keeps_or_changes_what_was_said_with_a_code_out_of_use(desk: SignIn) -> None:
    seed_codes()
    Code.objects.filter(list="outcomes", code="declined").update(label="Said no", retired=True)
    page = desk("supervisor", "S1", width=1366, height=768)
    call = take(page)
    care = worked(call, "CARE1", "on_scene")
    freed(care, outcome="declined", at=timezone.now())
    say(page, "owed")
    choice = page.get_by_label(f"What CARE1 said on call {call.number}", exact=True)
    expect(page.locator("care-owed")).to_contain_text("Said no")
    choice.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    done(page, "Keep: Said no")
    expect(choice).to_have_count(0)
    care.refresh_from_db()
    assert (care.outcome, care.code_owed_at) == ("declined", None)


def test_a_unit_out_of_service_says_why_in_the_centers_words(desk: SignIn) -> None:
    seed_codes()
    Code.objects.filter(list="away_reasons", code="meal").update(label="Break")
    page = desk("d1", "D1")
    say(page, "oos care3 meal; twenty minutes")
    done(page, "out of service")
    expect(page.locator("[data-unit='CARE3']")).to_contain_text("Break: twenty minutes")
    say(page, "av care3")
    done(page, "available")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (360, 740)])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_front_page_of_an_admin_lacks_nothing_and_leads_everywhere(
    new_page: NewPage, stack_db: Stack, width: int, height: int, scheme: str
) -> None:
    page = new_page(width=width, height=height, color_scheme=scheme)
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page.goto("/sign-in/")
    page.fill("#id_username", "admin")
    page.fill("#id_password", PASSWORD)
    page.locator("main button").first.click()
    expect(page.get_by_role("heading", name="On pages of their own")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("link", name="Local words").click()
    expect(page).to_have_url(f"{stack_db.url}/rules/#/words")
    assert missing == []
