"""The ledger of unmet demand: how many calls asked for CARE, what became of each, and the calls behind the numbers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform

from calls.codes import words_of
from calls.models import Assignment, Call, Code, Unmet
from calls.unmet import BY_PHONE, IN_PERSON, NOBODY_WANTED, STILL_OWED
from care_dispatch.access import Role
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import Discipline, User
from teams.selectors import center_id_of

SHOWN_DAYS = 28
LISTED = 500
OWED = "owed"


def ledger(
    user: User,
    now: datetime,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    reason: str = "",
    level: int | None = None,
    area: str = "",
    hour: int | None = None,
    listed: int = LISTED,
) -> dict[str, Any]:
    """Calls received in a time (four weeks when none is named), and what became of those CARE did not get.

    calls = eligible + by_phone + ineligible + not_triaged: a call that was never judged is none of the others.
    eligible = met + the sum of the reasons + not_wanted + open. Eligible is a call that asked for CARE in person, at
    level 4 too: by triage, by hand, or when others were sent without. Met: a CARE team was sent, or a clinician ended
    it by phone. Not wanted: a duplicate, or cancelled or given to 988 before anybody was sent without CARE. ``rows``:
    those with a row, narrowed by ``reason`` (owed: none yet), ``level``, ``area``, ``hour``; the numbers are of all. ``bypassed``: units
    sent in the place of those recommended, by reason.
    """
    if user.role != Role.SUPERVISOR:
        raise Forbidden("The ledger of unmet demand is for supervisors.")
    end = until or now
    start = since or ahead(end, -SHOWN_DAYS)
    if start >= end:
        raise Invalid("until: the end of a period is after its beginning.")
    center_id = center_id_of(user)
    calls = Call.objects.filter(center_id=center_id, received_at__gte=start, received_at__lt=end)
    rows = Unmet.objects.filter(call__in=calls.values("pk")).select_related("call").order_by("-noted_at", "-pk")
    wanted = {"reason": "" if reason == OWED else reason or None, "level": level, "area": area or None, "hour": hour}
    found = rows.filter(**{name: value for name, value in wanted.items() if value is not None})
    if reason == OWED:
        found = found.filter(STILL_OWED)
    return {
        "received_from": start.isoformat(),
        "received_to": end.isoformat(),
        **_counts(calls, words_of(center_id)[Code.List.NOT_SENT]),
        "bypassed": _bypassed(calls),
        "found": found.count(),
        "rows": [_row(row) for row in found[:listed]],
        "areas": list(rows.order_by("area").exclude(area="").values_list("area", flat=True).distinct()),
    }


def ahead(at: datetime, days: int) -> datetime:
    """So many days from then, at the same local time; refused where the calendar ends."""
    try:
        return at + timedelta(days=days)
    except OverflowError:
        raise Invalid("The calendar has no such day; choose a time of this century.") from None


def _counts(calls: QuerySet[Call], labels: Mapping[str, str]) -> dict[str, Any]:
    became: dict[tuple[str, str], int] = {
        (one["kind"], one["end"]): one["count"]
        for one in calls.alias(**_KIND).annotate(kind=_kind(), end=_end()).order_by().values("kind", "end")
        .annotate(count=Count("pk"))
    }  # fmt: skip
    of_kind = {kind: _sum(became, kind) for kind in ("eligible", "by_phone", "ineligible", "not_triaged")}
    ends = {end: count for (kind, end), count in became.items() if kind == "eligible"}
    settled = {name: ends.pop(name, 0) for name in ("met", "not_wanted", "open")}
    reasons = {end.removeprefix("unmet:"): count for end, count in ends.items()}
    return {
        "calls": sum(became.values()),
        **of_kind,
        **settled,
        "unmet": sum(reasons.values()),
        "reasons": [
            {"reason": reason, "label": labels.get(reason, "Not said yet"), "count": count}
            for reason, count in sorted(reasons.items(), key=lambda pair: -pair[1])
        ],
    }


def _bypassed(calls: QuerySet[Call]) -> list[dict[str, Any]]:
    """Units sent in the place of the one recommended first, by reason; the most frequent first."""
    rows = Assignment.objects.filter(call__in=calls.values("pk")).exclude(bypass="")
    counts = rows.order_by().values_list("bypass").annotate(count=Count("pk")).order_by("-count", "bypass")
    return [{"reason": code, "label": Assignment.Bypass(code).label, "count": count} for code, count in counts]


def _sum(became: Mapping[tuple[str, str], int], kind: str) -> int:
    return sum(count for (one, _), count in became.items() if one == kind)


_KIND = {
    "told": KeyTextTransform("eligible", "verdict__proof"),
    "noted": Exists(Unmet.objects.filter(call=OuterRef("pk"))),
}
_JUDGED = ~Q(response="") & ~Q(response__in=BY_PHONE) & Q(services__contains=[Discipline.CARE.value])


def _kind() -> Case:
    """The four that every call is one of; the same as ``unmet.asked_for_care``, and whoever has a row did ask."""
    return Case(
        When(_JUDGED | Q(mode_override__in=IN_PERSON) | Q(noted=True), then=Value("eligible")),
        When(Q(verdict__isnull=True) | Q(told="not_triaged"), then=Value("not_triaged")),
        When(response__in=BY_PHONE, then=Value("by_phone")),
        default=Value("ineligible"),
        output_field=CharField(),
    )


def _end() -> Case:
    sent = Assignment.objects.filter(call=OuterRef("pk"), unit__discipline=Discipline.CARE)
    # Others that have gone, or a step taken instead, were a demand, whatever the call came to be closed as.
    nobody_wanted = Q(closed_as=Call.ClosedAs.DUPLICATE) | Q(closed_as__in=NOBODY_WANTED, noted=False)
    return Case(
        When(Exists(sent) | Q(unmet__met_at__isnull=False), then=Value("met")),
        When(~Q(status=Call.Status.CLOSED), then=Value("open")),
        When(nobody_wanted, then=Value("not_wanted")),
        *(When(unmet__reason=reason, then=Value(f"unmet:{reason}")) for reason in Call.NotSent.values),
        default=Value("unmet:"),
        output_field=CharField(),
    )


def _row(row: Unmet) -> dict[str, Any]:
    names = ("call_id", "reason", "level", "area", "hour", "instead", "waited_seconds")
    return {name: getattr(row, name) for name in names} | {
        "number": str(row.call),
        "open": row.call.status != Call.Status.CLOSED,
        "noted_at": row.noted_at.isoformat(),
        "met_at": row.met_at.isoformat() if row.met_at else None,
    }
