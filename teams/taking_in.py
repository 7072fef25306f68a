"""What of a file is taken in: every row of it or none, or its good rows when somebody asks for those."""

from dataclasses import dataclass, field
from typing import Any

from care_dispatch.refusal import Invalid
from teams.models import Center

MOST_TOLD = 100


class NotImported(Invalid):
    """Nothing of the file was taken; ``errors`` has a sentence for each row that cannot be."""

    code = "not_imported"


@dataclass
class Found:
    """Rows that can be stored: new ones, those that are there and differ, those that are so already; and what is wrong."""

    new: list[Any] = field(default_factory=list)
    changed: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)  # the row as stored, and what it will be
    same: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.new) + len(self.changed) + len(self.same)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "added": len(self.new), "changed": len(self.changed), "same": len(self.same), "left": len(self.errors)
        }  # fmt: skip


def check_usable(found: Found, *, partly: bool) -> None:
    """Raises NotImported unless every row is good, or ``partly`` and one is."""
    if found.errors and not (partly and found.rows):
        raise NotImported(f"Nothing was taken: {found.errors[0]}", errors=found.errors[:MOST_TOLD])


def lock_center(center: Center) -> None:
    """Two files of a center that come at once are taken one after the other; its calls do not wait."""
    Center.objects.select_for_update(no_key=True).get(pk=center.pk)
