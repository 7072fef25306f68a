"""Work to do is a row: what, for which thing, when it is due, and how often it was tried."""

from django.db import models


class Due(models.Model):
    """One piece of work. ``version`` lets a newer request for the same thing outlive an older run."""

    kind = models.TextField()
    subject_id = models.BigIntegerField()
    version = models.BigIntegerField(default=0)
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    last_error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject_id"], name="one_due_per_subject")]
        indexes = [models.Index(fields=["due_at"], name="due_by_time")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} at {self.due_at:%H:%M:%S}"
