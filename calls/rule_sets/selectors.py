"""Reads of rule sets: the list, one with its rules as sentences and its cases, templates, comparisons, trials."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from calls import triage
from calls.models import RuleSet, Verdict
from calls.preview import preview_with
from calls.rule_sets.drafting import BODY_KEYS
from calls.rule_sets.fetch import find_rule_set, require_rules, seen_by
from calls.rules_in_force import NoRules, rule_set_for
from calls.triage.cases import failing, published_cases, run_cases
from calls.triage.facts import NOT_ASKED
from calls.triage.frameworks import NoFramework, differences, template, templates
from calls.triage.parsing import MAX_RULES, MAX_STEPS, steps
from calls.triage.soundness import check_rules
from calls.triage.wording import menu, plain
from care_dispatch.refusal import Invalid, NotFound
from teams.models import User
from teams.selectors import center_id_of

LIST_LIMIT = 200
COMPARED, FACT_SETS = 6, 500
_PEOPLE = ("author", "edited_by", "submitted_by", "approved_by", "retired_by")
_TIMES = ("edited_at", "submitted_at", "approved_at", "effective_at", "retired_at")


def rule_sets(actor: User, now: datetime) -> dict[str, Any]:
    """The center's rule sets and those for every center, newest first, and which of them decides now."""
    require_rules(actor)
    rows = RuleSet.objects.filter(seen_by(actor)).select_related(*_PEOPLE, "based_on", "center").defer("body")
    in_force = _in_force_id(actor, now)
    return {
        "in_force": in_force,
        "rule_sets": [_row(row, actor, in_force) for row in rows.order_by("-version")[:LIST_LIMIT]],
    }


def rule_set_detail(actor: User, rule_set_id: int, now: datetime) -> dict[str, Any]:
    """One with its body, its rules as sentences, what is wrong with it and what it says of every case."""
    row = find_rule_set(actor, rule_set_id)
    return {**_row(row, actor, _in_force_id(actor, now)), "body": row.body, **checked(row.body)}


def check_body(actor: User, body: Any) -> dict[str, Any]:
    """What is wrong with a body that is being edited, and what it would say; nothing is stored."""
    require_rules(actor)
    return checked(body)


def checked(body: Any) -> dict[str, Any]:
    """A body looked at without storing it: problems, sentences, steps and cases."""
    problems: list[dict[str, str]] = []
    try:
        check_rules(body)
    except triage.BrokenRules as broken:
        problems = [problem.as_dict() for problem in broken.problems]
    limits = {"rules": MAX_RULES, "steps": MAX_STEPS}
    try:
        rules = triage.parse_rules(body)
    except triage.BrokenRules:
        return {"problems": problems, "rules": [], "steps": None, "limits": limits, "cases": None}
    return {
        "problems": problems,
        "rules": _sentences(rules),
        "steps": sum(steps(rule.when) for rule in rules.rules),
        "limits": limits,
        "cases": _cases(rules),
    }


def _sentences(rules: triage.RuleSet) -> list[dict[str, Any]]:
    return [
        {
            "id": rule.id,
            "title": rule.title,
            "level": rule.level,
            "level_words": rules.level_words(rule.level),
            "services": list(rule.services),
            "answer": rule.answer,
            "capabilities": list(rule.capabilities),
            "because": rule.because,
            "source": rule.source,
            "plain": plain(rule, rules),
            "steps": steps(rule.when),
        }
        for rule in rules.rules
    ]


def _cases(rules: triage.RuleSet) -> dict[str, Any]:
    results = run_cases(rules)
    failed = failing(results)
    return {
        "total": len(results),
        "passed": len(results) - len(failed),
        "failing": [result.as_dict() for result in failed],
        "heavier": [result.as_dict() for result in results if result.heavier and not result.failures],
    }


def _row(row: RuleSet, actor: User, in_force: int | None) -> dict[str, Any]:
    people = {name: _person(getattr(row, name)) for name in _PEOPLE}
    times = {name: at.isoformat() if (at := getattr(row, name)) else None for name in _TIMES}
    return {
        "id": row.pk,
        "version": row.version,
        "revision": row.revision,
        "name": row.name,
        "framework": row.framework,
        "note": row.note,
        "status": row.status,
        "in_force": row.pk == in_force,
        "center": row.center.code if row.center else None,
        "based_on": {"id": row.based_on.pk, "version": row.based_on.version} if row.based_on else None,
        "cases_passed": row.cases_passed,
        "sha256": row.sha256,
        "sent_back_reason": row.sent_back_reason,
        "retired_reason": row.retired_reason,
        **people,
        **times,
        "may": _may(row, actor, in_force),
    }


def _may(row: RuleSet, actor: User, in_force: int | None) -> list[str]:
    """The actions open to this person on this rule set now, by their address; the actions have the last word."""
    if row.center_id != actor.center_id:
        return []
    wrote = actor.pk in {row.author_id, row.edited_by_id, *row.editors}
    by_status = {
        RuleSet.Status.DRAFT: ["change", "submit", "retire"],
        RuleSet.Status.SUBMITTED: ["send-back", "retire", *([] if wrote else ["approve"])],
        RuleSet.Status.APPROVED: ["retire", *(["roll-back"] if row.pk == in_force else [])],
    }
    return by_status.get(RuleSet.Status(row.status), [])


