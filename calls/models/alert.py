"""Alerts: each asks somebody to do something and stays until it is done."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from calls.models.call import Call
from teams.models import Center, Unit, User


class AlertQuerySet(models.QuerySet["Alert"]):
    def open(self) -> "AlertQuerySet":
        return self.filter(closed_at__isnull=True)


class Alert(models.Model):
    """One per cause. ``text`` is operational words only, fit for every dispatcher.

    One of no call is shown to dispatch alone; what is about the rules, the system or what people hold, a supervisor
    answers. ``cause`` is a stable key (``pending:142``): at most one open alert has it.
    """

    class Kind(models.TextChoices):
        SAFETY_WORSENED = "safety_worsened", "Safety fact worsened"
        VERDICT_CHANGED = "verdict_changed", "Response changed"
        TRIAGE_FALLBACK = "triage_fallback", "Triage on fallback"
        QUESTION_UNANSWERED = "question_unanswered", "Safety question unanswered"
        NOT_CLEARED_TO_ENTER = "not_cleared_to_enter", "CARE on scene before it is cleared"
        POLICE_NEEDED = "police_needed", "Police needed at once"
        SCENE_NOT_SECURE = "scene_not_secure", "Scene not secure any more"
        SAFETY_RECHECK = "safety_recheck", "CARE arrives and safety is open"
        CARE_REQUESTED = "care_requested", "Police on scene ask for CARE"
        WORK_FAILED = "work_failed", "Background work failed"
        LOCATE = "locate", "Locate"
        HOLD_OVER = "hold_over", "Hold over"
        UNIT_TAKEN = "unit_taken", "Its last unit was taken for another call"
        CARE_ALONE = "care_alone", "CARE is there without police"
        UNIT_REQUEST = "unit_request", "A unit asked for has not answered"
        CLINICIAN_CALL = "clinician_call", "Clinician to call back"
        OVERRIDE_DRIFT = "override_drift", "Dispatchers override a rule more or less than before"
        SHADOW_STOPPED = "shadow_stopped", "Shadow run stopped by itself"
        OVERDUE = "overdue", "A clock has run over its limit"
        NOT_CHECKED = "not_checked", "No safety check from a unit on scene"
        PARTNER_MISSING = "partner_missing", "CARE on scene before its partner"
        NOT_SEEN = "not_seen", "New call on no console"
        NO_CONSOLE = "no_console", "No console is connected"
        SCHEDULED_DUE = "scheduled_due", "Scheduled call is due"
        CALL_BACK = "call_back", "Caller to be called back"
        DURESS = "duress", "Crew in danger"
        CONSULT_UNANSWERED = "consult_unanswered", "No clinician answers a consult"
        MOBILE_CRISIS = "mobile_crisis", "Mobile crisis is not there yet"
        NO_SHOW = "no_show", "Planned and not signed on"
        CREDENTIAL_ENDS = "credential_ends", "Credential runs out"
        CREDENTIAL_LAPSED = "credential_lapsed", "Credential ran out on shift"

    class Urgency(models.IntegerChoices):
        """How bad it stands: raised again only when it gets worse."""

        NOTICE = 1, "Notice"
        OVERDUE = 2, "Overdue"
        EMERGENCY = 3, "Emergency"

    class EscalatedTo(models.TextChoices):
        SUPERVISOR = "supervisor", "Supervisor"
        ALL = "all", "Every console"

    class State(models.TextChoices):
        RAISED = "raised", "Raised"
        SEEN = "seen", "Seen"
        ESCALATED = "escalated", "Escalated"
        ACKNOWLEDGED = "acknowledged", "Acknowledged"
        SHELVED = "shelved", "Shelved"
        CLOSED = "closed", "Closed"

    class EndReason(models.TextChoices):
        """Why an emergency is over; only a person ends it."""

        HELP_THERE = "help_there", "Help is there, crew safe"
        CREW_SAFE = "crew_safe", "Crew says it is safe"
        BY_MISTAKE = "by_mistake", "Pressed by mistake"
        TEST = "test", "Test of the button"

    center = models.ForeignKey(Center, models.PROTECT, related_name="alerts")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="alerts")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="alerts")
    kind = models.TextField(choices=Kind)
    cause = models.TextField(default="", blank=True)
    urgency = models.SmallIntegerField(choices=Urgency, default=Urgency.OVERDUE)
    # Acknowledged it stays, quietly, until what caused it is over.
    stands = models.BooleanField(default=False)
    text = models.TextField()
    raised_at = models.DateTimeField()  # the first time
    raised_again_at = models.DateTimeField(null=True, blank=True)  # the last time it got worse or came back
    seen_at = models.DateTimeField(null=True, blank=True)  # first shown on a console
    seen_position = models.TextField(default="", blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    acknowledged_position = models.TextField(default="", blank=True)
    shelved_until = models.DateTimeField(null=True, blank=True)
    shelved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    shelve_reason = models.TextField(default="", blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)  # now also the supervisor's
    escalated_to = models.TextField(choices=EscalatedTo, default="", blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.TextField(choices=EndReason, default="", blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["center", "cause"],
                condition=Q(closed_at__isnull=True) & ~Q(cause=""),
                name="one_open_alert_per_cause",
            ),
            models.CheckConstraint(
                condition=Q(shelved_until__isnull=True) | Q(acknowledged_at__isnull=True),
                name="shelved_or_acknowledged",
            ),
            models.CheckConstraint(
                condition=~Q(kind="duress") | Q(closed_at__isnull=True) | ~Q(end_reason=""),
                name="emergency_ends_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["center"], condition=Q(closed_at__isnull=True), name="open_alerts"),
            models.Index(fields=["center", "-raised_at"], name="alerts_by_time"),
        ]

    @property
    def state(self) -> str:
        """Where it stands, from the times it holds."""
        for moment, state in (
            (self.closed_at, self.State.CLOSED),
            (self.shelved_until, self.State.SHELVED),
            (self.acknowledged_at, self.State.ACKNOWLEDGED),
            (self.escalated_at, self.State.ESCALATED),
            (self.seen_at, self.State.SEEN),
        ):
            if moment is not None:
                return state
        return self.State.RAISED

    @property
    def asked_at(self) -> datetime:
        """Since when somebody is asked: when it last got worse or came back, else when it was raised."""
        return self.raised_again_at or self.raised_at


class AlertTold(models.Model):
    """A unit that must hear of the alert, and when it did: by its own acknowledgement or by radio."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="told")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)
    told_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    by_radio = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["alert", "unit"], name="told_once_per_unit")]
