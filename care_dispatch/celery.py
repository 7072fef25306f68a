"""The Celery application; its tasks only say "look at this due row now"."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "care_dispatch.settings")
app = Celery("care_dispatch")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["care_dispatch.due"])
