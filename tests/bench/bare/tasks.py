"""An empty Celery task under a worker like the product's; all it does is say when it ran."""

import os
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "care_dispatch.settings")

import redis
from celery import Celery

RAN = "bench.ran"
app = Celery("bare")
app.config_from_object("django.conf:settings", namespace="CELERY")
_client: Any = redis.Redis.from_url(os.environ["REDIS_URL"])


@app.task(name="bench.empty")
def empty() -> None:
    _client.rpush(RAN, repr(time.time()))
