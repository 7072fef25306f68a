"""Rules that cannot be used are refused with a sentence that names the rule and says what to do."""

import copy
from typing import Any

import pytest

from calls import triage
from calls.triage.parsing import MAX_RULES, MAX_STEPS, steps


def rule(**fields: Any) -> dict[str, Any]:
    plain = {
        "id": "X1",
        "level": 4,
        "services": ["police"],
        "because": "b",
        "when": {"fact": "weapon", "in": ["in_hand"]},
    }
    return plain | fields


def refused(*rules: Any, **fields: Any) -> triage.BrokenRules:
    with pytest.raises(triage.BrokenRules) as caught:
        triage.parse_rules({"name": "Ours", "rules": list(rules)} | fields)
    return caught.value


def deep(levels: int) -> dict[str, Any]:
    when: dict[str, Any] = {"fact": "weapon", "in": ["in_hand"]}
    for _ in range(levels):
        when = {"all": [when]}
    return when


CONDITIONS: list[tuple[Any, str]] = [
    ({"fact": "gun", "in": ["yes"]}, "X1: there is no fact 'gun'; choose one of weapon"),
    ({"fact": ["weapon"], "in": ["in_hand"]}, "X1: there is no fact"),
    ({"fact": "weapon", "in": ["huge"]}, "X1: weapon is one or more of denied"),
    ({"fact": "weapon", "in": ["in_hand", "in_hand"]}, "each named once"),
    ({"fact": "weapon", "in": [["in_hand"]]}, "X1: weapon is one or more of"),
    ({"fact": "weapon", "in": []}, "X1: weapon is one or more of"),
    ({"fact": "weapon", "in": "in_hand"}, "X1: weapon is one or more of"),
    ({"fact": "weapon", "at_least": "big"}, "X1: weapon is at least one of"),
    ({"fact": "history", "at_least": "violence"}, "X1: history is a list; name its values with in"),
    ({"fact": "history", "in": ["violence"], "default": True}, "X1: history is a list and takes no default"),
    ({"fact": "language", "in": ["en"]}, "X1: language is free text"),
    ({"fact": "weapon"}, "X1: a condition on weapon takes one of in, at_least and stated"),
    ({"fact": "weapon", "in": ["in_hand"], "at_least": "in_hand"}, "takes one of in, at_least and stated"),
    ({"fact": "weapon", "stated": False}, "X1: stated is true"),
    ({"fact": "weapon", "in": ["in_hand"], "default": "yes"}, "X1: default is true or false"),
    ({"fact": "weapon", "matches": "(a+)+$"}, "X1: rules take no regular expressions"),
    ({"fact": "weapon", "in": ["in_hand"], "regex": ".*"}, "X1: rules take no regular expressions"),
    ({"rule": "X1"}, "X1: a rule cannot refer to another one; repeat its condition"),
    ({"any": [{"$ref": "X2"}]}, "X1: a rule cannot refer to another one"),
    ({"all": []}, "X1: all takes a list of 1 to 60 conditions"),
    ({"any": [{}]}, "X1: a condition is an object with all, any, not or a fact"),
    ({"not": None}, "X1: a condition is an object"),
    ({"all": [{"fact": "weapon", "stated": True}], "any": []}, "X1: 'any' is not known here"),
    ({"fact": "weapon", "in": ["in_hand"], "colour": "red"}, "X1: 'colour' is not known here"),
    (None, "X1: a condition is an object"),
    (deep(8), "X1: the conditions are nested deeper than 7"),
]


@pytest.mark.parametrize(("when", "words"), CONDITIONS, ids=range(len(CONDITIONS)))
def test_a_condition_that_cannot_be_asked_is_refused_with_its_rule(when: Any, words: str) -> None:
    assert words in str(refused(rule(when=when)))


RULES: list[tuple[Any, str]] = [
    (7, "Rule 1 needs an id"),
    (rule(id=""), "Rule 1 needs an id"),
    (rule(id="<script>"), "Rule 1 needs an id"),
    (rule(level=True), "X1: the level is 1, 2, 3 or 4"),
    (rule(level=9), "X1: the level is 1, 2, 3 or 4"),
    (rule(level=2.0), "X1: the level is 1, 2, 3 or 4"),
    (rule(services=["army"]), "X1: services is a list of fire, police, ems, care"),
    (rule(services="police"), "X1: services is a list"),
    (rule(answer="maybe"), "X1: the answer is phone, consult or standard"),
    (rule(capabilities=["wizard"]), "X1: capabilities is a list of clinician"),
    (rule(because=""), "X1: say why in because"),
    (rule(because="\u202ebackwards"), "X1: because is plain text"),
    (rule(title="x" * 121), "X1: title is plain text of at most 120"),
    (rule(source=3), "X1: source is plain text"),
    (rule(priority=1), "X1: 'priority' is not known here"),
]


@pytest.mark.parametrize(("broken", "words"), RULES, ids=range(len(RULES)))
def test_a_broken_rule_is_refused_by_name(broken: Any, words: str) -> None:
    assert words in str(refused(broken))


def test_every_broken_rule_is_named_at_once() -> None:
    broken = refused(rule(id="A", level=7), rule(id="B"), rule(id="C", because=""))
    assert [problem.rule for problem in broken.problems] == ["A", "C"]


def test_two_rules_with_one_id_are_refused() -> None:
    assert "X1: two rules have the same id" in str(refused(rule(), rule()))


@pytest.mark.parametrize("count", [MAX_RULES + 1, 10_000])
def test_too_many_rules_are_refused_before_they_are_read(count: int) -> None:
    assert f"at most {MAX_RULES} rules and this one has {count}" in str(refused(*[{"broken": True}] * count))


def test_a_condition_in_a_loop_is_refused() -> None:
    when: dict[str, Any] = {"all": []}
    when["all"].append(when)
    assert "X1: the conditions are nested deeper than 7, or in a loop" in str(refused(rule(when=when)))


def test_a_set_that_takes_too_many_steps_names_its_heaviest_rule() -> None:
    wide = {"any": [{"any": [{"fact": "weapon", "in": ["in_hand"]}] * 50}] * 50}
    message = str(refused(rule(id="A"), rule(id="WIDE", when=wide)))
    assert f"may take {MAX_STEPS}; WIDE alone takes {steps(wide)}" in message


def test_levels_need_words_and_are_named_once() -> None:
    assert "label is missing" in str(refused(rule(), levels=[{"level": 1, "code": "1"}]))
    twice = [{"level": 1, "code": "1", "label": "Low"}] * 2
    assert "named twice" in str(refused(rule(), levels=twice))
    assert "levels is a list" in str(refused(rule(), levels="four"))


def test_what_is_no_plain_json_is_refused() -> None:
    assert "not known here" in str(refused(rule(), extra={1}))
    assert "plain text" in str(refused(rule(), name={"a": 1}))
    assert "plain" in str(refused(rule(), note="half of a pair \udc80"))


def test_the_default_rules_are_read_and_keep_their_hash_whatever_the_order_of_keys() -> None:
    body = copy.deepcopy(dict(triage.default_rules()))
    turned = {key: body[key] for key in reversed(body)}
    assert triage.parse_rules(turned).sha256 == triage.parse_rules(body).sha256
