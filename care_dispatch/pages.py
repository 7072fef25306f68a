"""The few pages above the apps: the console, health, and the API's root answers."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe
from rest_framework.request import Request
from rest_framework.response import Response

from care_dispatch.access import FIELD_ROLES, TIER_OF_ROLE, Role, Tier, tier_of
from care_dispatch.api import View
from care_dispatch.live.hub import snapshot_bytes
from care_dispatch.log.models import Head
from teams.selectors import center_id_of, me, signed_in


@require_safe
@login_required
@ensure_csrf_cookie
def home(request: HttpRequest) -> HttpResponse:
    """Each role lands where its work is."""
    role = getattr(request.user, "role", "")
    if role == Role.ADMIN or TIER_OF_ROLE.get(role) is None:
        return redirect("admin:index")
    if role in FIELD_ROLES:
        return redirect("unit-page")
    if role == Role.PARTNER:
        return redirect("partner-page")
    return render(request, "console.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers; used by the supervisor and a proxy."""
    return JsonResponse({"ok": True, "head": Head.objects.values_list("seq", flat=True).get()})


class Me(View):
    def get(self, request: Request) -> Response:
        return Response(me(signed_in(request), request.session.get("position", "")))


class Board(View):
    """The board as the live socket's snapshot has it, in the same bytes."""

    def get(self, request: Request) -> HttpResponse:
        tier = tier_of(signed_in(request).role)
        if tier == Tier.FIELD:
            return Response(json.loads(snapshot_bytes(center_id_of(signed_in(request)), tier)) | {"cards": []})
        return HttpResponse(snapshot_bytes(center_id_of(signed_in(request)), tier), content_type="application/json")
