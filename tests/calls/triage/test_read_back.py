"""What is read back of a consult: who is missing with the person, what must be over, what nobody asked. Pure."""

from typing import Any

import pytest

from calls.triage import default_rules, parse_rules
from calls.triage.read_back import read_back

RULES = parse_rules(default_rules())


def missing(facts: dict[str, Any], *with_person: str) -> list[str]:
    return [need["text"] for need in read_back(facts, RULES, with_person=with_person)["missing"]]


@pytest.mark.parametrize(
    ("facts", "with_person", "wanted"),
    [
        ({}, [], []),
        ({"weapon": "denied", "suicide": "passive"}, [], []),
        ({"medical": "life_threat"}, [], ["EMS with you?"]),
        ({"medical": "life_threat"}, ["ems"], []),
        ({"overdose": "yes"}, ["police"], ["EMS with you?"]),
        ({"overdose": "yes"}, ["hospital"], []),
        ({"weapon": "in_hand"}, [], ["Police with you?", "Weapon secured?"]),
        ({"weapon": "in_hand"}, ["police"], ["Weapon secured?"]),
        ({"weapon": "secured"}, [], []),
        ({"violence": "in_progress"}, ["police", "ems"], ["Violence over?"]),
        ({"hazard": "height"}, ["police"], ["Fire with you?", "EMS with you?", "Away from the danger?"]),
        ({"suicide": "plan_intent"}, [], ["Police with you?"]),
        ({"suicide": "plan_intent", "weapon": "denied"}, [], ["EMS with you?"]),
        ({"threat_to_others": "verbal"}, [], ["Police with you?"]),
    ],
)
def test_each_need_that_nobody_there_covers_is_asked(
    facts: dict[str, Any], with_person: list[str], wanted: list[str]
) -> None:
    assert missing(facts, *with_person) == wanted
    assert read_back(facts, RULES, with_person=with_person)["becomes_dispatch"] is bool(wanted)


def test_a_consult_without_a_danger_is_one() -> None:
    found = read_back({"weapon": "denied"}, RULES, with_person=["police"])
    assert (found["level"], found["response"], found["hits"]) == (1, "consult", [])


def test_what_was_said_is_said_back_and_what_nobody_asked_is_asked() -> None:
    found = read_back({"weapon": "unknown", "suicide": "ideation", "medical": "none_reported"}, RULES, with_person=[])
    assert found["said"] == ["Weapon: unknown", "Suicide: ideation"]
    assert "medical" in {question["fact"] for question in found["ask"]}
    assert all("none_reported" not in question["values"] for question in found["ask"])


def test_without_rules_nobody_there_is_enough() -> None:
    found = read_back({}, None, with_person=["police"])
    assert [need["what"] for need in found["missing"]] == ["fire", "ems"]
    assert found["becomes_dispatch"]
