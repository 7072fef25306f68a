"""Which calls a partner agency sees, from when to when, and what it is shown of them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from calls import faces, kinds
from calls.fetch import lock_call, require_dispatch
from calls.models import Call, CallShare, UnitRequest
from care_dispatch.access import DISPATCH_ROLES, Role, Tier
from care_dispatch.log import record
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import Agency, User
from teams.selectors import center_id_of

LIST_LIMIT = 100
# How long an answer is still shown.
SHOWN_FOR = timedelta(hours=1)
# What a partner is shown of a call: place, nature, priority and times (C0), and which units are on it.
_SHOWN = (
    "number", "name", "status", "nature", "location", "location_detail", "priority", "received_at", "first_dispatched_at",
    "first_on_scene_at",
)  # fmt: skip


def share_call(*, actor: User, now: datetime, call_id: int, agency: str) -> dict[str, Any]:
    """Let a partner agency see a call from now on."""
    require_dispatch(actor, "share a call")
    call = lock_call(actor, call_id, now)
    share(call, _partner(call, agency), actor, now)
    return {"call_id": call.pk}


def unshare_call(*, actor: User, now: datetime, call_id: int, agency: str) -> dict[str, Any]:
    """From now on the agency sees the call no more."""
    require_dispatch(actor, "end a share")
    call = lock_call(actor, call_id, now)
    end_share(call, _partner(call, agency), now)
    return {"call_id": call.pk}


def _partner(call: Call, code: str) -> Agency:
    found = Agency.objects.filter(center_id=call.center_id, code=code, kind=Agency.Kind.PARTNER).first()
    if found is None:
        raise Invalid(f"There is no partner agency {code!r} in this center.")
    return found


def share(call: Call, agency: Agency, actor: User | None, now: datetime) -> None:
    """For actions that share on the way; the call is locked."""
    if not CallShare.objects.filter(call=call, agency=agency, ended_at__isnull=True).exists():
        row = CallShare.objects.create(call=call, agency=agency, shared_at=now, shared_by=actor)
        _record(row)


def end_share(call: Call, agency: Agency, now: datetime) -> None:
    for row in CallShare.objects.filter(call=call, agency=agency, ended_at__isnull=True).select_related("call"):
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        _record(row)


def _record(row: CallShare) -> None:
    record(
        kinds.CALL_SHARED, center_id=row.call.center_id, call_id=row.call_id, agency_id=row.agency_id,
        refs={"share_id": row.pk, "ended": row.ended_at is not None},
    )  # fmt: skip


# --- reads -----------------------------------------------------------------------------------------
def shared_with(call: Call) -> list[dict[str, Any]]:
    """Which partners see the call now, and for which of their units, if one is asked for it; for dispatch alone."""
    ours = UnitRequest.objects.filter(call=call, direction=UnitRequest.Direction.OURS, status__in=UnitRequest.LIVE)
    asked = dict(ours.values_list("agency", "unit__callsign"))
    rows = (
        CallShare.objects.filter(call=call, ended_at__isnull=True).select_related("agency").order_by("shared_at", "pk")
    )
    return [
        {
            "agency": row.agency.code, "name": row.agency.name, "shared_at": faces.iso(row.shared_at),
            "asked": asked.get(row.agency_id, ""),
        }
        for row in rows
    ]  # fmt: skip


def _agency_of(user: User) -> int:
    if user.role != Role.PARTNER or user.agency_id is None:
        raise Forbidden("This page is for a partner agency's own sign-in.")
    return user.agency_id


def shared_calls(user: User) -> list[dict[str, Any]]:
    """The calls shared with the user's agency now, newest first, in the partner's fields only."""
    agency_id, center_id = _agency_of(user), center_id_of(user)
    rows = CallShare.objects.filter(agency=agency_id, call__center=center_id, ended_at__isnull=True)
    shares = dict(rows.order_by("-shared_at").values_list("call_id", "shared_at")[:LIST_LIMIT])
    found = faces.call_rows(list(shares))
    return [{**_face(found[pk]), "shared_at": faces.iso(at)} for pk, at in shares.items()]


def _face(row: faces.Face) -> dict[str, Any]:
    whole = faces.call_face(row, Tier.PARTNER)
    on = [{name: one[name] for name in ("callsign", "discipline", "status")} for one in whole["assignments"]]
    return {"id": row["id"], **{name: whole[name] for name in _SHOWN}, "units": on}


def unit_requests(user: User, now: datetime) -> list[dict[str, Any]]:
    """Requests that are live, not yet back or answered lately: the center's for dispatch, its own for a partner."""
    rows = UnitRequest.objects.filter(call__center=center_id_of(user))
    if user.role not in DISPATCH_ROLES:
        rows = rows.filter(agency=_agency_of(user))
    lately = Q(answered_at__gte=now - SHOWN_FOR) | Q(ended_at__gte=now - SHOWN_FOR)
    rows = rows.filter(Q(status__in=UnitRequest.LIVE) | Q(status=UnitRequest.Status.RELEASED) | lately)
    related = rows.select_related("call", "unit", "agency").order_by("asked_at", "pk")
    return [_request(row) for row in related[:LIST_LIMIT]]


def _request(row: UnitRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "direction": row.direction,
        "status": row.status,
        "callsign": row.unit.callsign,
        "unit_id": row.unit_id,
        "agency": {"code": row.agency.code, "name": row.agency.name},
        "call_id": row.call_id,
        "call_number": str(row.call.number),
        "asked_at": faces.iso(row.asked_at),
        "alarmed_at": faces.iso(row.alarmed_at),
        "answered_at": faces.iso(row.answered_at),
        "decline_reason": row.decline_reason,
    }
