"""What changing the rules would do: backtests over past calls, shadow runs on live ones, and drifting overrides."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from calls.models.alert import Alert
from calls.models.call import Call
from calls.models.triage import RuleSet, Verdict
from teams.models import Center, User


class Backtest(models.Model):
    """A rule set judged on a center's calls of a past time, beside what was answered then. Changes no call."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        STOPPED = "stopped", "Stopped"

    OPEN = (Status.WAITING, Status.RUNNING)

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="backtests")
    sha256 = models.TextField()  # of the rules as they were when it was asked for
    center = models.ForeignKey(Center, models.PROTECT, related_name="backtests")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Calls received from the first moment until just before the second.
    received_from = models.DateTimeField()
    received_to = models.DateTimeField()
    # Verdicts stored later are no part of it, however long it takes.
    newest_verdict_id = models.BigIntegerField()
    status = models.TextField(choices=Status, default=Status.WAITING)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    # The last call counted: a part is added only behind it, so none is counted twice.
    last_day = models.DateField(null=True, blank=True)
    last_number = models.IntegerField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center"], condition=Q(status__in=("waiting", "running")), name="one_backtest_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(status__in=("waiting", "running"), finished_at__isnull=True)
                | Q(status__in=("done", "failed", "stopped"), finished_at__isnull=False),
                name="ended_backtest_says_when",
            ),
            models.CheckConstraint(condition=Q(received_from__lt=F("received_to")), name="backtest_has_a_period"),
        ]


class ShadowRun(models.Model):
    """A rule set that judges a center's live calls beside the rules in force, and decides nothing."""

    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="shadow_runs")
    sha256 = models.TextField()
    center = models.ForeignKey(Center, models.PROTECT, related_name="shadow_runs")
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")  # None: by itself
    compared = models.IntegerField(default=0)
    failures = models.IntegerField(default=0)
    last_error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center"], condition=Q(stopped_at__isnull=True), name="one_shadow_run_per_center"
            )
        ]


class ShadowDifference(models.Model):
    """A live verdict the draft would have given otherwise. What was published stands in the verdict."""

    shadow_run = models.ForeignKey(ShadowRun, models.PROTECT, related_name="differences")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    verdict = models.ForeignKey(Verdict, models.PROTECT, related_name="+")
    level = models.SmallIntegerField(null=True)
    response = models.TextField(choices=Call.Response)
    services = ArrayField(models.TextField())
    direction = models.TextField()
    care_alone = models.BooleanField()
    rules_gained = ArrayField(models.TextField())
    rules_lost = ArrayField(models.TextField())
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shadow_run", "verdict"], name="one_difference_per_verdict_of_a_run")
        ]


class OverrideDrift(models.Model):
    """Dispatchers came to override a rule more, or less, than they used to; told of by one alert."""

    center = models.ForeignKey(Center, models.PROTECT, related_name="override_drifts")
    rule = models.TextField()
    day = models.DateField()  # of the center
    alert = models.ForeignKey(Alert, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    now = models.JSONField()
    before = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["center", "rule", "day"], name="one_drift_per_rule_and_day")]
