"""Before the first child: the data folder is ours alone, the port is free, the key is made, old logs are set aside."""

import contextlib
import fcntl
import os
import secrets
import socket
from pathlib import Path
from typing import IO

LOG_LIMIT = 1_000_000  # bytes; a larger log is set aside at start
LOGS_KEPT = 3
ANY_ADDRESS = ("0.0.0.0", "::", "")  # noqa: S104 - recognised, not bound


class CannotStart(Exception):
    """Something in the way of starting; the message says what, fit for the terminal."""


def claim(data: Path, url: str) -> IO[str]:
    """Lock the data folder for as long as the file stays open; a second one is told who the first is."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (data / "up.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        told = lock.read().strip()
        lock.close()
        raise CannotStart(f"CARE Dispatch runs already on {data}: {told}. Stop it, or choose another --data.") from None
    lock.truncate(0)
    lock.write(f"process {os.getpid()}, {url}\n")
    lock.flush()
    return lock


def check_port(host: str, port: int) -> None:
    """Refuse at once, by name, what the web process could not listen on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} on {host} cannot be used ({error.strerror}); choose another with --port."
            ) from None


def set_logs_aside(folder: Path) -> None:
    """web.log becomes web.log.1, that .2, and so on, once it has grown."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        if log.stat().st_size <= LOG_LIMIT:
            continue
        for number in range(LOGS_KEPT, 0, -1):
            older = log.with_suffix(f".log.{number - 1}") if number > 1 else log
            if older.exists():
                older.replace(log.with_suffix(f".log.{number}"))


def secret_key(data: Path) -> str:
    """This installation's own key, made once, readable by its owner only."""
    path = data / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(60))
    return path.read_text().strip()


def host_names(host: str) -> list[str]:
    """The names a browser may use for this server, as they stand in an address."""
    own = [socket.gethostname()] if host in ANY_ADDRESS else [in_address(host)]
    return sorted({*own, "127.0.0.1", "localhost", "[::1]"})


def in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def reachable(host: str) -> str:
    """The host part of an address under which this machine itself reaches the server."""
    return "127.0.0.1" if host in ANY_ADDRESS else in_address(host)
