"""A call that asks for CARE and gets none, as its ladder needs it: read in one statement beside the recommendation."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import connection

from calls.ladder import Waiting, ladder
from calls.models import Call, UnitRequest, Unmet
from calls.unmet import asked_for_care, care_has_come
from teams.plans import Plan
from teams.recommendation import Candidate, Need, Recommendation

_STEPS = """
SELECT coalesce((SELECT instead FROM calls_unmet WHERE call_id = %(call)s), '{}'),
    ARRAY(SELECT safe_to_call FROM calls_caller p JOIN calls_call c ON c.id = p.call_id
        WHERE c.id = %(call)s OR c.merged_into_id = %(call)s),
    (SELECT crisis_due_at FROM calls_unmet WHERE call_id = %(call)s),
    (SELECT due_at FROM calls_cliniciancall WHERE call_id = %(call)s AND made_at IS NULL),
    coalesce((SELECT result FROM calls_cliniciancall WHERE call_id = %(call)s AND result <> '' ORDER BY id DESC LIMIT 1), ''),
    EXISTS (SELECT 1 FROM calls_unitrequest r JOIN teams_unit u ON u.id = r.unit_id
        WHERE r.call_id = %(call)s AND u.discipline = 'care' AND r.status = ANY(%(live)s)),
    EXISTS (SELECT 1 FROM calls_stackedcall s JOIN teams_unit u ON u.id = s.unit_id
        WHERE s.call_id = %(call)s AND u.discipline = 'care')
"""


def steps_without_care(
    call: Call, need: Need, candidates: Sequence[Candidate], found: Recommendation, plan: Plan, now: datetime
) -> list[dict[str, Any]]:
    """The ladder's rungs; empty while CARE can be sent, is there, or nobody asks for it in person."""
    if call.status == Call.Status.CLOSED or not asked_for_care(call) or "care" not in need.services:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, {"call": call.pk, "live": list(UnitRequest.LIVE)})
        taken, said, crisis_due_at, due_at, heard, asked, stacked = cursor.fetchone()
    if "care" not in found.unfilled and due_at is None or care_has_come(call):
        return []
    officer = _officer(found, candidates)
    figures = plan.figures
    busy = _busy(candidates, now)
    # A team that declined is not asked any more, and a call taken off a stack waits for nobody: both may be done again.
    stands = {Unmet.Instead.NEIGHBOUR: asked, Unmet.Instead.CARE_JOINS: stacked or not busy}
    waiting = Waiting(
        number=str(call.number),
        level=call.level,
        taken=tuple(step for step in taken if stands.get(step, True)),
        somebody_on_it=bool(need.on_call),
        officer_on_it=any(on.unit.discipline == "police" for on in need.on_call),
        officer=officer.callsign if officer else "",
        officer_trained=officer is not None and "cit" in officer.capabilities,
        busy_care=busy,
        neighbours=tuple(one.callsign for one in candidates if _may_be_asked(one)),
        safe_to_call="no" if "no" in said else "yes" if "yes" in said else "unknown",
        crisis_due=f"{call.center.local(crisis_due_at):%H:%M}" if crisis_due_at else "",
        call_due=f"{call.center.local(due_at):%H:%M}" if due_at else "",
        heard=heard,
        waited_minutes=(now - call.received_at).total_seconds() / 60,
        hold_minutes=figures.hold_minutes,
        within_minutes=figures.call_back_within_minutes,
    )
    return [asdict(step) for step in ladder(waiting)]


def _officer(found: Recommendation, candidates: Sequence[Candidate]) -> Candidate | None:
    """Who the recommendation sends; where it asks for no police, a free one of our own, a CIT one first."""
    picked = [pick.unit_id for team in found.teams[:1] for pick in team.picks if pick.discipline == "police"]
    free = [one for one in candidates if one.discipline == "police" and _free(one) and not one.partner]
    return min(
        free,
        key=lambda one: (
            one.unit_id not in picked,
            "cit" not in one.capabilities,
            one.status != "available",
            one.callsign,
        ),
        default=None,
    )


def _busy(candidates: Sequence[Candidate], now: datetime) -> str:
    """A CARE unit of our own that is on another call and still on shift for a while: the least used first."""
    busy = [
        one for one in candidates
        if one.discipline == "care" and not one.partner and one.crew and one.status in _ON_A_CALL
        and (one.shift_ends_at is None or one.shift_ends_at > now)
    ]  # fmt: skip
    return min(busy, key=lambda one: (one.status not in _NEARLY_FREE, one.used, one.callsign)).callsign if busy else ""


_NEARLY_FREE = ("clearing", "at_facility")
_ON_A_CALL = ("dispatched", "acknowledged", "en_route", "staged", "on_scene", "contact", "transporting", *_NEARLY_FREE)


def _may_be_asked(one: Candidate) -> bool:
    return one.discipline == "care" and one.partner and one.agreement and one.status == "available"


def _free(one: Candidate) -> bool:
    return one.status in ("available", "conditional")
