"""Drafts of the rules, and calls with a past to try them on."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from calls import triage
from calls.dispatch import set_mode
from calls.facts import state_facts
from calls.models import Call, RuleSet
from calls.timers import CLOCKS
from calls.verdicts import run_triage
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from teams.models import Center, User
from tests.cast import NOW, act, make_call

# Somebody with a gun in the house and no stated intent: the default rules send police with CARE (R3b).
ARMED = {"is_behavioral": "yes", "need": "in_person", "weapon": "access"}
CALM = {"is_behavioral": "yes", "need": "in_person", "weapon": "denied"}


def body_with(rule_id: str, base: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """The default rules, or others, with one of them changed."""
    base = base or triage.default_rules()
    rules = [{**rule, **fields} if rule["id"] == rule_id else rule for rule in base["rules"]]
    return {**base, "name": f"Draft with another {rule_id}", "rules": rules}


# A gun in the house sends CARE alone.
CAREFREE = body_with("R3b", level=2, services=["care"])


def lose_the_rules() -> None:
    """No rules are in force any more, and calls are judged by the fallback."""
    in_force = RuleSet.objects.filter(status=RuleSet.Status.APPROVED)
    in_force.update(status=RuleSet.Status.RETIRED, retired_at=NOW - timedelta(hours=1))


def make_draft(body: Mapping[str, Any] = CAREFREE, center: Center | None = None, **fields: Any) -> RuleSet:
    newest = RuleSet.objects.order_by("-version").values_list("version", flat=True).first() or 0
    return RuleSet.objects.create(
        **{"version": newest + 1, "name": body["name"], "body": body, "sha256": hashlib.sha256(repr(body).encode()).hexdigest(),
           "center": center, "effective_at": NOW, **fields}
    )  # fmt: skip


def past_call(by: User, facts: Mapping[str, Any] = CALM, *, now: datetime = NOW, **fields: Any) -> Call:
    """A call judged on these facts."""
    return make_call(by, now=now, facts=facts, location_confirmed=True, **fields)


def learn(by: User, call: Call, facts: Mapping[str, Any], *, now: datetime) -> Call:
    """More comes to be known, and the rules decide again."""
    act(state_facts, by=by, now=now, call_id=call.pk, facts=facts)
    run_triage(call.pk, 0, now, "worker")
    return Call.objects.get(pk=call.pk)


def by_hand(by: User, call: Call, response: str, *, now: datetime = NOW) -> None:
    act(set_mode, by=by, now=now, call_id=call.pk, response=response, reason="crew_request")


def sweep(now: datetime, *, times: int = 1) -> int:
    """What a sweep does, that many times; the clocks of these past calls ran out long ago."""
    Due.objects.filter(kind=CLOCKS).delete()
    return sum(run_once(older_than=timedelta(0), now=now, source="sweep") for _ in range(times))


_PRODUCTION = (
    "calls_call",
    "calls_verdict",
    "calls_factstatement",
    "calls_assignment",
    "calls_alert",
    "log_event",
    "log_head",
)


def production() -> dict[str, tuple[int, str]]:
    """How many rows each table of the dispatchers' own has, and a hash of all of them."""
    found = {}
    with connection.cursor() as cursor:
        for table in _PRODUCTION:
            cursor.execute(
                f"SELECT count(*), md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            )
            found[table] = cursor.fetchone()
    return found
