"""What is installed is pinned by hash and says why it is there; what set-up calls exists."""

import json
import os
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools import setup

ROOT = Path(__file__).resolve().parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text()
GROUPS = tomllib.loads(PROJECT)["project"]


def pinned(lock: str) -> dict[str, list[str]]:
    """Each package of a lock file with its hashes."""
    text = (ROOT / setup.LOCKS[lock]).read_text()
    found = re.findall(r"^([\w.-]+)==\S+ \\\n((?: +--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE)
    return {plain(name): re.findall(r"sha256:(\w+)", hashes) for name, hashes in found}


def plain(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-").replace(".", "-")


@pytest.mark.parametrize("lock", setup.LOCKS)
def test_every_line_of_a_lock_is_one_version_with_its_hashes(lock: str) -> None:
    text = (ROOT / setup.LOCKS[lock]).read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert len(lines) == len(pinned(lock)) > 0


@pytest.mark.parametrize("lock", setup.LOCKS)
def test_a_lock_names_no_address_to_download_from(lock: str) -> None:
    text = (ROOT / setup.LOCKS[lock]).read_text()
    assert "://" not in text and "--index" not in text and "--find-links" not in text


def test_the_lock_of_javascript_names_no_address_either() -> None:
    packages: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = [one for path, one in packages.items() if path]
    assert installed and not any("resolved" in one for one in installed)
    assert all(one["integrity"].startswith("sha512-") for one in installed)


def test_what_the_project_asks_for_is_in_its_locks() -> None:
    runtime = {plain(name) for name in GROUPS["dependencies"]}
    extra = [*GROUPS["optional-dependencies"]["test"], *GROUPS["optional-dependencies"]["dev"]]
    dev = {plain(name) for name in extra if not name.startswith("care-dispatch")}
    assert runtime <= set(pinned("runtime"))
    assert runtime | dev <= set(pinned("dev"))


def test_tests_run_with_the_versions_that_are_deployed() -> None:
    def versions(lock: str) -> dict[str, str]:
        return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / setup.LOCKS[lock]).read_text(), re.MULTILINE))

    deployed, tested = versions("runtime"), versions("dev")
    assert {name: tested.get(name) for name in deployed} == deployed


def test_every_dependency_has_a_sentence_that_says_why() -> None:
    lines = PROJECT.splitlines()
    for number, line in enumerate(lines):
        if re.match(r'^    "[A-Za-z]', line) and ">=" in line:
            assert lines[number - 1].strip().startswith("# ") and lines[number - 1].endswith("."), line


def test_psycopg_3_stays_out() -> None:
    assert not {"psycopg", "psycopg-binary", "psycopg-c"} & set(pinned("dev"))


# --- set-up ----------------------------------------------------------------------------------------
def test_every_step_the_makefile_asks_for_is_one_it_knows() -> None:
    asked = set(re.findall(r"tools/setup\.py (\w+)", (ROOT / "Makefile").read_text()))
    assert asked == set(re.findall(r"tools/setup\.py (\w+)", str(setup.__doc__)))
    assert asked == {*setup.LOCKS, "vendor", "chromium", "locks"}


def test_an_unknown_step_prints_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    assert setup.main(["brew"]) == 2 and setup.main([]) == 2
    assert "tools/setup.py runtime" in capsys.readouterr().out


def test_without_the_right_to_install_a_browser_the_command_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none_found(name: str) -> None:
        return None

    monkeypatch.setattr(shutil, "which", none_found)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    setup.chromium()
    assert "sudo apt-get install chromium" in capsys.readouterr().out


def test_what_is_installed_already_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stamp newer than the lock says so; a lock that was changed since does not."""
    ran: list[tuple[Any, ...]] = []
    lock, stamp = tmp_path / "some.lock", tmp_path / ".some"
    for name, value in {"ROOT": tmp_path, "VENV": tmp_path, "LOCKS": {"some": "some.lock"}}.items():
        monkeypatch.setattr(setup, name, value)
    monkeypatch.setattr(setup, "make_venv", lambda: None)
    monkeypatch.setattr(setup, "run", lambda *command: ran.append(command))
    lock.touch()
    setup.install("some")
    setup.install("some")
    assert len(ran) == 1 and "--require-hashes" in ran[0]
    later = stamp.stat().st_mtime + 5
    os.utime(lock, (later, later))
    setup.install("some")
    assert len(ran) == 2
