"""Measure product and limit in one run on this machine; prints a table and writes var/bench.json."""

import argparse
import os
import resource
import secrets
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path

from tests.bench.figures import as_json, table
from tests.bench.ground import Ground

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "push",
    "create",
    "triage",
    "race",
    "sustained",
    "stuck",
    "storm",
    "trouble",
    "board",
    "rules",
    "recommend",
    "backtest",
    "duress",
    "sweep",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, with commas: {', '.join(PARTS)}")
    wanted = parser.parse_args().only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ground = Ground()
    try:
        figures = measure(ground, [part for part in PARTS if part in wanted])
    finally:
        ground.stop()
    print(table(figures))
    target = ROOT / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(as_json(figures))
    print(f"\nWritten to {target.relative_to(ROOT)}")
    return 0


def measure(ground: Ground, parts: list[str]) -> dict[str, float]:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "care_dispatch.settings", "SECRET_KEY": secrets.token_urlsafe(60)}
    for unwanted in ("DEBUG", "PRODUCTION", "ALLOWED_HOSTS", "ALLOWED_ORIGINS", "BEHIND_PROXY"):
        os.environ.pop(unwanted, None)
    ground.start_servers()
    import django

    warnings.filterwarnings("ignore", "No directory at")  # whitenoise; collected files exist in a deployment only
    django.setup()
    ground.start()
    figures: dict[str, float] = {}
    for part in parts:
        start = time.monotonic()
        figures |= import_module(f"tests.bench.{part}").measure(ground)
        print(f"{part}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return figures


if __name__ == "__main__":
    sys.exit(main())
