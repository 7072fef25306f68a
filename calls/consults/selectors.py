"""Reads of consults: permission at the fetch, the advice for CARE alone."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from calls.consults.face import consult_face, with_related
from calls.consults.fetch import readable
from calls.fetch import may_open
from calls.models import Call, Consult
from care_dispatch.access import Tier, sees, tier_of
from care_dispatch.refusal import NotFound
from teams.models import User

LIST_LIMIT = 200
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
