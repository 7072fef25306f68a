"""Configuration of calls an admin edits: how long each clock may run, what consults are counted by, and destinations."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from calls.codes_admin import CodeAdmin
from calls.gazetteer_admin import GazetteerAdmin
from calls.limits import look_again
from calls.models import Agreement, ClockLimit, Code, ConsultPolicy, Facility, GazetteerEntry
from teams.configuring import OwnCenter
from teams.configuring_form import ConfigForm
from teams.models import Discipline

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

admin.site.register(Code, CodeAdmin)
admin.site.register(GazetteerEntry, GazetteerAdmin)


@admin.register(ClockLimit)
class ClockLimitAdmin(OwnCenter):
    """A row is in force as soon as it is saved; clocks that run are looked at by it at once."""

    list_display = ("clock", "of", "warn_seconds", "overdue_seconds", "escalate_seconds")
    list_editable = ("warn_seconds", "overdue_seconds", "escalate_seconds")
    list_filter = ("clock",)
    helps = {
        "of": "Of which priority or which units; empty: of all.",
        "warn_seconds": "It is shown that time runs out. Empty: no warning.",
        "overdue_seconds": "The alert.",
        "escalate_seconds": "The supervisor hears of it. Empty: never.",
    }

    def save_model(self, request: HttpRequest, obj: ClockLimit, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        look_again(obj.center_id, timezone.now())


@admin.register(ConsultPolicy)
class ConsultPolicyAdmin(OwnCenter):
    """When a requester is asked what came of a consult, and what one without a unit is taken to spare."""

    list_display = ("center", "confirm_after_hours", "spared_unit_minutes")
    helps = {
        "confirm_after_hours": "Hours after a consult without a unit until whoever asked is asked whether it helped.",
        "spared_unit_minutes": "Minutes of a unit's time that such a consult is counted to spare in reports.",
    }


class AgreementForm(ConfigForm):
    weekdays = forms.TypedMultipleChoiceField(
        choices=list(enumerate(WEEKDAYS, start=1)), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: every day.",
    )  # fmt: skip
    disciplines = forms.MultipleChoiceField(
        choices=Discipline.choices, required=False, widget=forms.CheckboxSelectMultiple, help_text="None ticked: all."
    )


@admin.register(Agreement)
class AgreementAdmin(OwnCenter):
    """Who covers whom, when and for what; without a row for an agency it may be asked at any time."""

    form = AgreementForm
    list_display = ("agency", "direction", "weekdays", "from_time", "to_time", "disciplines", "ended_on")
    center_path = "agency__center"


@admin.register(Facility)
class FacilityAdmin(OwnCenter):
    """Where people are taken. One that takes nobody any more is retired: old transports still name it."""

    list_display = ("name", "code", "kind", "address", "conditions", "checked_on", "retired", "center")
    list_filter = ("kind", "retired")
