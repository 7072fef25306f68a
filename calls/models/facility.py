"""Where people are taken: the center's own list, with what each place asks for at its door and when that was made sure."""

from django.db import models
from django.db.models import Q

from teams.models import Center


class Facility(models.Model):
    """One destination. It is never deleted, only retired: old transports still name it."""

    class Kind(models.TextChoices):
        CRISIS_CENTER = "crisis_center", "Crisis or deflection center"
        EMERGENCY_DEPARTMENT = "emergency_department", "Emergency department"
        PSYCHIATRIC_HOSPITAL = "psychiatric_hospital", "Psychiatric hospital"
        DETOX = "detox", "Detox or sobering"
        RESPITE = "respite", "Respite or crisis residence"
        SHELTER = "shelter", "Shelter"
        HOME = "home", "Home or relatives"
        OTHER = "other", "Other"

    center = models.ForeignKey(Center, models.PROTECT, related_name="facilities")
    code = models.TextField(help_text="One lower-case word, as it is typed at the console: crisis, county-ed.")
    name = models.TextField()
    kind = models.TextField(choices=Kind)
    address = models.TextField(default="", blank=True)
    conditions = models.TextField(
        default="", blank=True, help_text="Whom it takes: voluntary only, 18 and over, medical screen first."
    )
    checked_on = models.DateField(null=True, blank=True, help_text="The day these facts were last made sure.")
    retired = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "facilities"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["center", "code"], name="facility_code_in_center"),
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z][a-z0-9_-]{1,29}$"), name="facility_code_is_a_word"),
            models.CheckConstraint(condition=~Q(name=""), name="facility_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
