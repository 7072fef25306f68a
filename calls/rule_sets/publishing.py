"""Publishing: a draft is submitted, a second person approves it, and what does not hold is sent back or rolled back."""

from datetime import datetime
from typing import Any

from calls.models import RuleSet
from calls.rule_sets.checking import publishable
from calls.rule_sets.drafting import require_revision, require_status
from calls.rule_sets.fetch import SecondPerson, lock_rule_set, one_at_a_time
from calls.rule_sets.kinds import (
    RULES_APPROVED,
    RULES_RETIRED,
    RULES_ROLLED_BACK,
    RULES_SENT_BACK,
    RULES_SUBMITTED,
)
from calls.rule_sets.landing import LANDING
from calls.rules_in_force import NoRules, rule_set_for
from calls.triage.cases import cases_sha256
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict, Invalid
from teams.models import User

Status = RuleSet.Status


class NoRulesLeft(Conflict):
    code = "no_rules_left"


class NotInForce(Conflict):
    code = "not_in_force"


def submit_rules(*, actor: User, now: datetime, rule_set_id: int, base: int) -> dict[str, Any]:
    """Freeze a draft and ask for a second person; refused while a must-pass case fails."""
    row = lock_rule_set(actor, rule_set_id)
    require_status(row, Status.DRAFT, "submitted")
    require_revision(row, base)
    passed = len(publishable(row.body))
    write(
        row,
        status=Status.SUBMITTED,
        submitted_by=actor,
        submitted_at=now,
        cases_passed=passed,
        cases_sha256=cases_sha256(),
        sent_back_reason="",
    )
    record(RULES_SUBMITTED, center_id=row.center_id, refs={"rule_set_id": row.pk, "revision": row.revision})
    return {"rule_set_id": row.pk, "cases_passed": passed}


def approve_rules(
    *, actor: User, now: datetime, rule_set_id: int, base: int, effective_at: datetime | None = None
) -> dict[str, Any]:
    """Publish what was submitted, from ``effective_at`` on (default: now). The author and its editors may not.

    ``base``: the revision that was read. The cases are run again: they may have grown since the submission.
    """
    one_at_a_time()
    row = lock_rule_set(actor, rule_set_id)
    require_status(row, Status.SUBMITTED, "approved")
    require_revision(row, base)
    if actor.pk in {row.author_id, row.edited_by_id, *row.editors}:
        raise SecondPerson("You wrote or changed these rules; somebody else has to approve them.")
    if effective_at is not None and effective_at < now:
        raise Invalid("Rules take effect now or later, never in the past.")
    passed = len(publishable(row.body))
    write(
        row,
        status=Status.APPROVED,
        approved_by=actor,
        approved_at=now,
        effective_at=effective_at or now,
        cases_passed=passed,
        cases_sha256=cases_sha256(),
    )
    schedule(LANDING, row.pk, due_at=effective_at or now, now=now)
    record(RULES_APPROVED, center_id=row.center_id, refs={"rule_set_id": row.pk, "revision": row.revision})
    return {"rule_set_id": row.pk, "version": row.version, "effective_at": (effective_at or now).isoformat()}


def send_back(*, actor: User, now: datetime, rule_set_id: int, reason: str) -> dict[str, Any]:
    """Make a submitted set a draft again, with what should be changed."""
    row = lock_rule_set(actor, rule_set_id)
    require_status(row, Status.SUBMITTED, "sent back")
    write(
        row,
        status=Status.DRAFT,
        submitted_by=None,
        submitted_at=None,
        cases_passed=None,
        cases_sha256="",
        sent_back_reason=reason,
    )
    record(RULES_SENT_BACK, center_id=row.center_id, refs={"rule_set_id": row.pk})
    return {"rule_set_id": row.pk}


def retire(*, actor: User, now: datetime, rule_set_id: int, reason: str) -> dict[str, Any]:
    """Take a set out of use for good: a draft is given up, one in force gives way to the one before it."""
    one_at_a_time()
    row = lock_rule_set(actor, rule_set_id)
    if row.status == Status.RETIRED:
        raise NotInForce(f"Version {row.version} is retired already.")
    _retire(row, actor, now, reason)
    record(RULES_RETIRED, center_id=row.center_id, refs={"rule_set_id": row.pk})
    return {"rule_set_id": row.pk}


def roll_back(*, actor: User, now: datetime, rule_set_id: int, reason: str) -> dict[str, Any]:
    """Undo the set in force: the version before it decides from now on. The undone one is kept, with the reason."""
    one_at_a_time()
    row = lock_rule_set(actor, rule_set_id)
    decides = _in_force(row, now)
    if decides is None or decides.pk != row.pk:
        other = f"version {decides.version} is" if decides else "nothing is"
        raise NotInForce(f"Version {row.version} is not in force, {other}; only what is in force is rolled back.")
    before = _retire(row, actor, now, reason)
    assert before is not None
    refs = {"rule_set_id": row.pk, "back_to_id": before.pk}
    record(RULES_ROLLED_BACK, center_id=row.center_id, refs=refs)
    return {"rule_set_id": row.pk, "back_to_id": before.pk, "back_to_version": before.version}


def _retire(row: RuleSet, actor: User, now: datetime, reason: str) -> RuleSet | None:
    """Retire it and have open calls judged again; returns what decides then. Some rules are always left in force."""
    published = row.status == Status.APPROVED
    landed = published and row.effective_at is not None and row.effective_at <= now
    write(row, status=Status.RETIRED, retired_by=actor, retired_at=now, retired_reason=reason)
    finish(LANDING, row.pk)
    if not landed:
        return None
    left = _in_force(row, now)
    if left is None:
        raise NoRulesLeft(
            f"Version {row.version} is the only one in force and none is before it; publish another one first."
        )
    schedule(LANDING, row.pk, due_at=now, now=now)
    return left


def _in_force(row: RuleSet, now: datetime) -> RuleSet | None:
    """What decides now where this set would."""
    try:
        return rule_set_for(row.center_id, now)
    except NoRules:
        return None
