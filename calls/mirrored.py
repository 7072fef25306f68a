"""Units whose true status lives in another center's CAD: only its feed moves them, in any order, as often as it likes."""

from datetime import datetime
from typing import Any

from calls import kinds
from calls.fetch import NO_UNIT
from calls.models import Assignment
from calls.request_rows import is_back, is_on_its_way
from calls.stages import REPORTED, free_unit, open_assignment_of, report_stage
from care_dispatch.access import Role
from care_dispatch.log import record, write
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import Unit, User

# On its way or further: only who went out can come back.
_OUT = REPORTED[REPORTED.index(Assignment.Status.EN_ROUTE) :]


def mirror_status(
    *, actor: User | None, now: datetime, unit_id: int, status: str, at: datetime, reason: str = ""
) -> dict[str, Any]:
    """Take a status as the other CAD has it since ``at``. Said again it changes nothing; said late it moves nothing back.

    While the unit is on a call of ours its stages are that assignment's, and "available" after it went out ends it.
    """
    _require_feed(actor, unit_id)
    if status not in Unit.Status:
        raise Invalid(f"A unit is one of {', '.join(Unit.Status.values)}.")
    at = min(at, now)
    assignment, unit = open_assignment_of(None, unit_id, now)
    if unit.mirrored_at is not None and at == unit.mirrored_at and status == unit.status:
        return {"unit_id": unit.pk, "moved": False}
    newest = unit.mirrored_at is None or at > unit.mirrored_at
    if assignment is not None:
        moved = _on_our_call(assignment, unit, status, at, now, newest=newest)
    else:
        moved = newest
        if newest:
            _write(unit, status, at, reason)
    if newest:
        sets = write(unit, mirrored_at=at)
        record(kinds.UNIT_MIRRORED, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id, sets=sets)
    return {"unit_id": unit.pk, "moved": moved}


def _require_feed(actor: User | None, unit_id: int) -> None:
    """The owner's own sign-in speaks for its unit; nobody else, and for no unit whose status lives here."""
    unit = Unit.objects.filter(pk=unit_id, retired=False).first()
    if unit is None or not unit.mirrored_from or actor is not None and actor.center_id != unit.center_id:
        raise NotFound(NO_UNIT)
    if actor is not None and actor.role != Role.PARTNER:
        raise Forbidden(f"The status of {unit.callsign} comes from {unit.mirrored_from}.")
    if actor is not None and actor.agency_id != unit.agency_id:
        raise NotFound(NO_UNIT)


def _write(unit: Unit, status: str, at: datetime, reason: str) -> None:
    away = status == Unit.Status.UNAVAILABLE
    sets = write(
        unit, status=status, status_at=at, unavailable_reason=reason if away else "", unavailable_until=None
    )  # fmt: skip
    record(
        kinds.UNIT_STATUS, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id, sets=sets, device_at=at
    )  # fmt: skip


def _on_our_call(
    assignment: Assignment, unit: Unit, status: str, at: datetime, now: datetime, *, newest: bool
) -> bool:  # fmt: skip
    if status in REPORTED:
        told = report_stage(actor=None, now=now, unit_id=unit.pk, stage=status, at=at, assignment_id=assignment.pk)
        if status in _OUT:
            is_on_its_way(assignment, now)
        unit.refresh_from_db()
        return bool(told["moved"])
    # Their CAD may not know yet that the unit is ours: what has not gone out is not back.
    if not newest or assignment.status not in _OUT or status == Unit.Status.DISPATCHED:
        return False
    free_unit(actor=None, now=now, unit_id=unit.pk, at=at, assignment_id=assignment.pk)
    is_back(assignment, now)
    unit.refresh_from_db()
    if status != Unit.Status.AVAILABLE:
        _write(unit, status, at, "")
    return True
