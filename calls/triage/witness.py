"""Facts that make a condition true: found by trying, so that a rule can be shown to be dead, idle or unsafe."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from calls.triage.facts import FACTS
from calls.triage.parsing import leaf_values, parts_of


class TooManySteps(Exception):
    """The search gave up: the condition is too tangled to say."""


class Budget:
    """How many conditions a search may still look at."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooManySteps


def witness(when: Mapping[str, Any], budget: Budget) -> dict[str, Any] | None:
    """Facts under which the condition holds, or None when there are none; raises TooManySteps.

    A fact that is not in the answer may be anything or not stated at all.
    """
    choices: dict[str, list[Any]] = {}
    return _search(when, {}, choices, budget)


def _search(
    when: Mapping[str, Any], known: dict[str, Any], choices: dict[str, list[Any]], budget: Budget
) -> dict[str, Any] | None:
    decided, ask = _value(when, known, budget)
    if decided is not None:
        return {name: value for name, value in known.items() if value is not None} if decided else None
    if ask not in choices:
        choices[ask] = list(_different(ask, when))
    for value in choices[ask]:
        found = _search(when, {**known, ask: value}, choices, budget)
        if found is not None:
            return found
    return None


def _value(when: Mapping[str, Any], known: Mapping[str, Any], budget: Budget) -> tuple[bool | None, str]:
    """True, False, or None with the name of a fact that would have to be known first."""
    budget.spend()
    if "fact" in when:
        name = when["fact"]
        return (_leaf(when, known[name]), "") if name in known else (None, name)
    if "not" in when:
        inner, ask = _value(when["not"], known, budget)
        return (None, ask) if inner is None else (not inner, "")
    settles = "any" in when  # one true part settles an any, one false part an all
    open_fact = ""
    for part in parts_of(when):
        inner, ask = _value(part, known, budget)
        if inner is settles:
            return settles, ""
        open_fact = open_fact or ask
    return (None, open_fact) if open_fact else (not settles, "")


def _leaf(when: Mapping[str, Any], value: Any) -> bool:
    if "stated" in when:
        return bool(value)
    if FACTS[when["fact"]].many:
        return not set(leaf_values(when)).isdisjoint(value or ())
    return bool(when.get("default", False)) if value is None else value in leaf_values(when)


def _different(name: str, when: Mapping[str, Any]) -> Iterator[Any]:
    """One value of the fact for each way its conditions can come out; None is not stated."""
    fact, sets = FACTS[name], [frozenset(values) for values in _sets(name, when)]
    firsts: dict[tuple[bool, ...], str] = {}
    for value in fact.values or ("en",):
        firsts.setdefault(tuple(value in wanted for wanted in sets), value)
    if not fact.many:
        yield from reversed(firsts.values())
        yield None
        return
    yield None
    for size in range(1, len(firsts) + 1):
        yield from (list(chosen) for chosen in combinations(firsts.values(), size))


def _sets(name: str, when: Mapping[str, Any]) -> Iterator[list[str]]:
    if when.get("fact") == name and "stated" not in when:
        yield leaf_values(when)
    for part in parts_of(when):
        yield from _sets(name, part)
