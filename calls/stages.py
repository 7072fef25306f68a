"""What units report: stages in any order, cleared to enter, released, available again, and the disposition owed."""

from datetime import datetime
from typing import Any

from calls import kinds, timers
from calls.alerts import drop_unit, warn_if_not_cleared
from calls.arriving import recheck_safety
from calls.closing import end_call
from calls.codes import require_in_use
from calls.crew_codes import out_of_use, owe_codes
from calls.dispatch import call_sets
from calls.fetch import lock_call, lock_call_of, lock_open_assignment, lock_units, may_report, own_assignments
from calls.late import keep_late, meant_for
from calls.legal_basis import basis_of
from calls.lifecycle import STAGES, arrived, place
from calls.models import Assignment, Call, Code, StageReport
from calls.partners import look_for_partner, police_left, stamp_wave
from calls.scene import hand_over
from calls.stacked import nothing_stacked, propose_next
from care_dispatch.access import DISPATCH_ROLES, FIELD_ROLES, Role
from care_dispatch.log import record, write
from care_dispatch.log.door import source_now
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams.models import Discipline, Unit, User

EndReason = Assignment.EndReason
# What a unit reports on a call, beside dispatched (which dispatch does) and cleared (which free_unit does).
REPORTED = STAGES[1:-1]
NO_ASSIGNMENT = "There is no such assignment."
BEEN_THERE = Assignment.BEEN_THERE


class NotOnACall(Conflict):
    code = "not_on_a_call"


class StillOnACall(Conflict):
    code = "still_on_a_call"


class StillOnScene(Conflict):
    code = "still_on_scene"


class JustMoved(Conflict):
    """The unit was sent or freed by somebody else in this very moment; asking again gets the new state."""

    code = "just_moved"


def open_assignment_of(actor: User | None, unit_id: int, now: datetime) -> tuple[Assignment | None, Unit]:
    """The unit's open assignment with its call, all locked in order (call, unit, assignment), and the unit."""
    call = lock_call_of(unit_id)
    (unit,) = lock_units(actor, [unit_id])
    may_report(actor, unit, now)
    assignment = lock_open_assignment(unit_id)
    # The call was looked up before the unit was locked: dispatch may have been quicker.
    if (assignment.call_id if assignment else None) != (call.pk if call else None):
        raise JustMoved(f"{unit.callsign} was sent or freed just now; look and repeat.")
    if assignment is not None and call is not None:
        assignment.call = call
    return assignment, unit


def report_stage(
    *,
    actor: User | None,
    now: datetime,
    unit_id: int,
    stage: str,
    at: datetime | None = None,
    assignment_id: int | None = None,
) -> dict[str, Any]:
    """Take a stage report for the unit's open assignment. ``at``: the device's time, never later than now.

    ``assignment_id``: the one the crew has before its eyes. Late, repeated and backward reports are stored and flagged
    with the assignment they belong to; none is refused and none moves the state back.
    """
    if stage not in REPORTED:
        raise Invalid(f"A unit reports one of {', '.join(REPORTED)}.")
    if found := meant_for(unit_id, stage, at, assignment_id):
        kept = keep_late(actor=actor, now=now, found=found, stage=stage, at=min(at or now, now))
        return {
            "assignment_id": kept.pk, "call_id": kept.call_id, "moved": False, "late": True, "backward": True,
            "repeated": False,
        }  # fmt: skip
    assignment, unit = open_assignment_of(actor, unit_id, now)
    if assignment is None:
        raise NotOnACall(f"{unit.callsign} is on no call; send it first.")
    _still_meant(unit, stage, at, assignment_id)
    return _report(assignment, unit, stage, min(at or now, now), now)


def _still_meant(unit: Unit, stage: str, at: datetime | None, assignment_id: int | None) -> None:
    """What a report is about was looked up before anything was locked: an exchange may have been quicker."""
    if meant_for(unit.pk, stage, at, assignment_id):
        raise JustMoved(f"{unit.callsign} was sent or freed just now; look and repeat.")


