"""Fetch with permission: who reads a consult, and the consult locked after its call."""

from datetime import datetime

from django.db.models import Q

from calls.fetch import lock_call
from calls.models import Consult
from care_dispatch.access import Role, Tier, tier_of
from care_dispatch.refusal import Conflict, NotFound
from teams.models import Shift, User
from teams.selectors import center_id_of

NO_CONSULT = "There is no such consult."


class ConsultEnded(Conflict):
    code = "consult_ended"


def readable(user: User, now: datetime) -> Q:
    """Dispatch and CARE read every consult of their center, an officer the own unit's, a partner the own agency's.

    As with calls, a crew reads what its unit asked and has not done with, or ended since its shift began.
    """
    readable = Q(center_id=center_id_of(user))
    if tier_of(user.role) in (Tier.DISPATCH, Tier.CARE):
        return readable
    if user.role == Role.PARTNER:
        return readable & Q(requester_agency__isnull=False, requester_agency=user.agency_id)
    mine = Q(pk__in=[])
    for unit_id, during in Shift.objects.filter(user=user, during__contains=now).values_list("unit_id", "during"):
        mine |= Q(requester_unit=unit_id) & (Q(ended_at__isnull=True) | Q(ended_at__gte=during.lower))
        mine |= Q(asked_by=user)
    return readable & mine


def lock_consult(actor: User | None, consult_id: int, now: datetime, *, also_call: int | None = None) -> Consult:
    """The consult, locked after its call and ``also_call``; ``actor`` None is the system itself."""
    seen = Consult.objects.filter(readable(actor, now) if actor else Q(), pk=consult_id)
    found = seen.values_list("call_id").first()
    if found is None:
        raise NotFound(NO_CONSULT)
    if also_call is not None:
        lock_call(actor, min(also_call, found[0] or also_call), now)
        lock_call(actor, max(also_call, found[0] or also_call), now)
    elif found[0] is not None:
        lock_call(None, found[0], now)  # who reads the consult need not read its call
    return Consult.objects.select_for_update(of=("self",)).select_related(
        "answering_unit", "answered_by", "center", "requester_unit", "requester_agency"
    ).get(pk=consult_id)  # fmt: skip


def ended(consult: Consult) -> ConsultEnded:
    at = f" at {consult.center.local(consult.ended_at):%H:%M:%S}" if consult.ended_at else ""
    return ConsultEnded(f"This consult ended{at}: {consult.get_result_display().lower()}.")


def who_asks(consult: Consult) -> str:
    """The one name a consult has: the unit that asks, else its agency, else its kind."""
    if consult.requester_unit:
        return consult.requester_unit.callsign
    return consult.requester_agency.code if consult.requester_agency else consult.get_requester_kind_display()
