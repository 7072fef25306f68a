"""The narrative: entries that are only ever added, each with the audience that may read it."""

from django.db import models
from django.db.models import Q

from calls.models.call import Call
from teams.models import User


class NarrativeEntry(models.Model):
    """One entry. A wrong one is sealed: its text goes, its hash stays."""

    class Audience(models.TextChoices):
        SHARED = "shared", "Shared"
        DISPATCH = "dispatch", "Dispatch"
        CARE = "care", "CARE only"

    call = models.ForeignKey(Call, models.PROTECT, related_name="narrative")
    text = models.TextField()
    text_hash = models.TextField()  # sha256 of the text in hexadecimal, kept when it is sealed
    audience = models.TextField(choices=Audience, default=Audience.SHARED)
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    position = models.TextField(default="", blank=True)
    written_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True, blank=True)
    sealed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    seal_reason = models.TextField(default="", blank=True)

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(sealed_at__isnull=True) | Q(text=""), name="sealed_entry_has_no_text")
        ]

    @property
    def informant(self) -> str:
        """Who said the facts that triage reads from this entry."""
        return f"note {self.pk}"
