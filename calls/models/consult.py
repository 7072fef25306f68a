"""A consult: police, fire, EMS or a hospital asks CARE, with a clock."""

from django.db import models
from django.db.models import Q

from calls.models.call import Call
from teams.models import Agency, Center, Unit, User


class Consult(models.Model):
    """Asked, answered, ended. The advice is clinical: it stays with CARE."""

    class Mode(models.TextChoices):
        PHONE = "phone", "Phone"
        VIDEO = "video", "Video"
        SCENE = "scene", "On scene"

    class Question(models.TextChoices):
        DE_ESCALATION = "de_escalation", "De-escalation"
        DETENTION_CRITERIA = "detention_criteria", "Detention criteria"
        CAPACITY = "capacity", "Capacity"
        RESOURCE = "resource", "Resource"
        MEDICATION = "medication", "Medication"

    class Result(models.TextChoices):
        REQUESTER_HANDLED = "requester_handled", "Requester handled"
        CARE_EN_ROUTE = "care_en_route", "CARE en route"
        FOLLOW_UP = "follow_up", "Follow-up"
        DETENTION_BY_OFFICER = "detention_by_officer", "Detention by officer"

    center = models.ForeignKey(Center, models.PROTECT, related_name="consults")
    call = models.ForeignKey(Call, models.PROTECT, null=True, blank=True, related_name="consults")
    requester_agency = models.ForeignKey(Agency, models.PROTECT, related_name="+")
    requester_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    mode = models.TextField(choices=Mode, default=Mode.PHONE)
    question = models.TextField(choices=Question)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    answering_unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    advice = models.TextField(default="", blank=True)
    result = models.TextField(choices=Result, default="", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(result=""), name="ended_consult_has_a_result"
            )
        ]
        indexes = [models.Index(fields=["center"], condition=Q(ended_at__isnull=True), name="open_consults")]
