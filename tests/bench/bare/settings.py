"""The product's settings with other addresses: same session, CSRF, middleware and database."""

from care_dispatch.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.bare.urls"
