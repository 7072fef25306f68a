"""A form that knows what its page showed: two people who edit one row lose nothing of each other's without seeing it."""

import json
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.models import BaseModelFormSet

from teams.config_log import said, who_set

UNSEEN = "This page does not say what it showed before you typed. Open it again and change it there."


class ConfigForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """``seen``: the values the page showed. What somebody else changed since and this person left alone stays theirs;
    a field both changed is refused once, with what the other one saved.
    """

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    refusal: ClassVar[str] = ""  # why the change was refused after the form had passed
    editor: ClassVar[Any] = None  # who has the page open

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overtaken: list[str] = []
        now = self._shown()
        said = json.dumps(now)
        self.initial["seen"] = said
        self.unseen = False
        if self.is_bound:
            self.data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict
            if not self.instance._state.adding:  # noqa: SLF001 - documented for this use
                self._meet(_read(self.data.get(self.add_prefix("seen"))), now)
            self.data[self.add_prefix("seen")] = said  # type: ignore[index]

    def _shown(self) -> dict[str, Any]:
        """Each field as it is stored now, as JSON has it."""
        values = {
            name: field.prepare_value(self.get_initial_for_field(field, name))
            for name, field in self.fields.items()
            if name != "seen" and not isinstance(field, forms.FileField)
        }
        plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
        return plain

    def _meet(self, was: dict[str, Any], now: dict[str, Any]) -> None:
        for name, stored in now.items():
            field, key = self.fields[name], self.add_prefix(name)
            self.unseen |= name not in was
            if name not in was or was[name] == stored:
                continue
            typed = field.widget.value_from_datadict(self.data, self.files, key)
            if not _differs(field, was[name], typed):
                _put(self.data, key, field, stored)
            elif _differs(field, stored, typed):
                self.overtaken.append(name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.refusal or self.unseen:
            raise ValidationError(self.refusal or UNSEEN)
        for name in self.overtaken:
            by, at = who_set(self.instance, name)
            since = f"at {at:%H:%M}, after you opened this page" if at else "after you opened this page"
            stored = said(self.instance, name, self.get_initial_for_field(self.fields[name], name))
            self.add_error(name, f"{by} saved “{stored}” here {since}. Save again to put yours in its place.")
        return cleaned


class EditedList(BaseModelFormSet):  # type: ignore[type-arg]
    """Rows edited in a list; ``refusal`` says why they were not saved although each had passed."""

    refusal: ClassVar[str] = ""

    def clean(self) -> None:
        super().clean()
        if self.refusal:
            raise ValidationError(self.refusal)


def _read(said: Any) -> dict[str, Any]:
    try:
        found = json.loads(said or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _differs(field: forms.Field, shown: Any, typed: Any) -> bool:
    """Whether what was typed is another value than what was shown; what cannot be read is."""
    try:
        parsed = isinstance(shown, str) and not isinstance(field, (forms.ChoiceField, forms.ModelChoiceField))
        return field.has_changed(field.to_python(shown) if parsed else shown, typed)
    except (ValidationError, TypeError, ValueError):
        return True


def _put(data: Any, key: str, field: forms.Field, value: Any) -> None:
    """The stored value into what was posted, as a browser would send it."""
    if isinstance(field, forms.BooleanField):
        data.setlist(key, ["on"] if value else [])
    elif isinstance(value, list):
        data.setlist(key, [str(one) for one in value])
    else:
        data[key] = "" if value is None else str(value)
