"""Rules fit to be saved: each can hold, none always does, and no hard stop can end in CARE alone."""

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import triage
from calls.triage.facts import FACTS
from calls.triage.soundness import check_rules
from calls.triage.stops import STOPS, Stop
from calls.triage.witness import Budget, TooManySteps, witness
from tests.calls.triage.fact_sets import FACT_SETS

Body = dict[str, Any]


def default_body() -> Body:
    return copy.deepcopy(dict(triage.default_rules()))


def without(*ids: str) -> Body:
    body = default_body()
    return body | {"rules": [rule for rule in body["rules"] if rule["id"] not in ids]}


def with_rule(**fields: Any) -> Body:
    body = default_body()
    rule = {"id": "X1", "level": 3, "services": ["police"], "because": "b", "source": "s", **fields}
    return body | {"rules": [*body["rules"], rule]}


def problems(body: Body) -> list[str]:
    try:
        check_rules(body)
    except triage.BrokenRules as broken:
        return [problem.message for problem in broken.problems]
    return []


def test_the_default_rules_are_fit_to_be_saved() -> None:
    assert problems(default_body()) == []


def has(fact: str, *values: str) -> dict[str, Any]:
    return {"fact": fact, "in": list(values)}


DEAD = [
    {"all": [has("weapon", "in_hand"), has("weapon", "denied")]},
    {"all": [{"fact": "suicide", "at_least": "ideation"}, {"not": {"fact": "suicide", "at_least": "passive"}}]},
    {
        "any": [
            has("weapon", "access"),
            {"all": [{"fact": "age", "stated": True}, {"not": {"fact": "age", "stated": True}}]},
        ]
    },
    {"all": [has("history", "violence"), {"not": {"fact": "history", "stated": True}}]},
]


@pytest.mark.parametrize("when", DEAD, ids=range(len(DEAD)))
def test_a_condition_that_can_never_hold_is_refused(when: Any) -> None:
    (message,) = problems(with_rule(when=when))
    assert message.startswith("X1: ") and "can never hold" in message


IDLE = [
    {"any": [has("age", "child"), {"not": has("age", "child")}]},
    {"fact": "weapon", "at_least": "denied", "default": True},
    {"all": [has("weapon", "access"), {"any": [has("age", "adult"), {"not": has("age", "adult")}]}]},
]


@pytest.mark.parametrize("when", IDLE, ids=range(len(IDLE)))
def test_a_condition_that_always_holds_is_refused(when: Any) -> None:
    (message,) = problems(with_rule(when=when))
    assert message.startswith("X1: ") and "always holds" in message


def test_a_list_may_hold_two_things_at_once() -> None:
    assert problems(with_rule(when={"all": [has("history", "violence"), has("history", "attempt")]})) == []


INCOMPLETE: list[tuple[dict[str, Any], str]] = [
    ({"source": ""}, "X1: name the source"),
    ({"level": None, "services": []}, "X1: the rule changes nothing"),
    ({"level": 2, "answer": "phone"}, "X1: an answer by phone is level 1"),
    ({"level": 2, "answer": "standard", "when": has("is_behavioral", "no")}, "X1: the standard protocol has no level"),
]


@pytest.mark.parametrize(("fields", "words"), INCOMPLETE, ids=range(len(INCOMPLETE)))
def test_an_incomplete_rule_says_what_is_missing(fields: dict[str, Any], words: str) -> None:
    (message,) = problems(with_rule(**({"when": has("weapon", "access")} | fields)))
    assert words in message


def test_a_set_without_a_framework_or_words_for_its_levels_is_refused() -> None:
    assert "Name the framework" in problems(default_body() | {"levels": []})[0]


def test_a_set_without_police_at_level_four_is_refused() -> None:
    body = default_body()
    for rule in body["rules"]:
        rule["level"] = min(rule["level"], 3) if rule.get("level") else rule.get("level")
    assert problems(body) == ["No rule sends police at level 4; add one, for example for a weapon in hand."]


GAPS = [
    ("R1", "a life-threatening sign, EMS might not be sent"),
    ("R2", "an overdose, EMS might not be sent"),
    ("R3", "a weapon in hand or just used, police might not be sent"),
    ("R4", "violence in progress, police might not be sent"),
    ("R5", "height, traffic, water, fire or gas, fire might not be sent"),
    ("R5m", "somebody at risk missing or driving, police might not be sent"),
    ("R6l", "the place unknown, police might not be sent"),
]


