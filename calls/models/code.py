"""A center's code lists: how each code is called here, what it is in APCO's and EIDO's, and which are out of use."""

from django.db import models
from django.db.models import Q

from teams.models import Center


class Code(models.Model):
    """One code of one list. A trigger keeps code and list as they are and refuses delete: calls name it for ever.

    The codes of a closed list are the product's (rules and reports rest on them); an open list takes a center's own.
    """

    class List(models.TextChoices):
        CLOSED_AS = "closed_as", "Closed as"
        NOT_SENT = "not_sent", "CARE not sent"
        MODE_REASONS = "mode_reasons", "Other response than triage"
        OUTCOMES = "outcomes", "Contact outcome"
        DISPOSITIONS = "dispositions", "Disposition"
        CANCEL_REASONS = "cancel_reasons", "Call cancelled"
        TAKE_REASONS = "take_reasons", "Unit taken from a call"
        AWAY_REASONS = "away_reasons", "Unit out of service"

    OPEN = (List.CANCEL_REASONS, List.TAKE_REASONS, List.AWAY_REASONS)

    center = models.ForeignKey(Center, models.PROTECT, related_name="codes")
    list = models.TextField(choices=List)
    code = models.SlugField()
    label = models.TextField()
    apco = models.TextField(default="", blank=True)
    eido = models.TextField(default="", blank=True)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["list", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["center", "list", "code"], name="code_in_list",
                violation_error_message="The list has this code already.",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z][a-z0-9_]*$"), name="code_is_a_word",
                violation_error_message="A code is one word in small letters: caller_cancelled.",
            ),
            models.CheckConstraint(condition=~Q(label=""), name="code_has_words"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_list_display()}: {self.label}"
