"""The default rules: dangers always win, unknown is never safe, nothing a lower rule asks for is dropped."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls import triage
from calls.triage.facts import FACTS, danger

RULES = triage.parse_rules(triage.default_rules())
EXAMPLES = settings(max_examples=30, deadline=None)
VIGNETTES = Path(__file__).resolve().parents[4] / "shared" / "data" / "vignettes.json"
NEEDED = {
    "police_first": {"police"},
    "care_police": {"care", "police"},
    "ems_first": {"ems"},
    "fire_police_ems": {"fire", "police", "ems"},
    "care_only": {"care"},
    "care_ems": {"care", "ems"},
    "phone_988": {"care"},
    "consult_remote": {"care"},
    "follow_up": {"care"},
}


def any_facts() -> st.SearchStrategy[dict[str, Any]]:
    """Any mixture of valid facts."""
    closed = {name: st.sampled_from(fact.values) for name, fact in FACTS.items() if fact.values and not fact.many}
    return st.fixed_dictionaries({}, optional=closed)


@EXAMPLES
@given(any_facts())
def test_the_order_of_the_rules_never_matters(facts: dict[str, Any]) -> None:
    body = dict(triage.default_rules())
    shuffled = triage.parse_rules(body | {"rules": random.Random(1).sample(body["rules"], len(body["rules"]))})
    one, other = triage.evaluate(facts, RULES), triage.evaluate(facts, shuffled)
    assert (one.level, set(one.services), one.response) == (other.level, set(other.services), other.response)


@EXAMPLES
@given(any_facts(), st.sampled_from([name for name, fact in FACTS.items() if fact.risk]), st.data())
def test_learning_of_a_danger_never_lowers_the_level(facts: dict[str, Any], name: str, data: st.DataObject) -> None:
    facts = {**facts, "is_behavioral": "yes"}
    worse = [value for value in FACTS[name].values if danger(name, value) >= danger(name, facts.get(name))]
    then = {**facts, name: data.draw(st.sampled_from(worse))}
    assert (triage.evaluate(then, RULES).level or 0) >= (triage.evaluate(facts, RULES).level or 0)


@EXAMPLES
@given(any_facts())
def test_the_services_are_the_union_of_what_every_hit_asks_for(facts: dict[str, Any]) -> None:
    verdict = triage.evaluate({**facts, "is_behavioral": "yes"}, RULES)
    asked = {service for hit in verdict.hits for service in hit["services"]}
    assert asked <= set(verdict.services)


STOPS = [
    {"weapon": "in_hand"},
    {"violence": "in_progress", "age": "adult", "location_type": "home"},
    {"violence": "in_progress", "age": "child", "weapon": "unknown"},
    {"violence": "in_progress", "age": "child", "medical": "possible", "weapon": "access"},
    {"threat_to_others": "specific", "age": "adolescent", "caller": "family"},
    {"situation": "hostage"},
    {"hazard": "height"},
    {"suicide": "plan_intent", "location_type": "unknown"},
    {"strangulation": "yes"},
]


def test_when_the_rules_cannot_run_police_fire_and_ems_go_first() -> None:
    assert triage.fallback_verdict("the rules are broken").as_dict() == {
        "level": 4, "response": "fire_police_ems", "services": ["fire", "police", "ems"], "lead": "police",
        "behavioral": "maybe", "eligible": "not_triaged", "priority": "P", "care_role": "respond", "truth": {},
        "hits": [], "open_questions": [], "safety_questions": [], "locate": False, "because": "the rules are broken",
    }  # fmt: skip


def test_a_verdict_as_plain_values_is_the_verdict() -> None:
    verdict = triage.evaluate({"weapon": "in_hand", "is_behavioral": "yes"}, RULES)
    plain = verdict.as_dict()
    assert plain["truth"] == verdict.truth and plain["truth"]["R3"] is True
    assert plain["hits"] == [dict(hit) for hit in verdict.hits] and plain["hits"]
    assert plain["services"] == list(verdict.services) and plain["open_questions"] == list(verdict.open_questions)


@pytest.mark.parametrize("stop", STOPS, ids=str)
@EXAMPLES
@given(facts=any_facts())
def test_a_hard_stop_never_yields_care_alone(stop: dict[str, str], facts: dict[str, Any]) -> None:
    verdict = triage.evaluate(facts | stop, RULES)
    assert "police" in verdict.services and verdict.response not in ("care_only", "phone", "consult")


@EXAMPLES
@given(any_facts())
def test_a_repeat_caller_is_never_lowered(facts: dict[str, Any]) -> None:
    once, again = ({**facts, "repeat_caller": word} for word in ("no", "yes"))
    assert triage.evaluate(again, RULES).level == triage.evaluate(once, RULES).level


def test_care_alone_waits_for_the_weapon_question() -> None:
    verdict = triage.evaluate({"is_behavioral": "yes", "need": "in_person"}, RULES)
    assert verdict.response == "care_only" and verdict.safety_questions == ("weapon",)


def test_an_unknown_weapon_at_home_is_not_safe() -> None:
    facts = {"is_behavioral": "yes", "weapon": "unknown", "location_type": "home"}
    assert "police" in triage.evaluate(facts, RULES).services


def test_a_child_of_seven_who_hits_is_not_met_by_police_first() -> None:
    facts = {"is_behavioral": "yes", "violence": "in_progress", "age": "child", "weapon": "denied", "medical": "denied"}
    verdict = triage.evaluate(facts, RULES)
    assert (verdict.level, verdict.services) == (2, ("care",))


def test_a_resident_with_staff_gets_care_and_ems_but_a_weapon_ends_the_exception() -> None:
    facts = {"is_behavioral": "yes", "violence": "in_progress", "location_type": "facility", "caller": "professional"}
    verdict = triage.evaluate(facts | {"weapon": "denied"}, RULES)
    assert (verdict.level, verdict.services) == (3, ("ems", "care"))
    assert triage.evaluate(facts | {"weapon": "unknown"}, RULES).response == "police_first"


def test_a_plan_without_weapon_or_violence_goes_to_care_and_ems() -> None:
    facts = {"is_behavioral": "yes", "suicide": "plan_intent", "weapon": "denied", "location_type": "home"}
    assert triage.evaluate(facts, RULES).services == ("ems", "care")
    assert triage.evaluate(facts | {"weapon": "none_reported"}, RULES).services == ("police", "care")
    assert "police" in triage.evaluate(facts | {"violence": "ended"}, RULES).services


def test_not_behavioral_keeps_the_dangers_in_sight() -> None:
    verdict = triage.evaluate({"is_behavioral": "no", "hazard": "fire"}, RULES)
    assert verdict.level is None and verdict.response == "standard" and "fire" in verdict.services


def test_the_fallback_is_never_care_alone() -> None:
    assert set(triage.fallback_verdict("broken").services) >= {"police", "fire", "ems"}


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"rules": []},
        {"rules": [{"id": "X", "when": {"fact": "weapon", "in": ["in_hand"]}, "level": 4, "services": ["police"]}]},
        {"rules": [{"id": "X", "because": "b", "when": {"fact": "gun", "in": ["yes"]}, "level": 4}]},
        {"rules": [{"id": "X", "because": "b", "when": {"fact": "weapon", "in": ["big"]}, "level": 4}]},
        {"rules": [{"id": "X", "because": "b", "when": {"all": []}, "level": 4}]},
        {"rules": [{"id": "X", "because": "b", "when": {"fact": "weapon", "in": ["in_hand"]}, "level": 9}]},
    ],
    ids=range(7),
)
def test_broken_rules_are_refused_when_they_are_read(broken: dict[str, Any]) -> None:
    with pytest.raises(triage.BrokenRules):
        triage.parse_rules(broken)


@pytest.mark.skipif(not VIGNETTES.exists(), reason="the vignettes are not part of the repository")
def test_no_vignette_with_its_facts_is_under_triaged() -> None:
    for case in json.loads(VIGNETTES.read_text()):
        verdict = triage.evaluate(triage.normalise(case["facts"]), RULES)
        assert (verdict.level or 0) >= case["min_safe_level"], case["id"]
        assert set(verdict.services) >= NEEDED[case["response"]], case["id"]