@pytest.mark.parametrize(("rule_id", "words"), GAPS, ids=[gap[0] for gap in GAPS])
def test_a_hard_stop_that_no_rule_answers_is_refused_with_an_example(rule_id: str, words: str) -> None:
    found = problems(without(rule_id))
    assert any(words in message and "for example when" in message for message in found), found


def test_a_stop_answered_below_level_three_is_no_answer() -> None:
    """A call that is not behavioral keeps only what rules of level 3 and 4 ask for."""
    body = default_body()
    next(rule for rule in body["rules"] if rule["id"] == "R5m")["level"] = 2
    assert any("missing or driving, police might not be sent" in message for message in problems(body))


def test_an_exception_somebody_adds_to_a_stop_is_found_and_shown() -> None:
    body = default_body()
    weapon = next(rule for rule in body["rules"] if rule["id"] == "R3")
    weapon["when"] = {"all": [weapon["when"], {"not": has("responder_on_scene", "ems")}]}
    assert any("on scene already is ems" in message.lower() for message in problems(body))


def test_the_standard_protocol_is_only_for_calls_that_are_not_behavioral() -> None:
    (message,) = problems(with_rule(level=None, services=[], answer="standard", when=has("need", "resource")))
    assert "X1: the standard protocol takes CARE away" in message


def tangle(pairs: int) -> dict[str, Any]:
    """A condition nobody can settle quickly: many facts, each pair of which must differ."""
    names = [name for name, fact in FACTS.items() if fact.risk][:pairs]
    draw = random.Random(7)
    return {
        "all": [
            {"any": [
                {"not": has(name, FACTS[name].values[draw.randrange(3)])} if draw.random() < 0.5
                else has(name, FACTS[name].values[draw.randrange(3)])
                for name in draw.sample(names, 3)
            ]}
            for _ in range(55)
        ]
    }  # fmt: skip


def test_a_search_ends_by_steps_not_by_the_clock() -> None:
    with pytest.raises(TooManySteps):
        witness(tangle(15), Budget(500))


def test_a_set_too_tangled_to_be_shown_safe_is_refused() -> None:
    body = default_body()
    for rule in body["rules"]:
        if "police" in rule["services"]:
            rule["when"] = {"all": [rule["when"], tangle(15)]}
    assert problems(body)


@st.composite
def changed_bodies(draw: st.DrawFn) -> Body:
    """The default with rules taken away, weakened, given to others or narrowed by somebody who knows no better."""
    body = default_body()
    rules = body["rules"]
    for _ in range(draw(st.integers(1, 4))):
        rule = draw(st.sampled_from(rules))
        change = draw(st.sampled_from(["drop", "level", "services", "narrow", "invert"]))
        if change == "drop" and len(rules) > 1:
            rules.remove(rule)
        elif change == "level":
            rule["level"] = draw(st.sampled_from([None, 1, 2, 3, 4]))
        elif change == "services":
            rule["services"] = draw(st.lists(st.sampled_from(["fire", "police", "ems", "care"]), unique=True))
        elif change in ("narrow", "invert"):
            name = draw(st.sampled_from([name for name, fact in FACTS.items() if fact.values and not fact.many]))
            leaf: dict[str, Any] = has(
                name, *draw(st.lists(st.sampled_from(FACTS[name].values), min_size=1, unique=True))
            )
            parts = rule["when"].get("all") or [rule["when"]]
            rule["when"] = {"all": [*parts, leaf if change == "narrow" else {"not": leaf}]}
    return body


@settings(max_examples=150, deadline=None)
@given(changed_bodies(), FACT_SETS, st.sampled_from(STOPS))
def test_whatever_passes_never_answers_a_hard_stop_with_care_alone(
    body: Body, facts: dict[str, Any], stop: Stop
) -> None:
    try:
        rules = check_rules(body)
    except triage.BrokenRules:
        rules = check_rules(default_body())
    stopped = facts | (witness(stop.when, Budget(1000)) or {})
    verdict = triage.evaluate(stopped, rules)
    assert stop.service in verdict.services
    assert verdict.response not in ("care_only", "phone", "consult")


@settings(max_examples=100, deadline=None)
@given(changed_bodies(), FACT_SETS)
def test_what_a_search_finds_makes_the_condition_hold(body: Body, facts: dict[str, Any]) -> None:
    """And what holds under some facts is found, where the search comes to an end."""
    for rule in triage.parse_rules(body).rules:
        try:
            found = witness(rule.when, Budget(10_000))
        except TooManySteps:
            continue
        assert rule.holds(found) if found is not None else not rule.holds(facts)
