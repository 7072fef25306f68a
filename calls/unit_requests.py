"""Units asked for over a border, theirs or ours: asked, answered, on the way, let go, back. Every step is in the log."""

import logging
from datetime import datetime, timedelta
from typing import Any

from calls import kinds
from calls.agreements import covers
from calls.alerts import end_cause, raise_alert
from calls.dispatch import Stage, care_block, send_units
from calls.exchange import tell_of_taken
from calls.fetch import NO_UNIT, lock_call, lock_units, open_call, require_dispatch
from calls.intake import create_call
from calls.models import Agreement, Alert, Assignment, Call, UnitRequest, Unmet
from calls.request_rows import ANSWER, answered, cause_of, end_request, is_on_its_way, record_request, stop_sharing
from calls.shares import share
from calls.stages import free_unit, report_stage
from calls.unmet import note_step
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record, write
from care_dispatch.log.door import position_now
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams.models import Discipline, Unit, User

logger = logging.getLogger(__name__)

# Nobody answers: after this long dispatch hears of it, and after that long it counts as no.
ALARM_AFTER = timedelta(seconds=30)
OVER_AFTER = timedelta(seconds=120)
NO_REQUEST = "There is no such request."
Status, Direction = UnitRequest.Status, UnitRequest.Direction


class NotAsked(Conflict):
    """The request is not where this step begins; the message says where it is."""

    code = "request_moved_on"


class AskedAlready(Conflict):
    code = "asked_already"


class OutsideAgreement(Conflict):
    code = "outside_agreement"


# --- asking ----------------------------------------------------------------------------------------
def ask_unit(
    *, actor: User | None, now: datetime, call_id: int, unit_id: int, outside_agreement: bool = False
) -> dict[str, Any]:
    """Ask another center or city for its unit; its people see the call's place, nature and units from now on."""
    require_dispatch(actor, "ask for a partner's unit")
    call = open_call(actor, call_id, now)
    (unit,) = lock_units(actor, [unit_id])
    if not unit.mirrored_from:
        raise Invalid(f"{unit.callsign} is a unit of this center: send it.")
    rows = Agreement.objects.filter(agency=unit.agency_id, direction=Agreement.Direction.THEY_COVER_US)
    if not outside_agreement and not covers(rows, call.center.local(now), unit.discipline, call.type_code):
        raise OutsideAgreement(f"No agreement with {unit.agency.name} covers {unit.callsign} for this call now.")
    if blocked := _care_blocked(call, unit):
        raise Conflict(f"{blocked} A partner's CARE team is not asked without.")
    if unit.discipline == Discipline.CARE:
        note_step(call, Unmet.Instead.NEIGHBOUR, now)
    return {"request_id": _ask(call, unit, Direction.OURS, actor, now).pk}


def _care_blocked(call: Call, unit: Unit) -> str:
    police = call.assignments.open().filter(unit__discipline=Discipline.POLICE).exists()
    return care_block(call, [unit], police_there=police)


def ask_for_ours(*, actor: User, now: datetime, unit_id: int, nature: str, location: str) -> dict[str, Any]:
    """A partner asks for a unit of this center: a pending call of its own, shared with who asks."""
    if actor.role != Role.PARTNER or actor.center is None or actor.agency is None:
        raise Forbidden("A partner's own sign-in asks for units of this center.")
    (unit,) = lock_units(actor, [unit_id])
    if unit.mirrored_from:
        raise NotFound(NO_UNIT)
    made = create_call(
        actor=None, now=now, center=actor.center, nature=nature, location=location, origin=Call.Origin.PARTNER
    )  # fmt: skip
    call = Call.objects.get(pk=made["call_id"])
    request = _ask(call, unit, Direction.THEIRS, actor, now)
    text = f"{actor.agency.name} asks for {unit.callsign}: call {call.number}"
    _alarm(request, text, now)
    return made | {"request_id": request.pk}


def _ask(call: Call, unit: Unit, direction: str, actor: User | None, now: datetime) -> UnitRequest:
    live = UnitRequest.objects.filter(unit=unit, status__in=UnitRequest.LIVE).select_related("call").first()
    if live is not None:
        raise AskedAlready(f"{unit.callsign} is asked for already, for call {live.call.number}.")
    agency = unit.agency if direction == Direction.OURS or actor is None or actor.agency is None else actor.agency
    request = UnitRequest.objects.create(
        direction=direction, call=call, unit=unit, agency=agency, asked_at=now, asked_by=actor,
        position=position_now(),
    )  # fmt: skip
    share(call, agency, actor, now)
    record_request(kinds.REQUEST_ASKED, request)
    if call.center.timers_run:
        schedule(ANSWER, request.pk, due_at=now + ALARM_AFTER, now=now)
    return request


