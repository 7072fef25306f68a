"""What a replay reads back: centers, what is left open, and everything counted."""

from collections.abc import Iterable

from django.db.models import Count, F, Min, Q

from calls.models import Assignment, Call, StageReport, Verdict
from calls.replay.counts import Stored
from teams.models import Center, Unit, User


def user_with_id(user_id: int) -> User:
    return User.objects.get(pk=user_id)


def free_unit_ids(unit_ids: Iterable[int]) -> set[int]:
    """Those that could be sent now: in service and on no call."""
    busy = Assignment.objects.open().filter(unit__in=unit_ids).values("unit")
    free = Unit.objects.filter(pk__in=unit_ids, status__in=Unit.CAN_BE_SENT).exclude(pk__in=busy)
    return set(free.values_list("pk", flat=True))


def center_with_code(code: str) -> Center | None:
    return Center.objects.filter(code=code).first()


def open_assignments(center_id: int) -> list[tuple[int, int]]:
    """Unit id and call id of each, oldest dispatch first."""
    rows = Assignment.objects.open().filter(call__center_id=center_id)
    return list(rows.order_by("dispatched_at", "pk").values_list("unit_id", "call_id"))


def open_call_ids(center_id: int) -> list[int]:
    return list(Call.objects.filter(center_id=center_id).open().order_by("pk").values_list("pk", flat=True))


def has_verdict(call_id: int) -> bool:
    return Call.objects.filter(pk=call_id, verdict__isnull=False).exists()


def asked_for(call_id: int) -> tuple[str, tuple[str, ...], str]:
    """Priority, services and response as triage left them."""
    priority, services, response = Call.objects.values_list("priority", "services", "response").get(pk=call_id)
    return priority, tuple(services), response


def stored(center_id: int) -> Stored:
    """Everything the center holds, for the sums at the end."""
    calls = Call.objects.filter(center_id=center_id)
    assignments = Assignment.objects.filter(call__center_id=center_id)
    reports = StageReport.objects.filter(assignment__call__center_id=center_id)
    ended = assignments.filter(cleared_at__isnull=False).order_by().values_list("end_reason").annotate(Count("pk"))
    return Stored(
        calls=calls.count(),
        calls_open=calls.open().count(),
        calls_without_verdict=calls.filter(verdict__isnull=True).count(),
        verdicts_on_fallback=Verdict.objects.filter(call__center_id=center_id, engine="fallback").count(),
        assignments=assignments.count(),
        assignments_open=assignments.open().count(),
        opened_late=assignments.filter(opened_late=True).count(),
        ended=dict(ended),
        stage_reports=reports.count(),
        repeated_dispatches=reports.filter(stage="dispatched", repeated=True).count(),
        backward=reports.filter(backward=True).count(),
    )


def stage_times(center_id: int) -> list[dict[str, object]]:
    """The first time of each stage per call and unit, as the database holds them.

    What was implied is left out: a dispatch nobody recorded, an end nobody reported.
    """
    dispatched = Min("dispatched_at", filter=Q(opened_late=False))
    cleared = Min("cleared_at", filter=~Q(end_reason__in=("implied_end", "implied_by_next_dispatch")))
    rows = Assignment.objects.filter(call__center_id=center_id).order_by().values("call_id", "unit_id")
    times = rows.annotate(
        requested=F("call__received_at"),
        dispatched=dispatched,
        en_route=Min("en_route_at"),
        on_scene=Min("on_scene_at"),
        contact=Min("contact_at"),
        transporting=Min("transporting_at"),
        at_facility=Min("at_facility_at"),
        cleared=cleared,
    )
    return [dict(row) for row in times]


def levels(center_id: int) -> dict[int | None, int]:
    """Calls by level of their newest verdict; None: not behavioral."""
    rows = Call.objects.filter(center_id=center_id).order_by().values_list("level").annotate(Count("pk"))
    return dict(rows)
