"""Signing in to a center at a named position, and out."""

from typing import Any

from django import forms
from django.contrib.auth import logout
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from care_dispatch.access import DISPATCH_ROLES, FIELD_ROLES
from care_dispatch.log import perform
from teams.models import User
from teams.selectors import demo_sign_ins
from teams.sharing import stop_sharing

DEFAULT_POSITION = "FIELD"


class Backend(ModelBackend):
    """Django's own, fetching the user with center and agency in one query: every request needs them."""

    def get_user(self, user_id: int) -> User | None:
        user = User.objects.select_related("center", "agency").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class SignInForm(AuthenticationForm):
    position = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9 -]{0,15}$",
        required=False,
        error_messages={"invalid": "A position is a short name such as D1."},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        user = self.get_user()
        if user is not None and getattr(user, "role", "") in DISPATCH_ROLES and not cleaned.get("position"):
            self.add_error("position", "Name the position you sit at, such as D1.")
        return cleaned


class SignIn(LoginView):
    template_name = "sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        # A crew cannot sit down at D1: its entries would read as the dispatcher's.
        crew = getattr(form.get_user(), "role", "") in FIELD_ROLES
        named = "" if crew else form.cleaned_data.get("position")
        self.request.session["position"] = (named or DEFAULT_POSITION).upper()
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"demo_users": demo_sign_ins()}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        perform(stop_sharing, actor=request.user, position="", source="phone", now=timezone.now())
    logout(request)
    response = redirect("sign-in")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
