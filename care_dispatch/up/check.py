"""``up --check``: what a start would use and what stands in its way, without starting anything."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from care_dispatch.up import child
from care_dispatch.up.binaries import NotInstalled, postgres_bin, postgres_version, redis_server
from care_dispatch.up.claim import CannotStart, check_port, claim
from care_dispatch.up.supervisor import Options


def findings(options: Options) -> Iterator[tuple[bool, str]]:
    """Whether each thing is in order, with a sentence about it."""
    if options.environment.get("DATABASE_URL"):
        yield True, "PostgreSQL: the one of DATABASE_URL"
    else:
        yield _try(lambda: f"PostgreSQL {postgres_version()} of {postgres_bin()}")
        yield _version_of(options.data)
        if os.geteuid() == 0:
            yield _namespace()
    if options.environment.get("REDIS_URL"):
        yield True, "Redis: the one of REDIS_URL"
    else:
        yield _try(lambda: f"Redis protocol: {redis_server()}")
    yield _try(lambda: _unused(options))
    yield _try(lambda: _port(options))


def _try(step: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, step()
    except (CannotStart, NotInstalled) as error:
        return False, str(error)


def _version_of(data: Path) -> tuple[bool, str]:
    path = data / "pg" / "PG_VERSION"
    if not path.exists():
        return True, f"Data folder {data}: new, or without a database yet"
    found = int(path.read_text())
    return found == postgres_version(), f"Data folder {data}: made by PostgreSQL {found}"


def _namespace() -> tuple[bool, str]:
    parts = [sys.executable, "-I", "-S", child.__file__, str(os.getpid()), "9", "1", "/bin/true"]
    if subprocess.run(parts, check=False).returncode == 0:
        return True, "root: PostgreSQL will run inside a user namespace"
    return False, "root, and no user namespace to run PostgreSQL in: be another user, or set DATABASE_URL"


def _unused(options: Options) -> str:
    if (options.data / "up.lock").exists():
        claim(options.data, options.url).close()
    return "No other CARE Dispatch runs on this data folder"


def _port(options: Options) -> str:
    check_port(options.host, options.port)
    return f"Port {options.port} on {options.host} is free"
