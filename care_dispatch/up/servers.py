"""The two servers, each over one data folder: PostgreSQL keeps everything, Valkey keeps nothing."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from care_dispatch.up import children
from care_dispatch.up.binaries import postgres_bin, redis_server

DATABASE = "care_dispatch"
SUPERUSER = "care"


class WrongVersion(Exception):
    """The data folder belongs to another major version of PostgreSQL."""


def socket_folder(data: Path) -> Path:
    """A short private folder for sockets (their path must stay under 104 bytes), the same for the same data."""
    name = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"care-{os.getuid()}-{name}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not folder.is_dir() or folder.is_symlink() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a private folder of this user; remove it and start again.")
    return folder


class EmbeddedPostgres:
    """A PostgreSQL server over ``data``/pg, reachable through a socket only."""

    def __init__(self, data: Path, *, fsync: bool = True) -> None:
        self.data, self.fsync = data, fsync
        self.folder = data / "pg"
        self.sockets = socket_folder(data)
        self.log = data / "log" / "postgres.log"
        self.child: subprocess.Popen[bytes] | None = None

    def url(self, database: str = DATABASE) -> str:
        return f"postgres://{SUPERUSER}@/{database}?host={self.sockets}"

    def connect(self, database: str = "postgres") -> "psycopg2.extensions.connection":
        connection = psycopg2.connect(host=str(self.sockets), user=SUPERUSER, dbname=database, connect_timeout=2)
        connection.autocommit = True
        return connection

    def start(self) -> None:
        """Make the cluster if there is none, start, and return when it answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._initialise()
        command = [postgres_bin() / "postgres", "-D", self.folder, "-k", self.sockets]
        for setting in ("listen_addresses=", "max_connections=100", f"fsync={'on' if self.fsync else 'off'}"):
            command += ["-c", setting]
        self.child = children.start(command, self.log, prepare=children.not_as_root())
        children.wait_until(self._answers, self.child, "PostgreSQL", 60)

    def create_database(self, name: str = DATABASE) -> None:
        connection = self.connect()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}"')
        connection.close()

    def stop(self) -> None:
        """Fast stop: connections are cut, everything committed is on disk."""
        if self.child is not None:
            children.stop(self.child, with_signal=signal.SIGINT, grace=2.0)
            self.child = None

    def clean(self) -> None:
        """Remove the socket folder once nothing listens there."""
        shutil.rmtree(self.sockets, ignore_errors=True)

    def _initialise(self) -> None:
        version = self.folder / "PG_VERSION"
        if version.exists():
            self._check_version(version.read_text().strip())
            return
        fresh = self.data / "pg.new"  # renamed when complete: an interrupted first start leaves no half cluster
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            postgres_bin() / "initdb",
            "-D",
            fresh,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--data-checksums",
        ]
        command += (
            ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            if _major() >= 17
            else ["--locale=C.UTF-8"]
        )
        if not self.fsync:
            command.append("--no-sync")
        child = children.start(command, self.log, prepare=children.not_as_root())
        if child.wait(120) != 0:
            raise RuntimeError(f"initdb failed; {self.log} says why.")
        fresh.rename(self.folder)

    def _check_version(self, found: str) -> None:
        if int(found) != _major():
            raise WrongVersion(
                f"{self.folder} was made by PostgreSQL {found}, the installed one is {_major()}: dump it with the old"
                f" version (pg_dump), move the folder away, start again and restore the dump."
            )

    def _answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True


def _major() -> int:
    done = subprocess.run([postgres_bin() / "postgres", "--version"], capture_output=True, text=True, check=True)  # noqa: S603
    return int(done.stdout.split()[-1 if "(" not in done.stdout else 2].split(".")[0])


class EmbeddedValkey:
    """A Redis-protocol server that keeps nothing, reachable through a socket only."""

    def __init__(self, data: Path) -> None:
        self.socket = socket_folder(data) / "valkey.sock"
        self.data = data
        self.log = data / "log" / "valkey.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        command = [redis_server(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", self.data]
        self.child = children.start(command, self.log)
        children.wait_until(self._answers, self.child, "Valkey")

    def stop(self) -> None:
        if self.child is not None:
            children.stop(self.child, grace=1.0)
            self.child = None

    def clean(self) -> None:
        """Remove the socket folder once nothing listens there."""
        shutil.rmtree(self.socket.parent, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.settimeout(1)
                probe.connect(str(self.socket))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False
