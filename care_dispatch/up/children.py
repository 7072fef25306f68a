"""Child processes that end when we do: own session, killed with their parent, as root inside a user namespace."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534


class CannotDropRoot(Exception):
    """PostgreSQL refuses to run as root and this kernel gives no user namespace."""


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Between fork and exec: the kernel kills this child when the process that made it is gone."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def enter_user_namespace() -> None:
    """Between fork and exec: become 'nobody' to the program while files stay root's. No account is made."""
    if _libc().unshare(CLONE_NEWUSER) != 0:
        os.write(2, b"This kernel forbids user namespaces: run as another user than root, or set DATABASE_URL.\n")
        os._exit(77)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{NOBODY} 0 1")
    Path("/proc/self/gid_map").write_text(f"{NOBODY} 0 1")


def not_as_root() -> Callable[[], None]:
    """What a PostgreSQL program does between fork and exec."""

    def prepare() -> None:
        if os.geteuid() == 0:
            enter_user_namespace()
        die_with_parent()

    return prepare


def start(
    command: Sequence[object],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    prepare: Callable[[], None] = die_with_parent,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session, so that Ctrl-C reaches only the supervisor; output goes to ``log``."""
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 - our own programs
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=prepare,  # noqa: PLW1509 - only system calls, no lock is taken
        )


def stop(child: subprocess.Popen[bytes], *, with_signal: int = signal.SIGTERM, grace: float = 2.0) -> None:
    """Ask, wait ``grace`` seconds, then kill the child and everything of its session."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, with_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(grace)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(2)


def wait_until(ready: Callable[[], bool], child: subprocess.Popen[bytes], what: str, seconds: float = 30) -> None:
    """Poll ``ready``; raises RuntimeError when the child ends or the time is up."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None:
            raise RuntimeError(f"{what} ended at start with status {child.returncode}; its log says why.")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not answer within {seconds:.0f} seconds; its log says why.")
        time.sleep(0.02)
