"""Calls whose place the gazetteer does not know: listed until it does, looked up again when somebody asks."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from calls import faces, kinds
from calls.fetch import lock_call, refuse_merged, require_dispatch
from calls.intake import TRIAGE
from calls.models import Call
from calls.places.siting import moved
from care_dispatch.access import tier_of
from care_dispatch.due.work import schedule
from care_dispatch.log import record, write
from care_dispatch.log.models import Head
from teams.models import User
from teams.selectors import center_id_of

# A call that is closed is listed as long as whoever took it may still be asked.
RECENT = timedelta(hours=24)
LISTED = 100


def verify_place(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    """Look the call's place up again, as it is said: the gazetteer may know it by now."""
    require_dispatch(actor, "verify a place")
    call = lock_call(actor, call_id, now)
    refuse_merged(call)
    found = moved(call, {"location": call.location}, now)
    fields = {name: value for name, value in found.items() if getattr(call, name) != value}
    if fields:
        record(kinds.CALL_CHANGED, center_id=call.center_id, call_id=call.pk, sets=write(call, **fields))
    if "premise" in fields:  # what is known of the place may count now
        schedule(TRIAGE, call.pk, due_at=now, now=now, version=call.facts_version)
    return {"call_id": call.pk, "verified": call.location_verified}


def unverified_calls(user: User, now: datetime) -> dict[str, Any]:
    """Open ones first, the newest first; ``unit`` is the apartment that was said, ``count`` of all there are."""
    require_dispatch(user, "list places that are not verified")
    version = Head.objects.values_list("seq", flat=True).get()
    rows = Call.objects.filter(center_id=center_id_of(user), location_verified=False, merged_into=None)
    rows = rows.filter(~Q(status=Call.Status.CLOSED) | Q(received_at__gte=now - RECENT))
    units = dict(rows.order_by("-closed_at", "-received_at", "-pk").values_list("pk", "premise_unit")[:LISTED])
    found, tier = faces.call_rows(list(units)), tier_of(user.role)
    calls = [
        {"id": pk, "version": version, "unit": unit, **faces.call_face(found[pk], tier)} for pk, unit in units.items()
    ]
    return {"calls": calls, "count": rows.count()}
