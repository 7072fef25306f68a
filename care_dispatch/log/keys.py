"""Forgetting idempotency keys once nobody can still be trying the same request again."""

from datetime import datetime, timedelta

from care_dispatch.log.models import IdempotencyKey

KEEP = timedelta(hours=72)


def forget_old_keys(now: datetime) -> int:
    """Delete keys older than KEEP, at most a thousand at a time; returns how many."""
    old = (
        IdempotencyKey.objects.filter(created_at__lt=now - KEEP)
        .order_by("created_at")
        .values_list("created_at", flat=True)
    )
    newest = list(old[:1000])
    if not newest:
        return 0
    return IdempotencyKey.objects.filter(created_at__lte=newest[-1]).delete()[0]
