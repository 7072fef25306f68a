"""What a dispatcher sees of a unit: who is aboard by force, what it can do now, and whose place it is and how old."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.seat import say, violations
from tests.cast import act, make_call, send
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


@pytest.mark.parametrize("size", [(1366, 768), (360, 740)])
def test_a_crew_member_without_a_credential_is_marked_and_a_press_says_all_of_the_unit(
    desk: SignIn, size: tuple[int, int]
) -> None:
    from teams.actions import hand_over_unit
    from teams.models import Unit, User
    from tests.crew_cast import make_kind

    unit = Unit.objects.get(callsign="CARE2")
    if not unit.center.credential_kinds.exists():
        make_kind(unit.center, "clinician", needed_for=["clinician"])
    crew = [(User.objects.get(username=name).pk, duty) for name, duty in (("care2", "clinician"), ("care2b", "peer"))]
    now, boss = timezone.now(), User.objects.get(username="supervisor")
    act(
        hand_over_unit, by=boss, now=now, unit_id=unit.pk, crew=crew, until=now + timedelta(hours=9),
        forced_reason="nobody_else",
    )  # fmt: skip
    page = desk("d1", "D1", width=size[0], height=size[1])
    mark = page.locator("[data-unit='CARE2'] care-marks button")
    expect(mark).to_have_attribute("title", "Luz Moreno signed on by force: counselor licence")
    expect(mark).to_have_text("▲crew Luz Moreno signed on by force: counselor licence")
    assert not violations(page)
    mark.focus()
    page.keyboard.press("Enter")
    echo = page.locator(".echo")
    expect(echo).to_contain_text(
        "CARE2 available · ▲ Luz Moreno signed on by force: counselor licence · can: peer, en, es"
    )
    expect(echo).to_contain_text("place")
    expect(page.locator("[data-unit='P102'] care-marks")).to_have_count(0)
    page.locator("#line").focus()
    say(page, "p102")
    expect(echo).to_contain_text("P102 available · can: cit, en, es · Raul Vega until ")


def test_a_time_to_go_names_the_phone_that_told_the_place_and_how_old_it_is(desk: SignIn) -> None:
    from teams.models import UnitPosition, User

    page = desk("d1", "D1", width=1366, height=768)
    boss = User.objects.get(username="supervisor")
    call = make_call(boss, triaged=False, now=timezone.now(), lat=32.59, lng=-96.85)
    place = UnitPosition.objects.filter(unit__callsign="P102")
    told_at = timezone.now() - timedelta(minutes=4)
    place.update(lat=32.58, lng=-96.87, at=told_at, shared_by=User.objects.get(username="p102"))
    send(boss, call, place.get().unit, now=timezone.now())
    expect(page.locator(f"[data-call='{call.pk}']")).to_be_visible()
    say(page, str(call.number))
    expect(page.locator("care-on-it")).to_contain_text(re.compile(r"a phone's place [45]:\d\d old"))
