"""The end of a consult, with words for the requester, and later what the requester says came of it."""

import logging
from datetime import datetime, timedelta
from typing import Any

from calls.consults import kinds
from calls.consults.fetch import ended, lock_consult
from calls.consults.offering import stop_clock
from calls.models import Consult, ConsultPolicy
from care_dispatch.access import DISPATCH_ROLES, Role, sees, tier_of
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, write
from care_dispatch.refusal import Conflict, Forbidden, Invalid
from teams.models import User

logger = logging.getLogger(__name__)

CONFIRM = "consult_confirm"


class NotYetAnswered(Conflict):
    code = "not_yet_answered"


class NotCovered(Conflict):
    """The facts ask for somebody who is not there; the answer lists what is missing."""

    code = "not_covered"


class AlreadyConfirmed(Conflict):
    code = "already_confirmed"


class NotEnded(Conflict):
    code = "not_ended"


def end_consult(
    *,
    actor: User,
    now: datetime,
    consult_id: int,
    result: str,
    advice_type: str = "",
    recommendation: str = "",
    advice: str = "",
    uncovered_reason: str = "",
) -> dict[str, Any]:
    """End a consult with what came of it. ``recommendation`` is what the requester was told, in plain words they may read.

    ``advice`` is clinical: CARE writes it and CARE reads it. Nobody answered yet: the requester may still have managed
    alone, and only that. While a danger is not covered it becomes a dispatch, or it is said why not.
    """
    consult = lock_consult(actor, consult_id, now)
    if actor.role != Role.CLINICIAN and actor.role not in DISPATCH_ROLES:
        raise Forbidden("CARE ends consults; dispatch may record it for them.")
    if advice and not sees(tier_of(actor.role), "advice"):
        raise Forbidden("Only CARE writes the advice; leave it out.")
    if consult.ended_at is not None:
        raise ended(consult)
    if consult.answered_at is None and result != Consult.Result.REQUESTER_HANDLED:
        raise NotYetAnswered("Nobody has answered this consult yet; answer it first.")
    if consult.answered_at is not None and not (advice_type and recommendation.strip()):
        raise Invalid("Say what kind of advice it was and, in plain words, what the requester was told.")
    if advice and not advice_type:
        raise Invalid("Say what kind of advice it is.")
    missing = [need["text"] for need in consult.proof.get("missing", [])]
    if missing and consult.dispatched_at is None and not uncovered_reason:
        raise NotCovered(f"{' '.join(missing)} Make it a call, or say why nobody is sent.", missing=missing)
    write(
        consult, ended_at=now, result=result, advice_type=advice_type, recommendation=recommendation.strip(),
        advice=advice, uncovered_reason=uncovered_reason if missing else "",
    )  # fmt: skip
    stop_clock(consult, now)
    if consult.answered_at is not None and consult.center.timers_run:
        schedule(CONFIRM, consult.pk, due_at=now + _confirm_after(consult.center_id), now=now)
    kinds.record_consult(kinds.CONSULT_ENDED, consult, consult.answering_unit)
    return {"consult_id": consult.pk}


def _confirm_after(center_id: int) -> timedelta:
    policy = ConsultPolicy.objects.filter(center_id=center_id).first() or ConsultPolicy()
    return timedelta(hours=policy.confirm_after_hours)


def confirm_outcome(*, actor: User, now: datetime, consult_id: int, confirmation: str) -> dict[str, Any]:
    """What the requester says came of it: they themselves, or dispatch for them. CARE does not mark its own work."""
    consult = lock_consult(actor, consult_id, now)
    if actor.role not in DISPATCH_ROLES | {Role.OFFICER, Role.PARTNER}:
        raise Forbidden("The requester says what came of it; dispatch may record it for them.")
    if consult.ended_at is None:
        raise NotEnded("This consult goes on; end it first.")
    if consult.confirmed_at is not None:
        at = f"{consult.center.local(consult.confirmed_at):%d %b %H:%M}"
        raise AlreadyConfirmed(f"It was confirmed on {at}: {consult.get_confirmation_display().lower()}.")
    write(consult, confirmed_at=now, confirmed_by=actor, confirmation=confirmation)
    finish(CONFIRM, consult.pk)
    kinds.record_consult(kinds.CONSULT_CONFIRMED, consult, consult.requester_unit)
    return {"consult_id": consult.pk}


def run_confirm(consult_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: the requester has not said yet what came of it."""
    perform(remind_to_confirm, actor=None, position="", source=source, now=now, consult_id=consult_id)


def remind_to_confirm(*, actor: None, now: datetime, consult_id: int) -> dict[str, Any]:
    """Put the consult back on the board until somebody has asked: a line to work off, no alarm."""
    consult = lock_consult(None, consult_id, now)
    finish(CONFIRM, consult_id)
    if consult.confirmed_at is None and consult.confirm_reminded_at is None:
        write(consult, confirm_reminded_at=now)
        kinds.record_consult(kinds.CONSULT_CONFIRM_DUE, consult)
    return {"consult_id": consult_id}


def confirm_gave_up(consult_id: int, attempts: int, error: str, now: datetime) -> None:
    """The counts show it as not confirmed; the log line is all there is to add."""
    logger.error("consult %s could not be put back to be confirmed after %s attempts: %s", consult_id, attempts, error)
