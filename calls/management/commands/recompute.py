"""Proof that old decisions stand: every stored verdict computed again from its own facts and rules."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calls import triage
from calls.recomputing import recompute_all


class Command(BaseCommand):
    help = "Computes stored verdicts again from their stored facts and frozen rules and reports every difference."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--center", default="", help="code of one center; all of them without it")
        parser.add_argument("--from", type=int, default=0, dest="first_id", help="number of the first verdict")
        parser.add_argument("--same-engine", action="store_true", help="leave out what another engine decided")
        parser.add_argument("--show", type=int, default=50, help="how many differences to print (50)")

    def handle(self, *args: Any, **options: Any) -> None:
        total = same = other_engine = left_out = 0
        different = 0
        for found in recompute_all(center_code=options["center"], first_id=options["first_id"]):
            if found.other_engine and options["same_engine"]:
                left_out += 1
                continue
            total += 1
            other_engine += found.other_engine
            if not found.differences:
                same += 1
                continue
            different += 1
            if different <= options["show"]:
                self.stdout.write(found.words)
        self.stdout.write(
            f"{total} verdicts computed again with engine {triage.ENGINE}: {same} the same, {different} different;"
            f" {other_engine} made by another engine, {left_out} of those left out."
        )
        if different:
            raise CommandError(f"{different} verdicts come out differently.")
