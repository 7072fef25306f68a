"""A clinician without a unit calls somebody who waits: on a phone, with gloves, and without JavaScript."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from calls.clinician_calls import ask_clinician_call
from calls.models import ClinicianCall
from teams.models import User
from tests.browser.conftest import NewPage
from tests.browser.seat import violations
from tests.calls.test_clinician_calls import CALM
from tests.cast import act, make_call, make_center, make_user, use_default_rules
from tests.conftest import MakeStack
from tests.services import Stack

FOLDS = "for (const fold of document.querySelectorAll('details')) fold.open = true"


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    return make_stack(names=("web",))


def phone(new_page: NewPage, stack: Stack, user: User, **options: bool) -> Page:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    page = new_page(width=360, height=740, **options)
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": stack.url}])
    page.goto("/unit/")
    return page


def test_who_waits_is_called_and_the_answer_given_by_a_gloved_thumb(new_page: NewPage, stack_db: Stack) -> None:
    use_default_rules()
    center, now = make_center(), timezone.now()
    dispatcher, clinician = make_user(center), make_user(center, "clinician")
    caller = {"name": "Ana", "relation": "mother", "phone": "555-0123", "safe_to_call": "yes"}
    call = make_call(dispatcher, now=now, facts=CALM, caller=caller, narrative="He paces. " * 12)
    row = act(ask_clinician_call, by=dispatcher, now=now, call_id=call.pk).result["clinician_call_id"]
    page = phone(new_page, stack_db, clinician)
    page.evaluate(FOLDS)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    sizes = "all => all.map(e => e.getBoundingClientRect()).filter(box => box.width < 44 || box.height < 56).length"
    assert page.locator(".heard button").evaluate_all(sizes) == 0
    assert violations(page) == []
    page.reload()  # a fold that is open is not taken away by news
    plain = phone(new_page, stack_db, clinician, java_script_enabled=False)
    assert plain.get_attribute(".asked a.wide", "href") == "tel:555-0123"
    plain.click("button:has-text('Worse')")
    assert "Dispatch has what you heard" in plain.inner_text(".said")
    assert ClinicianCall.objects.get(pk=row).result == "worse"
    expect(page.locator(".asked")).to_have_count(0, timeout=20_000)
