"""Play the busy evening on the demo region until it is stopped."""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from calls.simulation.evening import Evening
from calls.simulation.selectors import demo_center

logger = logging.getLogger(__name__)

CODE = "best-southwest"


class Command(BaseCommand):
    help = "Plays invented calls, dispatchers and crews on the demo region; leaves what people work alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--center", default=CODE, metavar="CODE", help=f"a synthetic center (default {CODE})")
        parser.add_argument("--every", type=float, default=1.0, help="seconds between looks (default 1)")
        parser.add_argument("--once", action="store_true", help="do what has come due and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        evening: Evening | None = None
        while not stop.is_set():
            try:
                evening = evening or self._begin(options["center"])
                evening.tick(timezone.now())
            except (DatabaseError, InterfaceError) as error:
                logger.warning("simulation: the database does not answer, trying again: %s", error)
                connection.close()
            if options["once"]:
                return
            stop.wait(options["every"])

    def _begin(self, code: str) -> Evening:
        center = demo_center(code)
        if center is None:
            raise CommandError(f"There is no synthetic center {code}; `manage.py seed --demo` makes the demo region.")
        return Evening(center)
