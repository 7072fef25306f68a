"""Alerts: each asks somebody to do something and stays until it is done."""

from django.db import models
from django.db.models import Q

from calls.models.call import Call
from teams.models import Center, Unit, User


class Alert(models.Model):
    """One per cause. ``text`` is operational words only, fit for every dispatcher.

    One of no call is about the rules or the system: it is shown to dispatch alone, and a supervisor answers it.
    """

    class Kind(models.TextChoices):
        SAFETY_WORSENED = "safety_worsened", "Safety fact worsened"
        VERDICT_CHANGED = "verdict_changed", "Response changed"
        TRIAGE_FALLBACK = "triage_fallback", "Triage on fallback"
        QUESTION_UNANSWERED = "question_unanswered", "Safety question unanswered"
        NOT_CLEARED_TO_ENTER = "not_cleared_to_enter", "CARE on scene before it is cleared"
        POLICE_NEEDED = "police_needed", "Police needed at once"
        CARE_WITHOUT_POLICE = "care_without_police", "CARE inside and its police gone"
        SCENE_NOT_SECURE = "scene_not_secure", "Scene not secure any more"
        SAFETY_RECHECK = "safety_recheck", "Safety changed before arrival"
        CARE_REQUESTED = "care_requested", "Police on scene ask for CARE"
        WORK_FAILED = "work_failed", "Background work failed"
        LOCATE = "locate", "Locate"
        HOLD_OVER = "hold_over", "Hold over"
        UNIT_TAKEN = "unit_taken", "Its last unit was taken for another call"
        CARE_ALONE = "care_alone", "CARE is there without police"
        UNIT_REQUEST = "unit_request", "A unit asked for has not answered"
        OVERRIDE_DRIFT = "override_drift", "Dispatchers override a rule more or less than before"
        SHADOW_STOPPED = "shadow_stopped", "Shadow run stopped by itself"

    center = models.ForeignKey(Center, models.PROTECT, related_name="alerts")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="alerts")
    kind = models.TextField(choices=Kind)
    text = models.TextField()
    raised_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True, blank=True)  # now also the supervisor's
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["center"], condition=Q(closed_at__isnull=True), name="open_alerts")]


class AlertTold(models.Model):
    """A unit that must hear of the alert, and when it did: by its own acknowledgement or by radio."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="told")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    by_radio = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "unit"], name="told_once_per_unit")]