def ask_next(*, actor: User | None, now: datetime, request_id: int, unit_id: int) -> dict[str, Any]:
    """Wait no longer for this answer: the request is over, and the next unit is asked in the same stroke."""
    require_dispatch(actor, "ask the next partner")
    request = _lock_request(actor, request_id, now)
    if request.status == Status.ASKED:
        end_request(request, Status.TIMED_OUT, kinds.REQUEST_TIMED_OUT, now)
    else:
        end_cause(request.call.center_id, cause_of(request), now)
    return ask_unit(actor=actor, now=now, call_id=request.call_id, unit_id=unit_id)


# --- answering -------------------------------------------------------------------------------------
def accept_request(
    *, actor: User, now: datetime, request_id: int, override_reason: str = "", override_note: str = ""
) -> dict[str, Any]:
    """Say yes: the unit is assigned in this very change, under the same constraints as any other."""
    request = _lock_request(actor, request_id, now)
    _require_side(actor, request, answers=True)
    _must_be(request, Status.ASKED)
    call, unit = open_call(None, request.call_id, now), lock_units(None, [request.unit_id])[0]
    if request.direction == Direction.OURS:
        if _care_blocked(call, unit):
            raise Conflict(f"Call {call.number} has changed: its dispatcher has to look first. Please ring them.")
        _make_free(unit, now)
        sent = send_units(actor=None, now=now, call_id=call.pk, unit_ids=[unit.pk])
    else:
        sent = send_units(
            actor=actor, now=now, call_id=call.pk, unit_ids=[unit.pk], override_reason=override_reason,
            override_note=override_note,
        )  # fmt: skip
    made = sent["assignments"][0]["assignment_id"]
    write(request, status=Status.ACCEPTED, answered_at=now, answered_by=actor, assignment_id=made)
    answered(request, kinds.REQUEST_ACCEPTED, now)
    return {"request_id": request.pk, "assignment_id": made}


def _make_free(unit: Unit, now: datetime) -> None:
    """Who accepts for a unit says that it can go, whatever was last heard of it."""
    if unit.status != Unit.Status.AVAILABLE and not Assignment.objects.open().filter(unit=unit).exists():
        sets = write(
            unit, status=Unit.Status.AVAILABLE, status_at=now, unavailable_reason="", unavailable_until=None
        )  # fmt: skip
        record(kinds.UNIT_STATUS, center_id=unit.center_id, unit_id=unit.pk, agency_id=unit.agency_id, sets=sets)


def decline_request(*, actor: User, now: datetime, request_id: int, reason: str) -> dict[str, Any]:
    """Say no, with a reason from the list; whoever asked hears of it at once."""
    request = _lock_request(actor, request_id, now)
    _require_side(actor, request, answers=True)
    _must_be(request, Status.ASKED)
    write(request, decline_reason=reason, answered_at=now, answered_by=actor, status=Status.DECLINED)
    answered(request, kinds.REQUEST_DECLINED, now)
    stop_sharing(request, now)
    if request.direction == Direction.OURS:
        why = request.get_decline_reason_display().lower()
        _alarm(request, f"{request.agency.name} declines {request.unit.callsign} for call"
               f" {request.call.number} ({why}): ask the next", now)  # fmt: skip
    return {"request_id": request.pk}


def withdraw_request(*, actor: User, now: datetime, request_id: int) -> dict[str, Any]:
    """Who asked does not need it any more."""
    request = _lock_request(actor, request_id, now)
    _require_side(actor, request, answers=False)
    _must_be(request, Status.ASKED)
    end_request(request, Status.WITHDRAWN, kinds.REQUEST_WITHDRAWN, now)
    return {"request_id": request.pk}


# --- on the call and back --------------------------------------------------------------------------
def commit_request(*, actor: User, now: datetime, request_id: int) -> dict[str, Any]:
    """The owner says that the accepted unit is on its way."""
    request = _lock_request(actor, request_id, now)
    _require_side(actor, request, answers=True)
    _must_be(request, Status.ACCEPTED)
    report_stage(
        actor=None, now=now, unit_id=request.unit_id, stage=Stage.EN_ROUTE, assignment_id=request.assignment_id
    )  # fmt: skip
    if request.assignment is not None:
        is_on_its_way(request.assignment, now)
    return {"request_id": request.pk}


def release_request(*, actor: User, now: datetime, request_id: int) -> dict[str, Any]:
    """Who asked lets the unit go: it leaves the call."""
    request = _lock_request(actor, request_id, now)
    _require_side(actor, request, answers=False)
    _must_be(request, Status.ACCEPTED, Status.COMMITTED)
    _leave_call(request, now)
    write(request, status=Status.RELEASED, ended_at=now)
    record_request(kinds.REQUEST_RELEASED, request)
    stop_sharing(request, now)
    return {"request_id": request.pk}


