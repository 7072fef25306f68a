"""Where the servers of a running `up` are, so that other commands of this checkout find them."""

import json
from collections.abc import Mapping, MutableMapping
from pathlib import Path

_NAMES = ("DATABASE_URL", "REDIS_URL")


def tell(data: Path, env: Mapping[str, str]) -> None:
    path = data / "addresses"
    path.touch(mode=0o600)
    path.write_text(json.dumps({name: env[name] for name in _NAMES}))


def forget(data: Path) -> None:
    (data / "addresses").unlink(missing_ok=True)


def adopt(data: Path, env: MutableMapping[str, str]) -> None:
    """Fill in the addresses of what runs on ``data``; what is set already stays."""
    try:
        told = json.loads((data / "addresses").read_text())
    except (OSError, ValueError):
        return
    for name in _NAMES:
        env.setdefault(name, told[name])
