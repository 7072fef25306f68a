"""A stage said by mistake is taken back: the unit is where it was before, and what was built on the mistake goes with it."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models.functions import Least

from calls import kinds, timers
from calls.alerts import end_cause, end_not_cleared
from calls.arriving import recheck_cause
from calls.dispatch import call_sets
from calls.lifecycle import STAGES, arrived
from calls.models import Assignment, Call
from calls.partners import look_for_partner, police_not_there
from calls.stages import NotOnACall, open_assignment_of
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict, Invalid
from teams.models import Discipline, User

BACK_TO = STAGES[:-2]
_ARRIVALS = [f"{stage}_at" for stage in STAGES[:-1] if arrived(stage)]


class CorrectionReason(models.TextChoices):
    WRONG_UNIT = "wrong_unit", "Meant for another unit"
    MISHEARD = "misheard", "Misheard on the radio"
    PRESSED = "pressed", "Pressed or typed by mistake"
    WRONG_PLACE = "wrong_place", "At the wrong place"


class NotPastIt(Conflict):
    code = "not_past_it"


def correct_stage(
    *, actor: User | None, now: datetime, unit_id: int, stage: str, reason: str, assignment_id: int | None = None
) -> dict[str, Any]:
    """Put a unit back to a stage it is past. The later times go; the reports themselves and the log stay.

    ``assignment_id``: the one that whoever corrects has before its eyes.
    """
    if stage not in BACK_TO:
        raise Invalid(f"A unit is put back to one of {', '.join(BACK_TO)}.")
    if reason not in CorrectionReason:
        raise Invalid(f"Say why with one of {', '.join(CorrectionReason.values)}.")
    assignment, unit = open_assignment_of(actor, unit_id, now)
    if assignment is None or assignment_id not in (None, assignment.pk):
        raise NotOnACall(f"{unit.callsign} is not on that call any more; look at the board.")
    before = assignment.status
    if STAGES.index(stage) >= STAGES.index(before):
        raise NotPastIt(f"{unit.callsign} is {unit.get_status_display().lower()}; it can only be put back from there.")
    call = assignment.call
    at = getattr(assignment, f"{stage}_at") or now
    fields: dict[str, Any] = {f"{later}_at": None for later in STAGES[STAGES.index(stage) + 1 : -1]}
    fields |= {f"{stage}_at": at, "status": stage}
    sets = write(assignment, **fields)
    sets |= write(unit, status=stage, status_at=at)
    sets |= write(call, first_on_scene_at=_first_arrival(call))
    sets |= call_sets(call, now)
    record(
        kinds.STAGE_CORRECTED, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id,
        sets=sets, refs={"assignment_id": assignment.pk, "stage": stage, "instead_of": before, "reason": reason},
    )  # fmt: skip
    if arrived(before) and not arrived(stage):
        end_cause(call.center_id, recheck_cause(assignment), now)
        end_not_cleared(call, unit, now)
        if unit.discipline == Discipline.POLICE:
            police_not_there(call)
        look_for_partner(call, now)
    timers.wind(call.pk, now)
    return {"assignment_id": assignment.pk, "call_id": call.pk}


def stage_before(assignment: Assignment) -> str:
    """The stage it was in before this one, as far as that was told; empty for a unit that was only sent."""
    earlier = STAGES[: STAGES.index(assignment.status)]
    return next((stage for stage in reversed(earlier) if getattr(assignment, f"{stage}_at")), "")


def _first_arrival(call: Call) -> datetime | None:
    """Of whoever was at its scene, or at that of a duplicate that was merged into it."""
    of_it = Assignment.objects.filter(models.Q(call=call) | models.Q(call__merged_into=call))
    first: datetime | None = of_it.aggregate(first=models.Min(Least(*_ARRIVALS)))["first"]
    return first
