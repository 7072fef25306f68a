"""The crews' phone page: server-rendered forms that work without JavaScript, through the same actions as the console."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from rest_framework import serializers as s

from calls import (
    alerts,
    call_ahead,
    clinician_phone,
    consults_phone,
    corrections,
    duress,
    joint,
    narrative,
    phone_page,
    safety_checks,
    serializers,
    stages,
    transports,
)
from care_dispatch.access import FIELD_ROLES
from care_dispatch.api import StrictSerializer
from care_dispatch.log import Key, perform
from care_dispatch.refusal import Forbidden, Invalid, NotFound, Refused
from teams import actions as teams_actions
from teams import sharing
from teams.models import Shift, User
from teams.selectors import signed_in

MAX_ID = 2**62
SHIFT = timedelta(hours=12)
# The duty a crew member signs on with from the phone; the roster says more.
DUTY = {"clinician": Shift.Duty.CLINICIAN, "officer": Shift.Duty.OFFICER}


# --- what every phone page shares --------------------------------------------------------------
def crew_member(request: HttpRequest) -> User:
    """The signed-in person; raises Forbidden for anybody who is not on a crew."""
    user = signed_in(request)
    if user.role not in FIELD_ROLES:
        raise Forbidden("This page is for crews; dispatch works at the console.")
    return user


def change(request: HttpRequest, action: Callable[..., Mapping[str, Any]], now: datetime, **args: Any) -> None:
    """Perform an action as this crew. The form's hidden key makes a second tap change nothing."""
    user = crew_member(request)
    unit = phone_page.own_unit(user, now)
    position = unit.callsign if unit else request.session.get("position", "")
    perform(action, actor=user, position=position, source="phone", now=now, key=form_key(request, user), **args)


def form_key(request: HttpRequest, user: User) -> Key:
    key = request.POST.get("key", "")
    if not key or len(key) > 100 or not key.isascii() or not key.isprintable():
        raise Invalid("This form is not complete; load the page again.")
    # A phone that says it again says when it was: that is the same change.
    said = sorted((name, value) for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "at"))
    digest = hashlib.sha256(repr((request.path, said)).encode()).hexdigest()
    return Key(user.pk, key, digest)


def parsed(request: HttpRequest, serializer: type[s.Serializer[Any]]) -> dict[str, Any]:
    """The form's fields through the same shapes as the API; an empty field is one left out."""
    skip = ("csrfmiddlewaretoken", "key", "back")
    checked = serializer(data={n: v for n, v in request.POST.items() if str(v).strip() and n not in skip})
    if not checked.is_valid():
        name, complaint = next(iter(checked.errors.items()))
        raise Invalid(f"{name.replace('_', ' ').capitalize()}: {str(complaint[0])[:200]}")
    return cast(dict[str, Any], checked.validated_data)


