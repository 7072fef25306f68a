"""Calls to people who wait for CARE, on the phone page: whom every clinician may call, what is known, and what was heard."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.timesince import timesince
from rest_framework import serializers as s

from calls.call_ahead import call_back_unsafe
from calls.cautions.selectors import shown_on
from calls.clinician_calls import made_clinician_call
from calls.lifecycle import MODES
from calls.models import Caller, CautionOnCall, ClinicianCall
from calls.read_through import call_ids
from calls.selectors import readable_narrative, safety_words
from calls.serializers import choice
from care_dispatch.access import Role, tier_of
from care_dispatch.api import StrictSerializer
from care_dispatch.log.models import Event
from teams.models import User
from teams.selectors import center_id_of

MAX_ID = 2**62
# The newest of what was written; the rest is on the call.
ENTRIES = 20


def calls_to_make(user: User, now: datetime) -> list[dict[str, Any]]:
    """Whom a clinician, on a unit or not, is asked to call now, who is due first; nothing for anybody else."""
    rows = list(_open(user))
    cautions = defaultdict[int, list[CautionOnCall]](list)
    for shown in shown_on(*(row.call_id for row in rows)) if rows else ():
        cautions[shown.call_id].append(shown)
    return [_row(row, user, cautions[row.call_id], now) for row in rows]


def _open(user: User) -> Any:
    if user.role != Role.CLINICIAN:
        return ClinicianCall.objects.none()
    rows = ClinicianCall.objects.filter(call__center=center_id_of(user), made_at__isnull=True)
    return rows.select_related("call__verdict", "call__center").order_by("due_at", "pk")


def _row(row: ClinicianCall, user: User, cautions: list[CautionOnCall], now: datetime) -> dict[str, Any]:
    call = row.call
    _, mode_label = MODES[call.mode_override or call.response]
    return {
        "id": row.pk,
        "call": call,
        "mode_label": mode_label,
        "by_text": row.mode == ClinicianCall.Mode.TEXT,
        "due_at": row.due_at,
        "late": row.due_at < now,
        "waits": timesince(call.received_at, now),
        "safety": safety_words(call),
        "cautions": cautions,
        "callers": _callers(row),
        "unsafe": call_back_unsafe(call),
        "heard": list(call.clinician_calls.exclude(result="").order_by("-pk")),
        "narrative": list(readable_narrative(call, tier_of(user.role)).order_by("-written_at", "-pk")[:ENTRIES]),
    }


def _callers(row: ClinicianCall) -> list[Caller]:
    """Whom the clinician may call or write to: nobody who asked not to be named, no voice to who said that it is not safe."""
    found = Caller.objects.filter(call__in=call_ids(row.call), do_not_disclose=False).exclude(phone="").order_by("pk")
    return list(found if row.mode == ClinicianCall.Mode.TEXT else found.exclude(safe_to_call="no"))


def news(user: User) -> str:
    """A word that changes when one is asked for, answered, or something is said on its call."""
    rows = list(_open(user).values_list("pk", "call_id"))
    if not rows:
        return ""
    newest = Event.objects.filter(call_id__in=[call_id for _, call_id in rows]).aggregate(at=Max("seq"))["at"]
    return f"{'.'.join(str(pk) for pk, _ in rows)}-{newest}"


# --- its form --------------------------------------------------------------------------------------
class Heard(StrictSerializer):
    id = s.IntegerField(min_value=1, max_value=MAX_ID)
    result = choice(ClinicianCall.Result.choices, required=True)


def _heard(user: User, now: datetime, fields: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    return made_clinician_call, {"clinician_call_id": fields.pop("id"), **fields}


FORMS = {"heard": (Heard, _heard, "Dispatch has what you heard.")}
# What each answer brings about, so that it is pressed knowingly.
RESULTS = [
    (ClinicianCall.Result.STILL_SAFE, "Still safe", "you call again in some minutes"),
    (ClinicianCall.Result.RESOLVED, "Resolved by phone", "nobody has to come; dispatch closes the call"),
    (ClinicianCall.Result.WORSE, "Worse", "police are asked for now, the wait is over"),
    (ClinicianCall.Result.NO_ANSWER, "No answer", "the wait is over, dispatch sends somebody"),
]
