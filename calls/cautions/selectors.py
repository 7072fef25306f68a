"""Reads of cautions: the center's, those that end soon first, and those a crew's call shows."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from calls.faces import iso
from calls.models import Caution, CautionOnCall
from care_dispatch.access import DISPATCH_ROLES
from care_dispatch.refusal import Forbidden
from teams.models import User
from teams.selectors import center_id_of

SOON = timedelta(days=14)
LIST_LIMIT = 500


def cautions(user: User, now: datetime) -> list[dict[str, Any]]:
    """Those that stand in the user's center, the next to expire first; ``soon`` asks for a review."""
    if user.role not in DISPATCH_ROLES:
        raise Forbidden("The list of cautions is for dispatchers and supervisors; a call shows its own.")
    rows = Caution.objects.filter(center_id=center_id_of(user), ended_at__isnull=True, expires_at__gt=now)
    shown = Count("on_calls", filter=Q(on_calls__gone_at__isnull=True))
    rows = rows.select_related("entered_by", "reviewed_by").annotate(shown=shown)
    return [_listed(row, now) for row in rows.order_by("expires_at", "pk")[:LIST_LIMIT]]


def _listed(row: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": row.pk,
        "severity": row.severity,
        "text": row.text,
        "source": row.source,
        "evidence": row.evidence,
        "place": row.place,
        "unit": row.premise_unit,
        "phone": row.phone,
        "entered_at": iso(row.entered_at),
        "entered_by": row.entered_by.username if row.entered_by else "",
        "reviewed_at": iso(row.reviewed_at),
        "expires_at": iso(row.expires_at),
        "soon": row.expires_at - now <= SOON,
        "calls": row.shown,
    }


def shown_on(*calls: int) -> QuerySet[CautionOnCall]:
    """What these calls show now, the gravest first."""
    order = Case(*(When(caution__severity=value, then=Value(n)) for n, value in enumerate(Caution.Severity.values)),
                 output_field=IntegerField())  # fmt: skip
    rows = CautionOnCall.objects.filter(call__in=calls, gone_at__isnull=True).select_related("caution", "call")
    return rows.order_by(order, "pk")
