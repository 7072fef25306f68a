"""A consult is asked: by whom, about what, with what is known; the first clinician is asked to answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from calls.consults import kinds
from calls.consults.dispatching import give_facts, make_call
from calls.consults.offering import start_clock
from calls.consults.statements import context, judge, state
from calls.fetch import lock_call, may_report, own_unit_ids
from calls.models import Consult
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import Agency, Unit, User
from teams.selectors import center_id_of

# Asking, answering and ending are voice work: whoever hears it writes it down.
_MAY_ASK = DISPATCH_ROLES | {Role.CLINICIAN, Role.OFFICER, Role.PARTNER}
_OWN_AGENCY = (Role.OFFICER, Role.PARTNER)
Requester = Consult.Requester


def ask_consult(
    *,
    actor: User,
    now: datetime,
    question: str = Consult.Question.GENERAL,
    mode: str = Consult.Mode.PHONE,
    requester_kind: str = "",
    requester_agency: str = "",
    requester_unit_id: int | None = None,
    call_id: int | None = None,
    facts: Mapping[str, Any] | None = None,
    with_person: Sequence[str] = (),
    **said: str,
) -> dict[str, Any]:
    """Ask CARE. An officer asks for the own unit and agency, a partner for the own agency; dispatch and CARE name who asks.

    ``said``: details, location, language. Nobody is named: who it is about has no place here. At the scene means that
    somebody must come: it is a call at once, and CARE is sent to it like to any other.
    """
    if actor.role not in _MAY_ASK:
        raise Forbidden("This sign-in does not ask for consults.")
    call = lock_call(actor, call_id, now) if call_id is not None else None
    unit = _requester_unit(actor, requester_unit_id, now)
    agency = _requester_agency(actor, requester_agency, unit)
    consult = Consult.objects.create(
        center_id=center_id_of(actor),
        call=call,
        requester_kind=_requester_kind(actor, requester_kind, agency),
        requester_agency=agency,
        requester_unit=unit,
        asked_by=actor,
        mode=mode,
        question=question,
        with_person=sorted(set(with_person)),
        asked_at=now,
        **said,
    )
    state(consult, context(consult) | dict(facts or {}), actor, now)
    judge(consult, now)
    kinds.record_consult(kinds.CONSULT_ASKED, consult, unit)
    if mode == Consult.Mode.SCENE:
        make_call(consult, call, actor=actor, now=now)
    else:
        give_facts(consult, now)
    start_clock(consult, now)
    return {"consult_id": consult.pk, "call_id": consult.call_id}


def _requester_unit(actor: User, unit_id: int | None, now: datetime) -> Unit | None:
    if unit_id is None and actor.role == Role.OFFICER:
        unit_id = next(iter(own_unit_ids(actor, now)), None)
        if unit_id is None:
            raise Forbidden("You are on no unit; sign on first, or have dispatch ask for you.")
    if unit_id is None:
        return None
    unit = Unit.objects.filter(pk=unit_id, center_id=center_id_of(actor), retired=False).first()
    if unit is None or actor.role == Role.PARTNER and unit.agency_id != actor.agency_id:
        raise NotFound("There is no such unit.")
    if actor.role == Role.OFFICER:
        may_report(actor, unit, now)
    return unit


def _requester_agency(actor: User, code: str, unit: Unit | None) -> Agency | None:
    """The agency that asks; None when only its kind is named: a hospital need not be configured to be heard."""
    own = actor.agency if actor.role in _OWN_AGENCY else None
    if own is None and actor.role == Role.PARTNER:
        raise Forbidden("This sign-in belongs to no agency; have dispatch ask for you.")
    named = Agency.objects.filter(center_id=center_id_of(actor), code=code).first() if code else None
    if code and named is None:
        raise Invalid(f"There is no agency {code!r} in this center.")
    agency = named or (unit.agency if unit else own)
    if agency and (own is not None and agency.pk != own.pk or unit is not None and agency.pk != unit.agency_id):
        raise Invalid("The agency that asks is the one of the unit that asks.")
    return agency


def _requester_kind(actor: User, kind: str, agency: Agency | None) -> str:
    if kind and actor.role not in _OWN_AGENCY:
        return kind
    if agency is None:
        raise Invalid(f"Say who asks: an agency, or one of {', '.join(Requester.values)}.")
    return agency.kind  # the kinds of agency are kinds of requester; only a hospital is no agency's kind
