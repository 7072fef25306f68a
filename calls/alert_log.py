"""The alert log: every alert with who saw and answered it and how soon, and the numbers that tell alarms from noise."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls.faces import iso
from calls.models import Alert
from care_dispatch.access import DISPATCH_ROLES
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import User
from teams.selectors import center_id_of

LIST_LIMIT = 200
LONGEST = timedelta(days=92)
# Whoever acknowledges and then changes nothing on the call for so long had nothing to do.
ACTED_WITHIN = timedelta(minutes=5)
TOGETHER = timedelta(minutes=10)


def alert_log(user: User, since: datetime, until: datetime) -> dict[str, Any]:
    """``{alerts, numbers}`` of the user's center for dispatch; the newest LIST_LIMIT alerts, the numbers of all."""
    if user.role not in DISPATCH_ROLES:
        raise Forbidden("The alert log is for dispatchers and supervisors.")
    if until <= since or until - since > LONGEST:
        raise Invalid("Ask for a time that ends after it begins, 92 days at most.")
    center_id = center_id_of(user)
    related = Alert.objects.select_related("call", "unit", "acknowledged_by", "closed_by")
    rows = related.filter(center_id=center_id, raised_at__gte=since, raised_at__lt=until).order_by("-raised_at", "-pk")
    return {
        "from": iso(since),
        "to": iso(until),
        "alerts": [_row(alert) for alert in rows[:LIST_LIMIT]],
        "numbers": _numbers(center_id, since, until),
    }


def _row(alert: Alert) -> dict[str, Any]:
    by = alert.acknowledged_by
    seconds = (alert.acknowledged_at - alert.asked_at).total_seconds() if alert.acknowledged_at else None
    return {
        "id": alert.pk,
        "kind": alert.kind,
        "state": alert.state,
        "urgency": alert.urgency,
        "text": alert.text,
        "call_id": alert.call_id,
        "call_number": str(alert.call.number) if alert.call else None,
        "callsign": alert.unit.callsign if alert.unit else None,
        "raised_at": iso(alert.raised_at),
        "raised_again_at": iso(alert.raised_again_at),
        "seen_at": iso(alert.seen_at),
        "seen_by": alert.seen_position,
        "acknowledged_at": iso(alert.acknowledged_at),
        "acknowledged_by": alert.acknowledged_position or (by.username if by else ""),
        "acknowledged_seconds": seconds,
        "shelve_reason": alert.shelve_reason,
        "escalated_at": iso(alert.escalated_at),
        "escalated_to": alert.escalated_to,
        "closed_at": iso(alert.closed_at),
        "end_reason": alert.end_reason,
    }


# Of one row per alert: who answered it, how soon, and whether that person then did anything on its call.
_ALERTS = """WITH of_time AS (
    SELECT a.kind, a.raised_at, a.acknowledged_at, a.acknowledged_position AS position,
        extract(epoch FROM a.acknowledged_at - coalesce(a.raised_again_at, a.raised_at)) AS seconds,
        a.acknowledged_at IS NOT NULL AND a.call_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM log_event e WHERE e.call_id = a.call_id AND e.actor_id = a.acknowledged_by_id
            AND e.at BETWEEN a.raised_at AND a.acknowledged_at + %(acted)s AND e.kind NOT LIKE 'alert.%%'
            AND e.kind <> 'call.seen'
        ) AS nothing_done,
        date_bin(%(together)s, a.raised_at, %(since)s) AS bin
    FROM calls_alert a WHERE a.center_id = %(center)s AND a.raised_at >= %(since)s AND a.raised_at < %(until)s
)
"""
_BY_KIND = (
    _ALERTS + "SELECT kind, count(*), count(acknowledged_at), count(*) FILTER (WHERE nothing_done),"  # noqa: S608
    " percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FROM of_time GROUP BY kind ORDER BY 2 DESC, kind"
)
_BY_POSITION = (
    _ALERTS + "SELECT position, sum(n)::int, max(n)::int FROM (SELECT position, bin, count(*) AS n FROM of_time"  # noqa: S608
    " WHERE acknowledged_at IS NOT NULL GROUP BY 1, 2) bins GROUP BY position ORDER BY position"
)
_MOST = _ALERTS + "SELECT coalesce(max(n), 0)::int FROM (SELECT count(*) AS n FROM of_time GROUP BY bin) bins"  # noqa: S608


def _numbers(center_id: int, since: datetime, until: datetime) -> dict[str, Any]:
    """Target: at most one alert in 10 minutes for each position, ten in any 10 minutes; every one asks for an action."""
    values: dict[str, Any] = {
        "center": center_id,
        "since": since,
        "until": until,
        "acted": ACTED_WITHIN,
        "together": TOGETHER,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_KIND, values)
        kinds = [dict(zip(_KIND_FIELDS, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(_BY_POSITION, values)
        positions = cursor.fetchall()
        cursor.execute(_MOST, values)
        (most,) = cursor.fetchone()
    bins = (until - since) / TOGETHER
    acknowledged, nothing = (sum(kind[name] for kind in kinds) for name in ("acknowledged", "nothing_done"))
    return {
        "raised": sum(kind["raised"] for kind in kinds),
        "acknowledged": acknowledged,
        "acknowledged_nothing_done": nothing,
        "share_nothing_done": round(nothing / acknowledged, 3) if acknowledged else None,
        "per_10_min": round(sum(kind["raised"] for kind in kinds) / bins, 3),
        "most_in_10_min": most,
        "by_kind": kinds,
        "by_position": [
            {"position": name, "acknowledged": n, "per_10_min": round(n / bins, 3), "most_in_10_min": top}
            for name, n, top in positions
        ],
    }


_KIND_FIELDS = ("kind", "raised", "acknowledged", "nothing_done", "median_seconds")
