"""A center's own call types: what each means, whether it is behavioral, and who says so."""

from django.db import models

from calls.models.call import Call
from teams.models import Center, User


class CallType(models.Model):
    """One row of the center's crosswalk. ``key``: the code in the one spelling it is looked up by."""

    class Behavioral(models.TextChoices):
        YES = "yes", "Behavioral"
        MAYBE = "maybe", "Maybe"
        NO = "no", "Not behavioral"

    center = models.ForeignKey(Center, models.PROTECT, related_name="call_types")
    code = models.TextField()
    key = models.TextField()
    description = models.TextField(default="", blank=True)
    apco = models.TextField(default="", blank=True)  # APCO common incident type; empty: none fits
    behavioral = models.TextField(choices=Behavioral)
    # Where it starts before triage, and stays where triage has no level to say.
    priority = models.TextField(choices=Call.Priority, default="", blank=True)
    source = models.TextField(default="", blank=True)
    mapped_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    mapped_at = models.DateTimeField()
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["center", "key"], name="call_type_in_center")]

    def __str__(self) -> str:
        return self.code
