"""The answer clock: one clinician after another is asked to answer, then the supervisor hears of it."""

import logging
from datetime import datetime
from typing import Any

from django.db.models import Count, Max

from calls.alerts import end_cause, escalate, raise_alert
from calls.clocks import Clock, Late
from calls.consults import kinds
from calls.consults.fetch import ended, lock_consult, who_asks
from calls.consults.routing import Clinician, next_clinician, next_look
from calls.limits import limit_of
from calls.models import Alert, Consult, ConsultOffer
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import perform, write
from care_dispatch.refusal import Conflict, Forbidden
from teams.aboard import clinicians
from teams.models import Discipline, Shift, User

logger = logging.getLogger(__name__)

CLOCK = "consult"


class NotOffered(Conflict):
    """Only who is asked now can pass; the message says who is."""

    code = "not_offered"


def start_clock(consult: Consult, now: datetime) -> None:
    """Ask the first clinician; from here on the clock asks the next."""
    _ask_somebody(consult, now)
    _look_again(consult, now)


def pass_consult(*, actor: User, now: datetime, consult_id: int, reason: str) -> dict[str, Any]:
    """The clinician who is asked cannot answer: the next is asked at once. Dispatch may say it for them."""
    consult = lock_consult(actor, consult_id, now)
    if actor.role not in DISPATCH_ROLES | {Role.CLINICIAN}:
        raise Forbidden("Who is asked passes a consult on; dispatch may say it for them.")
    if consult.ended_at is not None:
        raise ended(consult)
    offer = open_offer(consult)
    if consult.answered_at is not None or offer is None or actor.role == Role.CLINICIAN and offer.user_id != actor.pk:
        asked = f"; {offer.unit.callsign} is asked" if offer else ""
        raise NotOffered(f"This consult is not offered to you now{asked}.")
    _end_offer(offer, ConsultOffer.End.PASSED, now, reason=reason)
    kinds.record_consult(kinds.CONSULT_PASSED, consult, offer.unit)
    _ask_somebody(consult, now)
    _look_again(consult, now)
    return {"consult_id": consult.pk}


