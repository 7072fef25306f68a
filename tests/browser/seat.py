"""A dispatcher's hands and eyes: sit down, type a line, read what came of it."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from calls.models import Call

AXE = Path("node_modules/axe-core/axe.min.js")


def say(page: Page, line: str) -> None:
    """Type a command and press Enter."""
    page.keyboard.type(line)
    page.keyboard.press("Enter")


def done(page: Page, text: str) -> None:
    expect(page.locator(".echo")).to_contain_text(re.compile("✓.*" + re.escape(text)))


def refused(page: Page, text: str) -> None:
    expect(page.locator(".echo")).to_contain_text(re.compile("✗.*" + re.escape(text), re.DOTALL))


def newest() -> Call:
    return Call.objects.latest("pk")


def take(page: Page, nature: str = "Welfare check", place: str = "300 W BELT LINE RD", text: str = "") -> Call:
    """A new call by the command line; the form is saved with Ctrl+Enter."""
    before = Call.objects.count()
    say(page, f"new {nature} @{place}; {text}")
    expect(page.locator(".intake [name=location]")).to_have_value(place)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".call-head h2")).to_contain_text(nature)
    expect(page.locator("#line")).to_be_focused()
    assert Call.objects.count() == before + 1
    return newest()


def violations(page: Page) -> list[str]:
    # Evaluated from the protocol: the page's own policy forbids a script that is not ours.
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
        ".then(r => r.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')}`))"
    )
    return [str(line)[:600] for line in found]


def clipped(page: Page, selector: str) -> list[str]:
    """What of these does not show its whole text."""
    found: list[str] = page.locator(selector).evaluate_all(
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)"
        ".map(e => e.textContent.trim())"
    )
    return found
