"""The product's own processes, as one would type them: web, worker, sweep, and the demo's simulation."""

import hashlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def web(host: str, port: int) -> list[str]:
    """One uvicorn process. Deflate off and small frames: measured, compression costs half of a broadcast."""
    return [
        sys.executable, "-m", "uvicorn", "care_dispatch.asgi:application",
        "--host", host, "--port", str(port), "--loop", "uvloop", "--http", "httptools", "--lifespan", "on",
        "--ws-per-message-deflate", "false", "--ws-max-size", "65536", "--timeout-graceful-shutdown", "1",
        "--timeout-keep-alive", "30", "--no-access-log", "--no-server-header", "--log-level", "warning",
    ]  # fmt: skip


def worker(concurrency: int = 2) -> list[str]:
    return [
        sys.executable, "-m", "celery", "-A", "care_dispatch.celery:app", "worker", "--pool", "threads",
        "--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--without-heartbeat",
        "--loglevel", "WARNING",
    ]  # fmt: skip


def sweep() -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "sweep"]


def simulate() -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "simulate"]


def everything(host: str, port: int, workers: int) -> dict[str, list[str]]:
    """What runs beside the servers, by name, in the order of starting."""
    return {"web": web(host, port), "worker": worker(workers), "sweep": sweep()}


def prepare(*, demo: bool) -> list[str]:
    """Migrate and seed before anything else runs."""
    return [sys.executable, str(ROOT / "manage.py"), "prepare", *(["--demo"] if demo else [])]


def fingerprint(database: str, *, demo: bool) -> str:
    """Changes when what ``prepare`` brings may have changed: the database, a migration, a dependency, the demo."""
    digest = hashlib.sha256(f"{database} demo={demo}".encode())
    sources = [*ROOT.glob("[a-z]*/migrations/*.py"), *ROOT.glob("[a-z]*/*/migrations/*.py"), ROOT / "requirements.lock"]
    for path in sorted(sources):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
