"""What people are licensed and trained for, as an admin keeps it: the kinds with what each gives, and who holds which."""

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest
from django.utils import timezone

from teams.configuring import CHANGED_AT, OwnCenter, OwnRows
from teams.configuring_form import ConfigForm
from teams.credentials import would_lose
from teams.expiring import look_again
from teams.models import Credential, CredentialKind, Shift

NAMED = 8


class KindForm(ConfigForm):
    """Whoever saves a kind is told once, before anything is saved, which units lose what by it."""

    told = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        loss = "" if self.errors else self._loss(cleaned)
        if loss and cleaned["told"] != loss:
            self.data[self.add_prefix("told")] = loss  # type: ignore[index]  # copied where the form begins
            self.add_error(None, f"{loss} Save again to do so all the same.")
        return cleaned

    def _loss(self, cleaned: dict[str, Any]) -> str:
        """The units that could do something no more, in words; empty when none could not."""
        row = {name: cleaned[name] for name in ("words", "gives", "speaks", "needed_for")} | {"id": self.instance.pk}
        lost = would_lose(cleaned["center"].pk, row, timezone.now(), retired=cleaned["retired"])
        if not lost:
            return ""
        said = "; ".join(f"{word} is lost by {_named(units)}" for word, units in lost.items())
        return (
            f"{said}, until somebody aboard holds this. Save it without these words, enter who holds it, add them then."
        )


def _named(units: list[str]) -> str:
    more = f" and {len(units) - NAMED} more" if len(units) > NAMED else ""
    return f"{len(units)} unit{'' if len(units) == 1 else 's'} ({', '.join(units[:NAMED])}{more})"


class CredentialKindAdmin(OwnCenter):
    form = KindForm
    list_display = ("code", "words", "gives", "speaks", "needed_for", "warn_days", "retired")
    list_filter = ("retired",)
    helps = {
        "code": "Short, without blanks: lpc.",
        "words": "As a crew reads it: LPC licence.",
        "gives": "What a unit can do with such a person aboard, with commas: clinician, cit, youth. Only people who hold"
        " it give that from now on, no unit by itself.",
        "speaks": "Language codes with commas, for a tested interpreter: es, vi.",
        "needed_for": "Without it in force nobody signs on for these duties; a supervisor may, with a reason.",
        "warn_days": "How many days before it expires supervisors are told, once for each end.",
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

    def save_model(self, request: HttpRequest, obj: CredentialKind, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        now = request.META[CHANGED_AT]
        aboard = Shift.objects.filter(unit__center=obj.center_id, during__contains=now)
        look_again(obj.center, aboard.values_list("user", flat=True), now)


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

    def save_model(self, request: HttpRequest, obj: Credential, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        look_again(obj.kind.center, [obj.user_id], request.META[CHANGED_AT])
