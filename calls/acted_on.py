"""Past calls of a center with the verdict somebody acted on, read part by part without a lock.

The verdict of a call is the newest one the rules gave before the first unit was sent, or before the call was closed when
nobody was sent (while it is open, the newest); where units went before any verdict, the first that came. The first verdict of a call often knows no
more than its type, and the last knows what crews found at the scene, which no rule could have known in time.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import connection

from calls.triage.comparing import UNKNOWN, Case, outcome
from care_dispatch.refusal import Invalid
from teams.models import Center

# Older than any call, and far enough from the first day of the calendar to count back from.
EARLIEST_YEAR = 2000


@dataclass(frozen=True)
class Period:
    """Calls of a center received from one moment until just before another, behind ``after`` (a day and a number)."""

    center_id: int
    received_from: datetime
    received_to: datetime
    first_day: date
    last_day: date
    newest_verdict_id: int = 2**62

    @property
    def start(self) -> tuple[date, int]:
        """Before the first call of it."""
        return self.first_day, 0

    def values(self) -> dict[str, Any]:
        return dict(self.__dict__)


def period(center: Center, received_from: datetime, received_to: datetime) -> Period:
    """Days are the center's; one more on each side in case its time zone was set otherwise once."""
    zone = ZoneInfo(center.time_zone)
    first, last = (at.astimezone(zone).date() for at in (received_from, received_to))
    return Period(center.pk, received_from, received_to, first - timedelta(days=1), last + timedelta(days=1))


def check_past(received_from: datetime, received_to: datetime, now: datetime) -> None:
    """Raise Invalid unless it is a time that is over, with a beginning before its end."""
    if received_from.year < EARLIEST_YEAR:
        raise Invalid(f"received_from: a period begins in {EARLIEST_YEAR} or later.")
    if received_from >= received_to:
        raise Invalid("received_to: the end of a period is after its beginning.")
    if received_to > now:
        raise Invalid("received_to: the period is not over yet; end it now or earlier.")


_COUNT = """
SELECT count(*) FROM calls_call
WHERE center_id = %(center_id)s AND day BETWEEN %(first_day)s AND %(last_day)s
    AND received_at >= %(received_from)s AND received_at < %(received_to)s
"""
# The key (center, day, number) is unique and indexed: a part begins behind the last call of the part before it.
_CASES = """
SELECT c.day, c.number, c.id, agency.code, caller.language, v.id, v.facts::text, v.level, v.response, v.services,
    jsonb_path_query_array(v.proof, '$.hits[*].id')::text
FROM (
    SELECT id, day, number, jurisdiction_id, coalesce(first_dispatched_at, closed_at, 'infinity') AS acted_at
    FROM calls_call
    WHERE center_id = %(center_id)s AND day <= %(last_day)s AND (day, number) > (%(day)s, %(number)s)
        AND received_at >= %(received_from)s AND received_at < %(received_to)s
    ORDER BY day, number LIMIT %(most)s
) c
LEFT JOIN teams_agency agency ON agency.id = c.jurisdiction_id
LEFT JOIN LATERAL (
    SELECT * FROM calls_verdict
    WHERE call_id = c.id AND rule_set_id IS NOT NULL AND id <= %(newest_verdict_id)s
    ORDER BY CASE WHEN decided_at <= c.acted_at THEN -id ELSE id END LIMIT 1
) v ON true
LEFT JOIN LATERAL (
    SELECT language FROM calls_caller WHERE call_id = c.id AND language <> '' ORDER BY id LIMIT 1
) caller ON true
ORDER BY c.day, c.number
"""


@dataclass(frozen=True)
class Part:
    """Some calls in their order. ``reached``: the last one, where the next part begins; None at the end."""

    calls: int
    cases: list[Case]
    reached: tuple[date, int] | None


def count_calls(of: Period) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, of.values())
        return int(cursor.fetchone()[0])


def read_part(of: Period, after: tuple[date, int], most: int) -> Part:
    """The next calls behind ``after``, at most ``most``; those the rules never judged are counted and no case."""
    with connection.cursor() as cursor:
        cursor.execute(_CASES, {**of.values(), "day": after[0], "number": after[1], "most": most})
        rows = cursor.fetchall()
    cases = [_case(row) for row in rows if row[5] is not None]
    return Part(len(rows), cases, (rows[-1][0], rows[-1][1]) if len(rows) == most else None)


def _case(row: tuple[Any, ...]) -> Case:
    _, _, call_id, city, spoken, verdict_id, facts_text, level, response, services, hits = row
    facts = orjson.loads(facts_text)
    return Case(
        call_id,
        verdict_id,
        facts,
        outcome(level, response, services, orjson.loads(hits)),
        city=city or UNKNOWN,
        language=facts.get("language") or spoken or UNKNOWN,
        age=facts.get("age") or UNKNOWN,
    )
