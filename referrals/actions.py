"""Changes of what follows a call: referrals with their history, follow-ups with their attempts."""

from datetime import datetime
from typing import Any

from calls.fetch import lock_call
from calls.models import Call
from care_dispatch.access import Role
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, record, write
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from referrals import kinds
from referrals.lifecycle import NEEDS_REASON, OPEN, due_after, missing_for, moves
from referrals.models import FollowUp, FollowUpAttempt, Referral, ReferralStep, Service
from teams.models import User

Status = Referral.Status
FOLLOW_UP = "follow_up"


class AlreadyReferred(Conflict):
    """The call has an open referral to this service; the answer names it and since when."""

    code = "already_referred"


class ServiceClosed(Conflict):
    code = "service_closed"


class MoveNotAllowed(Conflict):
    """From this status a referral cannot go there; the answer lists where it can."""

    code = "move_not_allowed"


class FollowUpClosed(Conflict):
    code = "follow_up_closed"


class FollowUpNotDone(Conflict):
    """The result asked for needs more attempts, or another kind of them."""

    code = "follow_up_not_done"


def require_care(actor: User | None, what: str) -> None:
    """``actor`` None is the system itself."""
    if actor is not None and actor.role != Role.CLINICIAN:
        raise Forbidden(f"Only CARE may {what}.")


# --- referrals -------------------------------------------------------------------------------------
def refer(
    *, actor: User, now: datetime, call_id: int, service_id: int, note: str = "", begin_as: str = Status.REQUESTED
) -> dict[str, Any]:
    """Refer somebody of the call to a service, requested at once or as a draft; the call may be open or closed."""
    require_care(actor, "make a referral")
    if begin_as not in (Status.DRAFT, Status.REQUESTED):
        raise Invalid("A referral begins as draft or requested.")
    call = lock_call(actor, call_id, now)
    service = _service(call, service_id)
    _check_not_referred(call, service)
    referral = Referral.objects.create(
        call=call,
        service=service,
        status=begin_as,
        note=note,
        made_by=actor,
        made_at=now,
        requested_at=now if begin_as == Status.REQUESTED else None,
    )
    _step(referral, actor, now)
    record(kinds.REFERRAL_MADE, center_id=call.center_id, call_id=call.pk, refs={"referral_id": referral.pk})
    return {"referral_id": referral.pk}


def _service(call: Call, service_id: int) -> Service:
    service = Service.objects.filter(pk=service_id, organization__center_id=call.center_id).first()
    if service is None:
        raise NotFound("There is no such service in the directory.")
    if service.status != Service.Status.ACTIVE:
        raise ServiceClosed(f"{service.name} is {service.get_status_display().lower()}; choose another service.")
    return service


def _check_not_referred(call: Call, service: Service) -> None:
    open_one = Referral.objects.filter(call=call, service=service, status__in=OPEN).first()
    if open_one is not None:
        raise AlreadyReferred(
            f"Call {call.number} has a referral to {service.name} already"
            f" ({open_one.get_status_display().lower()} since {call.center.local(open_one.made_at):%Y-%m-%d %H:%M}).",
            referral_id=open_one.pk,
        )


def move_referral(
    *, actor: User, now: datetime, referral_id: int, to: str, reason: str = "", confirmed_with: str = ""
) -> dict[str, Any]:
    """Move a referral on. Completed means the service confirmed it has the person: ``confirmed_with`` says who did."""
    require_care(actor, "change a referral")
    referral, call = _lock_referral(actor, referral_id, now)
    if to == referral.status:
        raise MoveNotAllowed(f"The referral is {referral.get_status_display().lower()} already.")
    if to not in moves(referral.status):
        raise MoveNotAllowed(
            f"A referral that is {referral.get_status_display().lower()} cannot become"
            f" {Status(to).label.lower()}; it can become"
            f" {', '.join(Status(move).label.lower() for move in moves(referral.status)) or 'nothing else'}.",
            moves=list(moves(referral.status)),
        )
    if to in NEEDS_REASON and not reason:
        raise Invalid(f"Say why the referral is {Status(to).label.lower()}: {', '.join(Referral.Reason.values)}.")
    if to == Status.COMPLETED and not confirmed_with.strip():
        raise Invalid("The loop closes when the service has the person: say who there confirmed it.")
    fields: dict[str, Any] = {"status": to, "reason": reason if to in NEEDS_REASON else ""}
    stamps = {Status.REQUESTED: "requested_at", Status.ACCEPTED: "accepted_at", Status.COMPLETED: "received_at"}
    if (stamp := stamps.get(Status(to))) and getattr(referral, stamp) is None:
        fields[stamp] = now
    if to == Status.COMPLETED:
        fields["confirmed_with"] = confirmed_with
    if to == Status.REQUESTED:
        _service(call, referral.service_id)
    write(referral, **fields)
    _step(referral, actor, now)
    record(kinds.REFERRAL_MOVED, center_id=call.center_id, call_id=call.pk, refs={"referral_id": referral.pk})
    return {"referral_id": referral.pk, "status": to}