def show(
    request: HttpRequest, template: str, now: datetime, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Render in the center's time; every form on the page takes its own key from ``new_key``."""
    user = signed_in(request)
    zone = phone_page.clock(user)
    shared = {"now": now, "zone": zone.key, "new_key": uuid.uuid4}
    with timezone.override(zone):
        return render(request, template, context | shared, status=status)


# --- the page ----------------------------------------------------------------------------------
@login_required
@require_GET
def unit_page(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    if user.role not in FIELD_ROLES:
        return redirect("home")
    now = timezone.now()
    page = show(request, "phone/unit.html", now, phone_page.page(user, now))
    page.headers["Permissions-Policy"] = "geolocation=(self)"  # the one page where a crew may share where it is
    return page


@login_required
@require_GET
def seen(request: HttpRequest) -> HttpResponse:
    """Whether the page is still what it was; asked for every few seconds."""
    return JsonResponse({"seen": phone_page.seen(crew_member(request), timezone.now())})


@login_required
@require_POST
def act(request: HttpRequest, name: str) -> HttpResponse:
    """One form of the page. A refusal shows the page again with its sentence and what was typed; so does looking for a
    place, with those like it. The phone's queue asks for JSON: what was done, or why not.
    """
    form = FORMS.get(name)
    if form is None:
        raise NotFound("There is no such form.")
    user, now = crew_member(request), timezone.now()
    queued = request.headers.get("Accept") == "application/json"
    typed = {
        "typed": request.POST,
        "typed_in": name,
        "ticked": [f"{field}={said}" for field, said in request.POST.items()],
    }
    if "find" in request.POST:
        places = phone_page.places_like(user, request.POST.get("location", ""))
        return show(
            request, "phone/unit.html", now, phone_page.page(user, now) | typed | {"found": True, "places": places}
        )
    try:
        fields = parsed(request, form.serializer)
        action, args = form.to_action(user, now, fields)
        change(request, action, now, **args)
    except Refused as error:
        if queued:
            return JsonResponse(error.as_dict(), status=error.status)
        context = phone_page.page(user, now) | typed | {"refused": error.message}
        return show(request, "phone/unit.html", now, context, status=error.status)
    messages.success(request, form.said)
    return JsonResponse({"said": form.said}) if queued else redirect("unit-page")


# --- its forms ---------------------------------------------------------------------------------
Action = tuple[Callable[..., Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Form:
    """``to_action`` turns checked fields into an action and its arguments; ``said`` is read out when it is done."""

    serializer: type[s.Serializer[Any]]
    to_action: Callable[[User, datetime, dict[str, Any]], Action]
    said: str


class OneId(StrictSerializer):
    id = s.IntegerField(min_value=1, max_value=MAX_ID)


class OwedDisposition(serializers.DispositionShape):
    id = s.IntegerField(min_value=1, max_value=MAX_ID)


class PhoneNote(serializers.Note):
    call = s.IntegerField(min_value=1, max_value=MAX_ID)


def _unit_id(user: User, now: datetime) -> int:
    unit = phone_page.own_unit(user, now)
    if unit is None:
        raise stages.NotOnACall("You are on no unit; sign on first.")
    return unit.pk


def _status(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    """A stage, available with its contact outcome, or out of service: what each takes and nothing else."""
    status, unit_id = fields["status"], _unit_id(user, now)
    meant = {"unit_id": unit_id, "assignment_id": fields.get("assignment")} | _only(fields, "at")
    if status in stages.REPORTED:
        return stages.report_stage, meant | {"stage": status}
    if status == "available":
        return stages.free_unit, meant | _only(fields, "outcome", "disposition", "destination", "legal_basis")
    return stages.set_unit_status, {"unit_id": unit_id, "status": status} | _only(fields, "reason", "until")


def _correct(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    meant = {"assignment_id": fields.get("assignment"), "stage": fields["status"], "reason": fields["reason"]}
    return corrections.correct_stage, {"unit_id": _unit_id(user, now)} | meant


def _only(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: fields[name] for name in names if name in fields}


def _release(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    """Police leave while CARE stays: the minutes freed are counted from here."""
    return stages.release_unit, {"assignment_id": fields["id"]}


def _wave_in(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return stages.clear_to_enter, {"assignment_id": fields["id"]}


def _need_police(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return joint.call_police_up, {"call_id": fields["id"]}


def _secure(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return joint.secure_scene, {"call_id": fields["id"]}


def _not_secure(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return joint.unsecure_scene, {"call_id": fields["id"]}


def _want_care(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return joint.request_care, {"call_id": fields["id"]}


def _note(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return narrative.add_note, {"call_id": fields.pop("call"), **fields}


def _disposition(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return stages.record_disposition, {"assignment_id": fields.pop("id"), **fields}


def _transport(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    meant = {"assignment_id": fields.pop("assignment", None), "stage": fields.pop("status", "")}
    return transports.transport_person, {"unit_id": _unit_id(user, now), **meant, **fields}


def _call_ahead(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return call_ahead.call_ahead, {"unit_id": _unit_id(user, now), **fields}


def _alert(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return alerts.tell_unit, {"alert_id": fields["id"], "unit_id": _unit_id(user, now), "by_radio": False}


def _safe(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return safety_checks.check_safety, {"unit_ids": [_unit_id(user, now)]}


def _help(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    """Works for who is on no unit as well: nobody is told to sign on first."""
    return duress.call_for_help, {}


def _stop_sharing(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return sharing.stop_sharing, {}


def _sign_on(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    crew = [(user.pk, DUTY[user.role])]
    return teams_actions.sign_on, {"unit_id": fields["id"], "crew": crew, "until": now + SHIFT}


def _stay_on(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return teams_actions.extend_shifts, {"unit_id": _unit_id(user, now), "until": now + phone_page.LONGER}


def _sign_off(user: User, now: datetime, fields: dict[str, Any]) -> Action:
    return teams_actions.sign_off, {"unit_id": _unit_id(user, now)}


FORMS = {
    "status": Form(serializers.UnitStatus, _status, "Status sent."),
    "correct": Form(serializers.Correction, _correct, "Taken back. Dispatch sees it."),
    "release": Form(OneId, _release, "Released. CARE stays."),
    "wave-in": Form(OneId, _wave_in, "CARE is cleared to enter."),
    "need-police": Form(OneId, _need_police, "Police are called. Dispatch hears the alarm."),
    "secure": Form(OneId, _secure, "The scene is secure. CARE leads."),
    "not-secure": Form(OneId, _not_secure, "CARE and dispatch hear that the scene is not secure."),
    "want-care": Form(OneId, _want_care, "Dispatch hears that you ask for CARE."),
    "note": Form(PhoneNote, _note, "Note added."),
    "disposition": Form(OwedDisposition, _disposition, "Disposition recorded."),
    "transport": Form(serializers.Transport, _transport, "The transport is on record."),
    "call-ahead": Form(serializers.CallAhead, _call_ahead, "The call is on record."),
    "alert": Form(OneId, _alert, "Acknowledged."),
    **{name: Form(*form) for name, form in (consults_phone.FORMS | clinician_phone.FORMS).items()},
    "safe": Form(serializers.Nothing, _safe, "Dispatch knows that you are safe."),
    "emergency": Form(serializers.Nothing, _help, "Help is called. Dispatch hears the alarm."),
    "stop-sharing": Form(serializers.Nothing, _stop_sharing, "Your position is shared no more."),
    "sign-on": Form(OneId, _sign_on, "Signed on."),
    "stay-on": Form(serializers.Nothing, _stay_on, "Your crew stays two hours from now."),
    "sign-off": Form(serializers.Nothing, _sign_off, "Signed off."),
}
