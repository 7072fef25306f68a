"""How often dispatchers set another response than the rules': read from the log, and looked at every morning for drift."""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from calls import kinds
from calls.acted_on import period, read_part
from calls.alerts import raise_alert
from calls.models import Alert, Assignment, Call, OverrideDrift, Verdict
from calls.triage.overriding import (
    DAYS_BEFORE,
    DAYS_NOW,
    Drift,
    Overrides,
    Review,
    SetByHand,
    count_overrides,
    drifts,
)
from care_dispatch.due.work import finish, schedule, schedule_once
from care_dispatch.log import perform
from care_dispatch.log.models import Event
from teams.models import Center

logger = logging.getLogger(__name__)

OVERRIDES = "overrides"
# Looked at when the night is quiet and before the day's supervisor sits down.
LOOKED_AT = time(6)
# Told of once: until every call of the week it was seen in has left the window.
QUIET = timedelta(days=DAYS_NOW)
PART = 2000

_BY_HAND = """
SELECT e.call_id, e.payload->'set'->>'call.mode_override', verdict.id
FROM log_event e
CROSS JOIN LATERAL (
    SELECT (v.payload->'ref'->>'verdict_id')::bigint AS id FROM log_event v
    WHERE v.call_id = e.call_id AND v.seq < e.seq AND v.kind = %(recorded)s ORDER BY v.seq DESC LIMIT 1
) verdict
WHERE e.call_id = ANY(%(call_ids)s) AND e.kind = %(set)s
ORDER BY e.seq
"""


# --- reading -----------------------------------------------------------------------------------------
def overrides_of(center: Center, received_from: datetime, received_to: datetime) -> dict[str, Overrides]:
    """Per rule, over the calls received in that time."""
    return count_overrides(_reviews(center, received_from, received_to))


def reasons_given(center: Center, received_from: datetime, received_to: datetime) -> dict[str, int]:
    """How often each coded reason was given, for a response set by hand and for CARE sent against triage."""
    calls = Call.objects.filter(center=center, received_at__gte=received_from, received_at__lt=received_to)
    by_hand = Event.objects.filter(center_id=center.pk, kind=kinds.MODE_SET.name, call_id__in=calls.values("pk"))
    given = Counter(
        by_hand.values_list(KeyTextTransform("call.mode_reason", KeyTransform("set", "payload")), flat=True)
    )
    sent = Assignment.objects.filter(call__in=calls, against_triage=True)
    # One stroke of several clinicians is one decision.
    given += Counter(
        reason for _, _, reason in sent.order_by().values_list("call_id", "dispatched_at", "override_reason").distinct()
    )
    return {reason: count for reason, count in given.most_common() if reason}


def _reviews(center: Center, received_from: datetime, received_to: datetime) -> Iterator[Review]:
    """One call after the other; the log's order, not its clock, says which verdict was in force."""
    whole = period(center, received_from, received_to)
    after = whole.start
    while True:
        part = read_part(whole, after, PART)
        by_hand = _set_by_hand([case.call_id for case in part.cases])
        for case in part.cases:
            yield Review(case.before.rules, tuple(by_hand.get(case.call_id, ())))
        if part.reached is None:
            return
        after = part.reached


def _set_by_hand(call_ids: Sequence[int]) -> dict[int, list[SetByHand]]:
    names: dict[str, Any] = {
        "recorded": kinds.VERDICT_RECORDED.name,
        "set": kinds.MODE_SET.name,
        "call_ids": list(call_ids),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BY_HAND, names)
        rows: list[tuple[int, str, int]] = cursor.fetchall()
    verdicts = Verdict.objects.filter(rule_set__isnull=False).in_bulk({verdict_id for _, _, verdict_id in rows})
    found: dict[int, list[SetByHand]] = {}
    for call_id, response, verdict_id in rows:
        verdict = verdicts.get(verdict_id)
        if verdict is not None:  # nobody overrides rules that did not run
            hits = frozenset(hit["id"] for hit in verdict.proof["hits"])
            found.setdefault(call_id, []).append(SetByHand(hits, verdict.response, response))
    return found


def find_drifts(center: Center, now: datetime) -> list[Drift]:
    week = now - timedelta(days=DAYS_NOW)
    recent = overrides_of(center, week, now)
    return drifts(recent, overrides_of(center, week - timedelta(days=DAYS_BEFORE), week))


# --- every morning ---------------------------------------------------------------------------------
def watch(call: Call, now: datetime) -> None:
    """Hook of set_mode: from its first override on, a center's are looked at every morning."""
    if call.center.timers_run:
        schedule_once(OVERRIDES, call.center_id, due_at=next_look(call.center, now))


def next_look(center: Center, now: datetime) -> datetime:
    zone = ZoneInfo(center.time_zone)
    local = now.astimezone(zone)
    day = local.date() + timedelta(days=local.time() >= LOOKED_AT)
    return datetime.combine(day, LOOKED_AT, tzinfo=zone)


def run_overrides(center_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: look for drift, tell of it, and come back tomorrow."""
    center = Center.objects.get(pk=center_id)
    perform(
        raise_drifts, actor=None, position="", source=source, now=now, center=center, version=version,
        found=find_drifts(center, now),
    )  # fmt: skip


def raise_drifts(*, actor: None, now: datetime, center: Center, version: int, found: Sequence[Drift]) -> dict[str, Any]:
    """One alert for each rule that drifted, unless it was told of within QUIET."""
    if not finish(OVERRIDES, center.pk, version=version):
        return {}  # somebody else looked at the same moment
    schedule(OVERRIDES, center.pk, due_at=next_look(center, now), now=now, version=version + 1)
    told = OverrideDrift.objects.filter(center=center, raised_at__gt=now - QUIET).values_list("rule", flat=True)
    day = now.astimezone(ZoneInfo(center.time_zone)).date()
    for drift in found:
        if drift.rule in told:
            continue
        alert = raise_alert(center=center, kind=Alert.Kind.OVERRIDE_DRIFT, text=_words(drift), now=now)
        OverrideDrift.objects.create(
            center=center, rule=drift.rule, day=day, alert=alert, raised_at=now, now=drift.now.as_dict(),
            before=drift.before.as_dict(),
        )  # fmt: skip
    return {}


def _words(drift: Drift) -> str:
    how = "more" if drift.more else "less"
    return (
        f"Rule {drift.rule} is overridden {how} often than before: {_share(drift.now)} in {DAYS_NOW} days,"
        f" {_share(drift.before)} in the {DAYS_BEFORE} days before"
    )


def _share(counted: Overrides) -> str:
    return f"{counted.overridden} of {counted.n} calls ({counted.overridden / counted.n:.0%})"


def overrides_gave_up(center_id: int, attempts: int, error: str, now: datetime) -> None:
    """Nobody acts on it at once: it is looked at again in a minute, and the supervisor hears that drift may go unseen."""
    perform(tell_of_failure, actor=None, position="", source="sweep", now=now, center_id=center_id, what=error)


def tell_of_failure(*, actor: None, now: datetime, center_id: int, what: str) -> Mapping[str, Any]:
    text = f"Overrides of the rules cannot be looked at ({what}); drift may go unseen until it works again"
    raise_alert(center=Center.objects.get(pk=center_id), kind=Alert.Kind.WORK_FAILED, text=text, now=now)
    return {}
