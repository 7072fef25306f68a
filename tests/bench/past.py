"""A center's past by COPY: calls of the last three months, each with another set of facts and the verdict it got."""

import json
import random
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from calls import triage
from calls.models import Verdict
from teams.models import User
from tests.bench.board import copy_rows
from tests.cast import make_call

DAYS = 90
AT_ONCE = 5000
# How often a fact is stated at all.
STATED = 0.35


def load_past(dispatcher: User, count: int, now: datetime) -> None:
    """``count`` calls that came in before ``now``, open, judged by the default rules; nobody was sent to them."""
    pattern = make_call(dispatcher, location="300 W BELT LINE RD", narrative="OFF HIS MEDS, NO WEAPON", now=now)
    verdict = Verdict.objects.get(call=pattern)
    explained = {name: verdict.proof[name] for name in ("blocked", "would_change") if name in verdict.proof}
    chance, rules = random.Random(count), triage.parse_rules(triage.default_rules())
    first = max(pattern.pk, verdict.pk) + 1_000_000

    def past(pk: int) -> datetime:
        return now - timedelta(days=1 + pk % DAYS, seconds=pk % 80_000)

    def judged(pk: int) -> dict[str, Any]:
        facts = some_facts(chance)
        found = triage.evaluate(facts, rules)
        return {
            "call_id": pk,
            "facts": json.dumps(facts),
            "level": found.level,
            "response": found.response,
            "services": "{" + ",".join(found.services) + "}",
            "proof": json.dumps(found.as_dict() | explained),
            "decided_at": past(pk).isoformat(),
        }

    def called(pk: int) -> dict[str, Any]:
        at = past(pk)
        return {
            "number": pk,
            "urn": f"urn:past:{pk}",
            "verdict_id": pk,
            "received_at": at.isoformat(),
            "day": at.date(),
        }

    for start in range(first, first + count, AT_ONCE):
        ids = range(start, min(start + AT_ONCE, first + count))
        with transaction.atomic(), connection.cursor() as cursor:
            copy_rows(cursor, "calls_verdict", verdict.pk, ids, judged)
            copy_rows(cursor, "calls_call", pattern.pk, ids, called)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("calls_call", "calls_verdict"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), %s)", [first + count])
        cursor.execute("ANALYZE calls_call, calls_verdict")


def some_facts(chance: random.Random) -> dict[str, Any]:
    """Any fact with any of its values."""
    found: dict[str, Any] = {}
    for name, fact in triage.FACTS.items():
        if fact.values and chance.random() < STATED:
            value = chance.choice(fact.values)
            found[name] = [value] if fact.many else value
    return found
