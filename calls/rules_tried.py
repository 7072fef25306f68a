"""Rule sets that are tried out: fetched with permission, parsed, and the same from beginning to end."""

from functools import lru_cache
from typing import Any

from calls import triage
from calls.models import RuleSet
from calls.rule_sets.fetch import find_rule_set, require_rules
from care_dispatch.refusal import Invalid
from teams.models import User
from teams.selectors import center_id_of

# What a run that began with other rules ends with: half of one and half of the other would say nothing.
CHANGED = "the rule set was changed meanwhile; start again with what it says now"


def center_tried_in(user: User) -> int:
    """The center whose calls this person tries rules on; raises Forbidden for all but its admins and supervisors."""
    require_rules(user)
    return center_id_of(user)


def rule_set_to_try(user: User, rule_set_id: int) -> RuleSet:
    """A rule set of the own center or of every center, whatever its status; raises Invalid when it cannot be run."""
    found = find_rule_set(user, rule_set_id)
    _usable(found.body)
    return found


def rules_tried(rule_set: RuleSet, sha256: str) -> triage.RuleSet:
    """The rules a run began with, ready to judge; raises Invalid when they are others now or cannot be run."""
    if rule_set.sha256 != sha256:
        raise Invalid(CHANGED)
    return _parsed(rule_set.pk, sha256)


@lru_cache(maxsize=8)
def _parsed(rule_set_id: int, sha256: str) -> triage.RuleSet:
    body, now = RuleSet.objects.values_list("body", "sha256").get(pk=rule_set_id)
    if now != sha256:  # changed since the row was read
        raise Invalid(CHANGED)
    return _usable(body)


def _usable(body: Any) -> triage.RuleSet:
    try:
        return triage.parse_rules(body)
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f"These rules cannot be run: {error}") from None
