"""The two servers, each over one data folder: PostgreSQL keeps everything, Valkey keeps nothing."""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from care_dispatch.up import children
from care_dispatch.up.binaries import postgres_bin, postgres_version, redis_server

DATABASE = "care_dispatch"
SUPERUSER = "care"
# A statement that fails carries what somebody wrote; it is not repeated in the server's log, nor is the row.
NO_TEXT_IN_THE_LOG = ("log_min_error_statement=panic", "log_error_verbosity=terse")
BUILTIN_LOCALE = 17  # the first PostgreSQL whose own C.UTF-8 knows that JOSÉ and josé are one name


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

    name = "postgres"

    def __init__(self, data: Path, *, fsync: bool = True) -> None:
        self.fsync = fsync
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
        self.spawn()
        assert self.child is not None
        children.wait_until(self.answers, self.child, "PostgreSQL", self.log, 60)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start it without waiting for an answer."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._initialise()
        self._end_leftover()
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        command: list[str | Path] = [postgres_bin() / "postgres", "-D", self.folder, "-k", self.sockets]
        fsync = f"fsync={'on' if self.fsync else 'off'}"
        for setting in ("listen_addresses=", "max_connections=100", fsync, *NO_TEXT_IN_THE_LOG):
            command += ["-c", setting]
        self.child = children.start(command, self.log, as_nobody=True, death_signal=signal.SIGINT)
        return self.child

    def create_database(self, name: str = DATABASE) -> None:
        """Make the database if it is not there."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}"')

    def stop(self) -> None:
        """Fast stop: connections are cut, everything committed is on disk; at once if that takes too long."""
        if self.child is not None:
            children.stop(self.child, signals={signal.SIGINT: 1.4, signal.SIGQUIT: 0.3})
            self.child = None

    def clean(self) -> None:
        """Remove the socket folder once nothing listens there."""
        shutil.rmtree(self.sockets, ignore_errors=True)

    def born_at(self) -> int:
        """When the cluster was made; tells one folder's database from a new one in its place."""
        return (self.folder / "PG_VERSION").stat().st_mtime_ns

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg2.OperationalError:
            return False
        return True

    def _initialise(self) -> None:
        version = self.folder / "PG_VERSION"
        if version.exists():
            self._check_version(version.read_text().strip())
            return
        fresh = self.folder.with_name("pg.new")  # renamed when complete: an interrupted start leaves no half cluster
        shutil.rmtree(fresh, ignore_errors=True)
        command: list[str | Path] = [
            postgres_bin() / "initdb",
            "-D",
            fresh,
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        command += ["--data-checksums", *([] if self.fsync else ["--no-sync"])]
        if postgres_version() >= BUILTIN_LOCALE:
            command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        else:
            command += ["--locale=C.UTF-8"]
        child = children.start(command, self.log, as_nobody=True)
        children.finish(child, "initdb", self.log, 120)
        fresh.rename(self.folder)

    def _check_version(self, found: str) -> None:
        if int(found) != postgres_version():
            raise WrongVersion(
                f"{self.folder} was made by PostgreSQL {found}, the installed one is {postgres_version()}: dump it with"
                " the old version (pg_dumpall), move the folder away, start again and restore the dump."
            )

    def _end_leftover(self) -> None:
        """End a server of an earlier supervisor over the same data; the caller holds the folder's lock."""
        for number in (signal.SIGINT, signal.SIGQUIT):
            if (pid := self._leftover()) is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + 5
            while self._leftover() is not None and time.monotonic() < deadline:
                time.sleep(0.05)

    def _leftover(self) -> int | None:
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        return pid if f"-D {self.folder} " in _command_of(pid) else None


def _command_of(pid: int) -> str:
    """The command line of a process, empty when there is none."""
    listed = Path(f"/proc/{pid}/cmdline")
    if listed.exists():
        return listed.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    if Path("/proc/self").exists():
        return ""
    told = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return told.stdout


class EmbeddedValkey:
    """A Redis-protocol server that keeps nothing, reachable through a socket only."""

    name = "valkey"

    def __init__(self, data: Path) -> None:
        self.socket = socket_folder(data) / "valkey.sock"
        self.data = data
        self.log = data / "log" / "valkey.log"
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Start and return when it answers."""
        self.spawn()
        assert self.child is not None
        children.wait_until(self.answers, self.child, "Valkey", self.log)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start it without waiting for an answer; one left over from a killed supervisor is ended first."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.socket.parent.mkdir(mode=0o700, exist_ok=True)
        self.ask("SHUTDOWN NOSAVE")
        self.socket.unlink(missing_ok=True)
        command: list[str | Path] = [
            redis_server(),
            "--port",
            "0",
            "--unixsocket",
            self.socket,
            "--unixsocketperm",
            "700",
        ]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", self.data]
        self.child = children.start(command, self.log)
        return self.child

    def stop(self) -> None:
        if self.child is not None:
            children.stop(self.child, signals={signal.SIGTERM: 1.0})
            self.child = None

    def clean(self) -> None:
        """Remove the socket folder once nothing listens there."""
        shutil.rmtree(self.socket.parent, ignore_errors=True)

    def answers(self) -> bool:
        return self.ask("PING") == "+PONG"

    def ask(self, command: str) -> str:
        """The first line of the answer to one inline command; empty when nobody answers within a second."""
        try:
            with socket.socket(socket.AF_UNIX) as talk:
                talk.settimeout(1)
                talk.connect(str(self.socket))
                talk.sendall(command.encode() + b"\r\n")
                return talk.recv(1024).split(b"\r\n")[0].decode()
        except OSError:
            return ""
