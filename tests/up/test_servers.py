"""The embedded servers by themselves, and what goes before the first child."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from care_dispatch.up import binaries, children, servers
from care_dispatch.up.claim import host_names, secret_key, set_logs_aside
from care_dispatch.up.processes import ROOT, fingerprint
from care_dispatch.up.servers import EmbeddedPostgres, EmbeddedValkey, WrongVersion
from care_dispatch.up.supervisor import Child, Options, Supervisor
from tests.services import HANG_GUARD_SECONDS, Services
from tests.up.launcher import eventually

NOBODY = 65534


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    shutil.rmtree(servers.socket_folder(tmp_path), ignore_errors=True)


def test_upper_and_lower_case_know_accents(services: Services) -> None:
    with closing(services.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 'JOSÉ' ILIKE 'josé', current_setting('data_checksums'), current_setting('fsync')")
        assert cursor.fetchone() == (True, "on", "off")


def test_the_servers_listen_on_no_port(services: Services) -> None:
    with closing(services.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
    assert services.valkey.answers()
    assert services.valkey.ask("CONFIG GET port").startswith("*2")
    assert services.postgres.sockets.stat().st_mode & 0o077 == 0


def test_the_servers_log_repeats_nothing_that_somebody_wrote(services: Services) -> None:
    with closing(services.postgres.connect()) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE note (text text NOT NULL, n int NOT NULL, CHECK (n > 0))")
        for values in (("canary of a note", 0), ("canary of a note", None)):
            with pytest.raises(psycopg2.IntegrityError):
                cursor.execute("INSERT INTO note VALUES (%s, %s)", values)
    log = services.postgres.log.read_text()
    assert "violates" in log and "canary" not in log


def test_data_of_another_major_version_is_refused_with_what_to_do(data: Path) -> None:
    (data / "pg").mkdir()
    (data / "pg" / "PG_VERSION").write_text("9\n")
    with pytest.raises(WrongVersion, match=r"made by PostgreSQL 9.*pg_dumpall"):
        EmbeddedPostgres(data).start()


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    (data / "pg.new").mkdir()
    (data / "pg.new" / "PG_VERSION").write_text("half")
    server = EmbeddedPostgres(data, fsync=False)
    server.start()
    assert server.answers()
    assert not (data / "pg.new").exists()
    server.stop()
    assert not server.answers()
    server.clean()
    assert not server.sockets.exists()


def test_a_socket_folder_others_can_read_is_refused(data: Path) -> None:
    folder = servers.socket_folder(data)
    folder.chmod(0o755)
    with pytest.raises(PermissionError, match="not a private folder"):
        EmbeddedPostgres(data)
    folder.chmod(0o700)


def test_valkey_keeps_nothing(data: Path) -> None:
    server = EmbeddedValkey(data)
    server.start()
    assert server.ask("SET word kept") == "+OK"
    server.stop()
    server.start()
    assert server.ask("GET word") == "$-1"
    server.stop()
    assert not list(data.glob("*.rdb"))


def test_the_systems_servers_are_taken_where_the_wheels_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("15/bin/postgres", "9.6/bin/postgres", "redis-server"):
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.touch(mode=0o755)
    monkeypatch.setattr(binaries, "_package", lambda _name: None)
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRES", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert binaries.postgres_bin() == tmp_path / "15" / "bin"
    assert binaries.redis_server() == tmp_path / "redis-server"


def test_without_any_server_it_says_what_to_install_or_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_package", lambda _name: None)
    monkeypatch.setattr(binaries, "SYSTEM_POSTGRES", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(binaries.NotInstalled, match="DATABASE_URL"):
        binaries.postgres_bin()
    with pytest.raises(binaries.NotInstalled, match="REDIS_URL"):
        binaries.redis_server()


def test_a_child_that_fails_at_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    child = children.start([sys.executable, "-c", "raise SystemExit('no such table')"], log)
    with pytest.raises(children.Failed, match="no such table"):
        children.wait_until(lambda: False, child, "It", log)


def test_a_child_that_does_its_work_once_is_not_started_again(tmp_path: Path) -> None:
    supervisor = Supervisor(Options(tmp_path), print)
    start = children.start([sys.executable, "-c", ""], tmp_path / "once.log")
    child = Child("once", lambda: start, tmp_path / "once.log", start, once=True)
    supervisor.children.append(child)
    start.wait(HANG_GUARD_SECONDS)
    supervisor._look_after(child)
    assert supervisor.children == []


def test_a_child_that_keeps_dying_is_started_less_and_less_often(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(Options(tmp_path), said.append)
    log = tmp_path / "ill.log"
    child = Child("ill", lambda: children.start([sys.executable, "-c", "raise SystemExit(3)"], log), log)
    waits = []
    for _ in range(3):
        child.due_at = 0.0
        supervisor._look_after(child)
        assert child.process is not None
        child.process.wait(HANG_GUARD_SECONDS)
        supervisor._look_after(child)
        waits.append(child.due_at)
    assert child.failures == 3
    assert waits == sorted(waits)
    assert said == [f"ill ended with status 3; see {log}"] * 3


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = secret_key(tmp_path)
    assert secret_key(tmp_path) == first
    assert len(first) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_grown_logs_are_set_aside_and_the_oldest_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care_dispatch.up.claim.LOG_LIMIT", 3)
    for number in range(6):
        (tmp_path / "web.log").write_text(f"run {number}")
        set_logs_aside(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log.1", "web.log.2", "web.log.3"]
    assert (tmp_path / "web.log.1").read_text() == "run 5"


def test_the_names_a_browser_may_use_follow_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "console7")
    assert host_names("127.0.0.1") == ["127.0.0.1", "[::1]", "localhost"]
    assert "console7" in host_names("0.0.0.0")
    assert "[fd00::7]" in host_names("fd00::7")


def test_another_database_or_the_demo_is_prepared_again() -> None:
    assert len({fingerprint("a", demo=False), fingerprint("b", demo=False), fingerprint("a", demo=True)}) == 3
    assert fingerprint("a", demo=True) == fingerprint("a", demo=True)


SMALL = """
import sys, pathlib
from care_dispatch.up.servers import EmbeddedPostgres, EmbeddedValkey
data = pathlib.Path(sys.argv[1])
for server in (EmbeddedPostgres(data), EmbeddedValkey(data)):
    server.start(); assert server.answers(); server.stop(); server.clean()
