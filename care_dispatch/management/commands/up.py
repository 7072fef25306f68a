"""Start everything on this machine: PostgreSQL, Valkey, web, worker, sweep; Ctrl-C stops it all."""

from pathlib import Path
from typing import Any

from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from care_dispatch.up.binaries import NotInstalled
from care_dispatch.up.check import findings
from care_dispatch.up.children import Failed
from care_dispatch.up.claim import CannotStart
from care_dispatch.up.processes import ROOT
from care_dispatch.up.servers import WrongVersion
from care_dispatch.up.supervisor import Options, Supervisor
from teams.demo import demo_users


class Command(BaseCommand):
    help = "Starts and supervises the whole product. DATABASE_URL and REDIS_URL replace the embedded servers."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--demo", action="store_true", help="seed the demo region and play its busy evening")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
        parser.add_argument("--data", type=Path, default=ROOT / "var", help="where everything is kept (default var/)")
        parser.add_argument(
            "--check", action="store_true", help="say what a start would use or miss, and start nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        chosen = Options(
            data=options["data"].resolve(),
            host=options["host"],
            port=options["port"],
            demo=options["demo"],
            simulate=options["demo"] and "simulate" in get_commands(),
            greeting=demo_log_ins() if options["demo"] else "",
        )
        if options["check"]:
            self._check(chosen)
            return
        try:
            Supervisor(chosen, self._say).run()
        except (CannotStart, NotInstalled, WrongVersion, PermissionError, Failed) as error:
            raise CommandError(str(error)) from None

    def _check(self, chosen: Options) -> None:
        found = list(findings(chosen))
        for fine, told in found:
            self._say(f"{'ok  ' if fine else 'NO  '} {told}")
        if not all(fine for fine, _ in found):
            raise CommandError("It cannot start like this.")

    def _say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()


def demo_log_ins() -> str:
    """Who may sign in to the demo, as a small table."""
    rows = [f"  {username:<12} {password:<20} {what_for}" for username, password, _, what_for in demo_users()]
    return "Demo log-ins (everything in the demo is invented):\n" + "\n".join(rows)
