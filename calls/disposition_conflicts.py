"""Dispositions of two agencies on one call that cannot both be: a list for the supervisor, emptied by correcting one."""

from datetime import datetime, timedelta
from typing import Any

from calls import faces
from calls.models import Assignment
from care_dispatch.access import Role
from care_dispatch.refusal import Forbidden
from teams.models import User
from teams.selectors import center_id_of

# Where the person was afterwards; a disposition that says nothing of that (a referral, a citation) fits every other.
_AFTERWARDS = {
    "resolved_on_scene": "stayed",
    "left_with_support": "stayed",
    "arrest_diverted": "not arrested",
    "voluntary_transport": "went along",
    "shelter": "went along",
    "detox_sobering": "went along",
    "emergency_detention": "hospital",
    "ems_transport": "hospital",
    "arrested": "arrested",
    "deceased": "dead",
}
# A diversion says only that nobody was arrested.
_FITS = {"not arrested": {"stayed", "went along", "hospital"}}
LOOKED_AT = timedelta(days=30)


def fit(one: str, other: str) -> bool:
    """Whether both dispositions can be true of one person on one call."""
    here, there = _AFTERWARDS.get(one, ""), _AFTERWARDS.get(other, "")
    if not here or not there or here == there:
        return True
    return there in _FITS.get(here, ()) or here in _FITS.get(there, ())


def disposition_conflicts(user: User, now: datetime) -> list[dict[str, Any]]:
    """Calls of the last thirty days whose agencies' dispositions do not fit, the newest first; for a supervisor."""
    if user.role != Role.SUPERVISOR:
        raise Forbidden("A supervisor sees where dispositions do not fit.")
    given = Assignment.objects.filter(
        call__center_id=center_id_of(user), call__received_at__gte=now - LOOKED_AT
    ).exclude(disposition="")  # fmt: skip
    by_call: dict[int, list[Assignment]] = {}
    for row in given.select_related("call", "unit__agency").order_by("-call__received_at", "pk"):
        by_call.setdefault(row.call_id, []).append(row)
    return [_shown(rows) for rows in by_call.values() if _do_not_fit(rows)]


def _do_not_fit(rows: list[Assignment]) -> bool:
    pairs = ((one, other) for place, one in enumerate(rows) for other in rows[place + 1 :])
    return any(
        one.unit.agency_id != other.unit.agency_id and not fit(one.disposition, other.disposition)
        for one, other in pairs
    )


def _shown(rows: list[Assignment]) -> dict[str, Any]:
    call = rows[0].call
    return {
        "call_id": call.pk,
        "call_number": str(call.number),
        "received_at": faces.iso(call.received_at),
        "dispositions": [
            {
                "assignment_id": row.pk,
                "callsign": row.unit.callsign,
                "agency": row.unit.agency.code,
                "disposition": row.disposition,
            }
            for row in rows
        ],
    }
