from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "care_dispatch.live"
    label = "live"
