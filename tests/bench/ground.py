"""What a run stands on: real servers with fsync, the product's processes, the bare ones beside them, and people."""

import os
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from subprocess import Popen
from typing import Any

from care_dispatch.up import children, processes
from tests.services import HANG_GUARD_SECONDS, Services, Stack, free_port

DATABASE = "care_bench"
QUIET_SECONDS = 0.3


class Ground:
    """Start it before Django is set up: it says where the database is."""

    def __init__(self) -> None:
        self.services = Services(fsync=True)
        self.folder: Path = self.services.folder
        self._started: list[Popen[bytes]] = []
        self.bare_port, self.fan_out_port = free_port(), free_port()

    def start(self) -> None:
        """Servers, an up-to-date database with the default rules, web, worker and sweep."""
        from django.core.management import call_command

        from tests.cast import use_default_rules

        call_command("migrate", interactive=False, verbosity=0)
        use_default_rules()
        self.stack = Stack(self.services, DATABASE, self.folder)
        self.stack.start()

    def start_servers(self) -> None:
        self.services.start()
        self.services.create(DATABASE)
        os.environ["DATABASE_URL"] = self.services.postgres.url(DATABASE)
        os.environ["REDIS_URL"] = self.services.valkey.url

    def stop(self) -> None:
        for child in self._started:
            children.stop(child, signals={15: 2.0})
        if hasattr(self, "stack"):
            self.stack.stop()
        self.services.stop()

    # --- the bare processes, each started by the first part that needs it --------------------------
    def start_bare_web(self) -> None:
        """The product's own command for a web process, with the bare application in it."""
        command = ["off" if part == "on" else part for part in processes.web("127.0.0.1", self.bare_port)]
        command[command.index("care_dispatch.asgi:application")] = "tests.bench.bare.asgi:application"
        self._spawn("bare_web", command, {"DJANGO_SETTINGS_MODULE": "tests.bench.bare.settings"}, self.bare_port)

    def start_fan_out(self) -> None:
        command = [processes.web("", 0)[0], "-m", "tests.bench.bare.fan_out", str(self.fan_out_port)]
        self._spawn("fan_out", [*command, self.services.valkey.url], {}, self.fan_out_port)

    def start_bare_worker(self) -> str:
        """A worker like the product's on a queue of its own; returns its Redis address."""
        url = self.services.valkey.url.replace("db=0", "db=1")
        command = ["tests.bench.bare.tasks:app" if ":app" in part else part for part in processes.worker()]
        self._spawn("bare_worker", command, {"REDIS_URL": url}, 0)
        return url

    def _spawn(self, name: str, command: list[str], env: Mapping[str, str], port: int) -> None:
        if any(child.poll() is None and child.args == command for child in self._started):
            return
        log = self.folder / f"{name}.log"
        child = children.start(command, log, env=self.stack.env | dict(env), cwd=processes.ROOT)
        child.args = command
        self._started.append(child)
        if port:
            children.wait_until(lambda: _answers(port), child, name, log)

    # --- looking -----------------------------------------------------------------------------------
    def ask(self, statement: str, values: Any = ()) -> list[Any]:
        """Rows of one statement, on a connection of its own: works inside an event loop too."""
        with closing(self.services.postgres.connect(DATABASE)) as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def committed_at(self, seqs: list[int]) -> dict[int, float]:
        """The log's own stamp of each event, taken in the statement before its commit; seconds since 1970."""
        rows = self.ask("SELECT seq, extract(epoch FROM at)::float8 FROM log_event WHERE seq = ANY(%s)", [seqs])
        return dict(rows)

    def wait_until_quiet(self) -> None:
        """Until all due work is done and nothing moves any more."""
        deadline = time.monotonic() + HANG_GUARD_SECONDS
        before, since = None, time.monotonic()
        while time.monotonic() - since < QUIET_SECONDS:
            now = self.ask("SELECT (SELECT seq FROM log_head), (SELECT count(*) FROM due_due WHERE due_at < now())")
            if now != before or now[0][1]:
                before, since = now, time.monotonic()
            assert time.monotonic() < deadline, f"work does not end: {now}"
            time.sleep(0.02)


def _answers(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
