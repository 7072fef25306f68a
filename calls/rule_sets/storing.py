"""Storing the default rules as a frozen version that verdicts can point to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from calls import triage
from calls.models import RuleSet
from calls.rule_sets.checking import sound
from calls.rule_sets.fetch import next_version, one_at_a_time
from calls.rule_sets.kinds import RULES_STORED
from calls.triage.cases import cases_sha256, failing, run_cases
from care_dispatch.log import perform, record
from teams.models import User

# Nothing was in force before the first rules: a call that came in earlier is judged by them, not by the fallback.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
DEFAULT_NAME = "Default rules R0-R10"


def store_rules(*, actor: User | None, now: datetime, body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Store a rule set unless the same one is stored. The very first is in force; a later one is a draft to publish.

    A stored version is never overwritten: old verdicts are explained by the rules of their own day.
    """
    rules = sound(body)
    one_at_a_time()
    if stored := RuleSet.objects.filter(center=None, sha256=rules.sha256).first():
        return {"rule_set_id": stored.pk, "version": stored.version, "added": False}
    results = run_cases(rules)
    passed = not failing(results)
    first = passed and not RuleSet.objects.filter(center=None, status=RuleSet.Status.APPROVED).exists()
    row = RuleSet.objects.create(
        version=next_version(),
        name=name,
        body=body,
        sha256=rules.sha256,
        framework=rules.framework,
        note=rules.note,
        status=RuleSet.Status.APPROVED if first else RuleSet.Status.DRAFT,
        approved_at=BEGINNING if first else None,
        effective_at=BEGINNING if first else None,
        cases_passed=len(results) if passed else None,
        cases_sha256=cases_sha256() if passed else "",
    )
    record(RULES_STORED, center_id=None, refs={"rule_set_id": row.pk})
    return {"rule_set_id": row.pk, "version": row.version, "added": True}


def seed_default_rules(*, now: datetime) -> dict[str, Any]:
    """Store the rules of the repository's JSON file; returns rule_set_id, version and whether it was added."""
    body = triage.default_rules()
    done = perform(store_rules, actor=None, position="", source="seed", now=now, body=body, name=DEFAULT_NAME)
    return dict(done.result)