def _report(assignment: Assignment, unit: Unit, stage: str, at: datetime, now: datetime) -> dict[str, Any]:
    """The report as it came, and what it moves; a device whose clock is slow puts no stage before the dispatch."""
    call = assignment.call
    placed = place(assignment.status, _newest_stamp(assignment), stage, at)
    StageReport.objects.create(
        assignment=assignment, stage=stage, at=at, received_at=now, late=placed.late, backward=placed.backward,
        repeated=placed.repeated, source=source_now(),
    )  # fmt: skip
    device_at = at if at != now else None
    at = max(at, assignment.dispatched_at) if device_at else at
    fields: dict[str, Any] = {}
    before, was_late = assignment.status, assignment.late > 0
    if getattr(assignment, f"{stage}_at") is None:
        fields[f"{stage}_at"] = at
    sets: dict[str, Any] = {}
    if placed.moves:
        fields["status"] = stage
        if assignment.late and stage != Assignment.Status.ACKNOWLEDGED:
            fields["late"] = 0
        sets |= write(unit, status=stage, status_at=at)
    if fields:
        sets |= write(assignment, **fields)
    if placed.moves:
        sets |= call_sets(call, at)
    record(
        kinds.STAGE_REPORTED, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id,
        device_at=device_at, sets=sets,
        refs={"assignment_id": assignment.pk, "stage": stage, "late": placed.late, "backward": placed.backward,
              "repeated": placed.repeated},
    )  # fmt: skip
    warn_if_not_cleared(assignment, unit, stage, now)
    if placed.moves:
        timers.stage_reached(assignment, before, was_late, now)
        if arrived(stage) and not arrived(before):
            look_for_partner(call, now)
            recheck_safety(assignment, unit, now)
    return {
        "assignment_id": assignment.pk, "call_id": call.pk, "moved": placed.moves, "late": placed.late,
        "backward": placed.backward, "repeated": placed.repeated,
    }  # fmt: skip


def _newest_stamp(assignment: Assignment) -> datetime | None:
    return max(filter(None, (getattr(assignment, f"{stage}_at") for stage in STAGES)), default=None)


def clear_to_enter(*, actor: User | None, now: datetime, assignment_id: int) -> dict[str, Any]:
    """Police (or dispatch for them) wave the staged CARE team in."""
    assignment = lock_assignment(actor, assignment_id, now)
    if actor is not None and actor.role not in DISPATCH_ROLES and not police_there(actor, assignment.call, now):
        raise Forbidden("The officer on the call or a dispatcher clears CARE to enter.")
    if assignment.cleared_to_enter_at is None:
        stamp_wave(assignment, now)
        if arrived(assignment.status):
            look_for_partner(assignment.call, now)
    return {"assignment_id": assignment.pk}


def police_there(actor: User, call: Call, now: datetime) -> bool:
    """Whether this person is on a police unit that is on the call now: who has left it cannot say that it is safe."""
    own = own_assignments(actor, now).filter(call=call, cleared_at__isnull=True)
    return actor.role == Role.OFFICER and own.filter(unit__discipline=Discipline.POLICE).exists()


def free_unit(
    *,
    actor: User | None,
    now: datetime,
    unit_id: int,
    at: datetime | None = None,
    assignment_id: int | None = None,
    outcome: str = "",
    disposition: str = "",
    destination: str = "",
    legal_basis: str = "",
    end_reason: str = "",
) -> dict[str, Any]:
    """Make a unit available, at any time. What it was on ends; the disposition it owes is asked for later.

    A call whose last unit leaves after anyone arrived is closed as handled; before that it goes back to pending.
    ``assignment_id``: the one the crew has before its eyes; said of one that has ended, it frees nothing.
    """
    taken = {"destination": destination, "legal_basis": legal_basis}
    if found := meant_for(unit_id, Assignment.Status.CLEARED, at, assignment_id):
        kept = keep_late(actor=actor, now=now, found=found, stage=Assignment.Status.CLEARED, at=min(at or now, now))
        _say_late(kept, actor, {"outcome": outcome, "disposition": disposition, **taken}, now)
        return {"unit_id": unit_id, "assignment_id": kept.pk, "call_id": kept.call_id}
    assignment, unit = open_assignment_of(actor, unit_id, now)
    if assignment is None:
        _back_in_service(unit, at, now)
        return {"unit_id": unit.pk}
    _still_meant(unit, Assignment.Status.CLEARED, at, assignment_id)
    retired = out_of_use(assignment, actor, outcome=outcome, disposition=disposition, of_before=at is not None)
    at = max(min(at, now), assignment.dispatched_at) if at else now
    outcome = outcome or (Assignment.Outcome.ENGAGED if disposition else "")
    end_assignment(assignment, unit, at, now, outcome=outcome, end_reason=end_reason)
    if disposition:
        _set_disposition(assignment, actor, disposition=disposition, **taken)
    owe_codes(assignment, retired, now)
    _settle(assignment.call, at)
    return {"unit_id": unit.pk, "assignment_id": assignment.pk, "call_id": assignment.call_id}


