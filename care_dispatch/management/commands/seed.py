"""Fill an empty database with the default rules and a demo region; run again, it adds only what is missing."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from calls.codes import seed_codes
from calls.facilities import seed_facilities
from calls.limits import seed_limits
from calls.places.demo import seed_gazetteer
from calls.rule_sets import seed_default_rules
from referrals.demo import seed_directory
from teams.demo import DEMO_PASSWORD, demo_users, seed_region


class Command(BaseCommand):
    help = "Stores the default rules and a synthetic demo region (center, agencies, units, crews, resources)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="add the demo region and its log-ins even where PRODUCTION is set"
        )
        parser.add_argument("--rules-only", action="store_true", help="store the default rules and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        rules = seed_default_rules(now=now)
        self.stdout.write(f"Rules: version {rules['version']} {'stored' if rules['added'] else 'was there'}.")
        if options["rules_only"]:
            return
        if settings.PRODUCTION and not options["demo"]:
            self.stdout.write("PRODUCTION is set: no demo region. Use --demo to add it with its known passwords.")
            return
        added = seed_region(now=now, demo=options["demo"]) | seed_directory(now=now)
        added |= {
            "places": seed_gazetteer(now=now),
            "clock limits": seed_limits(),
            "destinations": seed_facilities(),
            "codes": seed_codes(),
        }
        told = ", ".join(f"{what} {count}" for what, count in added.items() if count)
        self.stdout.write(f"Synthetic demo region best-southwest: {told or 'nothing new'}.")
        if options["verbosity"] > 1:
            for username, password, role, what_for in demo_users():
                self.stdout.write(f"  {username:<11}{password}  {role}: {what_for}")
        else:
            names = ", ".join(name for name, *_ in demo_users())
            self.stdout.write(f"Demo log-ins, all with the password {DEMO_PASSWORD}: {names}.")
