"""The browser itself: it opens, sees the stack, and keeps to the policy."""

from playwright.sync_api import Page

from tests.services import Stack


def test_chromium_reaches_the_stack(page: Page, stack: Stack) -> None:
    answer = page.goto("/healthz")
    assert answer is not None and answer.ok
    assert page.url == f"{stack.url}/healthz"
