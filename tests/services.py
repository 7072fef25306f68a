"""The servers behind the tests: one PostgreSQL and one Valkey per run, copies of a migrated database, whole stacks.

The servers start when the first test needs them; a run of pure tests starts none. Tests use the fixtures of
``tests/conftest.py``; ``Stack`` is also what faults are done to.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from importlib.metadata import packages_distributions
from itertools import count
from pathlib import Path

from care_dispatch.up import children, processes
from care_dispatch.up.servers import EmbeddedPostgres, EmbeddedValkey

TEMPLATE = "care_template"
ROLLBACK = "care_rollback"
HANG_GUARD_SECONDS = 60.0
# `make soak` does everything many more times than a submission can wait for.
SOAK = bool(os.environ.get("SOAK"))
RACES = 1000 if SOAK else 200
KILLS = 200 if SOAK else 1
_serial = count(1)


class Services:
    """One PostgreSQL and one Valkey over a temporary folder; the addresses are known before they run."""

    def __init__(self, *, fsync: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="care-tests-"))
        self.postgres = EmbeddedPostgres(self.folder, fsync=fsync)
        self.valkey = EmbeddedValkey(self.folder)
        self.started = False

    def start(self) -> None:
        if not self.started:
            self.postgres.start()
            self.valkey.start()
            self.started = True

    def stop(self) -> None:
        self.valkey.stop()
        self.postgres.stop()
        self.postgres.clean()
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, name: str) -> None:
        self._run(f'CREATE DATABASE "{name}"')

    def copy(self, name: str = "") -> str:
        """A new database like the migrated template, which nobody may be connected to; returns its name."""
        name = name or f"care_copy_{next(_serial)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
        return name

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def forget_redis(self) -> None:
        """Empty Valkey: whatever an earlier test said to workers that are gone."""
        assert self.valkey.ask("FLUSHALL") == "+OK"

    def _run(self, statement: str) -> None:
        with closing(self.postgres.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(statement)


@contextmanager
def pointed_at(database: str, postgres: EmbeddedPostgres) -> Iterator[None]:
    """Django's default connection talks to another database meanwhile, in every thread that connects from now on."""
    from django.db import connections

    settings = connections["default"].settings_dict
    before = {name: settings[name] for name in ("NAME", "HOST", "USER")}
    connections.close_all()
    settings.update(NAME=database, HOST=str(postgres.sockets))
    try:
        yield
    finally:
        connections.close_all()
        settings.update(before)


@cache
def not_deployed() -> list[str]:
    """What is installed here and not by requirements.lock, as the names it is imported by."""
    lock = (processes.ROOT / "requirements.lock").read_text()
    deployed = {_plain(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}
    found = packages_distributions()
    return sorted(name for name, owners in found.items() if not deployed & {_plain(owner) for owner in owners})


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


class Stack:
    """Web, worker and sweep as real processes on a database of their own, on a free port of this machine.

    They find only what requirements.lock installs, as a deployment does.
    """

    def __init__(
        self,
        services: Services,
        database: str,
        folder: Path,
        *,
        names: tuple[str, ...] = ("web", "worker", "sweep"),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.services, self.database, self.folder = services, database, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = services.postgres.url(database)
        self.redis_url = services.valkey.url
        self.env = os.environ | {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "ALLOWED_HOSTS": "127.0.0.1",
            "ALLOWED_ORIGINS": self.url,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(processes.ROOT / "tests" / "deployed"),
            "HIDDEN_PACKAGES": " ".join(not_deployed()),
            **(env or {}),
        }
        self._commands = {
            "web": processes.web("127.0.0.1", self.port),
            "worker": processes.worker(),
            "sweep": processes.sweep(),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.names = names

    def start(self) -> None:
        """Start all and return when the web process answers."""
        for name in self.names:
            self._start(name)
        self.wait_until_healthy()

    def pid(self, name: str) -> int:
        """The process id of web, worker, sweep, postgres or valkey."""
        return self._process(name).pid

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a signal; waits for the end after SIGKILL, SIGTERM and SIGINT."""
        process = self._process(name)
        os.kill(process.pid, number)
        if number in {signal.SIGKILL, signal.SIGTERM, signal.SIGINT}:
            process.wait(HANG_GUARD_SECONDS)

    def restart(self, name: str) -> None:
        """Start again what was killed; returns when it answers."""
        if name in {"postgres", "valkey"}:
            server = self.services.postgres if name == "postgres" else self.services.valkey
            if server.child is not None:
                children.stop(server.child, signals={})
            self._start_server(server)
        else:
            children.stop(self._running[name], signals={})
            self._start(name)
            if name == "web":
                self.wait_until_healthy()

    def wait_until_healthy(self) -> None:
        web = self._running["web"]
        deadline = time.monotonic() + HANG_GUARD_SECONDS
        while not self.healthy():
            if web.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"web does not answer (status {web.poll()}):\n{self.log('web')[-4000:]}")
            time.sleep(0.05)

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def log(self, name: str) -> str:
        """What a process has written so far."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def stop(self) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
        for process in self._running.values():
            children.stop(process, signals={signal.SIGTERM: 3.0})
        self._running.clear()

    def manage(self, *arguments: str) -> str:
        """Run a management command against this stack's database; returns what it printed."""
        done = subprocess.run(
            [sys.executable, str(processes.ROOT / "manage.py"), *arguments],
            env=self.env, cwd=processes.ROOT, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def _start(self, name: str) -> None:
        self._running[name] = children.start(
            self._commands[name], self.folder / f"{name}.log", env=self.env, cwd=processes.ROOT
        )

    @staticmethod
    def _start_server(server: EmbeddedPostgres | EmbeddedValkey) -> None:
        """Right after a kill PostgreSQL may have to wait for the last of its old processes."""
        for attempt in range(20):
            try:
                server.start()
            except children.Failed:
                if attempt == 19:
                    raise
                time.sleep(0.25)
            else:
                return

    def _process(self, name: str) -> subprocess.Popen[bytes]:
        process = {
            "postgres": self.services.postgres.child,
            "valkey": self.services.valkey.child,
        }.get(name) or self._running[name]
        assert process is not None
        return process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
