"""What a crew reports without a link: kept on the phone with its time, told in order, refused without stopping the rest."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from calls.models import Assignment, Code
from calls.stages import report_stage
from teams.models import User
from tests.calls.test_phone_browser import PHONE, phones, scene, stack
from tests.cast import act
from tests.services import Stack

__all__ = ["phones", "scene", "stack"]
pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(phones: Browser, stack_db: Stack) -> Iterator[Callable[[User], Page]]:
    """The unit page of somebody signed in, in a browser whose link can be cut."""
    contexts = []

    def opened(user: User) -> Page:
        client = Client()
        client.force_login(user, backend="teams.sign_in.Backend")
        context = phones.new_context(base_url=stack_db.url, **PHONE)
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": stack_db.url}])
        page = context.new_page()
        page.goto("/unit/")
        return page

    yield opened
    for context in contexts:
        context.close()


def test_what_is_reported_without_a_link_is_kept_and_told_in_order_with_its_time(scene: Any, open_page: Any) -> None:
    act(report_stage, by=scene.dispatcher, now=timezone.now(), unit_id=scene.care.pk, stage="on_scene")
    page = open_page(scene.clinician)
    page.context.set_offline(True)
    page.click("button:has-text('With the person')")
    page.wait_for_selector("#queue:has-text('With the person')")
    page.click("summary:has-text('Transport: where to')")
    page.fill("[name=destination]", "Cedar House")
    page.fill("[name=start_mileage]", "120.5")
    page.click("button:has-text('Save transport')")
    page.wait_for_selector("#queue:has-text('Save transport')")
    tapped = timezone.now()
    Code.objects.create(center=scene.center, list="outcomes", code="declined", label="Refused", retired=True)
    page.click("summary:has-text('Clear the call')")
    page.click("button:has-text('Declined')")
    page.wait_for_selector("#queue:has-text('Declined')")
    page.click("footer button")
    page.wait_for_selector("#link:has-text('only on this phone')")
    page.wait_for_timeout(4000)
    page.context.set_offline(False)
    page.wait_for_selector("text=CARE9 is available", timeout=20_000)
    row = Assignment.objects.get(call=scene.call, unit=scene.care)
    assert (row.destination, row.start_mileage, row.outcome) == ("Cedar House", 120.5, "declined")
    assert (
        row.contact_at and row.cleared_at and row.contact_at < tapped <= row.cleared_at < tapped + timedelta(seconds=3)
    )
    assert row.code_owed_at is not None
    assert page.evaluate("localStorage.length") == 0


def test_a_report_that_is_refused_stops_no_other_and_is_shown_until_it_is_read(scene: Any, open_page: Any) -> None:
    act(report_stage, by=scene.dispatcher, now=timezone.now(), unit_id=scene.care.pk, stage="on_scene")
    page = open_page(scene.clinician)
    page.click("summary:has-text('Transport: where to')")
    page.fill("[name=start_mileage]", "130")
    page.fill("[name=end_mileage]", "120")
    page.click("button:has-text('Save transport')")
    page.wait_for_selector("#queue:has-text('read the counter again')")
    assert page.input_value("[name=end_mileage]") == "120"
    page.click("button:has-text('With the person')")
    page.wait_for_selector("form[data-sent]", state="detached")
    assert Assignment.objects.get(call=scene.call, unit=scene.care).status == "contact"
    page.reload()
    page.click("text=I have read it")
    assert page.locator("#queue").is_hidden() and page.evaluate("localStorage.length") == 0
