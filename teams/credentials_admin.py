"""What people are licensed and trained for, as an admin keeps it: the kinds with what each gives, and who holds which."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from teams.configuring import OwnCenter, OwnRows
from teams.models import Shift


class CredentialKindAdmin(OwnCenter):
    list_display = ("code", "words", "gives", "speaks", "needed_for", "warn_days", "retired")
    list_filter = ("retired",)
    helps = {
        "code": "Short, without blanks: lpc.",
        "words": "As a crew reads it: LPC licence.",
        "gives": "What a unit can do with such a person aboard, with commas: clinician, cit, youth. Only people who hold"
        " it give that from now on, no unit by itself.",
        "speaks": "Language codes with commas, for a tested interpreter: es, vi.",
        "needed_for": "Without it in force nobody signs on for these duties; a supervisor may, with a reason.",
        "warn_days": "How many days before it expires supervisors should know. Kept only: no warning is sent yet.",
        "retired": "It is asked for no more and gives nothing.",
    }

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name != "needed_for":
            return field
        return forms.MultipleChoiceField(
            choices=Shift.Duty.choices, required=False, widget=forms.CheckboxSelectMultiple,
            help_text=self.helps["needed_for"],
        )  # fmt: skip


class CredentialAdmin(OwnCenter):
    list_display = ("user", "kind", "number", "issuer", "issued_on", "expires_on", "retired")
    list_filter = (("kind", OwnRows), "retired")
    list_select_related = ("user", "kind")
    search_fields = ("user__username", "user__first_name", "user__last_name", "number")
    ordering = ("expires_on",)
    center_path = "kind__center"
    choices: ClassVar[dict[str, str]] = {"user": "center", "kind": "center"}
    untold: ClassVar[frozenset[str]] = frozenset({"number"})
    helps = {
        "user": "Whoever signs on with it.",
        "issuer": "The board or school that gave it.",
        "expires_on": "The last day it holds. A renewal: change the day here, or enter the new one and retire this.",
        "retired": "Withdrawn, or replaced by another one.",
    }
