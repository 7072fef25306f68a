"""Other commands of the checkout find the servers of a running `up`, and say so when there are none."""

import os
import subprocess
import sys
from pathlib import Path

from care_dispatch.up import addresses
from care_dispatch.up.processes import ROOT

RUNNING = {"DATABASE_URL": "postgres:///care?host=/run/a", "REDIS_URL": "unix:///run/b?db=0", "SECRET_KEY": "s"}


def test_what_runs_is_adopted_and_what_is_set_stays(tmp_path: Path) -> None:
    addresses.tell(tmp_path, RUNNING)
    env = {"REDIS_URL": "redis://elsewhere"}
    addresses.adopt(tmp_path, env)
    assert env == {"DATABASE_URL": RUNNING["DATABASE_URL"], "REDIS_URL": "redis://elsewhere"}
    assert (tmp_path / "addresses").stat().st_mode & 0o777 == 0o600


def test_nothing_is_adopted_when_nothing_runs_or_the_file_is_damaged(tmp_path: Path) -> None:
    env: dict[str, str] = {}
    addresses.adopt(tmp_path, env)
    (tmp_path / "addresses").write_text("{")
    addresses.adopt(tmp_path, env)
    assert env == {}
    addresses.forget(tmp_path)
    addresses.forget(tmp_path)


def test_a_command_without_a_database_says_what_to_do(tmp_path: Path) -> None:
    env = os.environ | {"DATABASE_URL": f"postgres:///care?host={tmp_path}"}
    command = [sys.executable, str(ROOT / "manage.py"), "seed"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and "make run" in done.stderr and "Traceback" not in done.stderr
