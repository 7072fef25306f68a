"""Take in cities, beats or service areas from a GeoJSON file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from care_dispatch.log import perform
from care_dispatch.refusal import Refused
from teams.areas import import_areas
from teams.models import Area, Center


class Command(BaseCommand):
    help = "Adds or replaces the areas of a GeoJSON FeatureCollection with properties kind, code, name and agency."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the GeoJSON file")
        parser.add_argument("--center", required=True, help="code of the center whose areas they are")
        parser.add_argument("--kind", default="", choices=["", *Area.Kind.values], help="of features that name none")
        parser.add_argument(
            "--retire-others", action="store_true", help="retire areas of the same kind that the file does not name"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        center = Center.objects.filter(code=options["center"]).first()
        if center is None:
            raise CommandError(f"There is no center {options['center']}.")
        try:
            done = perform(
                import_areas, actor=None, position="", source="command", now=timezone.now(), center=center,
                text=options["file"].read_text(encoding="utf-8-sig"), kind=options["kind"],
                retire_others=options["retire_others"],
            )  # fmt: skip
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from None
        except Refused as error:
            raise CommandError("\n".join([error.message, *error.details.get("errors", [])])) from None
        self.stdout.write(f"{len(done.result['area_ids'])} areas of {center.name}, {done.result['retired']} retired.")
