"""Triage on paper: what the rules say of a narrative, without a server or a database."""

import json
import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from calls import triage
from calls.triage import cli

# What ends a line for some readers, and half a character, which no terminal takes.
_NOT_PLAIN = re.compile("[\x85\u2028\u2029\ud800-\udfff]")


class Command(BaseCommand):
    help = "Prints one JSON verdict per narrative: level, response, services, lead, rules hit, facts with their words."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("--text", help="one narrative")
        source.add_argument("--jsonl", type=Path, help="a file of JSON lines, or one JSON list")
        parser.add_argument("--type", default="", help="the agency's call type, with --text")
        parser.add_argument("--ruleset", type=int, help="version of a stored rule set (needs the database)")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = triage.parse_rules(self._body(options["ruleset"]))
        if options["text"] is not None:
            self._print(cli.decide({"narrative": options["text"], "type": options["type"]}, rules))
            return
        try:
            text = options["jsonl"].read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['jsonl']} cannot be read: {error}") from None
        broken = 0
        for where, source in cli.inputs(text):
            try:
                if isinstance(source, cli.BadInput):
                    raise source
                if not isinstance(source, dict):
                    raise cli.BadInput("an input is an object with a narrative")
                self._print(cli.decide(source, rules))
            except ValueError as error:
                broken += 1
                self.stderr.write(f"{where}: {error}")
        if broken:
            raise CommandError(f"{broken} of the inputs could not be read; the others are printed.", returncode=2)

    def _body(self, version: int | None) -> Any:
        if version is None:
            return triage.default_rules()
        from calls.rules_in_force import NoRules, stored_body

        try:
            return stored_body(version)
        except NoRules as error:
            raise CommandError(f"{str(error).capitalize()}.") from None

    def _print(self, answer: dict[str, Any]) -> None:
        text = json.dumps(answer, ensure_ascii=False)
        self.stdout.write(_NOT_PLAIN.sub(lambda found: f"\\u{ord(found[0]):04x}", text))
