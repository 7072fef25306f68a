"""Signals to a whole server: PostgreSQL's children leave its process group, so its group alone is not enough."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.services import Stack


def family(pid: int) -> list[int]:
    """The process and everything below it."""
    listed = subprocess.run(["/bin/ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    below: dict[int, list[int]] = {}
    for child, parent in (map(int, line.split()) for line in listed.splitlines()):
        below.setdefault(parent, []).append(child)
    found = [pid]
    for one in found:
        found += below.get(one, [])
    return found


def alive(stack: Stack, name: str) -> bool:
    """Whether the process has not ended."""
    ps = ["/bin/ps", "-o", "stat=", "-p", str(stack.pid(name))]
    state = subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
    return bool(state) and not state.startswith("Z")


def signal_all(stack: Stack, name: str, number: int) -> None:
    """The head is stopped first, so that it makes no new children meanwhile."""
    head = stack.pid(name)
    os.kill(head, signal.SIGSTOP)
    for pid in family(head):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


@contextmanager
def hung(stack: Stack, name: str) -> Iterator[None]:
    """Alive, connected, and answering nothing."""
    signal_all(stack, name, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_all(stack, name, signal.SIGCONT)
