"""Premise history: the earlier calls of a call's place, those of its own flat first, each tier shown what is for it.

A call was about mental health if triage read it so, asked for CARE or did not run, if it knows of suicide or psychosis, if
the center's list of call types says so, or if CARE or 988 had to do with it. Those are CARE's alone; the dangers of a place
that everybody must know are its cautions.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.utils.timesince import timesince

from calls.faces import iso
from calls.fetch import NO_CALL, may_open
from calls.models import Assignment, Call
from calls.places.flats import Flat, flat
from calls.selectors import dangers
from calls.triage.behavior import TELLING
from calls.triage.facts import NEGATIVES
from care_dispatch.access import sees, tier_of
from care_dispatch.refusal import NotFound
from teams.models import User

SHOWN = 20
CARE_ALONE = "Earlier calls about mental health are shown to CARE only."

_R = Call.Response
_ASKS_FOR_CARE = (_R.CARE_ONLY, _R.CARE_POLICE, _R.CARE_EMS, _R.PHONE, _R.CONSULT)
# A duplicate counts as the call it was merged into, and what CARE or 988 had to do with either is of both.
_EARLIER = """
WITH found AS (
  SELECT DISTINCT ON (coalesce(s.merged_into_id, s.id)) coalesce(s.merged_into_id, s.id) AS id, s.premise_unit
  FROM calls_call s
  WHERE s.center_id = %(center)s AND s.premise = %(premise)s AND s.premise <> ''
    AND s.received_at >= %(since)s AND s.received_at < %(before)s
  ORDER BY 1, s.premise_unit = %(unit)s DESC
), one AS (
  SELECT found.id AS counts_as, c.id, c.origin, c.closed_as, c.type_code, c.nature
  FROM found JOIN calls_call c ON c.id = found.id
  UNION ALL SELECT c.merged_into_id, c.id, c.origin, c.closed_as, c.type_code, c.nature
  FROM found JOIN calls_call c ON c.merged_into_id = found.id
), of_care AS (
  SELECT counts_as FROM one WHERE origin = '988' OR closed_as = 'transferred_988'
  UNION SELECT counts_as FROM one JOIN calls_consult k ON k.call_id = one.id
  UNION SELECT counts_as FROM one JOIN calls_assignment a ON a.call_id = one.id
    JOIN teams_unit u ON u.id = a.unit_id WHERE u.discipline = 'care'
  UNION SELECT counts_as FROM one JOIN calls_calltype t ON t.key IN (
      upper(regexp_replace(btrim(type_code), '\\s+', ' ', 'g')), upper(regexp_replace(btrim(nature), '\\s+', ' ', 'g')))
    WHERE t.center_id = %(center)s AND t.behavioral = 'yes'
), judged AS (
  SELECT c.id, c.day, c.number, c.received_at, c.status, c.closed_as, c.nature, found.premise_unit, v.facts,
    v.rule_set_id IS NULL OR v.behavioral = 'yes' OR of_care.counts_as IS NOT NULL
      OR ARRAY[v.response, c.mode_override] && %(asks_for_care)s
      OR EXISTS (SELECT 1 FROM unnest(%(telling)s) fact WHERE v.facts ->> fact <> ALL(%(negatives)s)) AS mental_health
  FROM found JOIN calls_call c ON c.id = found.id LEFT JOIN calls_verdict v ON v.id = c.verdict_id
    LEFT JOIN of_care ON of_care.counts_as = c.id
  WHERE c.id <> ALL(%(itself)s) AND c.surfaces_at IS NULL AND c.received_at < %(before)s
)
SELECT id, day, number, received_at, status, closed_as, nature, premise_unit, facts, mental_health,
  count(*) OVER () AS listed, count(*) FILTER (WHERE premise_unit = %(unit)s) OVER () AS of_flat
