"""The one Celery task: look at these due rows now."""

from celery import shared_task
from django.utils import timezone

from care_dispatch.due.work import run_one


@shared_task(name="due.run")
def run(rows: list[tuple[str, int]]) -> int:
    """``rows``: kind and subject of each; returns how many were tried."""
    return sum(run_one(kind, subject_id, now=timezone.now(), source="worker") for kind, subject_id in rows)
