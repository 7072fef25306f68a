"""Performing as the replay or the simulation: keyed, so that a database that went away is simply asked again."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from care_dispatch.log import Key, perform
from teams.models import User

# A restarted PostgreSQL answers within seconds; after this long the failure is raised.
PATIENCE_SECONDS = 60.0
# Keys belong to a user; the system itself is none.
_NOBODY = 0


class Doer:
    """Performs actions of one source, each under its own idempotency key: repeating one changes nothing."""

    def __init__(self, source: str, name: str) -> None:
        self.source, self.name = source, name
        self._serial = 0

    def do(
        self,
        action: Callable[..., Mapping[str, Any]],
        *,
        now: datetime,
        position: str = "",
        actor: User | None = None,
        **args: Any,
    ) -> Mapping[str, Any]:
        """What the action answered; refusals are raised as they are. ``actor`` None is the system itself."""
        self._serial += 1
        key = Key(_NOBODY, f"{self.source}:{self.name}:{self._serial}", action.__name__)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                done = perform(action, actor=actor, position=position, source=self.source, now=now, key=key, **args)
            except (OperationalError, InterfaceError):
                if time.monotonic() > deadline:
                    raise
                connection.close()
                time.sleep(0.2)
            else:
                return done.result