FROM judged WHERE %(care)s OR NOT mental_health
ORDER BY premise_unit = %(unit)s DESC, received_at DESC, id DESC LIMIT %(most)s
"""
_WHERE = {Flat.SAME: "", Flat.UNKNOWN: "{unit}: may be this flat or another", Flat.OTHER: "{unit}"}


@dataclass(frozen=True)
class _Row:
    call_id: int
    day: date
    number: int
    received_at: datetime
    status: str
    closed_as: str
    nature: str
    unit: str
    facts: str | None
    mental_health: bool
    listed: int
    of_flat: int


def premise_history(user: User, call_id: int, now: datetime) -> dict[str, Any]:
    """The earlier calls of the place of a call this user may open."""
    tier = tier_of(user.role)
    call = Call.objects.select_related("center").filter(pk=call_id).first()
    if call is None or not may_open(user, call, now) or not sees(tier, "premise"):
        raise NotFound(NO_CALL)
    return earlier_calls(call, tier, now)


def earlier_calls(call: Call, tier: str, now: datetime) -> dict[str, Any]:
    """What was known of the call's place before it, up to SHOWN calls; ``place`` is empty where none can be found by it.

    ``of_flat`` and ``of_building`` count all that this tier may be shown, with the same unit number and without.
    """
    care = sees(tier, "premise:care")
    rows = _rows(call, care) if call.premise else []
    came_of = _came_of([row.call_id for row in rows]) if care else {}
    of_flat = rows[0].of_flat if rows else 0
    of_building = rows[0].listed - of_flat if rows else 0
    return {
        "call_id": call.pk,
        "place": call.premise,
        "unit": call.premise_unit,
        "days": call.center.premise_days,
        "of_flat": of_flat,
        "of_building": of_building,
        "words": _words(call, care, of_flat, of_building),
        "note": "" if care else CARE_ALONE,
        "calls": [_shown(row, call, care, now) | {"came_of": came_of.get(row.call_id, [])} for row in rows],
    }


def _words(call: Call, care: bool, of_flat: int, of_building: int) -> str:
    if not call.premise:
        return "the place cannot be read, so no earlier calls are found by it"
    days = f"in {call.center.premise_days} days"
    if not of_flat + of_building:
        return f"no earlier calls {days}" + ("" if care else ", other than any that are CARE's alone")
    here = f"{of_flat} of unit {call.premise_unit}" if call.premise_unit else f"{of_flat} of this address"
    more = f", {of_building} more in the building" if of_building else ""
    newest = f"; the newest {SHOWN} are shown" if of_flat + of_building > SHOWN else ""
    return f"{here}{more} {days}{newest}"


def _rows(call: Call, care: bool) -> list[_Row]:
    began = call.scheduled_for or call.received_at
    names: dict[str, Any] = {
        "center": call.center_id, "premise": call.premise, "unit": call.premise_unit, "before": began,
        "since": began - timedelta(days=call.center.premise_days), "itself": [call.pk, call.merged_into_id or call.pk],
        "care": care, "most": SHOWN, "asks_for_care": list(_ASKS_FOR_CARE), "telling": sorted(TELLING),
        "negatives": sorted(NEGATIVES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, names)
        return [_Row(*values) for values in cursor.fetchall()]


def _came_of(call_ids: list[int]) -> dict[int, list[dict[str, str]]]:
    """What CARE and others said of the contact, by call."""
    found: dict[int, list[dict[str, str]]] = {}
    told = Assignment.objects.filter(call__in=call_ids).exclude(outcome__in=("", "none"), disposition="")
    for row in told.select_related("unit").order_by("pk"):
        one = {"callsign": row.unit.callsign, "outcome": row.outcome, "disposition": row.disposition}
        found.setdefault(row.call_id, []).append(one)
    return found


def _age(then: datetime, now: datetime) -> str:
    return f"{timesince(then, now, depth=1)} ago" if now - then >= timedelta(minutes=1) else "just now"


def _shown(row: _Row, call: Call, care: bool, now: datetime) -> dict[str, Any]:
    which = flat(row.unit, call.premise_unit)
    return {
        "call_id": row.call_id,
        "number": str(row.number),
        "name": f"{row.day}-{row.number:04d}",
        "received_at": iso(row.received_at),
        "age": _age(row.received_at, now),
        "nature": row.nature,
        "status": row.status,
        "closed_as": row.closed_as,
        "unit": row.unit,
        "flat": which,
        "where": _WHERE[which].format(unit=f"unit {row.unit}" if row.unit else "unit not said"),
        "dangers": dangers(orjson.loads(row.facts or "{}"), "WVMS" if care else "WV"),
        "mental_health": row.mental_health,
    }
