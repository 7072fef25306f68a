"""Take the pictures of docs/screenshots anew: a fresh demo region, its busy evening, a console and a phone.

make screenshots
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from care_dispatch.up.processes import ROOT
from tests.browser.conftest import FLAGS
from tests.services import Services, Stack

FOLDER = ROOT / "docs" / "screenshots"
PASSWORD = "care-dispatch-demo"
EVENING_SECONDS = 60
DESK, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    services = Services()
    services.start()
    services.create("screenshots")
    with tempfile.TemporaryDirectory() as folder:
        stack = Stack(services, "screenshots", Path(folder))
        try:
            for command in (("migrate", "--no-input", "--verbosity", "0"), ("seed", "--demo")):
                stack.manage(*command)
            stack.start()
            with subprocess.Popen([sys.executable, "manage.py", "simulate"], env=stack.env, cwd=ROOT) as evening:
                time.sleep(EVENING_SECONDS)
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
                    take(browser, stack.url)
                    browser.close()
                evening.terminate()
        finally:
            stack.stop()
            services.stop()


def take(browser: Browser, url: str) -> None:
    console = sign_in(browser, url, "d1", "D1", DESK)
    console.wait_for_selector(".link.live")
    console.keyboard.type(
        "new suicidal subject @1210 N HAMPTON RD; mother says son is locked in the bathroom with pills"
    )
    console.keyboard.press("Enter")
    console.wait_for_selector(".preview .mode")
    console.screenshot(path=FOLDER / "intake-dark.png")
    console.keyboard.press("Control+Enter")
    console.wait_for_selector(".triage dl")
    console.keyboard.press("F4")
    console.wait_for_timeout(500)
    console.screenshot(path=FOLDER / "console-dark.png")
    console.get_by_role("button", name="☾ dark").click()
    console.screenshot(path=FOLDER / "console-light.png")
    phone = sign_in(browser, url, "care1", "", PHONE)
    phone.wait_for_load_state()
    phone.screenshot(path=FOLDER / "phone.png")


def sign_in(browser: Browser, url: str, user: str, position: str, size: dict[str, int]) -> Page:
    page = browser.new_context(base_url=url, viewport={"width": size["width"], "height": size["height"]}).new_page()
    page.goto("/")
    page.fill("[name=username]", user)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=position]", position)
    page.click("button")
    return page


if __name__ == "__main__":
    main()
