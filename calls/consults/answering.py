"""A clinician takes the question: the first one, and everybody else reads who it was."""

from datetime import datetime
from typing import Any

from calls.consults import kinds
from calls.consults.fetch import ended, lock_consult
from calls.consults.offering import stop_clock
from calls.fetch import may_report, own_unit_ids
from calls.models import Assignment, Consult
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.log import write
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams.models import Discipline, Shift, Unit, User
from teams.selectors import center_id_of


class ConsultAnswered(Conflict):
    """Somebody took it already; the message says who and when."""

    code = "consult_answered"


class NotSentThere(Conflict):
    """At the scene a unit answers that dispatch has sent: no consult is a way around the send and its safety gate."""

    code = "not_sent_there"


def answer_consult(*, actor: User, now: datetime, consult_id: int, unit_id: int | None = None) -> dict[str, Any]:
    """A clinician takes the question, as the unit they are on. A dispatcher names the CARE unit that took it."""
    consult = lock_consult(actor, consult_id, now)
    if actor.role == Role.CLINICIAN:
        unit_id = unit_id or next(iter(own_unit_ids(actor, now)), None)
    elif actor.role not in DISPATCH_ROLES:
        raise Forbidden("CARE answers consults; dispatch may record it for them.")
    elif unit_id is None:
        raise Invalid("Name the CARE unit that answers.")
    if consult.ended_at is not None:
        raise ended(consult)
    if consult.answered_at is not None:
        unit = consult.answering_unit
        by = unit.callsign if unit else consult.answered_by.username if consult.answered_by else "somebody"
        raise ConsultAnswered(f"{by} answered at {consult.center.local(consult.answered_at):%H:%M:%S}.")
    unit = _care_unit(actor, unit_id, now) if unit_id is not None else None
    if consult.mode == Consult.Mode.SCENE:
        _must_be_sent(consult, unit)
    write(consult, answered_at=now, answered_by=_answers(actor, unit, now), answering_unit=unit)
    stop_clock(consult, now, consult.answered_by)
    kinds.record_consult(kinds.CONSULT_ANSWERED, consult, unit)
    return {"consult_id": consult.pk}


def _answers(actor: User, unit: Unit | None, now: datetime) -> User:
    """The clinician aboard the unit a dispatcher names; who writes it down when nobody is known."""
    if actor.role == Role.CLINICIAN or unit is None:
        return actor
    aboard = Shift.objects.filter(unit=unit, during__contains=now, duty=Shift.Duty.CLINICIAN)
    shift = aboard.select_related("user").order_by("pk").first()
    return shift.user if shift else actor


def _care_unit(actor: User, unit_id: int, now: datetime) -> Unit:
    unit = Unit.objects.filter(pk=unit_id, center_id=center_id_of(actor), retired=False).first()
    if unit is None:
        raise NotFound("There is no such unit.")
    may_report(actor, unit, now)
    if unit.discipline != Discipline.CARE:
        raise Invalid(f"{unit.callsign} is not a CARE unit.")
    return unit


def _must_be_sent(consult: Consult, unit: Unit | None) -> None:
    if unit is None or not Assignment.objects.open().filter(call=consult.call_id, unit=unit).exists():
        name = unit.callsign if unit else "a CARE unit"
        number = consult.call.number if consult.call else ""
        raise NotSentThere(f"They ask CARE to come: dispatch sends {name} to call {number} first.")
