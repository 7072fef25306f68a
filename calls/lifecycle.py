"""How assignments and calls move: pure rules over statuses and times."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

# In the order a unit passes them; a stage may be skipped, never undone.
STAGES = (
    "dispatched",
    "acknowledged",
    "en_route",
    "staged",
    "on_scene",
    "contact",
    "transporting",
    "at_facility",
    "clearing",
    "cleared",
)
_RANK = {stage: rank for rank, stage in enumerate(STAGES)}

# Where a call stands when its furthest unit is at this stage.
_CALL_STATUS = {
    "dispatched": "assigned",
    "acknowledged": "assigned",
    "en_route": "en_route",
    "staged": "en_route",
}


@dataclass(frozen=True)
class Placement:
    """Where a stage report falls: every report is kept, only ``moves`` changes the state."""

    moves: bool
    late: bool = False
    backward: bool = False
    repeated: bool = False


def place(current: str, newest_at: datetime | None, stage: str, at: datetime) -> Placement:
    """Compare a report with the stage the assignment is in and the newest time it holds."""
    late = newest_at is not None and at < newest_at
    if stage == current:
        return Placement(moves=False, late=late, repeated=True)
    if _RANK[stage] < _RANK[current]:
        return Placement(moves=False, late=late, backward=True)
    return Placement(moves=True, late=late)


def call_status(stages: Iterable[str], *, triaged: bool) -> str:
    """The status of an open call from the stages of its open assignments."""
    furthest = max((_RANK[stage] for stage in stages), default=None)
    if furthest is None:
        return "pending" if triaged else "in_triage"
    return _CALL_STATUS.get(STAGES[furthest], "on_scene")


def arrived(stage: str) -> bool:
    return _RANK[stage] >= _RANK["on_scene"]


# The short code of the mode column, never truncated, and the words behind it.
MODES = {
    "care_only": ("CARE", "CARE team"),
    "care_police": ("C+P", "CARE and police"),
    "care_ems": ("C+E", "CARE and EMS"),
    "police_first": ("PD▸", "Police first"),
    "ems_first": ("EMS▸", "EMS first"),
    "fire_police_ems": ("FD▸", "Fire, police and EMS"),
    "phone": ("TEL", "By phone"),
    "consult": ("CONS", "Consult"),
    "standard": ("STD", "Standard protocol"),
    "": ("P/F/E▸", "Police/fire/EMS first until triaged"),
}

# The services a response set by hand asks for (domain: Marcus Alert levels, A-Team criteria).
SERVICES_OF_RESPONSE = {
    "care_only": ("care",),
    "care_police": ("care", "police"),
    "care_ems": ("care", "ems"),
    "police_first": ("care", "police"),
    "ems_first": ("care", "ems"),
    "fire_police_ems": ("care", "ems", "fire", "police"),
    "phone": ("care",),
    "consult": ("care",),
    "standard": (),
}

# From lightest to heaviest: an override to a lighter one needs a reason, from level 4 a supervisor.
WEIGHT = (
    "standard",
    "consult",
    "phone",
    "care_only",
    "care_ems",
    "care_police",
    "ems_first",
    "police_first",
    "fire_police_ems",
)


def lighter(new: str, old: str) -> bool:
    """Whether ``new`` asks for less than ``old``; not triaged counts as heaviest."""
    if new not in WEIGHT:
        return False
    if old not in WEIGHT:
        return True
    return WEIGHT.index(new) < WEIGHT.index(old)


def services_of(response: str, services: Sequence[str], by_hand: str) -> Sequence[str]:
    """Who should go: whom triage asks for, or whom the response set by hand does.

    Only a lighter hand, which says why, lets off anybody triage asks for; any other adds to them.
    """
    if not by_hand:
        return services
    own = SERVICES_OF_RESPONSE[by_hand]
    return own if lighter(by_hand, response) else (*own, *(name for name in services if name not in own))
