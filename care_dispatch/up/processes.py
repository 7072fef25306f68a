"""The product's own processes, as one would type them: web, worker, sweep, and the demo's simulation."""

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
