"""What a dispatcher sees on every size of window and text: whole words, nothing pushed aside, room for the board."""

import pytest
from playwright.sync_api import Page, expect

from calls.verdicts import work_failed
from tests.browser.conftest import SignIn
from tests.browser.seat import clipped, done, say, take
from tests.cast import act
from tests.conftest import MakeStack
from tests.services import Stack


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


# Whether the second letter of a text stands to the right of its first.
READS_FORWARD = """element => {
  const [text] = [...element.childNodes].filter(node => node.nodeType === 3);
  const at = (from) => { const range = new Range(); range.setStart(text, from); range.setEnd(text, from + 1); return range.getBoundingClientRect(); };
  return at(3).x > at(2).x;
}"""


def enlarge(page: Page) -> None:
    """Text at 200 %."""
    for _ in range(6):
        page.get_by_role("button", name="larger text").click()
    page.keyboard.press("F2")


def scrolls_sideways(page: Page) -> bool:
    return bool(
        page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('.side, .foot')]"
            ".some(e => e.scrollWidth > e.clientWidth)"
        )
    )


@pytest.mark.parametrize("size", [(1366, 768), (360, 740)])
def test_the_help_has_room_for_its_words(desk: SignIn, size: tuple[int, int]) -> None:
    page = desk("d1", "D1", width=size[0], height=size[1])
    page.keyboard.press("F1")
    expect(page.locator("dialog.help dd").first).to_be_visible()
    widths = page.locator("dialog.help dd").evaluate_all("all => all.map(e => e.clientWidth)")
    assert min(widths) >= 140
    assert page.locator("dialog.help").evaluate("e => e.scrollWidth <= e.clientWidth")


@pytest.mark.parametrize(("size", "large"), [((1366, 768), False), ((360, 740), False), ((1366, 768), True)])
def test_what_matters_is_whole_on_every_size(desk: SignIn, size: tuple[int, int], large: bool) -> None:
    page = desk("d1", "D1", width=size[0], height=size[1])
    if large:
        enlarge(page)
    call = take(page, "Suicidal subject", "1210 N HAMPTON RD", "one line")
    say(page, "d care2 p101")
    done(page, "dispatched")
    expect(page.get_by_role("list", name="Not known")).to_be_visible()
    row = f"[data-call='{call.pk}']"
    shown = [f"{row} {cell}" for cell in (".number", ".pri", ".mode", ".flags", ".units", ".since")]
    for cell in shown:
        expect(page.locator(cell)).to_be_visible()
    assert clipped(page, ", ".join(shown)) == []
    for mode in ("P/F/E▸*", "EMS▸*", "CARE*"):
        page.locator(f"{row} .mode").evaluate("(cell, mode) => { cell.textContent = mode; }", mode)
        assert clipped(page, f"{row} .mode") == []
    assert not scrolls_sideways(page)
    widths = (
        page.get_by_role("list", name="Not known")
        .locator(".question")
        .evaluate_all("all => all.map(e => e.clientWidth)")
    )
    assert min(widths) >= 100
    assert page.locator(".notes li").first.evaluate(
        "e => e.clientHeight <= 2 * parseFloat(getComputedStyle(e).lineHeight)"
    )


@pytest.mark.parametrize("size", [(1366, 768), (360, 740)])
def test_no_text_pushes_the_page_out_of_shape(desk: SignIn, size: tuple[int, int]) -> None:
    page = desk("d1", "D1", width=size[0], height=size[1])
    call = take(page, "W" * 300, "X" * 150 + "\u202e" + "Y" * 149, "Z" * 300)
    expect(page.locator(".notes .text")).to_contain_text("ZZZ")
    assert not scrolls_sideways(page)
    assert page.locator(".call-head").evaluate("e => e.clientHeight < innerHeight / 3")
    # An override that nobody closed turns its own text around, not the words behind it.
    assert page.locator(".place .enrt").first.evaluate(READS_FORWARD)
    expect(page.locator(f"[data-call='{call.pk}'] .mode")).to_be_visible()


def test_on_a_phone_the_opened_call_comes_into_sight(desk: SignIn) -> None:
    page = desk("d1", "D1", width=360, height=740)
    call = take(page)
    page.evaluate("scrollTo(0, 0)")
    page.keyboard.press("F2")
    say(page, "owed")
    expect(page.locator(".owed")).to_be_attached()
    page.evaluate("scrollTo(0, 0)")
    page.locator(f"[data-call='{call.pk}']").click()
    expect(page.locator(".call-head h2")).to_be_in_viewport()


def test_many_alerts_leave_room_for_the_board_and_are_counted_above_it(desk: SignIn) -> None:
    page = desk("d1", "D1", width=1366, height=768)
    call = take(page)
    for number in range(9):
        act(work_failed, by=None, call_id=call.pk, what=f"reason {number}")
    expect(page.locator(".bar")).to_contain_text("9 alerts")
    strip = page.locator("care-alerts").bounding_box()
    assert strip is not None and strip["height"] < 768 / 6
