"""Whether rules that run are also fit to be used: each can hold, none always does, and no hard stop ends in CARE alone.

Asked when a rule set is saved, so that nothing is found out at three in the morning.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from calls.triage.parsing import BrokenRules, Problem, Rule, RuleSet, parse_rules, parts_of
from calls.triage.stops import STOPS
from calls.triage.witness import Budget, TooManySteps, witness
from calls.triage.wording import condition_words, facts_words

# Conditions a search may look at: for all idle and dead conditions of a set together, and for each hard stop.
IDLE_STEPS, STOP_STEPS = 400_000, 60_000
NOT_BEHAVIORAL = {"fact": "is_behavioral", "in": ["no"]}


def check_rules(body: Any) -> RuleSet:
    """The parsed rules if they are fit to be saved; raises BrokenRules with every problem found."""
    rules = parse_rules(body)
    problems = [*_incomplete(rules), *_idle(rules), *_unsafe(rules)]
    if problems:
        raise BrokenRules(problems[0].message, problems)
    return rules


def _incomplete(rules: RuleSet) -> Iterator[Problem]:
    if not rules.name:
        yield Problem("", "Give the rule set a name.")
    if not rules.framework or len(rules.levels) != 4:
        yield Problem(
            "", "Name the framework and its words for the levels 1 to 4: the screen shows words, not numbers."
        )
    for rule in rules.rules:
        if not rule.source:
            yield Problem(rule.id, f"{rule.id}: name the source: the document or decision this rule comes from.")
        if rule.level is None and not rule.services and rule.answer != "standard":
            yield Problem(rule.id, f"{rule.id}: the rule changes nothing; give it a level or somebody to send.")
        if rule.answer in ("phone", "consult") and rule.level != 1:
            yield Problem(rule.id, f"{rule.id}: an answer by {rule.answer} is level 1; set the level or leave it out.")
        if rule.answer == "standard" and rule.level is not None:
            yield Problem(rule.id, f"{rule.id}: the standard protocol has no level; leave the level out.")


# --- conditions that say nothing -------------------------------------------------------------------
def _idle(rules: RuleSet) -> Iterator[Problem]:
    """Conditions that can never hold or always do; in a set too tangled to tell, those found until then."""
    budget = Budget(IDLE_STEPS)
    try:
        for rule in rules.rules:
            if problem := _idle_condition(rule, rule.when, budget):
                yield problem
    except TooManySteps:
        return


def _idle_condition(rule: Rule, when: Mapping[str, Any], budget: Budget) -> Problem | None:
    """The outermost part of a condition that is dead or idle."""
    whole = when is rule.when
    part = "the condition" if whole else f"the part “{condition_words(when)}”"
    if witness(when, budget) is None:
        return Problem(rule.id, f"{rule.id}: {part} can never hold; take it out or change what contradicts itself.")
    if witness({"not": when}, budget) is None:
        return Problem(
            rule.id, f"{rule.id}: {part} always holds; say when the rule should speak, or take the part out."
        )
    return next((found for inner in parts_of(when) if (found := _idle_condition(rule, inner, budget))), None)


# --- the safety floor ------------------------------------------------------------------------------
def _unsafe(rules: RuleSet) -> Iterator[Problem]:
    if not any(rule.level == 4 and "police" in rule.services for rule in rules.rules):
        yield Problem("", "No rule sends police at level 4; add one, for example for a weapon in hand.")
        return
    yield from _uncovered_stops(rules)
    for rule in rules.rules:
        if rule.answer == "standard" and _witness({"all": [rule.when, {"not": NOT_BEHAVIORAL}]}) != "none":
            yield Problem(
                rule.id,
                f"{rule.id}: the standard protocol takes CARE away, so it is only for calls that are not behavioral;"
                " add that condition.",
            )


def _uncovered_stops(rules: RuleSet) -> Iterator[Problem]:
    """A stop is covered when no facts make it true and every rule that sends who is needed false."""
    for stop in STOPS:
        covering = [rule.when for rule in rules.rules if stop.service in rule.services and (rule.level or 0) >= 3]
        gap = _witness({"all": [stop.when, *({"not": when} for when in covering)]})
        if gap == "none":
            continue
        if gap == "too many steps":
            yield Problem("", f"With {stop.words} it cannot be shown that {_name(stop.service)} go; use simpler rules.")
            continue
        yield Problem(
            "",
            f"With {stop.words}, {_name(stop.service)} might not be sent, for example when {gap}; add a rule of level"
            f" 3 or 4 that sends {_name(stop.service)}.",
        )


def _witness(when: Mapping[str, Any]) -> str:
    """Facts in words under which it holds, or ``none``, or ``too many steps``."""
    try:
        found = witness(when, Budget(STOP_STEPS))
    except TooManySteps:
        return "too many steps"
    return "none" if found is None else facts_words(found)


def _name(service: str) -> str:
    return {"ems": "EMS", "care": "CARE"}.get(service, service)
