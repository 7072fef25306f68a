"""Take in a gazetteer file of any size: streets, intersections, mile markers, exits and place names with their points."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from calls.places.files import COLUMNS
from calls.places.importing import DONE, import_gazetteer
from care_dispatch.log import perform
from care_dispatch.refusal import Refused
from teams.models import Center


class Command(BaseCommand):
    help = f"Replaces what a CSV or GeoJSON file said before with what it says now; columns {', '.join(COLUMNS)}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the file, UTF-8; a CSV names its columns in the first line")
        parser.add_argument("--center", required=True, help="code of the center whose gazetteer it is")

    def handle(self, *args: Any, **options: Any) -> None:
        center = Center.objects.filter(code=options["center"]).first()
        if center is None:
            raise CommandError(f"There is no center {options['center']}.")
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
            done = perform(
                import_gazetteer, actor=None, position="", source="command", now=timezone.now(), center=center,
                text=text, name=options["file"].name,
            )  # fmt: skip
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The file cannot be read: {error}") from None
        except Refused as error:
            raise CommandError("\n".join([error.message, *error.details.get("errors", [])])) from None
        self.stdout.write(f"{center.name}: {DONE.format(**done.result)}")
