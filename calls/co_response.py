"""The pair on a call: who leads, how the call was answered in the end, what police were freed. Pure rules over values."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

CARE, POLICE, FIRE, EMS = "care", "police", "fire", "ems"

# What each response means on the scale a call is counted by: whether CARE goes, and with whom. None yet: others first.
_PLANNED = {
    "care_only": "care_only",
    "care_police": "care_joint",
    "care_ems": "care_joint",
    "police_first": "care_after",
    "ems_first": "care_after",
    "fire_police_ems": "care_after",
    "phone": "phone",
    "consult": "phone",
    "standard": "others_only",
    "": "care_after",
}


def lead(*, asked: str, there: Collection[str], secure: bool) -> str:
    """The discipline that leads now; empty when nobody is on the call.

    Fire leads what is fire's and EMS what is medical, as triage asked. Else police lead until the scene is secure,
    then CARE. ``asked``: the lead triage gives; ``there``: disciplines of the units on the call.
    """
    first = asked if asked == EMS or asked == FIRE and not secure else ""
    order = (first, CARE, POLICE, EMS, FIRE) if secure else (first, POLICE, CARE, EMS, FIRE)
    return next((discipline for discipline in order if discipline in there), "")


def planned(response: str) -> str:
    """How the call was meant to be answered; ``response``: what triage said, or what was set by hand."""
    return _PLANNED[response]


@dataclass(frozen=True)
class Visit:
    """One unit's part in a call. ``arrived_at``: None when it never got there."""

    discipline: str
    dispatched_at: datetime
    arrived_at: datetime | None = None
    remote: bool = False


def answered(visits: Iterable[Visit]) -> str:
    """How the call was answered. CARE came *after* when it was sent only once somebody else had arrived."""
    found = list(visits)
    care = [visit for visit in found if visit.discipline == CARE and visit.arrived_at]
    others = [visit.arrived_at for visit in found if visit.discipline != CARE and visit.arrived_at]
    if not care:
        remote = any(visit.remote for visit in found)
        return "phone" if remote else "others_only" if others else "nobody"
    if not others:
        return "care_only"
    return "care_after" if min(visit.dispatched_at for visit in care) > min(others) else "care_joint"


def minutes_freed(released_at: datetime | None, care_cleared_at: datetime | None) -> float | None:
    """What one police unit did not spend on the call: from its release to the end of CARE's work, in minutes."""
    if released_at is None or care_cleared_at is None or care_cleared_at < released_at:
        return None
    return round((care_cleared_at - released_at).total_seconds() / 60, 1)


def staging_point(*, point: str, lat: float | None, lng: float | None, location: str) -> tuple[str, bool]:
    """Where CARE waits, in words, and whether that is only a proposal."""
    if point:
        return point, False
    if lat is not None and lng is not None:
        return f"{lat:.5f}, {lng:.5f}", False
    return f"2 blocks from {location}", True
