"""Taking somebody along: whereto, who rides, on which legal basis and both mileages. Owed like a disposition."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calls import kinds
from calls.facilities import facility_called
from calls.fetch import NO_UNIT, may_report
from calls.legal_basis import against_riding, police_on
from calls.models import Assignment, Call
from calls.stages import NO_ASSIGNMENT, NotOnACall, lock_assignment, report_stage
from care_dispatch.log import record, write
from care_dispatch.refusal import Invalid, NotFound
from teams.models import Unit, User

Stage = Assignment.Status
# What may be reported in the same breath.
STAGES = (Stage.TRANSPORTING, Stage.AT_FACILITY)
# Nobody is driven farther; more is a counter misread.
FARTHEST_MILES = 500
DETAILS = ("facility", "destination", "start_mileage", "end_mileage", "legal_basis", "rides")


def transport_person(
    *,
    actor: User | None,
    now: datetime,
    unit_id: int,
    assignment_id: int | None = None,
    stage: str = "",
    at: datetime | None = None,
    **said: Any,
) -> dict[str, Any]:
    """Keep what is said of a transport (``DETAILS``; what is left out stays) and report the stage with it, both or neither.

    ``facility``: a code of the center's list; ``destination``: words instead, or beside it. ``assignment_id``: the one
    the crew has before its eyes, also one that has ended. A bare stage goes by report_stage and is never refused.
    """
    if stage and stage not in STAGES:
        raise Invalid(f"A transport reports {' or '.join(STAGES)}.")
    assignment = lock_assignment(actor, _meant(actor, unit_id, assignment_id, now), now)
    fields = _checked(assignment, said, of_record=actor is None)
    if any(getattr(assignment, name) != value for name, value in fields.items()):
        assignment.destination = fields.pop("destination", assignment.destination)
        sets = write(assignment, also=["destination"], **fields)
        record(
            kinds.TRANSPORT_RECORDED, center_id=assignment.call.center_id, call_id=assignment.call_id,
            unit_id=assignment.unit_id, sets=sets, refs={"assignment_id": assignment.pk},
        )  # fmt: skip
    result = {"assignment_id": assignment.pk, "call_id": assignment.call_id}
    if stage:
        result |= report_stage(
            actor=actor, now=now, unit_id=unit_id, stage=stage, at=at, assignment_id=assignment.pk
        )  # fmt: skip
    return result


def _meant(actor: User | None, unit_id: int, assignment_id: int | None, now: datetime) -> int:
    """The assignment that is named, or the one the unit is on; a unit the actor does not report for is not there."""
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None or actor is not None and unit.center_id != actor.center_id:
        raise NotFound(NO_UNIT)
    may_report(actor, unit, now)
    mine = Assignment.objects.filter(unit=unit)
    if assignment_id is not None:
        if not mine.filter(pk=assignment_id).exists():
            raise NotFound(NO_ASSIGNMENT)
        return assignment_id
    on = mine.open().values_list("pk", flat=True).first()
    if on is None:
        raise NotOnACall(f"{unit.callsign} is on no call; send it first.")
    return on


def _checked(assignment: Assignment, said: Mapping[str, Any], *, of_record: bool) -> dict[str, Any]:
    """The fields as they will stand; raises Invalid in words. ``of_record``: what a record tells of the past is taken."""
    fields: dict[str, Any] = {name: said[name] for name in DETAILS[2:] if name in said}
    fields |= _whereto(assignment.call, said)
    start = fields.get("start_mileage", assignment.start_mileage)
    end = fields.get("end_mileage", assignment.end_mileage)
    if start is not None and end is not None:
        _same_ride(assignment.unit, start, end)
    refused = against_riding(
        discipline=assignment.unit.discipline,
        basis=fields.get("legal_basis", assignment.legal_basis),
        rides=fields.get("rides", assignment.rides),
        police=police_on(assignment.call),
    )
    if refused and not of_record:
        raise Invalid(refused)
    return fields


def _whereto(call: Call, said: Mapping[str, Any]) -> dict[str, Any]:
    """A place of the list brings its name; words alone are no place of the list; neither changes nothing."""
    words = said.get("destination")
    if code := said.get("facility"):
        facility = facility_called(call.center_id, code)
        return {"facility_id": facility.pk, "destination": words or facility.name}
    return {"facility_id": None, "destination": words} if words else {}


def _same_ride(unit: Unit, start: float, end: float) -> None:
    if end < start:
        raise Invalid(f"{unit.callsign} started at {start:g} miles and ends at {end:g}: read the counter again.")
    if end - start > FARTHEST_MILES:
        raise Invalid(f"From {start:g} to {end:g} is {end - start:g} miles in one ride: read the counter again.")
