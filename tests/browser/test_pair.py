"""A whole co-response in three browsers: dispatcher, clinician and officer each see what the others do."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from calls.models import Assignment, Call
from teams.models import UnitPosition
from tests.browser.conftest import PASSWORD, NewPage, SignIn
from tests.browser.seat import done, say, take
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


def crew(new_page: NewPage, user: str, **options: Any) -> Page:
    """A crew's phone, signed in."""
    page = new_page(width=360, height=740, **options)
    page.goto("/sign-in/")
    page.fill("#id_username", user)
    page.fill("#id_password", PASSWORD)
    page.locator("main button").first.click()
    expect(page.locator("h1")).to_contain_text(user.upper())
    return page


def press(phone: Page, name: str) -> None:
    """The page as it is now, then one key of it, until the page has come anew."""
    phone.goto("/unit/")
    with phone.expect_navigation():
        phone.get_by_role("button", name=re.compile(name)).first.click()


def shows(phone: Page, text: str) -> None:
    phone.goto("/unit/")
    expect(phone.locator("main")).to_contain_text(text)


def test_a_pair_goes_stages_is_waved_in_and_released_and_everybody_sees_it(desk: SignIn, new_page: NewPage) -> None:
    console = desk("d1", "D1")
    clinician, officer = crew(new_page, "care2"), crew(new_page, "p101")
    call = take(console, "Suicidal subject", "1210 N HAMPTON RD", "Mother says he has a knife in the house")
    expect(console.locator(".triage")).to_contain_text("rules v")
    say(console, "d care2 p101")
    done(console, "dispatched to call")
    shows(clinician, "Stage until police clear you to enter: about 2 blocks from 1210 N HAMPTON RD")
    shows(officer, "CARE2 Dispatched")
    expect(officer.locator(".radio")).to_contain_text("1210 N HAMPTON RD")

    for phone, name in ((clinician, "En route"), (officer, "En route"), (clinician, "Staged"), (officer, "On scene")):
        press(phone, name)
    expect(console.locator("[data-unit='CARE2']")).to_contain_text("STAGE")
    expect(console.locator("[data-unit='P101']")).to_contain_text("SCENE")
    expect(console.locator(".on-it")).to_contain_text("Police leads")

    press(officer, "Scene is secure")
    expect(console.locator(".on-it")).to_contain_text("scene secure")
    expect(console.locator(".on-it")).to_contain_text("CARE leads")
    press(officer, "CARE2: cleared to enter")
    shows(clinician, "Cleared to enter")
    press(clinician, "On scene")
    press(clinician, "With the person")
    shows(officer, "CARE2 Contact")

    officer.goto("/unit/")
    officer.get_by_role("button", name="Available, CARE stays").click()
    expect(console.locator("[data-unit='P101']")).to_contain_text("AVAIL")
    expect(console.locator(f".active [data-call='{call.pk}']")).to_contain_text("CARE2")

    press(clinician, "Transporting")
    expect(console.locator("[data-unit='CARE2']")).to_contain_text("TRANS")
    clinician.goto("/unit/")
    for name, value in (("facility", "county-ed"), ("legal_basis", "voluntary"), ("rides", "crew")):
        clinician.locator(f"form[action$='/transport/'] [name={name}]").select_option(value)
    clinician.locator("form[action$='/transport/'] [name=start_mileage]").fill("41230")
    clinician.get_by_role("button", name="Save transport").click()
    expect(clinician.locator(".said")).to_contain_text("The transport is on record")
    say(console, "af care2 41238")
    done(console, "41238 miles")
    expect(console.locator(".on-it")).to_contain_text("County General, emergency (Voluntary, The crew alone, 8 miles)")
    clinician.goto("/unit/")
    clinician.locator("details.clearing summary").click()
    clinician.get_by_role("button", name="Engaged").click()
    expect(console.locator(f"[data-call='{call.pk}']")).to_have_count(0)
    shows(clinician, "disposition")
    closed = Call.objects.get(pk=call.pk)
    assert (closed.status, closed.mode_actual) == ("closed", "care_joint")
    assert Assignment.objects.get(call=call, unit__callsign="P101").police_released_at is not None
    ride = Assignment.objects.get(call=call, unit__callsign="CARE2")
    assert (ride.destination, ride.end_mileage, ride.legal_basis) == ("County General, emergency", 41238, "voluntary")


def test_a_clinician_needs_police_and_the_nearest_go_at_one_press(desk: SignIn, new_page: NewPage) -> None:
    console = desk("d1", "D1")
    clinician = crew(new_page, "care3")
    call = take(console, "Mental health, non-violent", "204 POLK ST")
    expect(console.locator(".triage")).to_contain_text("rules v")
    say(console, "d care3; local_knowledge")
    done(console, "CARE3 dispatched")
    press(clinician, "On scene")
    press(clinician, "Need police NOW")
    expect(console.locator("care-alerts")).to_contain_text("CARE3 needs police")
    sent = Assignment.objects.open().get(call=call, unit__discipline="police")
    expect(console.locator(f"[data-unit='{sent.unit.callsign}']")).to_contain_text("DISP")


def test_a_crew_shares_where_its_phone_is_until_it_says_stop(new_page: NewPage, stack_db: Stack) -> None:
    phone = crew(new_page, "care1", permissions=["geolocation"], geolocation={"latitude": 32.59, "longitude": -96.85})
    phone.get_by_role("button", name="Share where CARE1 is").click()
    expect(phone.locator("[data-shared=yes]")).to_contain_text("Your phone shares where CARE1 is")
    assert UnitPosition.objects.get(unit__callsign="CARE1").lat == 32.59
    phone.get_by_role("button", name="Stop sharing").click()
    expect(phone.locator(".said")).to_contain_text("shared no more")
    assert not UnitPosition.objects.filter(unit__callsign="CARE1").exists()
