"""The Celery application; its tasks only say "look at this due row now"."""

import os

from celery import Celery
from celery.signals import worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "care_dispatch.settings")
app = Celery("care_dispatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["care_dispatch.due"])


@worker_ready.connect
def _read_the_lexicon(**_: object) -> None:
    """It takes a quarter of a second, which the first call should not wait for."""
    from calls.triage import lexicon_version

    lexicon_version()
