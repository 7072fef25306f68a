"""Triage of what is being typed: the same reader and rules as the worker's, nothing stored."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from calls import call_types, local_words, triage
from calls.lifecycle import MODES
from calls.rules_in_force import NoRules, parsed, rule_set_for
from calls.triage.lexicon import Lexicon
from care_dispatch.refusal import Invalid

logger = logging.getLogger(__name__)


def preview(center_id: int, *, now: datetime, **typed: Any) -> dict[str, Any]:
    """Facts read from what is typed with their quotes, and the verdict they and the given facts would get."""
    return _preview(center_id, lambda facts: _judge(center_id, facts, now), now=now, **typed)


def preview_with(rules: triage.RuleSet, center_id: int | None, *, now: datetime, **typed: Any) -> dict[str, Any]:
    """The same by these rules, in force or not."""
    return _preview(
        center_id, lambda facts: triage.judge(facts, rules) | triage.explain(facts, rules), now=now, **typed
    )


def _preview(
    center_id: int | None,
    judge: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    now: datetime,
    nature: str = "",
    type_code: str = "",
    narrative: str = "",
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    try:
        given = triage.validate_facts(facts or {})
    except ValueError as error:
        raise Invalid(str(error)) from None
    listed = call_types.of_words(center_id, type_code, nature) if center_id is not None else None
    kind = call_types.typed(listed, nature or type_code)
    known = local_words.lexicon_of(center_id) if center_id is not None else None
    suggestions = _read(narrative, kind, listed.behavioral if listed else "", known)
    stamp = now.isoformat()
    statements = [
        triage.FactStatement(fact, value, "question", "caller", stamp, True, "") for fact, value in given.items()
    ]
    statements += [
        triage.FactStatement(item.fact, item.value, "narrative", "note", stamp, False, item.quote)
        for item in suggestions
    ]
    together = triage.effective(statements)
    verdict = judge(together)
    mode, mode_label = MODES[verdict["response"]]
    return {
        "facts": [item.as_dict() for item in suggestions],
        "effective": together,
        "verdict": verdict | {"mode": mode, "mode_label": mode_label},
    }


def _read(narrative: str, kind: str, kind_class: str, known: Lexicon | None) -> Sequence[triage.SuggestedFact]:
    try:
        return triage.read(narrative, kind, type_class=kind_class, words=known).suggestions()
    except Exception:  # as for a call that is taken: the given facts are judged all the same
        logger.exception("the narrative reader failed; previewed on the given facts")
        return []


def _judge(center_id: int, facts: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What the worker would answer, police/fire/EMS first included where the rules are missing or fail."""
    try:
        rules = parsed(rule_set_for(center_id, now))
        return triage.judge(facts, rules) | triage.explain(facts, rules)
    except NoRules as error:
        return triage.fallback_verdict(str(error)).as_dict()
    except Exception as error:
        logger.exception("the preview of triage fell back")
        return triage.fallback_verdict(f"{type(error).__name__}: {error}"[:200]).as_dict()
