"""How long each clock of a center may run: data an admin edits, in force with the next look."""

from django.db import models
from django.db.models import F, Q

from calls.clocks import CLOCKS, OF
from teams.models import Center


class ClockLimit(models.Model):
    """Seconds to the warning, to the alert and to the supervisor; an empty one is left out.

    A center without a row for a clock has the default (``calls.clocks.DEFAULTS``).
    """

    center = models.ForeignKey(Center, models.CASCADE, related_name="clock_limits")
    clock = models.TextField(choices=CLOCKS)
    # Of which priority or which units; empty: of all.
    of = models.TextField(choices=OF, default="", blank=True)
    warn_seconds = models.PositiveIntegerField(null=True, blank=True)
    overdue_seconds = models.PositiveIntegerField()
    escalate_seconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["clock", "of"]
        constraints = [
            models.UniqueConstraint(fields=["center", "clock", "of"], name="one_limit_per_clock"),
            models.CheckConstraint(
                condition=Q(warn_seconds__isnull=True) | Q(warn_seconds__lt=F("overdue_seconds")),
                name="warned_before_overdue",
                violation_error_message="The warning comes before the alert: fewer seconds.",
            ),
            models.CheckConstraint(
                condition=Q(escalate_seconds__isnull=True) | Q(escalate_seconds__gte=F("overdue_seconds")),
                name="escalated_after_overdue",
                violation_error_message="The supervisor hears of it after the alert: at least as many seconds.",
            ),
            models.CheckConstraint(
                condition=Q(overdue_seconds__gte=5, overdue_seconds__lte=86400),
                name="a_limit_of_seconds_to_a_day",
                violation_error_message="A limit is 5 seconds to a day.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_clock_display()} {self.get_of_display()}".strip()
