"""The page on which a city's rules are read, drafted, tried and published; what it shows comes from the API."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from care_dispatch.access import RULE_ROLES
from teams.selectors import signed_in


@require_safe
@login_required
@ensure_csrf_cookie
def rules_page(request: HttpRequest) -> HttpResponse:
    if signed_in(request).role not in RULE_ROLES:
        raise PermissionDenied
    return render(request, "rules.html")
