"""Whether a body may be saved and whether it may be published, as refusals fit for the screen."""

from collections.abc import Mapping
from typing import Any

from calls import triage
from calls.triage.cases import CaseResult, failing, run_cases
from calls.triage.soundness import check_rules
from care_dispatch.refusal import Conflict, Invalid


class RulesRefused(Invalid):
    """Rules that cannot be saved; ``problems`` has the rule and the sentence of each."""

    code = "rules_refused"


class CasesFail(Conflict):
    """Rules that fail a must-pass case; ``failing`` has each with its story."""

    code = "cases_fail"


def sound(body: Mapping[str, Any]) -> triage.RuleSet:
    """The parsed rules; raises RulesRefused with every problem."""
    try:
        return check_rules(body)
    except triage.BrokenRules as broken:
        problems = [problem.as_dict() for problem in broken.problems]
        more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
        raise RulesRefused(f"These rules cannot be used: {broken}{more}", problems=problems) from None


def publishable(body: Mapping[str, Any]) -> list[CaseResult]:
    """What the rules say of every must-pass case; raises CasesFail unless all pass."""
    results = run_cases(sound(body))
    if failed := failing(results):
        first = failed[0].message
        count = f"{len(failed)} of {len(results)} must-pass cases fail" if len(failed) > 1 else "A must-pass case fails"
        raise CasesFail(f"{count}: {first}", failing=[result.as_dict() for result in failed])
    return results
