"""The bare web process: Django in as many WSGI threads as the product's, and nothing beside it."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.bare.settings"

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

THREADS = 8
application = WSGIMiddleware(get_wsgi_application(), workers=THREADS)  # type: ignore[arg-type]  # as in asgi.py
