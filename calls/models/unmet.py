"""Demand nobody met: each eligible call CARE did not get, why, and what was done instead; and the calls a clinician makes meanwhile."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from calls.models.call import Call
from teams.models import Center, User


class Unmet(models.Model):
    """One per call that asked for CARE and got on, or ended, without. It stays when CARE comes after all (``met_at``)."""

    class Instead(models.TextChoices):
        SENT_WITHOUT = "sent_without", "Others went without CARE"
        CIT = "cit", "CIT officer goes now"
        CARE_JOINS = "care_joins", "CARE joins when free"
        CALL_BACK = "call_back", "Clinician calls back"
        NEIGHBOUR = "neighbour", "Neighbouring team asked"
        MOBILE_CRISIS = "mobile_crisis", "Regional mobile crisis asked"
        LINE_988 = "line_988", "Warm transfer to 988"
        CLOSED_WITHOUT = "closed_without", "Closed without CARE"

    call = models.OneToOneField(Call, models.PROTECT, related_name="unmet")
    center = models.ForeignKey(Center, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    # Empty: owed. Others are sent at once; why CARE was not is asked afterwards.
    reason = models.TextField(choices=Call.NotSent, default="", blank=True)
    reason_at = models.DateTimeField(null=True, blank=True)
    reason_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    level = models.SmallIntegerField(null=True)
    area = models.TextField(default="", blank=True)  # the jurisdiction's code
    hour = models.SmallIntegerField()  # of the center's local day the call came in
    instead = ArrayField(models.TextField(choices=Instead), default=list, blank=True)
    # When the mobile crisis team that was asked by phone said it would be there; empty once it is.
    crisis_due_at = models.DateTimeField(null=True, blank=True)
    # From the call coming in until CARE was sent or the call ended.
    waited_seconds = models.IntegerField(null=True)
    met_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["center", "noted_at"], name="unmet_of_center"),
            models.Index(fields=["center"], condition=Q(reason="", met_at__isnull=True), name="unmet_reasons_owed"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(hour__range=(0, 23)), name="unmet_hour_of_day"),
            models.CheckConstraint(
                condition=Q(reason="") | Q(reason_at__isnull=False), name="unmet_reason_says_since_when"
            ),
        ]


class ClinicianCall(models.Model):
    """A clinician calls (or texts) somebody who waits for CARE; nobody is phoned where that may not be safe."""

    class Mode(models.TextChoices):
        VOICE = "voice", "By voice"
        TEXT = "text", "By text"

    class Result(models.TextChoices):
        STILL_SAFE = "still_safe", "Still safe, waits"
        RESOLVED = "resolved", "Resolved by phone"
        WORSE = "worse", "Worse"
        NO_ANSWER = "no_answer", "No answer"

    call = models.ForeignKey(Call, models.PROTECT, related_name="clinician_calls")
    mode = models.TextField(choices=Mode)
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)  # or given up, with no result
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.TextField(choices=Result, default="", blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["call"], condition=Q(made_at__isnull=True), name="one_open_clinician_call_per_call"
            )
        ]
