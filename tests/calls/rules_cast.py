"""People who look after rules, and short ways through the life of a rule set."""

import copy
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calls import triage
from calls.models import RuleSet
from calls.rule_sets import approve_rules, change_draft, start_draft, submit_rules
from care_dispatch.access import Role
from teams.models import Center, User
from tests.cast import NOW, act, make_user


def default_body() -> dict[str, Any]:
    return copy.deepcopy(dict(triage.default_rules()))


def body_with(rule_id: str, **fields: Any) -> list[dict[str, Any]]:
    """The rules of the default with one of them changed."""
    rules: list[dict[str, Any]] = default_body()["rules"]
    next(rule for rule in rules if rule["id"] == rule_id).update(fields)
    return rules


def extra_rule(rule_id: str = "X1", **fields: Any) -> list[dict[str, Any]]:
    """The rules of the default and one more: police wherever minors are present."""
    rule = {
        "id": rule_id, "title": "Minors", "level": 3, "services": ["police", "care"], "source": "Council, item 7",
        "when": {"fact": "minors_present", "in": ["yes"]}, "because": "Minors are there.", **fields,
    }  # fmt: skip
    rules: list[dict[str, Any]] = default_body()["rules"]
    return [*rules, rule]


class Desk:
    """An author, a second person and a third of one center."""

    def __init__(self, center: Center) -> None:
        self.center = center
        self.author = make_user(center, Role.ADMIN, first_name="Ana", last_name="Ruiz")
        self.second = make_user(center, Role.SUPERVISOR, first_name="Bo", last_name="Lind")
        self.third = make_user(center, Role.SUPERVISOR)

    def draft(self, rules: list[dict[str, Any]] | None = None, *, by: User | None = None, **fields: Any) -> RuleSet:
        by = by or self.author
        made = act(start_draft, by=by, template_code="default", **fields).result
        if rules is not None:
            act(change_draft, by=by, rule_set_id=made["rule_set_id"], base=1, changes={"rules": rules})
        return RuleSet.objects.get(pk=made["rule_set_id"])

    def submitted(self, rules: list[dict[str, Any]] | None = None, **fields: Any) -> RuleSet:
        row = self.draft(rules, **fields)
        act(submit_rules, by=self.author, rule_set_id=row.pk, base=row.revision)
        return RuleSet.objects.get(pk=row.pk)

    def approved(
        self, rules: list[dict[str, Any]] | None = None, *, now: datetime = NOW, effective_at: datetime | None = None
    ) -> RuleSet:
        row = self.submitted(rules)
        approve(self.second, row, now=now, effective_at=effective_at)
        return RuleSet.objects.get(pk=row.pk)


def approve(by: User, row: RuleSet, *, now: datetime = NOW, effective_at: datetime | None = None) -> Mapping[str, Any]:
    done = act(approve_rules, by=by, now=now, rule_set_id=row.pk, base=row.revision, effective_at=effective_at)
    return done.result