def _back_in_service(unit: Unit, at: datetime | None, now: datetime) -> None:
    """A unit on no call is available. What a device said before the unit's newest status is kept and changes nothing."""
    sets: dict[str, Any] = {}
    if at is None or unit.status_at is None or at >= unit.status_at:
        since = min(at or now, now)
        sets = write(unit, status=Unit.Status.AVAILABLE, status_at=since, unavailable_reason="", unavailable_until=None)
    record(
        kinds.UNIT_STATUS,
        center_id=unit.center_id,
        unit_id=unit.pk,
        agency_id=unit.agency_id,
        sets=sets,
        device_at=min(at, now) if at else None,
    )
    if sets:
        propose_next(unit, now)


def _say_late(assignment: Assignment, actor: User | None, said: dict[str, str], now: datetime) -> None:
    """What a crew says of a contact after its unit was freed; the first word stays."""
    outcome = said["outcome"]
    retired = out_of_use(assignment, actor, outcome=outcome, disposition=said["disposition"], of_before=True)
    if said["disposition"]:
        _set_disposition(assignment, actor, **said)
    elif outcome and not assignment.outcome:
        owed = assignment.disposition_owed_at or now if _owes(assignment.unit, outcome, was_there=True) else None
        sets = write(assignment, outcome=outcome, disposition_owed_at=owed)
        _record_disposition(assignment, sets)
    else:
        return
    owe_codes(assignment, retired, now)


def end_assignment(
    assignment: Assignment, unit: Unit, at: datetime, now: datetime, *, outcome: str = "", end_reason: str = "",
    released: bool = False,
) -> None:  # fmt: skip
    """Close one assignment and free its unit; the call itself is settled by the caller."""
    # More than a quarter of real records lack a stage: who met or looked for the person was there.
    was_there = arrived(assignment.status) or assignment.on_scene_at is not None or outcome in BEEN_THERE
    reason = end_reason or (EndReason.RELEASED if released else EndReason.CLEARED if was_there else EndReason.CANCELLED)
    owes = _owes(unit, outcome, was_there=was_there)
    fields: dict[str, Any] = {"status": Assignment.Status.CLEARED, "cleared_at": at, "end_reason": reason}
    fields |= {"outcome": outcome or assignment.outcome, "late": 0}
    if owes and not assignment.disposition:
        fields["disposition_owed_at"] = now
    if released:
        fields["police_released_at"] = at
    sets = write(assignment, **fields)
    sets |= write(unit, status=Unit.Status.AVAILABLE, status_at=at)
    sets |= call_sets(assignment.call, at)
    record(
        kinds.UNIT_CLEARED, center_id=unit.center_id, call_id=assignment.call_id, unit_id=unit.pk,
        agency_id=unit.agency_id, sets=sets, refs={"assignment_id": assignment.pk},
    )  # fmt: skip
    drop_unit(assignment.call_id, unit.pk, now)
    police_left(assignment, unit, now)
    hand_over(assignment.call)
    timers.wind(assignment.call_id, now)
    propose_next(unit, now)


def _owes(unit: Unit, outcome: str, *, was_there: bool) -> bool:
    """Whether a crew that leaves owes a disposition."""
    return unit.discipline == Discipline.CARE and was_there and outcome in ("", Assignment.Outcome.ENGAGED)


def _settle(call: Call, at: datetime) -> None:
    """After a unit left: close the call when the work is done, leave it pending when nobody arrived since it opened."""
    if call.status == Call.Status.CLOSED or call.assignments.open().exists():
        return
    visits = call.assignments.been_there()
    if call.reopened_at is not None:
        visits = visits.filter(dispatched_at__gte=call.reopened_at)
    if visits.exists():
        end_call(call, Call.ClosedAs.HANDLED, "", at)


