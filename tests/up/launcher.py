"""``manage.py up`` as a person runs it: a process, its address, its children, and what it says."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from care_dispatch.up.processes import ROOT
from tests.services import HANG_GUARD_SECONDS, free_port

REPLACED = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "ALLOWED_ORIGINS")


class Up:
    """One launcher over one data folder; its own servers, whatever the tests around it use."""

    def __init__(self, data: Path, *, port: int = 0) -> None:
        self.data, self.port = data, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.said = data.with_suffix(".said")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and return when the product answers."""
        env = {name: value for name, value in os.environ.items() if name not in REPLACED}
        with self.said.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "up", "--data", self.data, "--port", str(self.port)],
                stdout=out, stderr=out, env=env, cwd=ROOT,
            )  # fmt: skip
        eventually(self.healthy, lambda: self.said.read_text() + self.logs())

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def children(self) -> dict[str, int]:
        """The process ids of those running, by name."""
        assert self.process is not None
        names = {"bin/postgres": "postgres", "valkey-server": "valkey", "uvicorn": "web", "celery": "worker"}
        names |= {"redis-server": "valkey", "manage.py sweep": "sweep"}
        found: dict[str, int] = {}
        for pid, parent, command in processes():
            if parent == self.process.pid:
                found |= {name: pid for part, name in names.items() if part in command}
        return found

    def all_running(self) -> bool:
        return set(self.children()) == {"postgres", "valkey", "web", "worker", "sweep"}

    def left_over(self) -> list[str]:
        """Whatever still runs on this data folder or port."""
        marks = (f"-D {self.data}", f"--port {self.port} ", f"--data {self.data}", str(self.sockets()))
        return [command for _, _, command in processes() if any(mark in command for mark in marks)]

    def sockets(self) -> Path:
        from care_dispatch.up.servers import EmbeddedPostgres

        return EmbeddedPostgres(self.data).sockets

    def end(self, number: int = signal.SIGINT) -> int:
        """Send a signal to the launcher alone and wait for its end; returns its status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(HANG_GUARD_SECONDS)

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(self.data.glob("log/*.log")))


def processes() -> list[tuple[int, int, str]]:
    """Process id, parent's id and command line of everything that runs here."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        found.append((int(folder.name), parent, command))
    return found


def eventually(ready: Callable[[], bool], told: Callable[[], str] = str) -> None:
    """Wait for something that must come; the hang guard is far above what it takes."""
    deadline = time.monotonic() + HANG_GUARD_SECONDS
    while not ready():
        assert time.monotonic() < deadline, told() or "it never came"
        time.sleep(0.05)
