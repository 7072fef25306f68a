"""Cautions: what somebody saw at an address or of a caller that whoever comes must know; each ends by itself."""

from django.db import models
from django.db.models import F, Q

from calls.models.call import Call
from teams.models import Center, User


class Caution(models.Model):
    """What was done or seen, by whom, and until when it is believed. It is ended or expires, never deleted."""

    class Severity(models.TextChoices):
        DANGER = "danger", "Danger"
        CAUTION = "caution", "Caution"
        NOTE = "note", "Good to know"

    class Source(models.TextChoices):
        OFFICER = "officer", "Officer"
        CARE = "care", "CARE team"
        FIRE_EMS = "fire_ems", "Fire/EMS"
        DISPATCH = "dispatch", "Dispatch"
        CALLER = "caller", "Caller"
        OWNER = "owner", "Owner or resident"

    # What makes police go with CARE while it is believed; a note is only shown.
    FLAGS = (Severity.DANGER, Severity.CAUTION)

    center = models.ForeignKey(Center, models.PROTECT, related_name="cautions")
    # About a place: what its calls are matched by, the unit number, and the place as it was written.
    premise = models.TextField(default="", blank=True)
    premise_unit = models.TextField(default="", blank=True)
    place = models.TextField(default="", blank=True)
    # Or about whoever calls from a number: its last ten digits.
    phone = models.TextField(default="", blank=True)
    severity = models.TextField(choices=Severity)
    text = models.TextField()
    source = models.TextField(choices=Source)
    evidence = models.TextField()
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(premise="") & Q(phone="") | Q(premise="", premise_unit="") & ~Q(phone=""),
                name="caution_is_about_a_place_or_a_phone",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("entered_at")), name="caution_expires"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(evidence=""), name="caution_says_what_and_why"),
        ]
        indexes = [
            models.Index(fields=["center", "premise"], condition=Q(ended_at__isnull=True), name="cautions_of_place"),
            models.Index(fields=["center", "phone"], condition=Q(ended_at__isnull=True), name="cautions_of_phone"),
        ]


class CautionOnCall(models.Model):
    """A caution that concerns a call: since when it was shown there, and who has said that they know it."""

    caution = models.ForeignKey(Caution, models.PROTECT, related_name="on_calls")
    call = models.ForeignKey(Call, models.PROTECT, related_name="cautions")
    # The unit number of the call is not known: it may be this one or another.
    unit_unknown = models.BooleanField(default=False)
    shown_at = models.DateTimeField()
    # The call moved, or the caution ended or expired: it is no longer shown, and stays on record.
    gone_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["call", "caution"], name="one_caution_once_per_call")]
        indexes = [models.Index(fields=["caution"], condition=Q(gone_at__isnull=True), name="calls_of_caution")]
