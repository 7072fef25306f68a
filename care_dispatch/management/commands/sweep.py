"""Run due work for ever: what Celery was told of and lost, and what falls due by the clock."""

import logging
import signal
import threading
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from care_dispatch.due.work import BATCH, keep_standing, run_once
from care_dispatch.log.keys import forget_old_keys

logger = logging.getLogger(__name__)

TIDY_EVERY = timedelta(minutes=10)


class Command(BaseCommand):
    help = "Runs due work (triage nobody picked up, questions, reminders). Any number may run side by side."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=0.25, help="seconds between looks (default 0.25)")
        parser.add_argument(
            "--older-than", type=float, default=0.6, help="leave younger rows to the Celery workers (seconds, 0.6)"
        )
        parser.add_argument("--once", action="store_true", help="look once and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        older_than = timedelta(seconds=options["older_than"])
        tidy_at = timezone.now()
        while not stop.is_set():
            ran = 0
            try:
                close_old_connections()
                if timezone.now() >= tidy_at:
                    tidy_at = timezone.now() + TIDY_EVERY
                    forget_old_keys(timezone.now())
                    keep_standing(timezone.now())
                ran = run_once(older_than=older_than, now=timezone.now(), source="sweep")
            except DatabaseError as error:
                logger.warning("sweep: the database does not answer, trying again: %s", error)
            if options["once"]:
                return
            if ran < BATCH:
                stop.wait(options["every"])