def _person(user: User | None) -> dict[str, Any] | None:
    return {"id": user.pk, "name": user.get_full_name() or user.username} if user else None


def _in_force_id(actor: User, now: datetime) -> int | None:
    try:
        return rule_set_for(actor.center_id, now).pk
    except NoRules:
        return None


def template_list(actor: User) -> dict[str, Any]:
    """What a draft can start from, each with its rules as sentences."""
    require_rules(actor)
    return {
        "templates": [
            {
                "code": one.code,
                "name": one.name,
                "about": one.about,
                **{key: one.body.get(key, "") for key in BODY_KEYS if key not in ("name", "rules")},
                "rules": _sentences(triage.parse_rules(one.body)),
            }
            for one in templates()
        ]
    }


def menus(actor: User) -> dict[str, Any]:
    """Facts, values, services, answers and capabilities with their words, and the limits of a rule set."""
    require_rules(actor)
    return menu() | {"limits": {"rules": MAX_RULES, "steps": MAX_STEPS}}


def try_rules(actor: User, rule_set_id: int, *, now: datetime, **typed: Any) -> dict[str, Any]:
    """What a rule set would say of a narrative and facts; nothing is stored and no call is touched."""
    return preview_with(_parsed(find_rule_set(actor, rule_set_id).body), actor.center_id, now=now, **typed)


def verdict_compared(actor: User, rule_set_id: int, verdict_id: int) -> dict[str, Any]:
    """What was known when a verdict was given, what the rules of that day said and what this set says of it.

    Facts only: no narrative, no place and no caller, so that whoever drafts the rules may read it and opens no call.
    """
    rules = _parsed(find_rule_set(actor, rule_set_id).body)
    found = (
        Verdict.objects.filter(pk=verdict_id, call__center_id=center_id_of(actor)).select_related("rule_set").first()
    )
    if found is None:
        raise NotFound("There is no such verdict.")
    drafted = triage.judge(found.facts, rules)
    return {
        "facts": [
            {"fact": name, "label": triage.label(name), "value": value}
            for name, value in found.facts.items()
            if value != NOT_ASKED
        ],
        "then": _answer(found.proof | {"level": found.level, "response": found.response, "services": found.services})
        | {"version": found.rule_set.version if found.rule_set else None},
        "now": _answer(drafted),
    }


def _answer(judged: Mapping[str, Any]) -> dict[str, Any]:
    return {name: judged[name] for name in ("level", "response", "services", "hits")}


def compare(
    actor: User,
    *,
    rule_set_ids: Sequence[int] = (),
    template_codes: Sequence[str] = (),
    fact_sets: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Where rule sets and templates differ on the same facts; without facts, on the must-pass cases."""
    require_rules(actor)
    columns = _columns(actor, rule_set_ids, template_codes)
    titles: dict[str, str] = {}
    if fact_sets is None:
        cases = published_cases()
        titles = {case.id: case.title for case in cases}
        facts = {case.id: case.facts for case in cases}
    else:
        facts = _checked_facts(fact_sets)
    found = differences(facts, {name: rules for name, (_, rules) in columns.items()})
    return {
        "columns": [{"key": key, "name": name, "framework": rules.framework} for key, (name, rules) in columns.items()],
        "total": len(facts),
        "alike": len(facts) - len(found),
        "differences": [one | {"title": titles.get(one["name"], "")} for one in found],
    }


def _columns(
    actor: User, rule_set_ids: Sequence[int], template_codes: Sequence[str]
) -> dict[str, tuple[str, triage.RuleSet]]:
    if not 2 <= len(rule_set_ids) + len(template_codes) <= COMPARED:
        raise Invalid(f"Compare 2 to {COMPARED} rule sets or templates.")
    columns = {}
    for rule_set_id in rule_set_ids:
        row = find_rule_set(actor, rule_set_id)
        columns[str(row.pk)] = (f"v{row.version} {row.name}", _parsed(row.body))
    for code in template_codes:
        try:
            one = template(code)
        except NoFramework as error:
            raise NotFound(str(error)) from None
        columns[code] = (one.name, triage.parse_rules(one.body))
    return columns


def _checked_facts(fact_sets: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    if len(fact_sets) > FACT_SETS or not all(isinstance(facts, Mapping) for facts in fact_sets.values()):
        raise Invalid(f"fact_sets is an object of at most {FACT_SETS} names with their facts.")
    try:
        return {name: triage.validate_facts(facts) for name, facts in fact_sets.items()}
    except ValueError as error:
        raise Invalid(str(error)) from None


def _parsed(body: Any) -> triage.RuleSet:
    try:
        return triage.parse_rules(body)
    except triage.BrokenRules as broken:
        raise Invalid(f"These rules cannot be run: {broken}") from None
