"""Play the busy evening on the demo region until it is stopped."""

import logging
import signal
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, close_old_connections, connection, connections
from django.utils import timezone

from calls.simulation.alone import Alone
from calls.simulation.evening import Evening
from calls.simulation.selectors import center_with_code
from teams.models import Center

logger = logging.getLogger(__name__)

CODE = "best-southwest"
# A process that was killed keeps the evening until PostgreSQL has noticed.
OTHER_ENDS_WITHIN = 5.0
STOPS_WITHIN = 0.7


class Command(BaseCommand):
    help = "Plays invented calls, dispatchers and crews on the demo region; leaves what people work alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--center", default=CODE, metavar="CODE", help=f"a synthetic center (default {CODE})")
        parser.add_argument("--every", type=float, default=1.0, help="seconds between looks (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
        play = Play(options["center"], options["every"], stop)
        try:
            play.start()
            stop.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
        # Every change is one transaction: a database that hangs is not waited for.
        play.join(STOPS_WITHIN)
        if play.refused:
            raise CommandError(play.refused)


class Play(threading.Thread):
    """The evening beside the thread that listens to signals, so that it can be left at any moment."""

    def __init__(self, code: str, every: float, stop: threading.Event) -> None:
        super().__init__(name="evening", daemon=True)
        self.code, self.every, self.stop = code, every, stop
        self.refused = ""
        self._evening: Evening | None = None
        self._alone: Alone | None = None

    def run(self) -> None:
        troubled = False
        try:
            while not self.stop.is_set():
                try:
                    close_old_connections()
                    self._look()
                    troubled = False
                except Error as error:
                    connection.close()
                    if not troubled:
                        logger.warning("simulation: the database does not answer, trying on: %s", error)
                    troubled = True
                self.stop.wait(self.every)
        except CommandError as refused:
            self.refused = str(refused)
        except Exception as error:  # the border of the thread: the command ends with it and is started again
            logger.exception("simulation: stopped")
            self.refused = f"The evening stopped: {type(error).__name__}: {error}"
        finally:
            self.stop.set()
            connections.close_all()

    def _look(self) -> None:
        center = demo_center(self.code)
        alone = self._alone = self._alone or Alone(center.pk)
        patient_until = time.monotonic() + OTHER_ENDS_WITHIN
        while not alone.held():
            if self.stop.wait(0.2):
                return
            if time.monotonic() > patient_until:
                raise CommandError("The evening is being played already by another process.")
        evening = self._evening = self._evening or Evening(center)
        evening.tick(timezone.now())


def demo_center(code: str) -> Center:
    """The center to play in; refused where it is missing or real."""
    center = center_with_code(code)
    if center is None:
        raise CommandError(f"There is no demo region {code} here; `manage.py seed --demo` makes it.")
    if not center.synthetic:
        raise CommandError(f"Center {code} is a real one; the evening is played only where everything is invented.")
    return center
