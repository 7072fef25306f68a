"""Triage of what is being typed: the same reader and rules as the worker's, nothing stored."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from calls import triage
from calls.lifecycle import MODES
from calls.rules_in_force import NoRules, parsed, rule_set_for
from care_dispatch.refusal import Invalid


def preview(
    center_id: int,
    *,
    now: datetime,
    nature: str = "",
    type_code: str = "",
    narrative: str = "",
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Facts read from the text with their quotes, and the verdict they and the given facts would get."""
    try:
        given = triage.validate_facts(facts or {})
    except ValueError as error:
        raise Invalid(str(error)) from None
    suggestions = triage.read(narrative, nature or type_code).suggestions()
    stamp = now.isoformat()
    statements = [
        triage.FactStatement(fact, value, "question", "caller", stamp, True, "") for fact, value in given.items()
    ]
    statements += [
        triage.FactStatement(item.fact, item.value, "narrative", "note", stamp, False, item.quote)
        for item in suggestions
    ]
    together = triage.effective(statements)
    try:
        rules = parsed(rule_set_for(center_id, now))
        verdict = triage.evaluate(together, rules).as_dict() | triage.explain(together, rules)
    except NoRules as error:
        verdict = triage.fallback_verdict(str(error)).as_dict()
    mode, mode_label = MODES[verdict["response"]]
    return {
        "facts": [item.as_dict() for item in suggestions],
        "effective": together,
        "verdict": verdict | {"mode": mode, "mode_label": mode_label},
    }
