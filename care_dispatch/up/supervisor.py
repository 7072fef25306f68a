"""Keeps the children running: starts them in order, restarts one that dies, stops all of them in reverse."""

import os
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from care_dispatch.up import addresses, children, processes
from care_dispatch.up.claim import check_port, claim, host_names, reachable, secret_key, set_logs_aside
from care_dispatch.up.servers import EmbeddedPostgres, EmbeddedValkey

BACK_OFF = (0.2, 0.5, 1, 2, 5, 10, 15)  # seconds before a child that keeps dying is started again
STEADY = 30.0  # seconds after which its failures are forgotten
FIRST_LOOK = 5.0  # seconds worker and sweep wait at most for the web process to come up first
PREPARE_SECONDS = 600.0  # the longest a migration may take
PRODUCT_STOP: dict[int, float] = {
    signal.SIGTERM: 1.2
}  # every change is one transaction: what is cut off is rolled back


@dataclass
class Child:
    """One supervised process; ``spawn`` starts it and does not wait."""

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    once: bool = False  # ends by itself when its work is done
    failures: int = 0
    started_at: float = 0.0
    due_at: float = 0.0


@dataclass
class Options:
    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    demo: bool = False
    simulate: bool = False
    workers: int = 2
    greeting: str = ""  # said once it answers, below the address
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    # What runs, by name; tests put something smaller here.
    commands: Mapping[str, list[str]] | None = None
    prepare: list[str] | None = None

    @property
    def url(self) -> str:
        return f"http://{reachable(self.host)}:{self.port}/"


class Interrupted(BaseException):
    """A signal asked to stop while everything was still starting."""


class Supervisor:
    """``run`` blocks until a signal asks to stop; what it starts it also ends."""

    def __init__(self, options: Options, say: Callable[[str], None]) -> None:
        self.options, self.say = options, say
        self.logs = options.data / "log"
        self.stopping = threading.Event()
        self.starting = True
        self.children: list[Child] = []
        self.servers: list[EmbeddedPostgres | EmbeddedValkey] = []
        self.lock: IO[str] | None = None

    def run(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            self.lock = claim(self.options.data, self.options.url)
            check_port(self.options.host, self.options.port)
            set_logs_aside(self.logs)
            environment = self._start_servers()
            addresses.tell(self.options.data, environment)
            self._prepare(environment)
            self._start_children(environment)
            self.starting = False
            self._watch()
        except Interrupted:
            pass
        finally:
            self.starting = False
            self._stop()

    def _on_signal(self, *_: object) -> None:
        self.stopping.set()
        if self.starting:
            raise Interrupted

    # --- starting ------------------------------------------------------------------------------
    def _start_servers(self) -> dict[str, str]:
        """Start what no address replaces; returns the environment of every child."""
        env = dict(self.options.environment)
        if not env.get("DATABASE_URL"):
            postgres = EmbeddedPostgres(self.options.data)
            self.servers.append(postgres)
            postgres.start()
            postgres.create_database()
            env["DATABASE_URL"] = postgres.url()
        if not env.get("REDIS_URL"):
            valkey = EmbeddedValkey(self.options.data)
            self.servers.append(valkey)
            valkey.start()
            env["REDIS_URL"] = valkey.url
        names = host_names(self.options.host)
        env.setdefault("SECRET_KEY", secret_key(self.options.data))
        env.setdefault("ALLOWED_HOSTS", ",".join(names))
        env.setdefault("ALLOWED_ORIGINS", ",".join(f"http://{name}:{self.options.port}" for name in names))
        return env | {"PYTHONUNBUFFERED": "1"}

    def _prepare(self, env: Mapping[str, str]) -> None:
        """Migrate and seed; each only adds what is missing.

        Where the last start prepared the same, nothing waits for it: it runs beside the web process.
        """
        command = self.options.prepare
        if command is None:
            command = processes.prepare(demo=self.options.demo)
        child = self._child("prepare", command, env, once=True)
        born = [str(server.born_at()) for server in self.servers if isinstance(server, EmbeddedPostgres)]
        database = " ".join([env["DATABASE_URL"], *born])
        stamp, wanted = self.options.data / "prepared", processes.fingerprint(database, demo=self.options.demo)
        if stamp.exists() and stamp.read_text() == wanted:
            self.children.append(child)
            return
        children.finish(child.spawn(), "Preparing the database", child.log, PREPARE_SECONDS)
        stamp.write_text(wanted)

    def _start_children(self, env: Mapping[str, str]) -> None:
        """The web process at once; what is not needed for a first look gets the processor when it answers."""
        commands = self.options.commands
        if commands is None:
            commands = processes.everything(self.options.host, self.options.port, self.options.workers)
        later = [self._child(name, command, env) for name, command in commands.items()]
        if self.options.simulate:
            later.append(self._child("simulate", processes.simulate(), env, once=True))
        now = time.monotonic()
        for child in later:
            child.due_at = now if child.name == "web" else now + FIRST_LOOK
        self.children += later
        for server in self.servers:
            self.children.append(Child(server.name, server.spawn, server.log, server.child, started_at=now))

    def _child(self, name: str, command: list[str], env: Mapping[str, str], *, once: bool = False) -> Child:
        log = self.logs / f"{name}.log"
        return Child(name, lambda: children.start(command, log, env=env, cwd=processes.ROOT), log, once=once)

    # --- running -------------------------------------------------------------------------------
    def _watch(self) -> None:
        told = False
        while not self.stopping.wait(0.1 if told else 0.05):
            if not told and self._answers():
                self.say(f"CARE Dispatch is at {self.options.url}  (Ctrl-C stops everything)")
                if self.options.greeting:
                    self.say(self.options.greeting)
                told = True
                self._hurry()
            for child in list(self.children):
                self._look_after(child)

    def _hurry(self) -> None:
        """Start what waited for the web process."""
        for child in self.children:
            if not child.failures:
                child.due_at = 0.0

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due_at:
                self._start_again(child, now)
        elif child.process.poll() is None:
            if child.failures and now - child.started_at > STEADY:
                child.failures = 0
        elif child.once and child.process.returncode == 0:
            self.children.remove(child)
        else:
            self.say(f"{child.name} ended with status {child.process.returncode}; see {child.log}")
            children.stop(child.process, signals={})  # whatever it left of its own session
            self._put_off(child, now)

    def _start_again(self, child: Child, now: float) -> None:
        try:
            child.process, child.started_at = child.spawn(), now
        except (OSError, children.Failed) as error:
            self.say(f"{child.name}: {error}")
            self._put_off(child, now)

    def _put_off(self, child: Child, now: float) -> None:
        wait = BACK_OFF[min(child.failures, len(BACK_OFF) - 1)]
        child.process, child.failures, child.due_at = None, child.failures + 1, now + wait

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.options.url}healthz", timeout=1) as answer:  # noqa: S310 - our own
                return bool(answer.status == 200)
        except OSError:
            return False

    # --- stopping ------------------------------------------------------------------------------
    def _stop(self) -> None:
        """The product first, all at once; then the servers."""
        names = {server.name for server in self.servers}
        own = [child.process for child in self.children if child.name not in names and child.process is not None]
        _all_at_once([partial(children.stop, process, signals=PRODUCT_STOP) for process in own])
        _all_at_once([server.stop for server in self.servers])
        for server in self.servers:
            server.clean()
        if self.lock is not None:
            addresses.forget(self.options.data)
            self.lock.truncate(0)
            self.lock.close()


def _all_at_once(steps: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=step) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
