"""The limits in force at a center: its own rows, else the defaults."""

from datetime import datetime

from django.db import connection

from calls.clocks import DEFAULTS, Limit
from calls.models import ClockLimit
from teams.models import Center


def limit_of(center_id: int, clock: str, of: str = "") -> Limit:
    """Read anew each time, so that what an admin sets is in force with the next look."""
    own = ClockLimit.objects.filter(center_id=center_id, clock=clock, of=of)
    seconds = own.values_list("warn_seconds", "overdue_seconds", "escalate_seconds").first()
    return Limit(*seconds) if seconds else DEFAULTS[clock, of]


def seed_limits() -> int:
    """Write the defaults down as rows where a center has none, so that its admin finds them; returns how many."""
    before = ClockLimit.objects.count()
    ClockLimit.objects.bulk_create(
        [
            ClockLimit(
                center=center, clock=clock, of=of, warn_seconds=limit.warn, overdue_seconds=limit.overdue,
                escalate_seconds=limit.escalate,
            )
            for center in Center.objects.filter(timers_run=True)
            for (clock, of), limit in DEFAULTS.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return ClockLimit.objects.count() - before


def look_again(center_id: int, now: datetime) -> None:
    """Have every clock of the center looked at now, by the limits that have just changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE due_due SET due_at = %s FROM calls_call c WHERE kind = 'clocks' AND subject_id = c.id"
            " AND c.center_id = %s AND due_at > %s",
            [now, center_id, now],
        )