def release_unit(*, actor: User | None, now: datetime, assignment_id: int) -> dict[str, Any]:
    """Let police go while CARE stays: their minutes freed run from here."""
    assignment = lock_assignment(actor, assignment_id, now)
    if assignment.cleared_at is not None:
        raise NotOnACall("This unit has left the call already.")
    (unit,) = lock_units(actor, [assignment.unit_id])
    may_report(actor, unit, now)
    if unit.discipline != Discipline.POLICE:
        raise Invalid(f"{unit.callsign} is no police unit; make it available instead.")
    others = assignment.call.assignments.open().exclude(pk=assignment.pk)
    if not others.filter(unit__discipline=Discipline.CARE).exists():
        raise StillOnScene(
            f"No CARE team stays on call {assignment.call.number}; make {unit.callsign} available instead."
        )
    end_assignment(assignment, unit, now, now, released=True)
    return {"assignment_id": assignment.pk}


def record_disposition(
    *, actor: User | None, now: datetime, assignment_id: int, disposition: str, **said: str
) -> dict[str, Any]:
    """Give the disposition a crew owes (or correct it); needed before sign-off. A crew speaks for its own unit."""
    assignment = lock_assignment(actor, assignment_id, now)
    may_report(actor, assignment.unit, now)
    retired = out_of_use(assignment, actor, outcome=said.get("outcome", ""), disposition=disposition)
    _set_disposition(assignment, actor, disposition=disposition, **said)
    owe_codes(assignment, retired, now)
    return {"assignment_id": assignment.pk}


def _set_disposition(
    assignment: Assignment, actor: User | None, *, disposition: str, outcome: str = "", destination: str = "",
    legal_basis: str = "",
) -> None:  # fmt: skip
    """What came of the contact. A record of the past (``actor`` None) is taken as it is."""
    outcome = outcome or assignment.outcome or Assignment.Outcome.ENGAGED
    if disposition and outcome != Assignment.Outcome.ENGAGED:
        raise Invalid("A disposition belongs to an engaged contact; set the outcome to engaged or leave it out.")
    if not disposition and outcome == Assignment.Outcome.ENGAGED:
        raise Invalid("An engaged contact needs a disposition.")
    fields: dict[str, Any] = {"outcome": outcome, "disposition": disposition}
    fields["legal_basis"] = basis_of(assignment, disposition, legal_basis, of_record=actor is None)
    assignment.destination = destination or assignment.destination
    if not disposition:
        fields["disposition_owed_at"] = None  # an outcome without engagement owes nothing more
    _record_disposition(assignment, write(assignment, also=["destination"], **fields))


def _record_disposition(assignment: Assignment, sets: dict[str, Any]) -> None:
    record(
        kinds.DISPOSITION_RECORDED, center_id=assignment.call.center_id, call_id=assignment.call_id,
        unit_id=assignment.unit_id, sets=sets, refs={"assignment_id": assignment.pk},
    )  # fmt: skip


def set_unit_status(
    *, actor: User | None, now: datetime, unit_id: int, status: str, reason: str = "", until: datetime | None = None
) -> dict[str, Any]:
    """Out of service with a reason (a code of the list, words, or both) and return time, off duty, or back.

    Refused while the unit is on a call.
    """
    assignment, unit = open_assignment_of(actor, unit_id, now)
    if assignment is not None:
        raise StillOnACall(f"{unit.callsign} is on call {assignment.call.number}; make it available first.")
    if status not in Unit.OFF_CALL:
        raise NotOnACall(f"{unit.callsign} is on no call; send it first.")
    if status in (Unit.Status.UNAVAILABLE, Unit.Status.CONDITIONAL) and not reason.strip():
        what = "out of service" if status == Unit.Status.UNAVAILABLE else "only conditionally available"
        raise Invalid(f"Say why {unit.callsign} is {what}.")
    if actor is not None and actor.role not in FIELD_ROLES:
        require_in_use(actor, unit.center_id, Code.List.AWAY_REASONS, reason)
    if status == Unit.Status.OFF_DUTY:
        nothing_stacked(unit)
    sets = write(unit, status=status, status_at=now, unavailable_reason=reason, unavailable_until=until)
    record(kinds.UNIT_STATUS, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id, sets=sets)
    if status == Unit.Status.AVAILABLE:
        propose_next(unit, now)
    return {"unit_id": unit.pk}


def lock_assignment(actor: User | None, assignment_id: int, now: datetime) -> Assignment:
    call_id = Assignment.objects.filter(pk=assignment_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound(NO_ASSIGNMENT)
    call = lock_call(actor, call_id, now, missing=NO_ASSIGNMENT)
    assignment = Assignment.objects.select_for_update().get(pk=assignment_id)
    assignment.call = call
    return assignment
