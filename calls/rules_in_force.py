"""Which rules decide at a time: the center's newest, else the newest for every center; parsed once per process."""

from datetime import datetime
from functools import lru_cache
from typing import Any

from calls import triage
from calls.models import RuleSet

# Everything but the body, which is parsed once; asked for at every verdict, so it is written out. A set retired later was
# in force until then.
_IN_FORCE = (
    "SELECT id, version, name, sha256, status, center_id, effective_at FROM calls_ruleset"
    " WHERE status IN ('approved', 'retired') AND (center_id = %(center)s OR center_id IS NULL)"
    " AND effective_at <= coalesce(%(at)s, 'infinity'::timestamptz) AND approved_at IS NOT NULL"
    " AND (retired_at IS NULL OR retired_at > coalesce(%(at)s, 'infinity'::timestamptz))"
    " ORDER BY center_id NULLS LAST, effective_at DESC, version DESC LIMIT 1"
)


class NoRules(LookupError):
    """No approved rule set is stored; `manage.py seed` stores the default one."""


def rule_set_for(center_id: int | None, now: datetime | None) -> RuleSet:
    """The rules in force at ``now``: the center's newest, else the newest for every center; raises NoRules.

    None: the newest whatever its date, for a replayed center, whose past is judged by the rules of today.
    ``center_id`` None: the rules for every center.
    """
    for found in RuleSet.objects.raw(_IN_FORCE, {"center": center_id, "at": now}):
        return found
    raise NoRules("no approved rule set")


def parsed(rule_set: RuleSet) -> triage.RuleSet:
    """The rules of a stored set, ready to evaluate; a set is frozen, so its hash is the key."""
    return _parsed(rule_set.sha256, rule_set.pk)


@lru_cache(maxsize=32)
def _parsed(sha256: str, rule_set_id: int) -> triage.RuleSet:
    body = RuleSet.objects.values_list("body", flat=True).get(pk=rule_set_id)
    return triage.parse_rules(body)


def stored_body(version: int) -> Any:
    """The JSON of a stored version; raises NoRules when there is none."""
    body = RuleSet.objects.filter(version=version).values_list("body", flat=True).first()
    if body is None:
        raise NoRules(f"there is no rule set version {version}")
    return body