def run_clock(consult_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a consult's time has moved on."""
    perform(move_clock, actor=None, position="", source=source, now=now, consult_id=consult_id)


def move_clock(*, actor: None, now: datetime, consult_id: int) -> dict[str, Any]:
    """Warn, call it overdue, ask the next: what is due by now and not yet done, so that it may run twice."""
    consult = lock_consult(None, consult_id, now)
    if consult.answered_at is not None or consult.ended_at is not None:
        finish(CLOCK, consult_id)
        return {"consult_id": consult_id}
    limit = limit_of(consult.center_id, Clock.CONSULT)
    reached = limit.late((now - consult.asked_at).total_seconds())
    late: dict[str, Any] = {}
    if reached >= Late.WARN and consult.warned_at is None:
        late["warned_at"] = now
    if reached >= Late.OVERDUE and consult.overdue_at is None:
        late["overdue_at"] = now
    if late:
        write(consult, **late)
        kinds.record_consult(kinds.CONSULT_LATE, consult)
    offer = open_offer(consult)
    if offer and limit.late((now - offer.offered_at).total_seconds()) == Late.ESCALATED:
        _end_offer(offer, ConsultOffer.End.LATE, now)
        kinds.record_consult(kinds.CONSULT_NOT_TAKEN, consult, offer.unit)
        offer = None
    if offer is None:
        _ask_somebody(consult, now)
    _look_again(consult, now)
    return {"consult_id": consult_id}


def clock_gave_up(consult_id: int, attempts: int, error: str, now: datetime) -> None:
    """Nobody is asked any more and nothing is called late: the floor has to hear of it."""
    logger.error("the clock of consult %s could not be moved after %s attempts: %s", consult_id, attempts, error)
    perform(clock_failed, actor=None, position="", source="sweep", now=now, consult_id=consult_id)


def clock_failed(*, actor: None, now: datetime, consult_id: int) -> dict[str, Any]:
    consult = lock_consult(None, consult_id, now)
    if consult.answered_at is None and consult.ended_at is None:
        text = f"The clock of the consult of {who_asks(consult)} does not run: find a clinician by radio"
        _raise(consult, text, now)
    return {"consult_id": consult_id}


def stop_clock(consult: Consult, now: datetime, taken_by: User | None = None) -> None:
    """Answered or ended: nobody is asked any more, and the supervisor need not be told."""
    finish(CLOCK, consult.pk)
    if offer := open_offer(consult):
        taken = taken_by is not None and offer.user_id == taken_by.pk
        _end_offer(offer, ConsultOffer.End.TAKEN if taken else ConsultOffer.End.OVER, now)
    end_cause(consult.center_id, _cause(consult), now)


def open_offer(consult: Consult) -> ConsultOffer | None:
    return consult.offers.filter(ended_at__isnull=True).select_related("unit").first()


def _end_offer(offer: ConsultOffer, end: str, now: datetime, *, reason: str = "") -> None:
    write(offer, ended_at=now, end=end, pass_reason=reason)


def _ask_somebody(consult: Consult, now: datetime) -> None:
    """Offer it to the next clinician. After all of them, or with nobody on duty, the supervisor is told, once.

    At the scene a unit has to come: dispatch sends it, and what is late is the sending.
    """
    found = None if consult.mode == Consult.Mode.SCENE else next_clinician(_clinicians(consult, now), consult.language)
    if found is not None:
        offer = ConsultOffer.objects.create(
            consult=consult, user_id=found.user_id, unit_id=found.unit_id, offered_at=now
        )
        kinds.record_consult(kinds.CONSULT_OFFERED, consult, offer.unit)
    elif consult.mode != Consult.Mode.SCENE or consult.overdue_at is not None:
        _tell_supervisor(consult, now)


def _clinicians(consult: Consult, now: datetime) -> list[Clinician]:
    """Clinicians on duty with a CARE unit who were not asked yet, with how busy each has been."""
    on_duty = Shift.objects.filter(
        during__contains=now, duty=Shift.Duty.CLINICIAN, user__role=Role.CLINICIAN, user__is_active=True,
        unit__discipline=Discipline.CARE, unit__retired=False, unit__center_id=consult.center_id,
    )  # fmt: skip
    shifts = list(on_duty.exclude(user__in=consult.offers.values("user")).select_related("unit"))
    licensed = clinicians({shift.unit_id for shift in shifts}, now)
    shifts = [shift for shift in shifts if shift.user_id in licensed]
    began = {shift.user_id: shift.during.lower or consult.asked_at for shift in shifts}
    answered = Consult.objects.filter(center_id=consult.center_id, answered_by__in=began)
    spoke = answered.filter(answered_at__gte=min(began.values(), default=now)).values_list("answered_by")
    count = {user_id: (number, ended_at) for user_id, number, ended_at in spoke.annotate(Count("pk"), Max("ended_at"))}
    talking = set(answered.filter(ended_at__isnull=True).values_list("answered_by", flat=True))
    asked = set(ConsultOffer.objects.filter(ended_at__isnull=True).values_list("user", flat=True))
    return [
        Clinician(
            user_id=shift.user_id,
            unit_id=shift.unit_id,
            unit_status=shift.unit.status,
            languages=shift.unit.languages,
            answered=count.get(shift.user_id, (0, None))[0],
            idle_since=count.get(shift.user_id, (0, None))[1] or began[shift.user_id],
            asked_now=shift.user_id in asked,
            talking=shift.user_id in talking,
        )
        for shift in shifts
    ]


def _tell_supervisor(consult: Consult, now: datetime) -> None:
    """One alert for the whole consult: acknowledged it stays, quietly, until somebody answers."""
    if not consult.center.timers_run:
        return
    nobody = "no CARE unit is sent to" if consult.mode == Consult.Mode.SCENE else "no clinician answers"
    at = f"{consult.center.local(consult.asked_at):%H:%M:%S}"
    text = f"Consult asked at {at}: {nobody} {who_asks(consult)} ({consult.get_question_display().lower()})"
    escalate(_raise(consult, text, now), Alert.EscalatedTo.SUPERVISOR, now)


def _raise(consult: Consult, text: str, now: datetime) -> Alert:
    return raise_alert(
        center=consult.center, kind=Alert.Kind.CONSULT_UNANSWERED, text=text, now=now, call=consult.call,
        cause=_cause(consult), stands=True,
    )  # fmt: skip


def _cause(consult: Consult) -> str:
    return f"consult:{consult.pk}"


def _look_again(consult: Consult, now: datetime) -> None:
    if consult.center.timers_run:
        offer = open_offer(consult)
        limit = limit_of(consult.center_id, Clock.CONSULT)
        due_at = next_look(limit, consult.asked_at, offer.offered_at if offer else None, now)
        schedule(CLOCK, consult.pk, due_at=due_at, now=now)
