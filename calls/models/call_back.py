"""Callers whose line dropped: each is called back until somebody has reached them, or says why not."""

from django.db import models
from django.db.models import Q

from calls.models.call import Call, Caller
from teams.models import User


class CallBack(models.Model):
    """One open at a time per caller; its clock starts anew with each try."""

    class Result(models.TextChoices):
        REACHED = "reached", "Reached"
        CALLED_IN = "called_in", "Called in again"
        NOT_SAFE = "not_safe", "Not safe to call"
        GIVEN_UP = "given_up", "Nobody answers; units told"
        CALL_CLOSED = "call_closed", "The call was closed"

    call = models.ForeignKey(Call, models.PROTECT, related_name="call_backs")
    caller = models.ForeignKey(Caller, models.PROTECT, related_name="call_backs")
    asked_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True, blank=True)
    # The step its clock has reached (calls.clocks.Late).
    late = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.TextField(choices=Result, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["caller"], condition=Q(ended_at__isnull=True), name="one_open_call_back_per_caller"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, result="") | Q(ended_at__isnull=False) & ~Q(result=""),
                name="ended_call_back_says_how",
            ),
        ]
        indexes = [models.Index(fields=["call"], condition=Q(ended_at__isnull=True), name="open_call_backs")]
