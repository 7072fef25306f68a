"""Reads of consults: permission at the fetch, the advice for CARE alone."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from calls.consult_counts import Row, counts
from calls.consults.face import consult_face, with_related
from calls.consults.fetch import readable
from calls.fetch import may_open
from calls.models import Assignment, Call, Consult, ConsultPolicy
from care_dispatch.access import Role, Tier, sees, tier_of
from care_dispatch.refusal import Forbidden, NotFound
from teams.models import Discipline, User
from teams.selectors import center_id_of

LIST_LIMIT = 200
COUNTED = timedelta(days=30)
# Not over yet: nobody has ended it, or the requester was to say what came of it and has not.
OPEN = Q(ended_at__isnull=True) | Q(confirm_reminded_at__isnull=False, confirmed_at__isnull=True)


def consults(user: User, now: datetime, call_id: int | None = None) -> list[dict[str, Any]]:
    """Consults not over yet, oldest first; with ``call_id`` all of that call. The advice only for CARE.

    Who asked sees what they were told as soon as it has ended, until they have said what came of it.
    """
    rows = Consult.objects.filter(readable(user, now))
    tier = tier_of(user.role)
    if call_id is None:
        asks = tier in (Tier.FIELD, Tier.PARTNER)
        rows = rows.filter(OPEN | Q(answered_at__isnull=False, confirmed_at__isnull=True) if asks else OPEN)
    else:
        call = Call.objects.filter(pk=call_id).first()
        if call is None or not may_open(user, call, now):
            raise NotFound("There is no such call.")
        rows = rows.filter(call=call)
    advised = sees(tier, "advice")
    return [
        consult_face(row) | {"id": row.pk} | ({"advice": row.advice} if advised else {})
        for row in with_related(rows).order_by("asked_at", "pk")[:LIST_LIMIT]
    ]


def consult_counts(user: User, now: datetime, since: datetime | None, until: datetime | None) -> dict[str, Any]:
    """What the consults asked from ``since`` (else the last thirty days) to ``until`` came to; for a supervisor."""
    if user.role != Role.SUPERVISOR:
        raise Forbidden("A supervisor sees what consults come to.")
    until = until or now
    since = since or until - COUNTED
    center_id = center_id_of(user)
    sent = Assignment.objects.filter(
        call=OuterRef("call"), unit__discipline=Discipline.CARE, dispatched_at__gte=OuterRef("asked_at")
    )
    asked = Consult.objects.filter(center_id=center_id, asked_at__gte=since, asked_at__lt=until)
    asked = asked.annotate(care_sent=Exists(sent), agency=F("requester_agency__code"))
    rows = [
        Row(
            requester=consult.requester_kind,
            agency=consult.agency or "",
            question=consult.question,
            asked_at=consult.asked_at,
            answered_at=consult.answered_at,
            ended_at=consult.ended_at,
            result=consult.result,
            confirmation=consult.confirmation,
            unit_sent=consult.care_sent or consult.dispatched_at is not None,
        )
        for consult in asked
    ]
    policy = ConsultPolicy.objects.filter(center_id=center_id).first() or ConsultPolicy()
    asked_between = {"from": since.isoformat(), "to": until.isoformat()}
    return asked_between | counts(rows, unit_minutes=policy.spared_unit_minutes)
