"""The documentation is tested: what it names exists, and what exists is named."""

import re
import shlex
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class

from care_dispatch.access import Tier

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/settings.md", "docs/deployment.md"]
TEXT = {name: (ROOT / name).read_text() for name in PAGES}
EVERYTHING = "\n".join(TEXT.values())
TARGETS = dict(re.findall(r"^([a-z]+):[^=]*?(?:## (.*))?$", (ROOT / "Makefile").read_text(), re.MULTILINE))
ROOMS = ("care_dispatch", "teams", "calls", "referrals")
OUR_COMMANDS = sorted(name for name, app in get_commands().items() if app in ROOMS)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"(?:`| {4})make ([a-z]+)", EVERYTHING))))
def test_a_make_target_the_documentation_names_exists(name: str) -> None:
    assert name in TARGETS


def test_every_target_says_what_it_does_in_make_help() -> None:
    phony = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {name for name in phony[0].split() if not TARGETS.get(name)} <= {"chromium"}, "chromium is a part of test"


def shown_commands() -> list[str]:
    """Lines such as ``python manage.py replay FILE.jsonl --speed max``, comments left out."""
    lines = re.findall(r"manage\.py ([^`\n#|]+)", EVERYTHING)
    return sorted({line.strip().rstrip(".,;)") for line in lines})


@pytest.mark.parametrize("line", shown_commands())
def test_a_command_the_documentation_shows_exists_and_takes_those_options(line: str) -> None:
    name, *words = shlex.split(line)
    app = get_commands()[name]
    command = app if not isinstance(app, str) else load_command_class(app, name)
    known = command.create_parser("manage.py", name)._option_string_actions
    assert [word for word in words if word.startswith("--") and word.split("=")[0] not in known] == []


@pytest.mark.parametrize("name", OUR_COMMANDS)
def test_every_command_of_ours_says_what_it_is_for(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert command.help.endswith(".")
    for action in command.create_parser("manage.py", name)._actions:
        assert action.help, action.dest


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT[page]):
        assert target.startswith("https://") or ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_every_path_it_names_exists(page: str) -> None:
    """What stands in backticks and has a slash inside is a file or folder of the repository."""
    ours = {path.name for path in ROOT.iterdir() if path.is_dir()}
    for path in re.findall(r"`([\w./-]+)`", TEXT[page]):
        if path.split("/")[0] in ours and "/" in path and not path.startswith(("var/", "docs/decisions/NNNN")):
            assert (ROOT / path).exists(), path


def test_decisions_are_numbered_without_a_gap_and_say_why_and_at_what_cost() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        found = [text.find(f"\n**{word}.**") for word in ("Context", "Decision", "Cost")]
        assert -1 not in found and found == sorted(found), page.name


def test_the_rooms_of_the_architecture_are_those_there_are() -> None:
    rooms = set(re.findall(r"^\| `(\w+)/` \|", TEXT["ARCHITECTURE.md"], re.MULTILINE))
    assert rooms == set(ROOMS)
    assert all((ROOT / room / "apps.py").exists() for room in rooms)


def test_the_tiers_of_the_architecture_are_those_of_the_code() -> None:
    (named,) = re.findall(r"tiers ([a-z, ]+) \(`access\.py`\)", TEXT["ARCHITECTURE.md"])
    assert named.split(", ") == list(Tier)


def test_the_fixtures_of_the_test_guide_exist() -> None:
    conftest = (ROOT / "tests/conftest.py").read_text()
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.*?) \|", TEXT["CONTRIBUTING.md"], re.MULTILINE)))
    assert {"db", "committed_db", "stack", "make_stack"} <= set(named)
    assert all(name == "db" or f"def {name}(" in conftest for name in named)
