"""Code lists on the configuration pages: other words, what each maps to, and out of use; never another code."""

from typing import Any

from django.http import HttpRequest

from calls.codes import CORE, complaint, lists_of
from calls.models import Code
from teams.configuring import OwnCenter
from teams.configuring_form import ConfigForm


class CodeForm(ConfigForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        name, code = (cleaned.get(field) or getattr(self.instance, field) for field in ("list", "code"))
        wrong = complaint(name, code, retired=cleaned.get("retired", False)) if name and code else None
        if wrong is not None:
            field, sentence = wrong
            self.add_error(field if field in self.fields else None, sentence)
        if cleaned.get("retired") and cleaned.get("center") and name in CORE:
            others = [one for one in lists_of(cleaned["center"].pk)[name] if one["value"] != code]
            if not others:
                self.add_error("retired", "It is the last one of its list that is in use.")
        return cleaned


class CodeAdmin(OwnCenter):
    form = CodeForm
    list_display = ("label", "list", "code", "apco", "eido", "retired")
    list_filter = ("list", "retired")
    search_fields = ("label", "code")
    fields = ("center", "list", "code", "label", "apco", "eido", "retired")
    helps = {
        "list": "Reasons to cancel a call, to take a unit and to be out of service may be added to; the other lists have the product's codes.",
        "code": "One word in small letters. It stays: calls, reports and other systems name it.",
        "label": "What the menu says.",
        "apco": "APCO common disposition (1.111.2), such as 14; empty: none fits.",
        "eido": "Word of the NENA EIDO registry; empty: none fits.",
        "retired": "No menu offers it any more; calls that have it keep it.",
    }

    def get_readonly_fields(self, request: HttpRequest, obj: Code | None = None) -> tuple[str, ...]:
        return ("list", "code") if obj is not None else ()
