from django.apps import AppConfig


class DueConfig(AppConfig):
    name = "care_dispatch.due"
    label = "due"
