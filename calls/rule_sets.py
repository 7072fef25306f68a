"""Storing the default rules as a frozen version that verdicts can point to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from calls import triage
from calls.models import RuleSet
from care_dispatch.log import EventKind, perform, record, register_kinds
from care_dispatch.refusal import Invalid
from teams.models import User

# Nothing was in force before the first rules: a call that came in earlier is judged by them, not by the fallback.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
DEFAULT_NAME = "Default rules R0-R10"
RULES_STORED = EventKind("rules.stored", refs=frozenset({"rule_set_id"}))
register_kinds([RULES_STORED])


def store_rules(*, actor: User | None, now: datetime, body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Store a rule set unless the same one is stored. The very first is active; a later one is a draft to publish.

    A stored version is never overwritten: old verdicts are explained by the rules of their own day.
    """
    try:
        sha256 = triage.parse_rules(body).sha256
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"These rules cannot be used: {error}") from None
    if stored := RuleSet.objects.filter(center=None, sha256=sha256).first():
        return {"rule_set_id": stored.pk, "version": stored.version, "added": False}
    newest = RuleSet.objects.order_by("-version").values_list("version", flat=True).first() or 0
    active = RuleSet.objects.filter(center=None, status=RuleSet.Status.ACTIVE).exists()
    row = RuleSet.objects.create(
        version=newest + 1,
        name=name,
        body=body,
        sha256=sha256,
        status=RuleSet.Status.DRAFT if active else RuleSet.Status.ACTIVE,
        effective_at=now if active else BEGINNING,
    )
    record(RULES_STORED, center_id=None, refs={"rule_set_id": row.pk})
    return {"rule_set_id": row.pk, "version": row.version, "added": True}


def seed_default_rules(*, now: datetime) -> dict[str, Any]:
    """Store the rules of the repository's JSON file; returns rule_set_id, version and whether it was added."""
    body = triage.default_rules()
    done = perform(store_rules, actor=None, position="", source="seed", now=now, body=body, name=DEFAULT_NAME)
    return dict(done.result)
