"""The simulated crews: report their stages, wave CARE in, let the police go, say how it ended."""

from datetime import timedelta
from random import Random
from typing import Any

from calls.lifecycle import arrived
from calls.simulation import selectors
from calls.simulation.hand import Hand
from calls.simulation.selectors import Working
from calls.simulation.steps import CLEARED, disposition, next_step, outcome
from calls.simulation.timing import steady
from calls.stages import clear_to_enter, free_unit, release_unit, report_stage
from teams.actions import extend_shifts
from teams.models import Discipline

# The published times, shortened: a visitor sees calls begin and end, and two teams keep up with the evening.
BRISK = 0.4
ENGAGED_SHARE = 0.6
WAVED_IN_AFTER = timedelta(minutes=1.5)
ENTERS_AFTER = timedelta(seconds=30)
WAITS_FOR_CARE = timedelta(minutes=30)
# An evening that never ends needs crews that never go home.
SHIFT_LEFT, SHIFT = timedelta(hours=1), timedelta(hours=12)


def work(hand: Hand) -> int:
    """Let each crew do what has come due."""
    return sum(_step(hand, working) for working in selectors.own_units(hand.center.pk, hand.now))


def _step(hand: Hand, working: Working) -> bool:
    assignment, unit = working.assignment, working.unit
    waits = assignment.role == "stage" and assignment.cleared_to_enter_at is None
    if assignment.status == "staged":
        return _wave_in(hand, working) if waits else _enter(hand, working)
    if _care_manages(working):
        return hand.do(release_unit, assignment_id=assignment.pk)
    luck = _luck("step", working, assignment.status)
    step = next_step(unit.discipline, assignment.status, staged_role=waits, engaged=_engaged(working), luck=luck)
    if step is None or hand.now < working.since + step.after * BRISK:
        return False
    if step.stage != CLEARED:
        return hand.do(report_stage, unit_id=unit.pk, stage=step.stage)
    if unit.discipline == Discipline.POLICE:
        return _police_leave(hand, working)
    return hand.do(free_unit, unit_id=unit.pk, **_told(working))


def _luck(of: str, working: Working, stage: str = "") -> Random:
    """The same for this unit on this call in any process, whatever else is stored."""
    return steady(of, working.assignment.call.source_id, working.unit.callsign, stage)


def _engaged(working: Working) -> bool:
    """Whom an officer waves in, somebody waits for."""
    return working.assignment.cleared_to_enter_at is not None or _luck("engaged", working).random() < ENGAGED_SHARE


def _wave_in(hand: Hand, working: Working) -> bool:
    """The officer on scene clears CARE to enter; where no officer is on the call, nobody is waited for."""
    police = selectors.stages_on_call(working.assignment.call_id, "police")
    safe = not police or any(arrived(stage) for stage in police)
    if not safe or hand.now < working.since + WAVED_IN_AFTER:
        return False
    return hand.do(clear_to_enter, assignment_id=working.assignment.pk)


def _enter(hand: Hand, working: Working) -> bool:
    begun = max(working.since, working.assignment.cleared_to_enter_at or working.since)
    return hand.now >= begun + ENTERS_AFTER and hand.do(report_stage, unit_id=working.unit.pk, stage="on_scene")


def _care_manages(working: Working) -> bool:
    """An officer who sees CARE in contact with the person is no longer needed."""
    if working.unit.discipline != Discipline.POLICE or working.assignment.status != "on_scene":
        return False
    return "contact" in selectors.stages_on_call(working.assignment.call_id, "care")


def _police_leave(hand: Hand, working: Working) -> bool:
    """Police stay until CARE is at the door, then leave it to CARE; without CARE they end the call."""
    care = selectors.stages_on_call(working.assignment.call_id, "care")
    if not care or hand.now > working.since + WAITS_FOR_CARE:
        return hand.do(free_unit, unit_id=working.unit.pk)
    there = all(arrived(stage) for stage in care)
    return there and hand.do(release_unit, assignment_id=working.assignment.pk)


def _told(working: Working) -> dict[str, Any]:
    """How it ended, as a CARE crew says it."""
    if working.unit.discipline != Discipline.CARE:
        return {}
    luck = _luck("told", working)
    if _engaged(working):
        ended = disposition(luck)
        basis = {"legal_basis": "warrant"} if ended == "emergency_detention" else {}
        return {"outcome": "engaged", "disposition": ended} | basis
    found = outcome(luck)
    return {"outcome": found if found != "engaged" else "unable_to_locate"}


def keep_on(hand: Hand) -> int:
    """Keep crews on that would go home; whom a person has signed off stays signed off."""
    ending = selectors.crews_ending(hand.center.pk, hand.now, hand.now + SHIFT_LEFT)
    return sum(hand.do(extend_shifts, unit_id=unit_id, until=hand.now + SHIFT) for unit_id in ending)
