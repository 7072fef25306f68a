"""Keeps the children running: starts them in order, restarts one that dies, stops all of them in reverse."""

import fcntl
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from care_dispatch.up import children, processes
from care_dispatch.up.servers import EmbeddedPostgres, EmbeddedValkey

logger = logging.getLogger("up")

BACK_OFF = (0.2, 0.5, 1, 2, 5, 10, 15)  # seconds before a child that keeps dying is started again
STEADY = 30.0  # seconds after which its failures are forgotten
LOG_LIMIT = 10_000_000  # bytes; a larger log is set aside at start, one old one is kept


class CannotStart(Exception):
    """Something in the way of starting; the message says what, fit for the terminal."""


@dataclass
class Child:
    """One supervised process; ``start`` returns it running."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = 0.0


@dataclass
class Options:
    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    workers: int = 2
    greeting: str = ""  # said once it answers, below the address
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/"


class Supervisor:
    """``run`` blocks until a signal asks to stop; what it starts it also ends."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options, self.say = options, say
        self.logs = options.data / "log"
        self.stopping = threading.Event()
        self.children: list[Child] = []
        self.postgres: EmbeddedPostgres | None = None
        self.valkey: EmbeddedValkey | None = None
        self.lock: IO[str] | None = None

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        try:
            self._claim()
            self._check_port()
            self._start_servers()
            self._prepare()
            self._start_children()
            self._watch()
        finally:
            self._stop()

    # --- before the first child ---------------------------------------------------------------
    def _claim(self) -> None:
        """One supervisor per data folder; a second one says who the first is."""
        self.logs.mkdir(parents=True, exist_ok=True)
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))
        self.lock = (self.options.data / "up.lock").open("a+")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.lock.seek(0)
            raise CannotStart(f"It runs already on {self.options.data}: {self.lock.read().strip()}") from None
        self.lock.truncate(0)
        self.lock.write(f"process {os.getpid()}, {self.options.url}\n")
        self.lock.flush()

    def _check_port(self) -> None:
        family = socket.AF_INET6 if ":" in self.options.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.options.host, self.options.port))
            except OSError as error:
                raise CannotStart(
                    f"Port {self.options.port} on {self.options.host} cannot be used ({error.strerror});"
                    f" choose another with --port."
                ) from None

    def _start_servers(self) -> None:
        if not self.options.environment.get("DATABASE_URL"):
            self.postgres = EmbeddedPostgres(self.options.data)
        if not self.options.environment.get("REDIS_URL"):
            self.valkey = EmbeddedValkey(self.options.data)
        for server in (self.postgres, self.valkey):
            if server is not None:
                server.start()
        if self.postgres is not None:
            self.postgres.create_database()

    def environment(self) -> dict[str, str]:
        """What every child gets: addresses of the servers, the key, the origin a browser comes from."""
        env = dict(self.options.environment)
        if self.postgres is not None:
            env["DATABASE_URL"] = self.postgres.url()
        if self.valkey is not None:
            env["REDIS_URL"] = self.valkey.url
        env.setdefault("SECRET_KEY", secret_key(self.options.data))
        names = {self.options.host, "127.0.0.1", "localhost"} - {"0.0.0.0", "::"}  # noqa: S104 - taken out, not bound
        env.setdefault("ALLOWED_ORIGINS", ",".join(f"http://{name}:{self.options.port}" for name in sorted(names)))
        env.setdefault("ALLOWED_HOSTS", ",".join(sorted(names)))
        return env | {"PYTHONUNBUFFERED": "1"}

    def _prepare(self) -> None:
        """Migrate, and seed for a demo; each only adds what is missing."""
        steps = [["prepare", *(["--demo"] if self.options.demo else [])]]
        for step in steps:
            command = [sys.executable, processes.ROOT / "manage.py", *step]
            child = children.start(command, self.logs / "prepare.log", env=self.environment(), cwd=processes.ROOT)
            while child.poll() is None and not self.stopping.wait(0.02):
                pass
            if self.stopping.is_set():
                children.stop(child)
            elif child.returncode != 0:
                raise CannotStart(f"Preparing the database failed; {self.logs / 'prepare.log'} says why.")

    # --- running ---------------------------------------------------------------------------------
    def _start_children(self) -> None:
        env = self.environment()
        commands = {
            "web": processes.web(self.options.host, self.options.port),
            "worker": processes.worker(self.options.workers),
            "sweep": processes.sweep(),
        }
        if self.postgres is not None:
            self.children.append(Child("postgres", self._again(self.postgres), self.postgres.child))
        if self.valkey is not None:
            self.children.append(Child("valkey", self._again(self.valkey), self.valkey.child))
        if self.options.demo:
            commands["simulate"] = processes.simulate()
        for name, command in commands.items():
            self.children.append(Child(name, self._starter(name, command, env)))
        for child in self.children:
            child.started_at = time.monotonic()
            child.process = child.process or child.start()

    def _starter(self, name: str, command: list[str], env: dict[str, str]) -> Callable[[], subprocess.Popen[bytes]]:
        return lambda: children.start(command, self.logs / f"{name}.log", env=env, cwd=processes.ROOT)

    @staticmethod
    def _again(server: EmbeddedPostgres | EmbeddedValkey) -> Callable[[], subprocess.Popen[bytes]]:
        def start() -> subprocess.Popen[bytes]:
            server.start()
            assert server.child is not None
            return server.child

        return start

    def _watch(self) -> None:
        told = False
        while not self.stopping.wait(0.1):
            if not told and self._answers():
                self.say(f"CARE Dispatch is at {self.options.url}  (Ctrl-C stops everything)")
                if self.options.greeting:
                    self.say(self.options.greeting)
                told = True
            for child in self.children:
                self._look_after(child)

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None and child.process.poll() is None:
            if child.failures and now - child.started_at > STEADY:
                child.failures = 0
            return
        if child.process is not None:
            wait = BACK_OFF[min(child.failures, len(BACK_OFF) - 1)]
            self.say(f"{child.name} ended with status {child.process.returncode}; starting it again in {wait:g} s")
            children.stop(child.process, grace=0)  # whatever it left of its own session
            child.process, child.failures, child.due_at = None, child.failures + 1, now + wait
        elif now >= child.due_at:
            try:
                child.process, child.started_at = child.start(), now
            except (OSError, RuntimeError) as error:
                self.say(f"{child.name}: {error}")
                child.failures += 1
                child.due_at = now + BACK_OFF[min(child.failures, len(BACK_OFF) - 1)]

    def _answers(self) -> bool:
        host = self.options.host if self.options.host not in ("0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
        try:
            with urllib.request.urlopen(f"http://{host}:{self.options.port}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def _stop(self) -> None:
        """The product first, all at once; then Valkey; PostgreSQL last."""
        own = [child for child in self.children if child.name not in ("postgres", "valkey")]
        threads = [
            threading.Thread(target=children.stop, args=(child.process,), kwargs={"grace": 1.5})
            for child in own
            if child.process is not None
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.stop()
        for server in (self.valkey, self.postgres):
            if server is not None:
                server.clean()


def secret_key(data: Path) -> str:
    """This installation's own key, made once, readable by its owner only."""
    path = data / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(60))
    return path.read_text().strip()
