"""What a recorded file says, in the words of this product: one Recorded per line, and the files known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Verb(StrEnum):
    CREATED = "created"
    DISPATCHED = "dispatched"
    STAGE = "stage"
    CLEARED = "cleared"


@dataclass(frozen=True)
class Recorded:
    """One recorded event; ``at`` is aware UTC. ``unit`` is empty where the record does not name its teams."""

    seq: int
    at: datetime
    verb: Verb
    incident: str
    unit: str = ""
    stage: str = ""
    # Fields of create_call (nature, location, ...) for created; outcome, disposition, destination for cleared.
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AgencySpec:
    code: str
    name: str
    kind: str


@dataclass(frozen=True)
class Source:
    """A kind of recorded file: whose it is, which clock it keeps, who its units are."""

    code: str
    name: str
    time_zone: str
    agencies: tuple[AgencySpec, ...]
    # What is known of a call that is first heard of by a unit.
    unknown_call: Mapping[str, Any]
    # Teams have no names in the record: CARE1, CARE2 ... are added whenever all are busy.
    unnamed_teams: bool = False
    # Calls only: simulated dispatchers send simulated units.
    worked_by_simulation: bool = False


CRISIS_TEAM = Source(
    code="replay-crisis-team",
    name="Replay: mobile crisis team, Lane County OR",
    time_zone="America/Los_Angeles",
    agencies=(AgencySpec("care", "Mobile crisis team (replay)", "care"),),
    unknown_call={"nature": "Mental health crisis", "location": "Not recorded"},
    unnamed_teams=True,
)
LANCASTER = Source(
    code="replay-lancaster",
    name="Replay: Lancaster County NE fire and EMS",
    time_zone="America/Chicago",
    agencies=(
        AgencySpec("fire-ems", "Fire and EMS (replay)", "fire_ems"),
        AgencySpec("police", "Law enforcement (replay)", "police"),
    ),
    unknown_call={"nature": "Not recorded", "location": "Not recorded"},
)
MONTGOMERY = Source(
    code="replay-montgomery",
    name="Replay: Montgomery County PA, snow storm of 2018-11-15",
    time_zone="America/New_York",
    agencies=(
        AgencySpec("police", "Police (replay, invented units)", "police"),
        AgencySpec("fire-ems", "Fire and EMS (replay, invented units)", "fire_ems"),
        AgencySpec("care", "CARE team (replay, invented units)", "care"),
    ),
    unknown_call={"nature": "Not recorded", "location": "Not recorded"},
    worked_by_simulation=True,
)
