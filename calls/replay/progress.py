"""A line that shows how far it is: on a terminal, or where it is asked for."""

import time
from typing import TextIO

_WIDTH = 30
_EVERY_SECONDS = 0.2


def bar(done: int, total: int, seconds: float) -> str:
    """``[#####.....]  17% 2,000/11,798 events  412/s  24 s left``."""
    share = done / total if total else 1.0
    filled = "#" * int(share * _WIDTH)
    rate = done / seconds if seconds > 0 else 0.0
    left = f"  {(total - done) / rate:,.0f} s left" if rate else ""
    return f"[{filled:.<{_WIDTH}}] {share:4.0%} {done:,}/{total:,} events  {rate:,.0f}/s{left}"


class Progress:
    """Redraws itself at most five times a second; silent unless ``shown``."""

    def __init__(self, total: int, stream: TextIO, *, shown: bool) -> None:
        self.total, self.stream, self.shown = total, stream, shown
        self.done = 0
        self._began = time.monotonic()
        self._drawn = 0.0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def step(self) -> None:
        self.done += 1
        now = time.monotonic()
        if self.shown and now - self._drawn >= _EVERY_SECONDS:
            self._drawn = now
            self._draw()

    def end(self) -> None:
        if self.shown:
            self._draw()
            self.stream.write("\n")

    def _draw(self) -> None:
        self.stream.write(f"\r{bar(self.done, self.total, self.seconds)}\x1b[K")
        self.stream.flush()
