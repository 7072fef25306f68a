"""The log's tables: its head, its events, and the keys that make a repeated request harmless."""

from django.db import models


class Head(models.Model):
    """One row: the number of the newest event. Locked last by every change, so numbers have no gap."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    # Changed by a restore, so that a console holding a higher number than the database starts anew.
    epoch = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="head_is_one_row")]


class Event(models.Model):
    """One line of the log. Plain ids, no foreign keys; append-only, its time and hash set by a trigger."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    kind = models.TextField()
    center_id = models.BigIntegerField(null=True)
    call_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    agency_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    position = models.TextField()
    source = models.TextField()
    device_at = models.DateTimeField(null=True)
    payload = models.JSONField()
    prev_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["call_id", "seq"], name="event_of_call", condition=models.Q(call_id__isnull=False)),
            models.Index(fields=["unit_id", "seq"], name="event_of_unit", condition=models.Q(unit_id__isnull=False)),
            models.Index(fields=["seq"], name="event_of_config", condition=models.Q(kind="config.changed")),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class IdempotencyKey(models.Model):
    """A write already done: asked again with the same key it gives the same answer and changes nothing."""

    pk = models.CompositePrimaryKey("user_id", "key")
    user_id = models.BigIntegerField()
    key = models.TextField()
    request_hash = models.TextField()
    result = models.JSONField(null=True)  # ids and numbers only, never text
    seq = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]
