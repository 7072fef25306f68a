"""Child processes that end when we do: own session, ended with their parent, output in a log."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from care_dispatch.up import child as launched

LAUNCH = [sys.executable, "-I", "-S", launched.__file__]


class Failed(Exception):
    """A child did not come up; the message carries the end of its log."""


def start(
    command: Sequence[str | Path],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    as_nobody: bool = False,
    death_signal: int = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session, so that Ctrl-C reaches only the supervisor; output goes to ``log``.

    The kernel watches the thread that calls this: call it from one that lives as long as the child should.
    """
    prefix = [*LAUNCH, str(os.getpid()), str(int(death_signal)), str(int(as_nobody))]
    with log.open("ab") as out:
        return subprocess.Popen(
            [*prefix, *(str(part) for part in command)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
        )


def stop(child: subprocess.Popen[bytes], *, signals: Mapping[int, float]) -> None:
    """Send each signal in turn and wait its seconds; what is left of the child's session is killed."""
    for number, seconds in signals.items():
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(seconds)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(2)


def finish(child: subprocess.Popen[bytes], what: str, log: Path, seconds: float) -> None:
    """Wait for a child that ends by itself; raises Failed when it fails, and leaves none behind when interrupted."""
    try:
        status = child.wait(seconds)
    except subprocess.TimeoutExpired:
        status = -signal.SIGKILL
    finally:
        stop(child, signals={})
    if status:
        raise Failed(_why(what, status, log))


def wait_until(
    ready: Callable[[], bool], child: subprocess.Popen[bytes], what: str, log: Path, seconds: float = 30
) -> None:
    """Poll ``ready``; raises Failed when the child ends or the time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None:
            raise Failed(_why(what, child.returncode, log))
        if time.monotonic() > deadline:
            raise Failed(f"{what} did not answer within {seconds:.0f} seconds; see {log}.")
        time.sleep(0.02)


def _why(what: str, status: int, log: Path) -> str:
    if status == launched.NO_NAMESPACE:
        return (
            f"{what} does not run as root and this system gives no user namespace: start this as another user,"
            " or set DATABASE_URL to a PostgreSQL that runs already."
        )
    return f"{what} ended with status {status}. The end of {log}:\n{tail(log)}"


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
