"""Drafts of the rules: started from a template or a version, changed by one person after the other."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calls.models import RuleSet
from calls.rule_sets.checking import sound
from calls.rule_sets.fetch import find_rule_set, lock_rule_set, next_version, one_at_a_time, require_rules
from calls.rule_sets.kinds import RULES_CHANGED, RULES_DRAFTED
from calls.triage.frameworks import NoFramework, template
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict, Invalid, NotFound
from teams.models import User

# What of a rule set's body an editor may change.
BODY_KEYS = ("name", "source", "framework", "levels", "note", "rules")


class DraftChanged(Conflict):
    """Somebody saved the draft since it was opened; the answer says who and when."""

    code = "draft_changed"


class NotADraft(Conflict):
    code = "not_a_draft"


def start_draft(
    *, actor: User, now: datetime, template_code: str = "", rule_set_id: int | None = None, name: str = ""
) -> dict[str, Any]:
    """A draft for the actor's center, from a template or a stored version: exactly one of the two."""
    require_rules(actor)
    if bool(template_code) == (rule_set_id is not None):
        raise Invalid("Start a draft from a template or from a rule set: name one of the two.")
    based_on = find_rule_set(actor, rule_set_id) if rule_set_id is not None else None
    body = dict(based_on.body if based_on else _template_body(template_code))
    body["name"] = name or f"{body.get('name', 'Rules')[:110]} (draft)"
    rules = sound(body)
    one_at_a_time()
    row = RuleSet.objects.create(
        version=next_version(),
        name=rules.name,
        body=body,
        sha256=rules.sha256,
        center_id=actor.center_id,
        framework=rules.framework,
        note=rules.note,
        based_on=based_on,
        author=actor,
        edited_by=actor,
        edited_at=now,
        editors=[actor.pk],
    )
    refs = {"rule_set_id": row.pk, "based_on_id": based_on.pk if based_on else None}
    record(RULES_DRAFTED, center_id=row.center_id, refs=refs)
    return {"rule_set_id": row.pk, "version": row.version, "revision": row.revision}


def _template_body(code: str) -> Mapping[str, Any]:
    try:
        return template(code).body
    except NoFramework as error:
        raise NotFound(str(error)) from None


def change_draft(
    *, actor: User, now: datetime, rule_set_id: int, base: int, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Replace parts of a draft's body (name, source, framework, levels, note, rules).

    ``base``: the revision that was looked at; when somebody saved since, DraftChanged says who. Rules that are
    broken, slow or unsafe are refused and the draft stays as it was.
    """
    row = lock_rule_set(actor, rule_set_id)
    require_status(row, RuleSet.Status.DRAFT, "changed")
    require_revision(row, base)
    if unknown := [key for key in changes if key not in BODY_KEYS]:
        raise Invalid(f"{unknown[0][:40]!r} is no part of a rule set; it has {', '.join(BODY_KEYS)}.")
    body = {**row.body, **changes}
    rules = sound(body)
    if rules.sha256 == row.sha256:
        return _revision(row)
    write(
        row,
        body=body,
        sha256=rules.sha256,
        name=rules.name,
        framework=rules.framework,
        note=rules.note,
        revision=row.revision + 1,
        edited_by=actor,
        edited_at=now,
        editors=sorted({*row.editors, actor.pk}),
    )
    refs = {"rule_set_id": row.pk, "revision": row.revision}
    record(RULES_CHANGED, center_id=row.center_id, refs=refs)
    return _revision(row)


def _revision(row: RuleSet) -> dict[str, Any]:
    return {"rule_set_id": row.pk, "version": row.version, "revision": row.revision}


def require_status(row: RuleSet, status: str, done: str) -> None:
    """Refuse in words: what it is now, and what a rule set has to be for this."""
    if row.status != status:
        wanted = RuleSet.Status(status).label.lower()
        state = row.get_status_display().lower()
        message = f"Version {row.version} is {state}; only a rule set that is {wanted} can be {done}."
        raise NotADraft(message, state=row.status)


def require_revision(row: RuleSet, base: int) -> None:
    if row.revision != base:
        who = (row.edited_by.get_full_name() or row.edited_by.username) if row.edited_by else "Somebody"
        at = row.edited_at.isoformat() if row.edited_at else None
        message = f"{who} changed this draft since you opened it; look at it again before you go on."
        raise DraftChanged(message, by=who, at=at, revision=row.revision, yours=base)
