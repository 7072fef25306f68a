"""The project itself is an app so that its commands (up, sweep) are found."""

from django.apps import AppConfig


class CareDispatchConfig(AppConfig):
    name = "care_dispatch"
    label = "care_dispatch"
