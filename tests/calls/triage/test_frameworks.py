"""Published frameworks as templates: each is fit to be used, passes the must-pass cases and keeps the safety floor."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import triage
from calls.triage.cases import failing, published_cases, run_cases
from calls.triage.frameworks import NoFramework, Template, differences, template, templates
from calls.triage.soundness import check_rules
from calls.triage.stops import STOPS, Stop
from calls.triage.witness import Budget, witness
from tests.calls.triage.fact_sets import FACT_SETS

ALL = templates()
RULES = {one.code: triage.parse_rules(one.body) for one in ALL}


def test_the_default_and_three_published_frameworks_can_be_chosen() -> None:
    assert [one.code for one in ALL] == ["default", "denver_star", "los_angeles", "new_york_b_heard"]


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.code)
def test_a_template_is_fit_to_be_saved_and_passes_every_case(one: Template) -> None:
    assert [result.message for result in failing(run_cases(check_rules(one.body)))] == []


@pytest.mark.parametrize("code", [one.code for one in ALL if one.code != "default"])
def test_a_template_says_that_the_safety_floor_wins(code: str) -> None:
    body = template(code).body
    assert "safety floor" in body["note"] and "CARE never goes alone" in body["note"]
    assert sum(rule["title"].startswith("Safety floor: ") for rule in body["rules"]) == 10


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(ALL), FACT_SETS, st.sampled_from(STOPS))
def test_no_template_answers_a_hard_stop_with_care_alone(one: Template, facts: dict[str, Any], stop: Stop) -> None:
    verdict = triage.evaluate(facts | (witness(stop.when, Budget(1000)) or {}), RULES[one.code])
    assert stop.service in verdict.services and verdict.response not in ("care_only", "phone", "consult")


@settings(max_examples=100, deadline=None)
@given(FACT_SETS)
def test_what_a_city_calls_its_rules_makes_no_difference(facts: dict[str, Any]) -> None:
    body = template("default").body
    renamed = triage.parse_rules({**body, "rules": [{**rule, "id": f"X{rule['id']}"} for rule in body["rules"]]})
    ours, theirs = (triage.evaluate(facts, rules).as_dict() for rules in (RULES["default"], renamed))
    for part in ("truth", "hits"):
        del ours[part], theirs[part]
    assert theirs == ours


def test_thoughts_of_suicide_are_answered_in_four_ways() -> None:
    """Excluded in New York, eligible in Denver, by phone in Los Angeles, a visit by default."""
    facts = {"is_behavioral": "yes", "weapon": "denied", "suicide": "ideation"}
    (found,) = differences({"thoughts": facts}, RULES)
    said = {code: (answer["level"], answer["response"]) for code, answer in found["answers"].items()}
    assert said == {
        "default": (2, "care_only"),
        "denver_star": (2, "care_only"),
        "los_angeles": (1, "phone"),
        "new_york_b_heard": (3, "care_police"),
    }


def test_a_level_comes_with_the_framework_its_code_and_its_words() -> None:
    facts = {"is_behavioral": "yes", "weapon": "denied", "suicide": "ideation"}
    (found,) = differences({"thoughts": facts}, RULES)
    answer = found["answers"]["los_angeles"]
    assert (answer["framework"], answer["code"]) == ("Los Angeles County crisis call matrix", "1-2")
    assert answer["label"] == "Crisis line or resource by phone, leaves 911"
    assert RULES["default"].level_words(None) == {
        "framework": "Virginia Marcus Alert", "code": "", "label": "Standard protocol"
    }  # fmt: skip


def test_calls_on_which_all_agree_are_no_difference() -> None:
    cases = {case.id: case.facts for case in published_cases()}
    found = differences(cases, RULES)
    assert 0 < len(found) < len(cases)
    assert differences(cases, {"one": RULES["default"], "same": RULES["default"]}) == []


def test_an_unknown_template_lists_those_there_are() -> None:
    with pytest.raises(NoFramework, match="there are default, denver_star"):
        template("atlantis")
