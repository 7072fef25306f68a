"""The page of a partner agency: requests to answer, calls shared with it, and its units' status. Forms without JavaScript."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from rest_framework import serializers as s

from calls import mirrored, shares, unit_requests
from calls.models import UnitRequest
from calls.phone import MAX_ID, form_key, parsed, show
from calls.serializers import choice, text
from care_dispatch.access import Role
from care_dispatch.api import StrictSerializer
from care_dispatch.log import perform
from care_dispatch.refusal import Forbidden, NotFound, Refused
from teams.models import Unit, User
from teams.selectors import signed_in


class OnRequest(StrictSerializer):
    request_id = s.IntegerField(min_value=1, max_value=MAX_ID)


class DeclineRequest(OnRequest):
    reason = choice(UnitRequest.DeclineReason.choices, required=True)


class AskForOurs(StrictSerializer):
    unit_id = s.IntegerField(min_value=1, max_value=MAX_ID)
    nature = text(required=True)
    location = text(required=True)


class SetStatus(StrictSerializer):
    unit_id = s.IntegerField(min_value=1, max_value=MAX_ID)
    status = choice(Unit.Status.choices, required=True)


FORMS: dict[str, tuple[Any, Any, str]] = {
    "accept": (unit_requests.accept_request, OnRequest, "Accepted: the unit is on the call."),
    "decline": (unit_requests.decline_request, DeclineRequest, "Declined."),
    "commit": (unit_requests.commit_request, OnRequest, "On its way."),
    "return": (unit_requests.return_request, OnRequest, "The unit is back with you."),
    "withdraw": (unit_requests.withdraw_request, OnRequest, "Withdrawn."),
    "release": (unit_requests.release_request, OnRequest, "Released."),
    "ask": (unit_requests.ask_for_ours, AskForOurs, "Asked; the answer is shown here."),
    "status": (mirrored.mirror_status, SetStatus, "Status passed on."),
}


def partner_of(request: HttpRequest) -> User:
    user = signed_in(request)
    if user.role != Role.PARTNER or user.agency_id is None:
        raise Forbidden("This page is for a partner agency's own sign-in.")
    return user


@login_required
@require_GET
def partner_page(request: HttpRequest) -> HttpResponse:
    if signed_in(request).role != Role.PARTNER:
        return redirect("home")
    return _page(request)


def _page(request: HttpRequest, refused: str = "", status: int = 200) -> HttpResponse:
    user, now = signed_in(request), timezone.now()
    agency = user.agency
    units = Unit.objects.filter(center=user.center_id, retired=False).select_related("agency").order_by("callsign")
    typed = {name: request.POST.get(name, "") for name in ("nature", "location")}
    shown = {
        "agency": agency,
        "requests": [
            one
            | {
                "asked": datetime.fromisoformat(one["asked_at"]),
                "label": UnitRequest.Status(one["status"]).label,
                "why": one["decline_reason"] and UnitRequest.DeclineReason(one["decline_reason"]).label.lower(),
            }
            for one in shares.unit_requests(user, now)
        ]
        if agency
        else [],
        "calls": shares.shared_calls(user) if agency else [],
        "own_units": [unit for unit in units if unit.mirrored_from and unit.agency_id == user.agency_id],
        "their_units": [unit for unit in units if not unit.mirrored_from],
        "statuses": [(value, label) for value, label in Unit.Status.choices if value in Unit.OFF_CALL],
        "reasons": UnitRequest.DeclineReason.choices,
        "refused": refused,
        # A page that fetches itself anew would take away what somebody is typing.
        "asking": bool(request.GET.get("ask") or any(typed.values())),
        "typed": typed,
    }
    return show(request, "partner/page.html", now, shown, status)


@login_required
@require_POST
def act(request: HttpRequest, name: str) -> HttpResponse:
    """One form of the page. A refusal shows the page again with its sentence and what was typed."""
    form = FORMS.get(name)
    if form is None:
        raise NotFound("There is no such form.")
    user, now = partner_of(request), timezone.now()
    action, shape, words = form
    try:
        fields = parsed(request, shape)
        if name == "status":
            fields["at"] = now
        key = form_key(request, user)
        perform(action, actor=user, position=str(user.agency), source="partner", now=now, key=key, **fields)
    except Refused as error:
        return _page(request, error.message, error.status)
    messages.success(request, words)
    return redirect("partner-page")
