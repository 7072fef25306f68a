"""The rows of requests over a border, for the changes that move them on the way: its line in the log, its share, its end."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from calls import kinds
from calls.alerts import end_cause
from calls.models import Assignment, Call, CallShare, UnitRequest
from calls.shares import end_share, share
from care_dispatch.due.work import finish
from care_dispatch.log import EventKind, record, write
from teams.models import User

ANSWER = "unit_request"
Status = UnitRequest.Status


def record_request(kind: EventKind, request: UnitRequest) -> None:
    record(
        kind, center_id=request.call.center_id, call_id=request.call_id, unit_id=request.unit_id,
        agency_id=request.agency_id, refs={"request_id": request.pk},
    )  # fmt: skip


def stop_sharing(request: UnitRequest, now: datetime) -> None:
    """The partner goes on seeing our call only while another of its units is asked for or on it."""
    live = UnitRequest.objects.filter(call=request.call_id, agency=request.agency_id, status__in=UnitRequest.LIVE)
    if request.direction == UnitRequest.Direction.OURS and not live.exists():
        end_share(request.call, request.agency, now)


def cause_of(request: UnitRequest) -> str:
    return f"unit_request:{request.pk}"


def answered(request: UnitRequest, kind: EventKind, now: datetime) -> None:
    """Nobody waits for an answer any more."""
    finish(ANSWER, request.pk)
    end_cause(request.call.center_id, cause_of(request), now)
    record_request(kind, request)


def end_request(request: UnitRequest, status: str, kind: EventKind, now: datetime, **fields: Any) -> None:
    write(request, status=status, ended_at=now, **fields)
    answered(request, kind, now)
    stop_sharing(request, now)


def nobody_needed(call: Call, now: datetime) -> None:
    """The call has ended: whom we asked for is let off, whom we were asked for does not come."""
    for request in _locked().filter(call=call, status=Status.ASKED).order_by("pk"):
        if request.direction == UnitRequest.Direction.OURS:
            end_request(request, Status.WITHDRAWN, kinds.REQUEST_WITHDRAWN, now)
        else:
            no = UnitRequest.DeclineReason.OTHER
            end_request(request, Status.DECLINED, kinds.REQUEST_DECLINED, now, answered_at=now, decline_reason=no)


def is_on_its_way(assignment: Assignment, now: datetime) -> None:
    """What was accepted is committed."""
    for request in _of(assignment, Status.ACCEPTED):
        write(request, status=Status.COMMITTED, committed_at=now)
        record_request(kinds.REQUEST_COMMITTED, request)


def is_back(assignment: Assignment, now: datetime) -> None:
    """Its owner's feed says that the unit is free: it has left our call."""
    for request in _of(assignment, Status.ACCEPTED, Status.COMMITTED):
        write(request, status=Status.RETURNED, returned_at=now)
        record_request(kinds.REQUEST_RETURNED, request)
        stop_sharing(request, now)


def hand_on(merged: Call, primary: Call, actor: User | None, now: datetime) -> None:
    """What was asked for a duplicate is asked for the call that stays, and who sees the one sees the other."""
    for request in UnitRequest.objects.select_for_update(of=("self",)).filter(call=merged, status__in=UnitRequest.LIVE):
        write(request, call_id=primary.pk)
        record_request(kinds.REQUEST_MOVED, request)
    for row in CallShare.objects.filter(call=merged, ended_at__isnull=True).select_related("agency"):
        share(primary, row.agency, actor, now)
        end_share(merged, row.agency, now)


def _of(assignment: Assignment, *where: str) -> list[UnitRequest]:
    return list(_locked().filter(assignment=assignment, status__in=where))


def _locked() -> QuerySet[UnitRequest]:
    return UnitRequest.objects.select_for_update(of=("self",)).select_related("call", "agency")
