"""The one Celery task: look at a due row now."""

from celery import shared_task
from django.utils import timezone

from care_dispatch.due.work import run_one


@shared_task(name="due.run")
def run(kind: str, subject_id: int) -> int:
    return run_one(kind, subject_id, now=timezone.now(), source="worker")
