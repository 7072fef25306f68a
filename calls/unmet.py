"""Demand nobody met: every call that asked for CARE in person and ended without, why, and what was done instead."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.fields.json import KeyTextTransform

from calls.fetch import NO_CALL
from calls.models import Call, Unmet
from calls.partners import services_asked
from care_dispatch.access import Role
from care_dispatch.log import EventKind, record, register_kinds, write
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from teams.models import Discipline, User
from teams.selectors import center_id_of

UNMET_NOTED = EventKind("unmet.noted", refs=frozenset({"unmet_id", "reason"}))
UNMET_EXPLAINED = EventKind("unmet.explained", refs=frozenset({"unmet_id", "reason"}))
UNMET_MET = EventKind("unmet.met", refs=frozenset({"unmet_id"}))
register_kinds([UNMET_NOTED, UNMET_EXPLAINED, UNMET_MET])

# Where a call ends so, nobody was wanted any more, or another call stands for it.
_NOBODY_WANTED = (Call.ClosedAs.CANCELLED, Call.ClosedAs.DUPLICATE, Call.ClosedAs.TRANSFERRED_988)
_BY_PHONE = (Call.Response.PHONE, Call.Response.CONSULT, Call.Response.STANDARD)
SHOWN_DAYS = 28
LISTED = 500


class NothingOwed(Conflict):
    code = "nothing_owed"


def care_never_sent(call: Call, closed_as: str) -> bool:
    """Whether a call that ends so asked for CARE in person, and no team was ever sent."""
    response = call.mode_override or call.response
    if closed_as in _NOBODY_WANTED or not response or response in _BY_PHONE or "care" not in services_asked(call):
        return False
    return not call.assignments.filter(unit__discipline=Discipline.CARE).exists()


def require_why(call: Call, closed_as: str, reason: str) -> None:
    """A person who closes such a call says why CARE did not go; the list of reasons is closed, so that they count."""
    if not reason and not call.not_sent_reason and care_never_sent(call, closed_as):
        reasons = ", ".join(Call.NotSent.values)
        raise Invalid(f"Call {call.number} asked for CARE and none was sent: say why not: {reasons}.")


def note_unmet(call: Call, closed_as: str, now: datetime) -> None:
    """Part of every end of a call: the row of the ledger; without a reason it is owed."""
    if not care_never_sent(call, closed_as):
        return
    others = call.assignments.exists()
    row, made = Unmet.objects.get_or_create(
        call=call,
        defaults={
            "center_id": call.center_id,
            "noted_at": now,
            "level": call.level,
            "area": call.jurisdiction.code if call.jurisdiction else "",
            "hour": call.center.local(call.received_at).hour,
            "instead": [Unmet.Instead.SENT_WITHOUT if others else Unmet.Instead.CLOSED_WITHOUT],
            "waited_seconds": max(0, round((now - call.received_at).total_seconds())),
            **_why(call.not_sent_reason, now),
        },
    )
    if made:
        _record(UNMET_NOTED, row, reason=row.reason)


def care_came(call: Call, now: datetime) -> None:
    """CARE is sent to a call that had ended without: the row stays, and says that it was met after all."""
    for row in Unmet.objects.select_for_update().filter(call=call, met_at__isnull=True):
        write(row, met_at=now)
        _record(UNMET_MET, row)


def explain_unmet(*, actor: User, now: datetime, call_id: int, reason: str) -> dict[str, Any]:
    """Say afterwards why CARE did not go; the last unit to leave asks nobody."""
    if actor.role not in (Role.DISPATCHER, Role.SUPERVISOR):
        raise Forbidden("Only a dispatcher or supervisor says why CARE was not sent.")
    if reason not in Call.NotSent:
        raise Invalid(f"Give one of {', '.join(Call.NotSent.values)}.")
    if not Call.objects.filter(pk=call_id, center_id=center_id_of(actor)).exists():
        raise NotFound(NO_CALL)
    row = Unmet.objects.select_for_update().filter(call_id=call_id).first()
    if row is None:
        raise NothingOwed("CARE was sent to this call, it is still open, or nobody asked for CARE.")
    write(row, **_why(reason, now), reason_by=actor)
    _record(UNMET_EXPLAINED, row, reason=reason)
    return {"unmet_id": row.pk, "call_id": call_id}


def _why(reason: str, now: datetime) -> dict[str, Any]:
    return {"reason": reason, "reason_at": now if reason else None}


def _record(kind: EventKind, row: Unmet, **refs: Any) -> None:
    record(kind, center_id=row.center_id, call_id=row.call_id, refs={"unmet_id": row.pk, **refs})


# --- reading -----------------------------------------------------------------------------------------
def ledger(
    user: User, now: datetime, *, since: datetime | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """Calls received in a time (four weeks when none is named): eligible, and what became of those CARE did not get.

    eligible, ineligible and not_triaged are three values: a call that was never judged is none of the other two.
    """
    if user.role != Role.SUPERVISOR:
        raise Forbidden("The ledger of unmet demand is for supervisors.")
    end = until or now
    start = since or end - timedelta(days=SHOWN_DAYS)
    if start >= end:
        raise Invalid("until: the end of a period is after its beginning.")
    calls = Call.objects.filter(center_id=center_id_of(user), received_at__gte=start, received_at__lt=end)
    told = KeyTextTransform("eligible", "verdict__proof")
    judged = calls.aggregate(
        calls=Count("pk"),
        eligible=Count("pk", filter=Q(pk__in=calls.alias(told=told).filter(told="eligible"))),
        ineligible=Count("pk", filter=Q(pk__in=calls.alias(told=told).filter(told="ineligible"))),
    )
    rows = Unmet.objects.filter(call__in=calls.values("pk")).select_related("call")
    reasons = dict(rows.filter(met_at__isnull=True).order_by().values_list("reason").annotate(Count("pk")))
    labels = dict(Call.NotSent.choices)
    return {
        "received_from": start.isoformat(),
        "received_to": end.isoformat(),
        **judged,
        "not_triaged": judged["calls"] - judged["eligible"] - judged["ineligible"],
        "unmet": sum(reasons.values()),
        "reasons": [
            {"reason": reason, "label": labels.get(reason, "Not said yet"), "count": count}
            for reason, count in sorted(reasons.items(), key=lambda pair: -pair[1])
        ],
        "rows": [_row(row) for row in rows.order_by("-noted_at", "-pk")[:LISTED]],
    }


def _row(row: Unmet) -> dict[str, Any]:
    names = ("call_id", "reason", "level", "area", "hour", "instead", "waited_seconds")
    return {name: getattr(row, name) for name in names} | {
        "number": str(row.call),
        "noted_at": row.noted_at.isoformat(),
        "met_at": row.met_at.isoformat() if row.met_at else None,
    }
