"""Which consoles look at a board now: written by every web process at each beat, for all processes to know."""

from django.db import models


class Console(models.Model):
    """One sign-in at work; ``session`` is the hash of its key. A row nobody renews means that the console is gone."""

    session = models.TextField(primary_key=True)
    center_id = models.BigIntegerField()
    user_id = models.BigIntegerField()
    tier = models.TextField()
    position = models.TextField(default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["center_id", "at"], name="consoles_of_center")]
