"""The HTTP half: Django's WSGI handler, run in threads that keep their database connections."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "care_dispatch.settings")
application = get_wsgi_application()
