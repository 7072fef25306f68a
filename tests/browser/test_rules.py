"""The rules' pages: an admin drafts, sees a must-pass case fail, mends it; a second person approves; a live call uses it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from calls.models import Call, RuleSet
from tests.browser.conftest import PASSWORD, NewPage
from tests.browser.seat import AXE
from tests.cast import make_call
from tests.conftest import MakeStack
from tests.faults.truth import until
from tests.services import Stack

SAFE = {
    "weapon": "denied",
    "violence": "denied",
    "suicide": "denied",
    "medical": "denied",
    "need": "in_person",
    "history": ["attempt"],
}
SignIn = Callable[..., Page]


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    found = make_stack()
    found.manage("seed", "--demo")
    return found


@pytest.fixture
def reader(new_page: NewPage, stack_db: Stack) -> SignIn:
    """Somebody at the rules: ``reader("admin")``."""

    def sit(user: str, position: str = "", **options: Any) -> Page:
        page = new_page(**{"width": 1366, "height": 768, **options})
        page.goto("/rules/")
        page.fill("#id_username", user)
        page.fill("#id_password", PASSWORD)
        page.fill("#id_position", position)
        page.keyboard.press("Enter")
        expect(page.locator("#sets")).to_be_visible()
        return page

    return sit


def draft(page: Page) -> None:
    page.get_by_role("button", name="Start a draft from it").last.click()
    expect(page.locator("care-rule-form h3")).to_contain_text("R1 Medical emergency")


def rule(page: Page, name: str) -> None:
    page.locator(".rules button").filter(has_text=re.compile(rf"^\W*{name} ")).click()
    expect(page.locator("care-rule-form h3")).to_contain_text(name)


def said(page: Page) -> Any:
    return expect(page.locator(".said"))


def taken() -> Call:
    """A calm call of somebody who tried before, judged by whichever rules decide now."""
    from teams.models import User

    at, taker = timezone.now(), User.objects.get(username="d1")
    call = make_call(taker, triaged=False, facts=SAFE, location_confirmed=True, now=at)
    until(lambda: Call.objects.get(pk=call.pk).verdict_id is not None, "the verdict")
    return Call.objects.select_related("verdict__rule_set").get(pk=call.pk)


def test_a_draft_fails_a_case_is_mended_backtested_approved_by_a_second_person_used_and_rolled_back(
    reader: SignIn, stack_db: Stack
) -> None:
    author, second = reader("admin"), reader("supervisor", "S1")
    before = taken()
    assert (before.level, before.services) == (2, ["care"])
    draft(author)
    rule(author, "R2")
    author.get_by_label("Level at least").select_option("1")
    expect(author.locator(".answers")).to_contain_text(re.compile(r"✗ \d+ of \d+ fail"))
    author.get_by_label("Level at least").select_option("4")
    expect(author.locator(".answers")).to_contain_text(re.compile(r"✓ (\d+) of \1"))
    author.get_by_role("button", name="Add a rule").click()
    author.get_by_label("Fact", exact=True).select_option("history")
    author.locator(".fact .boxes label").filter(has_text="attempt").get_by_role("checkbox").check()
    author.locator(".fact .boxes label").filter(has_text="flag").get_by_role("checkbox").uncheck()
    author.get_by_label("Because").fill("Somebody who tried before is seen by EMS and CARE.")
    author.get_by_label("Source").fill("clinical lead, this city")
    send = author.get_by_role("group", name="Send")
    send.get_by_label("police").uncheck()
    send.get_by_label("EMS").check()
    author.get_by_role("button", name="Save", exact=True).click()
    said(author).to_contain_text("Saved as revision 2")
    author.get_by_role("button", name="Backtest revision 2").click()
    expect(author.locator(".outcome")).to_contain_text("1 of 1 calls change: 0 lighter, 1 heavier")
    expect(author.locator("care-trial")).to_contain_text("level 2 care only (care) → level 3 care ems (ems, care)")
    author.get_by_role("button", name="Run it in the shadow").click()
    taken()
    expect(author.locator("care-trial")).to_contain_text("1 differ")
    author.get_by_role("button", name="Stop the shadow run").click()
    author.get_by_role("button", name="Submit for approval").click()
    said(author).to_contain_text("Submitted")
    expect(author.get_by_role("button", name="Approve…")).to_have_count(0)

    made = RuleSet.objects.get(status="submitted")
    second.goto(f"/rules/#/{made.pk}")
    second.get_by_role("button", name="Approve…").click()
    second.get_by_role("button", name="Approve", exact=True).click()
    said(second).to_contain_text("Approved")
    call = taken()
    assert call.verdict is not None and call.verdict.rule_set == made
    assert (call.level, set(call.services)) == (3, {"ems", "care"})

    second.get_by_role("button", name="Roll back…").click()
    second.get_by_label("Why", exact=True).fill("too many officers sent")
    second.get_by_role("button", name="Roll back now").click()
    said(second).to_contain_text("Rolled back")
    after = taken()
    assert (after.level, after.services) == (2, ["care"])


def test_what_cannot_be_saved_says_why_and_is_still_there_after_a_reload(reader: SignIn) -> None:
    page = reader("admin")
    draft(page)
    rule(page, "R8")
    page.get_by_label("Because").fill("")
    expect(page.locator(".problems")).to_contain_text("R8")
    page.get_by_role("button", name="Save", exact=True).click()
    said(page).to_contain_text("R8")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    said(page).to_contain_text("What you had typed and not saved is here again")
    expect(page.locator(".problems")).to_contain_text("R8")
    page.get_by_role("button", name="Drop what I typed").click()
    expect(page.locator(".problems li")).to_have_count(0)


def test_a_second_person_saving_first_is_named_and_nothing_typed_is_lost(reader: SignIn) -> None:
    one, other = reader("admin"), reader("supervisor", "S2")
    draft(one)
    other.goto(one.url)
    for page, words in ((other, "Theirs."), (one, "Mine.")):
        rule(page, "R9")
        page.get_by_label("Because").fill(words)
        expect(page.get_by_role("button", name="Save", exact=True)).to_be_visible()
    other.get_by_role("button", name="Save", exact=True).click()
    said(other).to_contain_text("Saved")
    one.get_by_role("button", name="Save", exact=True).click()
    said(one).to_contain_text("changed this draft since you opened it")
    expect(one.get_by_label("Because")).to_have_value("Mine.")
    one.get_by_role("button", name="Save over theirs").click()
    said(one).to_contain_text("Saved as revision 3")


def test_frameworks_are_compared_on_the_same_cases(reader: SignIn) -> None:
    page = reader("admin")
    for name in ("Denver STAR", "Los Angeles County"):
        page.locator(".templates li").filter(has_text=name).get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare what is ticked").click()
    expect(page.locator("#differ")).to_contain_text("cases differ")
    assert page.locator("#differ ~ table tbody tr").count() > 5


def test_a_pasted_story_is_tried_and_hostile_text_is_only_text(reader: SignIn) -> None:
    page = reader("admin")
    page.locator("tbody a").last.click()
    page.get_by_label("Narrative").fill('SON HAS A KNIFE IN HIS HAND <img src=x onerror=alert(1)> "&')
    page.get_by_role("button", name="Try it").click()
    expect(page.locator("care-bench")).to_contain_text("Level 4")
    assert page.locator("care-bench img").count() == 0


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1366, 768), (800, 900)])
def test_the_pages_hold_no_barrier_axe_knows_of(theme: str, size: tuple[int, int], reader: SignIn) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make setup")
    page = reader("admin", width=size[0], height=size[1])
    page.evaluate("theme => localStorage.setItem('care-theme', theme)", theme)
    page.reload()
    expect(page.locator("#sets")).to_be_visible()
    for step in ("list", "sheet"):
        if step == "sheet":
            draft(page)
        page.evaluate(AXE.read_text())
        found = page.evaluate("async () => (await axe.run()).violations.map(v => `${v.id}: ${v.nodes[0].html}`)")
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off at the side"


def test_a_dispatcher_is_not_let_in_and_everybody_who_is_finds_the_way(reader: SignIn, new_page: NewPage) -> None:
    admin = reader("admin")
    admin.goto("/admin/")
    admin.locator("#user-tools").get_by_role("link", name="Triage rules").click()
    expect(admin.locator("#sets")).to_be_visible()
    boss = reader("supervisor", "S3")
    boss.goto("/")
    boss.get_by_role("link", name="rules").click()
    expect(boss.locator("#sets")).to_be_visible()
    other = new_page()
    other.goto("/rules/")
    for place, words in (("username", "d1"), ("password", PASSWORD), ("position", "D9")):
        other.fill(f"#id_{place}", words)
    other.keyboard.press("Enter")
    expect(other.locator("h1")).to_contain_text(re.compile("not|allowed", re.IGNORECASE))