def return_request(*, actor: User, now: datetime, request_id: int) -> dict[str, Any]:
    """The owner has its unit back, released or called home; CARE left without police by it raises an alert."""
    request = _lock_request(actor, request_id, now)
    _require_side(actor, request, answers=True)
    _must_be(request, Status.ACCEPTED, Status.COMMITTED, Status.RELEASED)
    was_there = request.status != Status.RELEASED
    if was_there:  # its center needs it: what it came for is not done
        _leave_call(request, now, end_reason=Assignment.EndReason.REASSIGNED)
    write(request, status=Status.RETURNED, returned_at=now)
    record_request(kinds.REQUEST_RETURNED, request)
    stop_sharing(request, now)
    if was_there and request.assignment is not None:
        request.assignment.refresh_from_db()
        request.assignment.call = lock_call(None, request.call_id, now)
        if request.assignment.call.status != Call.Status.CLOSED:
            tell_of_taken([request.assignment], now)
    return {"request_id": request.pk}


def _leave_call(request: UnitRequest, now: datetime, *, end_reason: str = "") -> None:
    if request.assignment is not None and request.assignment.cleared_at is None:
        free_unit(
            actor=None, now=now, unit_id=request.unit_id, assignment_id=request.assignment_id, end_reason=end_reason
        )  # fmt: skip


# --- nobody answers --------------------------------------------------------------------------------
def run_answer(request_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a request waits for its answer."""
    perform(unanswered, actor=None, position="", source=source, now=now, request_id=request_id)


def unanswered(*, actor: None, now: datetime, request_id: int) -> dict[str, Any]:
    """Tell dispatch after half a minute, and end the request when it is too late to hope."""
    request = _lock_request(None, request_id, now)
    over_at = request.asked_at + OVER_AFTER
    if request.status != Status.ASKED:
        finish(ANSWER, request_id)
        return {"request_id": request_id}
    if now >= over_at:
        end_request(request, Status.TIMED_OUT, kinds.REQUEST_TIMED_OUT, now)
    elif request.alarmed_at is None:
        write(request, alarmed_at=now)
        schedule(ANSWER, request_id, due_at=over_at, now=now)
        record_request(kinds.REQUEST_UNANSWERED, request)
    if request.direction == Direction.OURS:
        _alarm(request, f"{request.agency.name} has not answered: {request.unit.callsign} for call"
               f" {request.call.number}; ask the next", now)  # fmt: skip
    return {"request_id": request_id}


def answer_gave_up(request_id: int, attempts: int, error: str, now: datetime) -> None:
    """The request still stands on every console with its age; the log line is all there is to add."""
    logger.error("request %s could not be followed after %s attempts: %s", request_id, attempts, error)


# --- what the steps share --------------------------------------------------------------------------
def _lock_request(actor: User | None, request_id: int, now: datetime) -> UnitRequest:
    """The request, locked after its call and its unit; another center's or agency's looks missing."""
    found = UnitRequest.objects.filter(pk=request_id).select_related("call").first()
    if found is None or actor is not None and not _concerns(actor, found):
        raise NotFound(NO_REQUEST)
    lock_call(None, found.call_id, now)
    lock_units(None, [found.unit_id])
    locked = UnitRequest.objects.select_for_update(of=("self",))
    return locked.select_related("call__center", "unit__agency", "agency", "assignment").get(pk=request_id)


def _concerns(actor: User, request: UnitRequest) -> bool:
    if actor.center_id != request.call.center_id:
        return False
    return actor.role in DISPATCH_ROLES or actor.role == Role.PARTNER and actor.agency_id == request.agency_id


def _require_side(actor: User, request: UnitRequest, *, answers: bool) -> None:
    """The owner answers, who asked takes it back. Dispatch may write down what a partner says on the phone."""
    partner_speaks = answers == (request.direction == Direction.OURS)
    if actor.role == Role.PARTNER and not partner_speaks:
        raise Forbidden("That is for the other center to say.")


def _must_be(request: UnitRequest, *where: str) -> None:
    if request.status not in where:
        at = request.answered_at or request.ended_at
        since = f" at {request.call.center.local(at):%H:%M:%S}" if at else ""
        raise NotAsked(f"The request for {request.unit.callsign} is {request.get_status_display().lower()}{since}.")


def _alarm(request: UnitRequest, text: str, now: datetime) -> None:
    raise_alert(
        center=request.call.center, kind=Alert.Kind.UNIT_REQUEST, text=text, now=now, call=request.call,
        cause=cause_of(request),
    )  # fmt: skip
