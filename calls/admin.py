"""Configuration of calls an admin edits: how long each clock may run, and what consults are counted and asked by."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from calls.limits import look_again
from calls.models import Agreement, ClockLimit, ConsultPolicy
from teams.configuring import OwnCenter


@admin.register(ClockLimit)
class ClockLimitAdmin(OwnCenter):
    """A row is in force as soon as it is saved; clocks that run are looked at by it at once."""

    list_display = ("clock", "of", "warn_seconds", "overdue_seconds", "escalate_seconds", "center")
    list_editable = ("warn_seconds", "overdue_seconds", "escalate_seconds")
    list_filter = ("clock",)

    def save_model(self, request: HttpRequest, obj: ClockLimit, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        look_again(obj.center_id, timezone.now())


@admin.register(ConsultPolicy)
class ConsultPolicyAdmin(OwnCenter):
    """When a requester is asked what came of a consult, and what one without a unit is taken to spare."""

    list_display = ("center", "confirm_after_hours", "spared_unit_minutes")


@admin.register(Agreement)
class AgreementAdmin(OwnCenter):
    """Who covers whom, when and for what; without a row for an agency it may be asked at any time."""

    list_display = ("agency", "direction", "weekdays", "from_time", "to_time", "disciplines", "ended_on")
    center_path = "agency__center"
