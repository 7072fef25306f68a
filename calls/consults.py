"""Consults: somebody asks CARE, with a clock from the question to the answer to the end."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from calls import board
from calls.fetch import lock_call, may_open, may_report, own_unit_ids
from calls.models import Call, Consult
from care_dispatch.access import DISPATCH_ROLES, Role, Tier, sees, tier_of
from care_dispatch.log import EventKind, record, register_kinds, write
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams.models import Agency, Discipline, Unit, User
from teams.selectors import center_id_of

_CONSULT = frozenset({"consult_id"})
CONSULT_ASKED = EventKind("consult.asked", refs=_CONSULT)
CONSULT_ANSWERED = EventKind("consult.answered", refs=_CONSULT)
CONSULT_ENDED = EventKind("consult.ended", refs=_CONSULT)
KINDS = [CONSULT_ASKED, CONSULT_ANSWERED, CONSULT_ENDED]
register_kinds(KINDS)

NO_CONSULT = "There is no such consult."
LIST_LIMIT = 200
# Asking, answering and ending are voice work: whoever hears it writes it down.
_MAY_ASK = DISPATCH_ROLES | {Role.CLINICIAN, Role.OFFICER}


class ConsultAnswered(Conflict):
    """Somebody took it already; the message says who and when."""

    code = "consult_answered"


class ConsultEnded(Conflict):
    code = "consult_ended"


class NotYetAnswered(Conflict):
    code = "not_yet_answered"


def ask_consult(
    *,
    actor: User,
    now: datetime,
    question: str,
    mode: str = Consult.Mode.PHONE,
    requester_agency: str = "",
    requester_unit_id: int | None = None,
    call_id: int | None = None,
) -> dict[str, Any]:
    """Ask CARE. An officer asks for the own unit and agency; dispatch and CARE name who asks (``requester_agency``)."""
    if actor.role not in _MAY_ASK:
        raise Forbidden("This sign-in does not ask for consults.")
    call = lock_call(actor, call_id, now) if call_id is not None else None
    unit = _requester_unit(actor, requester_unit_id, now)
    agency = _requester_agency(actor, requester_agency, unit)
    consult = Consult.objects.create(
        center_id=agency.center_id,
        call=call,
        requester_agency=agency,
        requester_unit=unit,
        mode=mode,
        question=question,
        asked_at=now,
    )
    _record(CONSULT_ASKED, consult, unit)
    return {"consult_id": consult.pk}


def _requester_unit(actor: User, unit_id: int | None, now: datetime) -> Unit | None:
    if unit_id is None and actor.role == Role.OFFICER:
        unit_id = next(iter(own_unit_ids(actor, now)), None)
        if unit_id is None:
            raise Forbidden("You are on no unit; sign on first, or have dispatch ask for you.")
    if unit_id is None:
        return None
    unit = Unit.objects.filter(pk=unit_id, center_id=center_id_of(actor), retired=False).first()
    if unit is None:
        raise NotFound("There is no such unit.")
    if actor.role == Role.OFFICER:
        may_report(actor, unit, now)
    return unit


def _requester_agency(actor: User, code: str, unit: Unit | None) -> Agency:
    agencies = Agency.objects.filter(center_id=center_id_of(actor))
    own = actor.agency if actor.role == Role.OFFICER else None
    agency = agencies.filter(code=code).first() if code else unit.agency if unit else own
    if agency is None:
        raise Invalid(f"There is no agency {code!r} in this center." if code else "Say which agency asks.")
    if own is not None and agency.pk != own.pk or unit is not None and agency.pk != unit.agency_id:
        raise Invalid("The agency that asks is the one of the unit that asks.")
    return agency


def answer_consult(*, actor: User, now: datetime, consult_id: int, unit_id: int | None = None) -> dict[str, Any]:
    """A clinician takes the question, as the unit they are on. A dispatcher names the CARE unit that took it."""
    consult = _lock_consult(actor, consult_id, now)
    if actor.role == Role.CLINICIAN:
        unit_id = unit_id or next(iter(own_unit_ids(actor, now)), None)
    elif actor.role not in DISPATCH_ROLES:
        raise Forbidden("CARE answers consults; dispatch may record it for them.")
    elif unit_id is None:
        raise Invalid("Name the CARE unit that answers.")
    if consult.ended_at is not None:
        raise _ended(consult)
    if consult.answered_at is not None:
        unit = consult.answering_unit
        by = unit.callsign if unit else consult.answered_by.username if consult.answered_by else "somebody"
        raise ConsultAnswered(f"{by} answered at {consult.center.local(consult.answered_at):%H:%M:%S}.")
    unit = _care_unit(actor, unit_id, now) if unit_id is not None else None
    write(consult, answered_at=now, answered_by=actor, answering_unit=unit)
    _record(CONSULT_ANSWERED, consult, unit)
    return {"consult_id": consult.pk}


def _care_unit(actor: User, unit_id: int, now: datetime) -> Unit:
    unit = Unit.objects.filter(pk=unit_id, center_id=center_id_of(actor), retired=False).first()
    if unit is None:
        raise NotFound("There is no such unit.")
    may_report(actor, unit, now)
    if unit.discipline != Discipline.CARE:
        raise Invalid(f"{unit.callsign} is not a CARE unit.")
    return unit


def end_consult(*, actor: User, now: datetime, consult_id: int, result: str, advice: str = "") -> dict[str, Any]:
    """End a consult with what came of it. The advice is clinical: CARE writes it and CARE reads it.

    Nobody answered yet: the requester may still have managed alone, and only that.
    """
    consult = _lock_consult(actor, consult_id, now)
    if actor.role != Role.CLINICIAN and actor.role not in DISPATCH_ROLES:
        raise Forbidden("CARE ends consults; dispatch may record it for them.")
    if advice and not sees(tier_of(actor.role), "advice"):
        raise Forbidden("Only CARE writes the advice; leave it out.")
    if consult.ended_at is not None:
        raise _ended(consult)
    if consult.answered_at is None and result != Consult.Result.REQUESTER_HANDLED:
        raise NotYetAnswered("Nobody has answered this consult yet; answer it first.")
    write(consult, ended_at=now, result=result, advice=advice)
    _record(CONSULT_ENDED, consult, consult.answering_unit)
    return {"consult_id": consult.pk}


def _ended(consult: Consult) -> ConsultEnded:
    at = f" at {consult.center.local(consult.ended_at):%H:%M:%S}" if consult.ended_at else ""
    return ConsultEnded(f"This consult ended{at}: {consult.get_result_display().lower()}.")


def _record(kind: EventKind, consult: Consult, unit: Unit | None) -> None:
    record(
        kind, center_id=consult.center_id, call_id=consult.call_id, unit_id=unit.pk if unit else None,
        agency_id=consult.requester_agency_id, refs={"consult_id": consult.pk},
    )  # fmt: skip


def _lock_consult(actor: User, consult_id: int, now: datetime) -> Consult:
    """The consult, locked after its call; an officer reaches those the own unit asked for."""
    found = Consult.objects.filter(readable(actor, now), pk=consult_id).values_list("call_id", flat=True).first()
    if found is None and not Consult.objects.filter(readable(actor, now), pk=consult_id).exists():
        raise NotFound(NO_CONSULT)
    if found is not None:
        Call.objects.select_for_update().get(pk=found)
    return (
        Consult.objects.select_for_update(of=("self",))
        .select_related("answering_unit", "answered_by")
        .get(pk=consult_id)
    )


# --- reads -----------------------------------------------------------------------------------------
def readable(user: User, now: datetime) -> Q:
    """Dispatch and CARE read every consult of their center, an officer those of the own unit."""
    readable = Q(center_id=center_id_of(user))
    if tier_of(user.role) in (Tier.DISPATCH, Tier.CARE):
        return readable
    if user.role == Role.OFFICER:
        return readable & Q(requester_unit__in=own_unit_ids(user, now))
    raise Forbidden("This sign-in does not read consults.")


def consults(user: User, now: datetime, call_id: int | None = None) -> list[dict[str, Any]]:
    """Consults not yet ended, oldest first; with ``call_id`` all of that call. The advice only for CARE."""
    rows = Consult.objects.filter(readable(user, now))
    if call_id is None:
        rows = rows.filter(ended_at__isnull=True)
    else:
        call = Call.objects.filter(pk=call_id).first()
        if call is None or not may_open(user, call, now):
            raise NotFound("There is no such call.")
        rows = rows.filter(call=call)
    related = rows.select_related("call", "requester_agency", "requester_unit", "answering_unit")
    advised = sees(tier_of(user.role), "advice")
    return [
        board.consult_face(row) | {"id": row.pk} | ({"advice": row.advice} if advised else {})
        for row in related.order_by("asked_at", "pk")[:LIST_LIMIT]
    ]
