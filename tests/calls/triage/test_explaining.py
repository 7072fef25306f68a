"""Why an answer was given and what would change it: computed from the rules."""

from typing import Any

from hypothesis import given

from calls import triage
from calls.triage.facts import FACTS
from tests.calls.triage.test_rules import EXAMPLES, RULES, any_facts

CALM = {"is_behavioral": "yes", "need": "in_person", "location_type": "home"}


def asked(facts: dict[str, Any]) -> list[str]:
    return [question["fact"] for question in triage.explain(facts, RULES)["questions"]]


@EXAMPLES
@given(any_facts())
def test_every_answer_said_to_change_the_outcome_does(facts: dict[str, Any]) -> None:
    here = triage.evaluate(facts, RULES)
    for change in triage.explain(facts, RULES)["would_change"]:
        then = triage.evaluate({**facts, change["fact"]: change["value"]}, RULES)
        assert (then.level, list(then.services)) == (change["level"], change["services"])
        assert (then.level, then.services) != (here.level, here.services)


@EXAMPLES
@given(any_facts())
def test_only_what_is_not_known_is_asked_and_each_only_once(facts: dict[str, Any]) -> None:
    questions = triage.explain(facts, RULES)["questions"]
    for question in questions:
        state = "unknown" if facts.get(question["fact"]) == "unknown" else "not_asked"
        assert (
            facts.get(question["fact"], "none_reported") in ("none_reported", "unknown") and question["state"] == state
        )
        assert question["text"] and set(question["values"]) <= set(FACTS[question["fact"]].values)
    assert len({question["fact"] for question in questions}) == len(questions)


def test_the_safety_question_comes_first_and_then_what_could_raise_the_answer_most() -> None:
    questions = triage.explain(CALM, RULES)["questions"]
    assert questions[0]["fact"] == "weapon" and questions[0]["safety"]
    levels = [question["could_become"]["level"] for question in questions[1:]]
    assert levels == sorted(levels, reverse=True) and levels[0] == 4


def test_an_answer_nobody_asked_for_comes_before_one_the_caller_could_not_give() -> None:
    found = asked({**CALM, "weapon": "denied", "violence": "unknown"})
    assert found.index("threat_to_others") < found.index("violence")


def test_means_matter_only_once_there_is_a_method() -> None:
    assert "means_at_hand" not in asked({**CALM, "weapon": "denied"})
    assert "means_at_hand" in asked({**CALM, "weapon": "denied", "suicide": "method"})


def test_what_only_a_unit_clears_is_said_to_be_so() -> None:
    changes = triage.explain({**CALM, "weapon": "denied", "overdose": "yes"}, RULES)["would_change"]
    assert any(
        change["fact"] == "overdose" and change["only_by_a_unit"] and not change["heavier"] for change in changes
    )


def test_the_words_fit_who_is_on_the_line() -> None:
    def text(**said: str) -> str:
        questions = triage.explain(CALM | said, RULES)["questions"]
        return next(str(question["text"]) for question in questions if question["fact"] == "weapon")

    ways = [{}, {"caller": "child"}, {"caller": "first_party"}, {"channel": "silent"}, {"caller": "professional"}]
    assert len({text(**way) for way in ways}) == len(ways)
    assert text(channel="silent", caller="child").startswith("Weapon there?"), "a silent line cannot answer in words"
