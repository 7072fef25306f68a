"""The phone page in a real Chromium, 360 by 740: without JavaScript, accessible, and careful with typed text."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from calls.consults import ask_consult
from calls.models import Assignment
from calls.narrative import add_note
from calls.stages import report_stage
from referrals.actions import refer, set_follow_up
from teams.models import User
from tests.cast import act, later, make_call, make_center, make_unit, make_user, put_on_shift, send, use_default_rules
from tests.conftest import MakeStack
from tests.referrals.care_cast import make_service
from tests.services import Stack

pytestmark = pytest.mark.browser
AXE = Path("node_modules/axe-core/axe.min.js")
PHONE: Any = {"viewport": {"width": 360, "height": 740}}
OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    return make_stack(names=("web",))


@pytest.fixture(scope="module")
def phones() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium: apt-get install chromium")
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        # Playwright's loop runs in this thread; the tests themselves are not in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        found = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def scene(phones: Browser, stack_db: Stack) -> Any:
    """CARE staged, police on scene, notes, a consult, a referral and a follow-up."""
    use_default_rules()

    class Scene:
        center = make_center()
        care = make_unit(center, "CARE9")
        police = make_unit(center, "P901", "police")
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician", agency=care.agency)
        officer = make_user(center, "officer", agency=police.agency)
        make_call(dispatcher, now=later(days=-21), nature="Fight", narrative="One of them has a knife")
        earlier = make_call(dispatcher, now=later(days=-2), nature="Suicidal subject")
        call = make_call(
            dispatcher, triaged=False, lat=32.6, lng=-96.85, nature="Suicidal subject",
            narrative="Mother says he has pills. " * 8,
        )  # fmt: skip

    scene = Scene()
    for user, unit in ((scene.clinician, scene.care), (scene.officer, scene.police)):
        put_on_shift(user, unit, start=timezone.now() - timedelta(hours=1))
    send(scene.dispatcher, scene.call, scene.care, scene.police)
    for unit, stage in ((scene.police, "on_scene"), (scene.care, "staged")):
        act(report_stage, by=scene.dispatcher, now=timezone.now(), unit_id=unit.pk, stage=stage)
    act(add_note, by=scene.clinician, call_id=scene.call.pk, text="Calm with his sister")
    act(ask_consult, by=scene.officer, now=timezone.now(), question="capacity")
    service = make_service(scene.center, phones=["555-0100"], description="First appointment")
    act(refer, by=scene.clinician, call_id=scene.call.pk, service_id=service.pk)
    act(set_follow_up, by=scene.clinician, call_id=scene.call.pk, risk="24h")
    return scene


@pytest.fixture
def open_page(phones: Browser, stack_db: Stack) -> Iterator[OpenPage]:
    """A page of somebody signed in; what the browser complains of fails the test at its end."""
    contexts, complaints = [], list[str]()

    def opened(user: User, path: str = "/unit/", **options: Any) -> Page:
        client = Client()
        client.force_login(user, backend="teams.sign_in.Backend")
        context = phones.new_context(base_url=stack_db.url, **PHONE, **options)
        contexts.append(context)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": stack_db.url}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [said for said in complaints if "404" not in said and "503" not in said] == []


def test_the_co_response_is_worked_by_thumb_without_javascript(scene: Any, open_page: OpenPage) -> None:
    officer = open_page(scene.officer, java_script_enabled=False)
    clinician = open_page(scene.clinician, java_script_enabled=False)
    officer.click("text=CARE9: cleared to enter")
    clinician.reload()
    clinician.click("button.next:has-text('On scene')")
    assert "Status sent" in clinician.inner_text(".said")
    clinician.click("text=Clear the call")
    clinician.click("button:has-text('Engaged')")
    clinician.click("summary:has-text('owed for')")
    clinician.select_option("select[name=disposition]", "left_with_support")
    clinician.click("text=Record disposition")
    assert "Disposition recorded" in clinician.inner_text(".said")
    done = Assignment.objects.get(call=scene.call, unit=scene.care)
    assert (done.outcome, done.disposition) == ("engaged", "left_with_support")


def test_what_the_place_called_before_is_read_without_javascript(scene: Any, open_page: OpenPage) -> None:
    for who, words in (("clinician", "2 of this address"), ("officer", "1 of this address")):
        page = open_page(getattr(scene, who), java_script_enabled=False)
        page.click(f"summary:has-text('Earlier calls: {words}')")
        shown = page.inner_text("section[aria-labelledby=premise]")
        assert "Weapon: in hand" in shown
        assert (f"call {scene.earlier}" in shown) is (who == "clinician")


def test_referral_and_follow_up_are_made_without_javascript(scene: Any, open_page: OpenPage) -> None:
    page = open_page(scene.clinician, f"/unit/calls/{scene.call.pk}/care/", java_script_enabled=False)
    page.click("summary:has-text('Change')")
    page.select_option("select[name=status]", "accepted")
    page.click("button:has-text('Save')")
    assert "Referral updated" in page.inner_text(".said")
    page.click("button:has-text('72 hours')")
    assert "Follow-up set" in page.inner_text(".said")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        ("officer", "/unit/"),
        ("clinician", "/unit/"),
        ("clinician", "/unit/calls/{call}/care/"),
        ("clinician", "/unit/follow-ups/"),
    ],
)
def test_pages_fit_a_phone_with_targets_for_a_gloved_thumb(
    scene: Any, open_page: OpenPage, who: str, path: str
) -> None:
    page = open_page(getattr(scene, who), path.format(call=scene.call.pk))
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    small = page.evaluate(
        """[...document.querySelectorAll("button, a, summary, select, label:has(input), input:not([type=hidden], [type=radio], [type=checkbox])")]
        .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([text]) => text)"""
    )
    assert small == []
    for box in page.locator("button.next").all():
        assert (box.bounding_box() or {"height": 0})["height"] >= 56


@pytest.mark.parametrize("path", ["/unit/", "/unit/calls/{call}/care/", "/unit/follow-ups/"])
def test_axe_finds_nothing(scene: Any, open_page: OpenPage, path: str) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: npm ci")
    page = open_page(scene.clinician, path.format(call=scene.call.pk), bypass_csp=True)
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.add_script_tag(path=AXE)
    violations = page.evaluate("axe.run()")["violations"]
    assert [(found["id"], found["nodes"][0]["html"]) for found in violations] == []


def test_news_never_take_typed_text_away(scene: Any, open_page: OpenPage) -> None:
    writing, reading = open_page(scene.clinician), open_page(scene.officer)
    writing.fill("#text", "half a thought")
    act(add_note, by=scene.dispatcher, now=timezone.now(), call_id=scene.call.pk, text="Sister arrives")
    reading.wait_for_selector("text=Sister arrives", timeout=20_000)
    writing.wait_for_selector("text=News: refresh when done", timeout=20_000)
    assert writing.input_value("#text") == "half a thought"


def test_a_note_half_typed_is_there_again_after_the_page_was_lost(scene: Any, open_page: OpenPage) -> None:
    page = open_page(scene.clinician)
    page.fill("#text", "He asks for his sister, ")
    page.goto("about:blank")
    page.goto("/unit/")
    assert page.input_value("#text") == "He asks for his sister, "
    page.locator("#text").press("End")
    page.keyboard.type("who is on her way")
    page.context.route("**/unit/do/note/", lambda route: route.abort())
    page.click("text=Add note")
    page.context.unroute("**/unit/do/note/")
    page.goto("/unit/")
    assert page.input_value("#text") == "He asks for his sister, who is on her way"
    page.click("text=Add note")
    page.wait_for_selector(".said")
    assert page.input_value("#text") == ""
    page.goto("/unit/")
    assert page.input_value("#text") == ""
    assert scene.call.narrative.filter(text="He asks for his sister, who is on her way").count() == 1


def test_what_one_person_typed_is_not_on_the_next_ones_page(scene: Any, open_page: OpenPage) -> None:
    page = open_page(scene.clinician)
    page.fill("#text", "half a clinical thought")
    client = Client()
    client.force_login(scene.officer, backend="teams.sign_in.Backend")
    page.context.clear_cookies()
    origin = page.url.removesuffix("/unit/")
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": origin}])
    page.reload()
    assert page.inner_text(".bar h1") == "P901"
    assert page.input_value("#text") == ""
    assert page.evaluate("sessionStorage.length") == 0


def test_signing_out_leaves_nothing_typed_on_the_phone(scene: Any, open_page: OpenPage) -> None:
    page = open_page(scene.clinician)
    page.fill("#text", "half a thought")
    assert page.evaluate("sessionStorage.length") == 1
    page.click("footer button")
    page.wait_for_selector("#id_username")
    assert page.evaluate("sessionStorage.length") == 0


def test_a_page_that_reaches_nobody_says_so_in_the_centers_time(scene: Any, open_page: OpenPage) -> None:
    page = open_page(scene.officer, timezone_id="Asia/Tokyo")
    page.context.route("**/unit/seen/", lambda route: route.fulfill(status=503, body=""))
    page.wait_for_selector("text=NOT LIVE since", timeout=20_000)
    hour = timezone.localtime(timezone.now(), ZoneInfo(scene.center.time_zone)).hour
    said = int(page.inner_text("#link").split("since ")[1][:2])
    assert said in (hour, (hour - 1) % 24)
    page.context.unroute("**/unit/seen/")
    page.wait_for_selector("text=Up to date", timeout=20_000)
