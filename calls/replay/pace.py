"""The clock of a replay: as fast as it goes, or a number of times real time."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

# A longer silence in the record is cut short to this much of its own time: nobody waits a year for a slip of the pen.
LONGEST_SILENCE = timedelta(hours=6)
_NAP_SECONDS = 0.25


class Pace:
    """``speed`` times real time; None: no waiting. The clock and the sleep come from outside for tests."""

    def __init__(
        self,
        speed: float | None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.speed = speed
        self._monotonic, self._sleep = monotonic, sleep
        self._last: datetime | None = None
        self._due = 0.0

    def wait_until(self, at: datetime, *, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Return when recorded time has come to ``at``; ``meanwhile`` is called at every nap on the way."""
        if self.speed is None:
            return
        if self._last is None:
            self._due = self._monotonic()
        else:
            gap = min(max(at - self._last, timedelta()), LONGEST_SILENCE)
            self._due += gap.total_seconds() / self.speed
        self._last = at
        while (left := self._due - self._monotonic()) > 0:
            meanwhile()
            self._sleep(min(left, _NAP_SECONDS))


def parse_speed(text: str) -> float | None:
    """``max`` is None, a positive number itself; raises ValueError for anything else."""
    if text == "max":
        return None
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise ValueError(text)
    return speed
