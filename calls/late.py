"""Reports that come late: which ended assignment they were meant for, and how they are kept without moving anything."""

from datetime import datetime
from typing import Any

from calls import kinds
from calls.fetch import lock_units, may_report
from calls.lifecycle import arrived
from calls.models import Assignment, Call, StageReport
from care_dispatch.log import record, write
from care_dispatch.log.door import source_now
from care_dispatch.refusal import NotFound
from teams.models import Discipline, Unit, User

CLEARED = Assignment.Status.CLEARED


def meant_for(unit_id: int, stage: str, at: datetime | None, assignment_id: int | None) -> Assignment | None:
    """The ended assignment a report is about, or None when it is about now.

    That is the one it names, else the one the unit was on at the device's time. A unit that said "available" before
    it was sent said it of the call before.
    """
    mine = Assignment.objects.filter(unit_id=unit_id)
    if assignment_id is not None:
        named = mine.filter(pk=assignment_id).first()
        if named is None:
            raise NotFound("There is no such assignment.")
        return named if named.cleared_at is not None else None
    if at is None or mine.open().filter(dispatched_at__lte=at).exists():
        return None
    before = mine.filter(dispatched_at__lte=at, cleared_at__isnull=False)
    if stage != CLEARED:
        before = before.filter(cleared_at__gte=at)
    elif not mine.open().exists():
        return None  # it is free anyway
    return before.order_by("-dispatched_at", "-pk").first()


def keep_late(*, actor: User | None, now: datetime, found: Assignment, stage: str, at: datetime) -> Assignment:
    """Store the report with the ended assignment it belongs to; fills a time that is missing, moves no state."""
    call = Call.objects.select_for_update().get(pk=found.call_id)
    (unit,) = lock_units(actor, [found.unit_id])
    may_report(actor, unit, now)
    assignment = Assignment.objects.select_for_update().get(pk=found.pk)
    assignment.call = call
    repeated = stage == CLEARED
    StageReport.objects.create(
        assignment=assignment, stage=stage, at=at, received_at=now, late=True, backward=not repeated,
        repeated=repeated, source=source_now(),
    )  # fmt: skip
    sets = _missing(assignment, unit, stage, at, now)
    record(
        kinds.STAGE_REPORTED, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id,
        device_at=at if at != now else None, sets=sets,
        refs={"assignment_id": assignment.pk, "stage": stage, "late": True, "backward": not repeated,
              "repeated": repeated},
    )  # fmt: skip
    return assignment


def _missing(assignment: Assignment, unit: Unit, stage: str, at: datetime, now: datetime) -> dict[str, Any]:
    """The stage's time if it fell within the assignment, and what a CARE unit that was there after all owes."""
    fields: dict[str, Any] = {}
    ended_at = assignment.cleared_at
    if getattr(assignment, f"{stage}_at") is None and ended_at is not None and at <= ended_at:
        fields[f"{stage}_at"] = max(at, assignment.dispatched_at)
    there = unit.discipline == Discipline.CARE and stage != CLEARED and arrived(stage)
    unsaid = assignment.outcome in ("", Assignment.Outcome.ENGAGED) and not assignment.disposition
    if there and unsaid and assignment.disposition_owed_at is None:
        fields["disposition_owed_at"] = now
    return write(assignment, **fields) if fields else {}
