"""CARE's phone pages after a call: the directory, referrals and follow-ups; forms that work without JavaScript."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST
from rest_framework import serializers as s

from calls.phone import change, crew_member, parsed, show
from calls.selectors import call_detail
from care_dispatch.refusal import Invalid, NotFound, Refused
from referrals import actions, selectors, serializers
from referrals.models import FollowUp, FollowUpAttempt, Referral, Service
from teams.models import User
from teams.selectors import signed_in

MAX_ID = serializers.MAX_ID


class PhoneReferral(serializers.NewReferral):
    call = s.IntegerField(min_value=1, max_value=MAX_ID)


class PhoneMove(serializers.ReferralMove):
    id = s.IntegerField(min_value=1, max_value=MAX_ID)


class PhoneFollowUp(serializers.NewFollowUp):
    call = s.IntegerField(min_value=1, max_value=MAX_ID)


class PhoneAttempt(serializers.Attempt):
    id = s.IntegerField(min_value=1, max_value=MAX_ID)


class PhoneEnd(serializers.FollowUpEnd):
    id = s.IntegerField(min_value=1, max_value=MAX_ID)


# Form name to its shape, its action, what the action calls the form's fields, and the words when it is done.
FORMS: dict[str, tuple[type[s.Serializer[Any]], Any, dict[str, str], str]] = {
    "refer": (PhoneReferral, actions.refer, {"call": "call_id", "service": "service_id"}, "Referral requested."),
    "move": (PhoneMove, actions.move_referral, {"id": "referral_id", "status": "to"}, "Referral updated."),
    "follow-up": (PhoneFollowUp, actions.set_follow_up, {"call": "call_id"}, "Follow-up set."),
    "attempt": (PhoneAttempt, actions.try_follow_up, {"id": "follow_up_id"}, "Attempt recorded."),
    "end": (PhoneEnd, actions.close_follow_up, {"id": "follow_up_id"}, "Follow-up closed."),
}


@login_required
@require_GET
def care_page(request: HttpRequest, call_id: int) -> HttpResponse:
    """One call's referrals and follow-ups, and the directory to choose from."""
    user, now = crew_member(request), timezone.now()
    context = _call_context(user, call_id, now)
    refused = ""
    try:
        wanted = _search(request)
        context["resources"] = selectors.directory(user, **wanted)
    except Invalid as error:
        refused = error.message
    return show(request, "phone/care.html", now, context | {"search": request.GET, "refused": refused})


@login_required
@require_GET
def follow_ups_page(request: HttpRequest) -> HttpResponse:
    """What CARE owes: follow-ups soonest first, and referrals still open."""
    user, now = crew_member(request), timezone.now()
    return show(request, "phone/follow_ups.html", now, _owed_context(user, now))


@login_required
@require_POST
def act(request: HttpRequest, name: str) -> HttpResponse:
    """One form of these pages; back to where it came from, with what was said or why not."""
    if name not in FORMS:
        raise NotFound("There is no such form.")
    shape, action, renamed, said = FORMS[name]
    crew_member(request)
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/unit/follow-ups/"
    try:
        fields = {renamed.get(field, field): value for field, value in parsed(request, shape).items()}
        change(request, action, timezone.now(), **fields)
    except Refused as error:
        return _refused(request, back, name, error)
    messages.success(request, said)
    return redirect(back)


def _refused(request: HttpRequest, back: str, name: str, error: Refused) -> HttpResponse:
    """The page again, with the refusal and what was typed."""
    user, now = signed_in(request), timezone.now()
    call_id = request.POST.get("call", "")
    context = {"refused": error.message, "typed": request.POST, "typed_in": name}
    if call_id.isdecimal() and len(call_id) < 19:
        context |= _call_context(user, int(call_id), now) | {"resources": selectors.directory(user)}
        return show(request, "phone/care.html", now, context, status=error.status)
    return show(request, "phone/follow_ups.html", now, _owed_context(user, now) | context, status=error.status)


def _worded_referrals(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    statuses, reasons = dict(Referral.Status.choices), dict(Referral.Reason.choices)
    return [
        row
        | {
            "status_label": statuses[row["status"]],
            "reason_label": reasons.get(row["reason"], ""),
            "move_labels": [(move, statuses[move]) for move in row["moves"]],
        }
        for row in rows
    ]


def _worded_follow_ups(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    results = dict(FollowUp.Result.choices)
    return [
        row | {"due": datetime.fromisoformat(row["due_at"]), "result_label": results.get(row["result"], "").lower()}
        for row in rows
    ]


def _call_context(user: User, call_id: int, now: datetime) -> dict[str, Any]:
    return _choices() | {
        "call": call_detail(user, call_id, now),
        "referrals": _worded_referrals(selectors.referrals_of(user, call_id, now)),
        "follow_ups": _worded_follow_ups(selectors.follow_ups_of(user, call_id, now)),
        "back": f"/unit/calls/{call_id}/care/",
    }


def _owed_context(user: User, now: datetime) -> dict[str, Any]:
    return _choices() | {
        "referrals": _worded_referrals(selectors.open_referrals(user)),
        "follow_ups": _worded_follow_ups(selectors.open_follow_ups(user, now)),
        "back": "/unit/follow-ups/",
    }


def _choices() -> dict[str, Any]:
    return {
        "needs": Service.Need.choices,
        "risks": FollowUp.Risk.choices,
        "modes": FollowUpAttempt.Mode.choices,
        "attempt_results": FollowUpAttempt.Result.choices,
        "end_results": FollowUp.Result.choices,
        "reasons": Referral.Reason.choices,
    }


def _search(request: HttpRequest) -> dict[str, Any]:
    given = {name: value for name, value in request.GET.items() if str(value).strip()}
    checked = serializers.DirectoryQuery(data=given)
    if not checked.is_valid():
        name, complaint = next(iter(checked.errors.items()))
        raise Invalid(f"{name.capitalize()}: {str(complaint[0])[:200]}")
    found: dict[str, Any] = checked.validated_data
    return found
