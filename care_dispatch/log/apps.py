from django.apps import AppConfig


class LogConfig(AppConfig):
    name = "care_dispatch.log"
    label = "log"
