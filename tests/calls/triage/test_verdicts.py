"""The whole verdict of the default rules on facts one can check by reading the rules: every column of each row."""

from pathlib import Path
from typing import Any

import pytest

from calls import triage
from calls.triage.parsing import BrokenRules
from calls.triage.soundness import check_rules
from tests.calls.triage.test_soundness import default_body, without

CALM = {"is_behavioral": "yes", "weapon": "denied", "violence": "denied", "threat_to_others": "denied"}
ASKED = ("weapon", "violence", "threat_to_others", "medical", "suicide", "overdose", "intoxication", "hazard")
_LINES = Path(__file__).with_name("verdicts.tsv").read_text(encoding="utf-8").splitlines()[1:]


def facts_of(words: str) -> dict[str, str]:
    """``calm need=talk`` is what CALM says and a need."""
    said = dict(word.split("=") for word in words.split() if "=" in word)
    return (CALM if "calm" in words.split() else {}) | said


@pytest.mark.parametrize("line", _LINES)
def test_each_verdict_is_what_the_table_says(line: str) -> None:
    words, *expected = line.split("\t")
    facts = facts_of(words)
    verdict = triage.judge(facts, triage.parse_rules(triage.default_rules()))
    told = [
        str(verdict["level"]).lower(), verdict["response"], " ".join(verdict["services"]), verdict["lead"],
        str(verdict["priority"] or "none"), verdict["care_role"], verdict["eligible"], verdict["behavioral"],
        " ".join(verdict["safety_questions"]), "yes" if verdict["locate"] else "no", " ".join(verdict["capabilities"]),
    ]  # fmt: skip
    assert told == expected
    assert verdict["open_questions"] == [name for name in ASKED if facts.get(name) in (None, "unknown")]


def rules_of(*rules: dict[str, Any]) -> triage.RuleSet:
    return triage.parse_rules({"name": "Few", "rules": [{"because": "So.", "source": "Test"} | rule for rule in rules]})


def when(fact: str, value: str) -> dict[str, Any]:
    return {"fact": fact, "in": [value]}


def test_with_no_rule_hit_care_goes_as_in_the_middle() -> None:
    verdict = triage.judge(
        {}, rules_of({"id": "A", "level": 4, "services": ["police"], "when": when("weapon", "in_hand")})
    )
    assert (verdict["level"], verdict["services"], verdict["response"]) == (2, ["care"], "care_only")


def test_a_consult_and_a_phone_call_asked_for_together_are_a_consult() -> None:
    both = rules_of(
        {"id": "A", "level": 1, "answer": "phone", "services": ["care"], "when": when("age", "adult")},
        {"id": "B", "level": 1, "answer": "consult", "services": ["care"], "when": when("age", "adult")},
    )
    assert triage.judge({"age": "adult"}, both)["response"] == "consult"


@pytest.mark.parametrize(
    ("services", "response", "lead", "role"),
    [
        (["ems"], "ems_first", "ems", "respond"),
        (["care"], "ems_first", "care", "respond"),
        (["police"], "police_first", "police", "stage"),
        (["police", "ems"], "police_first", "police", "stage"),
        (["fire"], "fire_police_ems", "fire", "respond"),
    ],
)
def test_level_4_is_led_by_who_can_make_it_safe(services: list[str], response: str, lead: str, role: str) -> None:
    verdict = triage.judge(
        {"age": "adult"}, rules_of({"id": "A", "level": 4, "services": services, "when": when("age", "adult")})
    )
    assert (verdict["response"], verdict["lead"], verdict["care_role"]) == (response, lead, role)


@pytest.mark.parametrize("level", [1, 3])
def test_only_care_alone_at_level_2_waits_for_the_weapon_question(level: int) -> None:
    rules = rules_of({"id": "A", "level": level, "services": ["care"], "when": when("age", "adult")})
    assert triage.judge({"age": "adult"}, rules)["safety_questions"] == []


# --- what is refused names its rule, so that the editor can show it there -----------------------------
@pytest.mark.parametrize("gone", ["threat_to_others", "intoxication", "suicide"])
def test_a_weapon_within_reach_needs_police_with_each_danger_beside_it(gone: str) -> None:
    body = without("R3b", "R7")  # which send police for the weapon or a threat alone
    reach = next(rule for rule in body["rules"] if rule["id"] == "R3")["when"]["any"][1]["all"][1]["any"]
    reach[:] = [one for one in reach if one["fact"] != gone]
    with pytest.raises(BrokenRules, match="within reach"):
        check_rules(body)


def test_each_problem_names_the_rule_it_is_in() -> None:
    body = default_body()
    body["rules"][0].pop("source")
    body["rules"][1].pop("source")
    body["framework"] = ""
    body["rules"] = [rule for rule in body["rules"] if rule["id"] != "R5"]
    with pytest.raises(BrokenRules) as refused:
        check_rules(body)
    named = [problem.rule for problem in refused.value.problems]
    assert named[:3] == ["", body["rules"][0]["id"], body["rules"][1]["id"]]
    assert set(named[3:]) == {""} and len(named) >= 5, "who is missing at a hard stop is a problem of the whole set"


def test_a_refusal_of_the_set_itself_names_no_rule() -> None:
    with pytest.raises(BrokenRules) as refused:
        triage.parse_rules({})
    assert [problem.rule for problem in refused.value.problems] == [""]


@pytest.mark.parametrize(
    "levels", [["x"], [{"code": "1", "label": "One"}], [{"level": 1, "code": " ", "label": "One"}]]
)
def test_each_level_has_its_number_its_code_and_its_label(levels: list[Any]) -> None:
    with pytest.raises(BrokenRules):
        triage.parse_rules(default_body() | {"levels": levels})
