"""Fixtures of the live board's tests. Models are imported when a fixture runs: pytest reads this before Django is up."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def live(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A running hub; beats come every 0.3 s instead of every 5."""
    from care_dispatch.live.hub import Hub
    from tests.live.consoles import Live

    monkeypatch.setattr("care_dispatch.live.hub.BEAT_SECONDS", 0.3)
    hub = Hub()
    for module in ("hub", "consumers", "poll"):
        monkeypatch.setattr(f"care_dispatch.live.{module}.hub", hub)
    running = Live(hub)
    yield running
    running.stop()


@pytest.fixture
def hooked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The registry of hooks, emptied for this test."""
    from care_dispatch.live import hooks

    empty: dict[str, Any] = {"_topics": [], "_positions": [], "_urgent": set(), "_access": set()}
    for name, value in empty.items():
        monkeypatch.setattr(hooks, name, value)
    return hooks
