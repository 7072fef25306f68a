"""People who sign in: their role, agency and password. Somebody who leaves is kept, and may not sign in any more."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from care_dispatch.access import FIELD_ROLES, Role
from teams.configuring import OwnRows
from teams.configuring_form import ConfigForm
from teams.models import User
from teams.uploading import Uploads
from teams.uploads import PEOPLE

# Whose work belongs to an agency: what they see and which units they join follows from it.
OF_AN_AGENCY = (*FIELD_ROLES, Role.PARTNER)
# What open sockets and sessions were let in by.
ACCESS = ("role", "center", "agency", "is_active", "new_password")


class PersonForm(ConfigForm):
    new_password = forms.CharField(
        required=False, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 15 characters; a sentence is easiest. Empty: it stays as it is.",
    )  # fmt: skip

    def clean_new_password(self) -> str:
        typed: str = self.cleaned_data["new_password"]
        if typed:
            validate_password(typed, self.instance)
        elif self.instance.pk is None:
            raise ValidationError("A new person needs a password.")
        return typed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        role = cleaned.get("role")
        if role in OF_AN_AGENCY and "agency" in cleaned and cleaned["agency"] is None:
            self.add_error("agency", "Crews and partners belong to an agency: choose it.")
        if self.editor is not None and self.instance.pk == self.editor.pk:
            if role != Role.ADMIN:
                self.add_error("role", "You cannot take the configuration from yourself; another admin does that.")
            if not cleaned.get("is_active"):
                self.add_error("is_active", "You cannot lock yourself out; another admin does that.")
        return cleaned


@login_required
def own_page(request: HttpRequest) -> HttpResponse:
    """Where Django's own page for a password would be, which tells the log nothing: the person's own."""
    return redirect("admin:teams_user_change", request.user.pk)


class PeopleAdmin(Uploads):
    upload = PEOPLE
    form = PersonForm
    list_display = ("username", "first_name", "last_name", "role", "agency", "is_active", "last_login")
    list_filter = ("role", ("agency", OwnRows), "is_active")
    list_select_related = ("agency",)
    search_fields = ("username", "first_name", "last_name")
    ordering = ("username",)
    fields = ("center", "username", "first_name", "last_name", "role", "agency", "is_active", "new_password")
    untold: ClassVar[frozenset[str]] = frozenset({"username", "first_name", "last_name", "email", "password"})
    helps = {
        "username": "What they type to sign in.",
        "role": "Dispatcher and supervisor: the console. Clinician and officer: the phone. Partner: a neighbouring city."
        " Admin: these pages, and no call.",
        "is_active": "Off: they are signed out at once and cannot sign in. Nobody is deleted.",
    }

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A change of what somebody may do, or of the password, ends what they have open."""
        if typed := form.cleaned_data.get("new_password"):
            obj.password = make_password(typed)
        if obj.center_id is not None or not change:
            obj.is_staff = obj.is_superuser = obj.role == Role.ADMIN
        if change and set(ACCESS) & set(form.changed_data):
            obj.access_version += 1
        super().save_model(request, obj, form, change)
