"""After a commit: tell whoever listens that the log moved. A hint only; it may fail, hang or be lost unnoticed."""

import json
import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings

logger = logging.getLogger(__name__)

CHANNEL = "care_dispatch.head"
# The first change is told of at once, those right behind it together: a task costs the worker more than its message.
TOGETHER_SECONDS = 0.05

_lock = threading.Lock()
_wake = threading.Event()
_head = 0
_due: list[tuple[str, int]] = []
_thread: threading.Thread | None = None
_listeners: list[Callable[[int], None]] = []
MAX_WAITING = 1000


def listen(listener: Callable[[int], None]) -> None:
    """Have ``listener(seq)`` called in this process after each commit; it must return at once."""
    _listeners.append(listener)


def forget(listener: Callable[[int], None]) -> None:
    _listeners.remove(listener)


def announce(seq: int, due: list[tuple[str, int]]) -> None:
    """Set the flag and return; the nudger thread of this process does the talking."""
    global _head
    for listener in _listeners:
        listener(seq)
    with _lock:
        _head = max(_head, seq)
        if len(_due) < MAX_WAITING:  # a hung Redis: the sweep finds the rest by itself
            _due.extend(due)
        _ensure_thread()
    _wake.set()


def _ensure_thread() -> None:
    global _thread
    if _thread is None or not _thread.is_alive():
        _thread = threading.Thread(target=_run, name="nudger", daemon=True)
        _thread.start()


def _run() -> None:
    import redis

    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=settings.REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
        retry=None,
    )
    sent = 0
    while True:
        _wake.wait()
        _wake.clear()
        with _lock:
            head, due = _head, list(_due)
            _due.clear()
        try:
            if head != sent:
                client.publish(CHANNEL, json.dumps({"head": head}))
                sent = head
            if due:
                _send_task(due)
        except Exception as error:
            logger.warning("nudge not sent, the sweep and the hub's poll will find it: %s", error)
        time.sleep(TOGETHER_SECONDS)


def _send_task(due: list[tuple[str, int]]) -> None:
    from care_dispatch.celery import app

    app.send_task("due.run", args=[due], ignore_result=True)