print("both answered")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="not root here: every other test runs as a plain user already")
def test_a_plain_user_may_start_both() -> None:
    python = next((path for path in ("/usr/bin/python3", sys.executable) if _usable_by_nobody(path)), None)
    if python is None or not shutil.which("setpriv"):
        pytest.skip("no Python of this version that a plain user may run, or no setpriv")
    home = Path(tempfile.mkdtemp())
    os.chown(home, NOBODY, NOBODY)
    paths = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    done = subprocess.run(
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", python, "-c", SMALL, home / "var"],
        env={"PYTHONPATH": ":".join(paths), "PATH": "/usr/bin:/bin"},
        cwd="/", capture_output=True, text=True, timeout=HANG_GUARD_SECONDS, check=False,
    )  # fmt: skip
    shutil.rmtree(home)
    assert done.stdout == "both answered\n", done.stderr


def _usable_by_nobody(python: str) -> bool:
    version = tuple(sys.version_info[:2])
    asked = f"import sys; assert sys.version_info[:2] == {version}; import psycopg2, care_dispatch"
    paths = [str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))]
    done = subprocess.run(
        ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", python, "-c", asked],
        env={"PYTHONPATH": ":".join(paths)}, cwd="/", capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode == 0


def test_a_server_left_by_a_killed_supervisor_is_ended_first(data: Path) -> None:
    first = EmbeddedPostgres(data, fsync=False)
    first.start()
    second = EmbeddedPostgres(data, fsync=False)
    second.start()
    assert first.child is not None
    eventually(lambda: first.child is not None and first.child.poll() is not None)
    assert second.answers()
    second.stop()
