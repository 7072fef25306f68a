"""What a unit does next on a call and how long the step before takes: pure, the same after a restart."""

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from calls.simulation.timing import draw

CLEARED = "cleared"
# Shares of a real mobile crisis service: end points of 3,090 recorded dispatches that were not cancelled.
_OUTCOMES = (("engaged", 0.47), ("unable_to_locate", 0.33), ("declined", 0.20))
# What became of the engaged: 77% stayed in the community, 19% went to an emergency department.
_DISPOSITIONS = (
    ("resolved_on_scene", 0.35),
    ("left_with_support", 0.25),
    ("referral", 0.18),
    ("voluntary_transport", 0.15),
    ("detox_sobering", 0.03),
    ("emergency_detention", 0.04),
)
_TRANSPORT_SHARE = 0.55  # of patients an ambulance meets


@dataclass(frozen=True)
class Step:
    """Report this stage (or cleared) so long after the stage before."""

    stage: str
    after: timedelta


def next_step(discipline: str, stage: str, *, staged_role: bool, engaged: bool, luck: Random) -> Step | None:
    """The step after ``stage``. None: it waits for somebody (CARE staged until it is waved in)."""
    if stage in ("dispatched", "acknowledged"):
        return Step("en_route", draw("turnout", luck))
    if stage == "en_route":
        travel = draw("care_travel" if discipline == "care" else "travel", luck)
        return Step("staged" if discipline == "care" and staged_role else "on_scene", travel)
    if stage == "staged":
        return None
    if discipline == "care":
        return _care_step(stage, engaged=engaged, luck=luck)
    return _other_step(discipline, stage, luck=luck)


def _care_step(stage: str, *, engaged: bool, luck: Random) -> Step:
    if stage == "on_scene" and engaged:
        return Step("contact", draw("care_contact", luck))
    on_scene = draw("care_on_scene_engaged" if engaged else "care_on_scene_not_engaged", luck)
    return Step(CLEARED, on_scene)


def _other_step(discipline: str, stage: str, *, luck: Random) -> Step:
    if discipline == "ems" and stage in ("on_scene", "contact"):
        transports = luck.random() < _TRANSPORT_SHARE
        return Step("transporting" if transports else CLEARED, draw("on_scene", luck))
    if stage == "transporting":
        return Step("at_facility", draw("transport", luck))
    if stage == "at_facility":
        return Step(CLEARED, draw("at_facility", luck))
    return Step(CLEARED, draw("on_scene", luck))


def outcome(luck: Random) -> str:
    return _pick(_OUTCOMES, luck)


def disposition(luck: Random) -> str:
    return _pick(_DISPOSITIONS, luck)


def _pick(shares: tuple[tuple[str, float], ...], luck: Random) -> str:
    left = luck.random()
    for value, share in shares:
        left -= share
        if left <= 0:
            return value
    return shares[-1][0]
