"""Settings: each is documented, and production refuses what is not safe."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.backends.postgresql.psycopg_any import is_psycopg3

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "care_dispatch/settings.py").read_text()
READ = sorted(set(re.findall(r'env\.(?:text|flag|number|words|database)\(\s*"([A-Z_]+)"', SETTINGS)))


@pytest.mark.parametrize("name", READ)
def test_every_setting_has_its_heading_in_the_documentation(name: str) -> None:
    assert f"\n## {name}\n" in (ROOT / "docs/settings.md").read_text()


def test_the_documentation_names_no_setting_that_is_not_read() -> None:
    documented = re.findall(r"\n## ([A-Z_]+)\n", (ROOT / "docs/settings.md").read_text())
    assert sorted(documented) == READ


@pytest.mark.parametrize(
    ("setting", "value"),
    [("DEBUG", "true"), ("SECRET_KEY", "short"), ("ALLOWED_HOSTS", "*"), ("DATABASE_URL", "mysql://x/y")],
)
def test_production_refuses_to_start_with_an_unsafe_setting(setting: str, value: str) -> None:
    safe = {"PRODUCTION": "true", "SECRET_KEY": "k" * 60, "DEBUG": "false", "ALLOWED_HOSTS": "care.example"}
    env = os.environ | safe | {setting: value}
    done = subprocess.run(
        [sys.executable, "-c", "import care_dispatch.settings"], env=env, cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode != 0
    assert setting.encode() in done.stderr or b"PRODUCTION needs" in done.stderr


def test_django_talks_through_psycopg2() -> None:
    assert not is_psycopg3
