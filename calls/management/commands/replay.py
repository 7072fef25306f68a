"""Play a recorded file through the same actions as people use, and check that every count adds up."""

import logging
import re
import secrets
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from calls.replay.pace import Pace, parse_speed
from calls.replay.progress import Progress
from calls.replay.readers import Recording, UnreadableRecord, read
from calls.replay.run import Result, replay
from calls.replay.tell import summary
from calls.rules_in_force import NoRules, rule_set_for
from care_dispatch.access import Role
from care_dispatch.log import perform
from care_dispatch.refusal import Refused
from teams.actions import create_user
from teams.models import Center

ERRORS_SHOWN = 5
CENTER_CODE = re.compile(r"[a-zA-Z0-9-]{1,40}")


class Command(BaseCommand):
    help = "Plays a recorded file (crisis team, per-unit events, a storm of calls) into a center of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="JSON lines")
        parser.add_argument("--speed", default="max", help="times real time, or max: as fast as it goes (default)")
        parser.add_argument("--limit", type=int, metavar="EVENTS", help="play only the first EVENTS lines")
        parser.add_argument("--report", action="store_true", help="stage times p50 and p90, database beside file")
        parser.add_argument("--recommend", action="store_true", help="ask whom to send each time; a storm sends them")
        parser.add_argument("--center", default="", metavar="CODE", help="code of the center that is made for it")
        parser.add_argument("--again", action="store_true", help="played before: make a fresh center")
        parser.add_argument("--watch", action="store_true", help="make and print a log-in to watch it on the board")
        parser.add_argument("--progress", action="store_true", help="show the bar even where it is no terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        recording, pace = self._recording(options), self._pace(options["speed"])
        # The nudge is a hint; without Redis the replay says so once a commit, which nobody needs to read.
        logging.getLogger("care_dispatch.log.nudge").setLevel(logging.ERROR)
        progress = Progress(len(recording.events), sys.stderr, shown=options["progress"] or sys.stderr.isatty())
        code = self._code(options["center"]) or recording.source.code
        try:
            result = replay(
                recording, code=code, again=options["again"], pace=pace, step=progress.step,
                begun=self._let_watch if options["watch"] else _nobody_watches, report=options["report"], recommend=options["recommend"],
            )  # fmt: skip
        except Refused as refused:
            raise CommandError(refused.message) from None
        except KeyboardInterrupt:
            raise CommandError(f"Stopped by hand after {progress.done:,} events; what was played stays.") from None
        progress.end()
        self._tell(result, progress)

    def _let_watch(self, center: Center) -> None:
        name, password = f"watch-{center.code}", secrets.token_urlsafe(12)
        perform(
            create_user, actor=None, position="", source="replay", now=timezone.now(), center_id=center.pk,
            agency_id=None, username=name, password=password, role=Role.DISPATCHER,
        )  # fmt: skip
        self.stdout.write(f"Watch it: sign in as {name} with password {password}")
        self.stdout.flush()

    def _recording(self, options: dict[str, Any]) -> Recording:
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit takes a number of events, at least 1.")
        try:
            rule_set_for(0, None)
            return read(options["file"], limit=options["limit"])
        except NoRules:
            raise CommandError("No triage rules are stored; run `manage.py seed --rules-only` first.") from None
        except UnreadableRecord as error:
            raise CommandError(f"{error}.") from None

    def _code(self, code: str) -> str:
        if code and not CENTER_CODE.fullmatch(code):
            raise CommandError(f"--center takes up to 40 letters, digits and hyphens, not {code!r}.")
        return code

    def _pace(self, text: str) -> Pace:
        try:
            return Pace(parse_speed(text))
        except ValueError:
            raise CommandError(f"--speed takes max or a positive number, not {text!r}.") from None

    def _tell(self, result: Result, progress: Progress) -> None:
        for line in summary(result, progress.seconds):
            self.stdout.write(line)
        for error in result.counts.errors[:ERRORS_SHOWN]:
            self.stderr.write(error)
        if result.differences:
            raise CommandError("The counts do not add up: " + "; ".join(result.differences) + ".")
        if result.advised is not None and result.advised.anomalies:
            raise CommandError(f"{len(result.advised.anomalies):,} recommendations nobody could follow.")
        self.stdout.write("Every count adds up.")


def _nobody_watches(center: Center) -> None:
    """What is done with the center when nobody asked to watch."""
