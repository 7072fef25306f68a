"""A real Chromium for the tests of what people see; without one they are skipped loudly, and in CI they fail."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.services import Stack

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "No Chromium here: sudo apt-get install chromium"
# Ten times what a step takes on a quiet machine; a guard against hanging, not a figure.
PATIENCE_MS = 15_000

PASSWORD = "care-dispatch-demo"

NewPage = Callable[..., Page]
SignIn = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test of this folder is marked, so that ``-m 'not browser'`` leaves them out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Headless Chromium for one module. Playwright's own loop runs in this thread, which Django must not mind."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE_MS)
        chromium = playwright.chromium.launch(executable_path=chromium_path, headless=True, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser, stack: Stack) -> Iterator[NewPage]:
    """Open a page of its own browser window on the stack: ``new_page(width=1600, height=900, **context_options)``.

    An error thrown by a script, or anything the content security policy refuses, fails the test at its end.
    """
    wrong: list[str] = []
    with ExitStack() as ends:

        def make(*, width: int = 1600, height: int = 900, **options: Any) -> Page:
            context: BrowserContext = browser.new_context(
                base_url=stack.url, viewport={"width": width, "height": height}, **options
            )
            ends.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
            page.on("console", lambda message: wrong.extend(_refused(message.text)))
            return page

        yield make
    assert wrong == []


def _refused(text: str) -> list[str]:
    return [text] if "Content Security Policy" in text else []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """One page at the stack's address; go from there with ``page.goto("/")``."""
    return new_page()


@pytest.fixture
def desk(new_page: NewPage, stack_db: Stack) -> Iterator[SignIn]:
    """Sit down at a position: ``desk("d1", "D1", width=1366, height=768)``."""

    def sit(user: str, position: str, **options: Any) -> Page:
        page = new_page(**options)
        page.goto("/")
        expect(page.locator("#id_username")).to_be_focused()
        for text in (user, PASSWORD, position):
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".link")).to_have_text(
            "● LIVE", timeout=30_000
        )  # the first page of a stack starts everything
        expect(page.locator("#line")).to_be_focused()
        return page

    yield sit
    # What a test leaves on the board is not the next one's to trip over.
    from calls.closing import close_call
    from calls.models import Assignment, Call
    from calls.stages import free_unit
    from teams.models import User
    from tests.cast import act

    boss = User.objects.get(username="supervisor")
    for assignment in Assignment.objects.open():
        act(free_unit, by=boss, unit_id=assignment.unit_id, now=assignment.dispatched_at)
    for call in Call.objects.exclude(status="closed"):
        act(close_call, by=boss, call_id=call.pk, closed_as="cancelled", reason="end of test", now=call.received_at)