def _step(referral: Referral, actor: User | None, now: datetime) -> None:
    confirmed = referral.confirmed_with if referral.status == Status.COMPLETED else ""
    ReferralStep.objects.create(
        referral=referral, status=referral.status, reason=referral.reason, confirmed_with=confirmed, at=now, by=actor
    )


def _lock_referral(actor: User, referral_id: int, now: datetime) -> tuple[Referral, Call]:
    """The referral behind its call's lock: every change of what follows a call takes that one first."""
    call_id = Referral.objects.filter(pk=referral_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound("There is no such referral.")
    try:
        call = lock_call(actor, call_id, now)
    except NotFound:
        raise NotFound("There is no such referral.") from None
    return Referral.objects.get(pk=referral_id), call


# --- follow-ups ------------------------------------------------------------------------------------
def set_follow_up(*, actor: User, now: datetime, call_id: int, risk: str) -> dict[str, Any]:
    """Owe the person a contact within 24, 48 or 72 hours, by risk."""
    require_care(actor, "set a follow-up")
    call = lock_call(actor, call_id, now)
    follow_up = FollowUp.objects.create(
        call=call, risk=FollowUp.Risk(risk), set_by=actor, set_at=now, due_at=now + due_after(risk)
    )
    if call.center.timers_run:
        schedule(FOLLOW_UP, follow_up.pk, due_at=follow_up.due_at, now=now)
    _record(kinds.FOLLOW_UP_SET, follow_up, call)
    return {"follow_up_id": follow_up.pk}


def try_follow_up(*, actor: User, now: datetime, follow_up_id: int, mode: str, result: str) -> dict[str, Any]:
    """Record one attempt to reach the person."""
    require_care(actor, "record a follow-up attempt")
    follow_up, call = _lock_follow_up(actor, follow_up_id, now)
    attempt = FollowUpAttempt.objects.create(follow_up=follow_up, mode=mode, result=result, at=now, by=actor)
    _record(kinds.FOLLOW_UP_TRIED, follow_up, call)
    return {"follow_up_id": follow_up.pk, "attempt_id": attempt.pk, "attempts": follow_up.attempts.count()}


def close_follow_up(*, actor: User, now: datetime, follow_up_id: int, result: str) -> dict[str, Any]:
    """End a follow-up with what came of it; reached needs an attempt that reached, giving up needs three."""
    require_care(actor, "close a follow-up")
    follow_up, call = _lock_follow_up(actor, follow_up_id, now)
    if missing := missing_for(result, list(follow_up.attempts.values_list("result", flat=True))):
        raise FollowUpNotDone(missing)
    write(follow_up, closed_at=now, closed_by=actor, result=result)
    finish(FOLLOW_UP, follow_up.pk)
    _record(kinds.FOLLOW_UP_CLOSED, follow_up, call)
    return {"follow_up_id": follow_up.pk}


def _lock_follow_up(actor: User, follow_up_id: int, now: datetime) -> tuple[FollowUp, Call]:
    """An open follow-up behind its call's lock; raises FollowUpClosed with its result."""
    call_id = FollowUp.objects.filter(pk=follow_up_id).values_list("call_id", flat=True).first()
    if call_id is None:
        raise NotFound("There is no such follow-up.")
    try:
        call = lock_call(actor, call_id, now)
    except NotFound:
        raise NotFound("There is no such follow-up.") from None
    follow_up = FollowUp.objects.get(pk=follow_up_id)
    if follow_up.closed_at is not None:
        raise FollowUpClosed(
            f"This follow-up was closed as {follow_up.get_result_display().lower()}"
            f" at {call.center.local(follow_up.closed_at):%Y-%m-%d %H:%M}."
        )
    return follow_up, call


def _record(kind: Any, follow_up: FollowUp, call: Call) -> None:
    record(kind, center_id=call.center_id, call_id=call.pk, refs={"follow_up_id": follow_up.pk})


def run_follow_up(follow_up_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: the time to reach the person is over."""
    perform(mark_overdue, actor=None, position="", source=source, now=now, follow_up_id=follow_up_id)


def mark_overdue(*, actor: None, now: datetime, follow_up_id: int) -> dict[str, Any]:
    """Stamp an open follow-up as overdue, once; the list and the boards of CARE show it."""
    call_id = FollowUp.objects.values_list("call_id", flat=True).get(pk=follow_up_id)
    call = Call.objects.select_for_update().get(pk=call_id)
    follow_up = FollowUp.objects.get(pk=follow_up_id)
    finish(FOLLOW_UP, follow_up_id)
    if follow_up.closed_at is None and follow_up.overdue_at is None:
        write(follow_up, overdue_at=now)
        _record(kinds.FOLLOW_UP_OVERDUE, follow_up, call)
    return {"follow_up_id": follow_up_id}


def follow_up_gave_up(follow_up_id: int, attempts: int, error: str, now: datetime) -> None:
    """Nothing more to do: the row stays due and the list of follow-ups goes by its own time."""
