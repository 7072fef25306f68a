"""``manage.py up``, with real servers and the real product: starts, heals, refuses, stops, and keeps what it stored."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from care_dispatch.up.processes import ROOT
from care_dispatch.up.servers import EmbeddedPostgres
from tests.services import HANG_GUARD_SECONDS, free_port
from tests.up.launcher import REPLACED, Up, eventually

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A product that runs during the tests of this module."""
    running = Up(tmp_path_factory.mktemp("up") / "var")
    running.start()
    eventually(running.all_running)
    yield running
    running.end()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Up]:
    """A product of one test's own, not started."""
    own = Up(tmp_path / "var")
    yield own
    if own.process is not None and own.process.poll() is None:
        own.end(signal.SIGTERM)


def manage_up(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in REPLACED}
    return subprocess.run(
        [sys.executable, ROOT / "manage.py", "up", *arguments],
        env=env, cwd=ROOT, capture_output=True, text=True, timeout=HANG_GUARD_SECONDS, check=False,
    )  # fmt: skip


def keep(up: Up, word: str) -> None:
    with closing(EmbeddedPostgres(up.data).connect("care_dispatch")) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        cursor.execute("INSERT INTO kept VALUES (%s)", [word])


def kept(up: Up) -> list[str]:
    with closing(EmbeddedPostgres(up.data).connect("care_dispatch")) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT word FROM kept ORDER BY word")
        return [word for (word,) in cursor.fetchall()]


def test_it_says_where_it_is_and_answers_there(up: Up) -> None:
    eventually(lambda: f"CARE Dispatch is at {up.url}" in up.said.read_text())
    with urllib.request.urlopen(f"{up.url}healthz", timeout=10) as answer:
        assert json.load(answer)["ok"] is True


@pytest.mark.parametrize("name", ["web", "worker", "sweep", "valkey", "postgres"])
def test_a_killed_child_is_started_again(up: Up, name: str) -> None:
    before = up.children()[name]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: up.children().get(name, before) != before, up.said.read_text)
    eventually(up.all_running, up.said.read_text)
    eventually(up.healthy, up.logs)
    assert f"{name} ended with status -9" in up.said.read_text()


def test_a_second_one_on_the_same_data_is_told_who_runs_and_where(up: Up) -> None:
    assert up.process is not None
    second = manage_up("--data", up.data, "--port", str(free_port()))
    assert second.returncode != 0
    assert f"process {up.process.pid}, {up.url}" in second.stderr
    assert up.healthy()


def test_a_busy_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        refused = manage_up("--data", tmp_path / "var", "--port", str(port))
    assert refused.returncode != 0
    assert f"Port {port} on 127.0.0.1 cannot be used" in refused.stderr
    assert not (tmp_path / "var" / "pg").exists()


def test_it_listens_on_this_machine_only(up: Up) -> None:
    listening = {line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]}
    assert f"0100007F:{up.port:04X}" in listening
    assert f"00000000:{up.port:04X}" not in listening


def test_ctrl_c_stops_everything_and_what_was_stored_stays(fresh: Up) -> None:
    fresh.start()
    keep(fresh, "stopped")
    assert fresh.end(signal.SIGINT) == 0
    assert fresh.left_over() == []
    assert "database system is shut down" in (fresh.data / "log" / "postgres.log").read_text()
    fresh.start()
    assert kept(fresh) == ["stopped"]


def test_a_killed_launcher_leaves_nothing_behind_and_loses_nothing(fresh: Up) -> None:
    fresh.start()
    keep(fresh, "killed")
    fresh.end(signal.SIGKILL)
    eventually(lambda: not fresh.left_over(), lambda: str(fresh.left_over()))
    fresh.start()
    assert kept(fresh) == ["killed"]


def test_ended_while_it_starts_it_leaves_nothing_half_made(fresh: Up) -> None:
    with fresh.said.open("wb") as out:
        env = {name: value for name, value in os.environ.items() if name not in REPLACED}
        fresh.process = subprocess.Popen(
            [sys.executable, ROOT / "manage.py", "up", "--data", fresh.data, "--port", str(fresh.port)],
            stdout=out, stderr=out, env=env, cwd=ROOT,
        )  # fmt: skip
    eventually((fresh.data / "pg.new" / "PG_VERSION").exists)
    assert fresh.end(signal.SIGTERM) == 0
    assert not (fresh.data / "pg").exists()
    assert fresh.left_over() == []


@pytest.mark.skipif(os.geteuid() != 0, reason="not root here: the namespace is only needed as root")
def test_as_root_no_account_is_made_and_all_files_stay_roots(up: Up) -> None:
    status = Path(f"/proc/{up.children()['postgres']}/status").read_text()
    owners = {path.stat().st_uid for path in up.data.rglob("*")}
    assert owners == {0}
    assert "\nUid:\t0\t" in status  # root to this machine, nobody to itself
    assert "postgres" not in Path("/etc/passwd").read_text() or Path("/usr/lib/postgresql").exists()
    assert Path(f"/proc/{up.children()['postgres']}/uid_map").read_text().split() == ["65534", "0", "1"]


def test_check_says_what_it_would_use_and_starts_nothing(tmp_path: Path) -> None:
    told = manage_up("--data", tmp_path / "var", "--port", str(free_port()), "--check")
    assert told.returncode == 0, told.stdout + told.stderr
    assert "PostgreSQL" in told.stdout and "is free" in told.stdout
    assert not (tmp_path / "var").exists()
