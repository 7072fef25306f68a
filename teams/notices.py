"""What dispatch must hear about its crews: given to the app above that has alerts, inside the change that finds it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from teams.models import Center, Unit

NO_SHOW, CREDENTIAL_ENDS, CREDENTIAL_LAPSED = "no_show", "credential_ends", "credential_lapsed"


@dataclass(frozen=True)
class Notice:
    """``cause``: what is told once for as long as it lasts; empty: whoever gives the notice gives it once."""

    center: Center
    kind: str
    text: str
    unit: Unit | None = None
    cause: str = ""


# Apps above add what takes a notice, and what takes the center's id and the cause of one that is over.
given: list[Callable[[Notice, datetime], None]] = []
over: list[Callable[[int, str, datetime], None]] = []


def give(notice: Notice, now: datetime) -> None:
    for take in given:
        take(notice, now)


def take_back(center_id: int, cause: str, now: datetime) -> None:
    for end in over:
        end(center_id, cause, now)
