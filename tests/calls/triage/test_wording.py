"""Rules in plain English: every fact and value has words, and a sentence says when, what and why."""

from typing import Any

import pytest

from calls import triage
from calls.triage.facts import FACTS
from calls.triage.wording import condition_words, facts_words, menu, plain

RULES = triage.parse_rules(triage.default_rules())
SENTENCES = {rule.id: plain(rule, RULES) for rule in RULES.rules}


def test_a_rule_reads_as_a_sentence_that_says_when_what_and_why() -> None:
    assert SENTENCES["R3b"] == (
        "When a weapon is where the person can get to it or within reach: level 3 (Urgent), police and CARE,"
        " because: The person can get to a weapon: police go with CARE."
    )
    assert SENTENCES["R9"].startswith(
        "When the need is to talk or a resource: level 1 (Routine), CARE, by phone or by a warm transfer to 988"
    )
    assert "on scene already is not police: level 2 (Moderate), CARE, with a clinician" in SENTENCES["R8"]


WORDS: list[tuple[dict[str, Any], str]] = [
    ({"fact": "suicide", "at_least": "passive"}, "the suicide risk is passive thoughts or worse"),
    ({"fact": "overdose", "in": ["yes"]}, "something was taken"),
    ({"fact": "cooperative", "in": ["no"]}, "the person is not cooperative"),
    ({"fact": "overdose", "in": ["unknown", "yes"]}, "something was taken or overdose is not known"),
    ({"not": {"fact": "age", "in": ["child"]}}, "the person is not a child"),
    ({"not": {"fact": "overdose", "in": ["yes"]}}, "it is not so that something was taken"),
    ({"fact": "companion", "in": ["fever", "stiffness"]}, "there is fever or stiffness with the confusion"),
    ({"fact": "need", "in": ["talk"], "default": True}, "(the need is to talk, or nobody has said)"),
    ({"fact": "language", "stated": True}, "the language is stated"),
    (
        {"all": [{"fact": "weapon", "in": ["unknown"]}, {"any": [{"fact": "age", "in": ["child"]}, {"fact": "age", "in": ["older"]}]}]},
        "a weapon is not known and (the person is a child or the person is 65 or older)",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("when", "words"), WORDS, ids=range(len(WORDS)))
def test_a_condition_reads_as_people_say_it(when: dict[str, Any], words: str) -> None:
    assert condition_words(when) == words


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.values])
def test_every_value_of_every_fact_has_words(name: str) -> None:
    for value in FACTS[name].values:
        words = facts_words({name: value})
        assert words and "_" not in words, words
        assert condition_words({"not": {"fact": name, "in": [value]}})


def test_the_menus_of_an_editor_offer_every_fact_in_words() -> None:
    offered = menu()
    assert [fact["name"] for fact in offered["facts"]] == list(FACTS)
    assert all(value["words"] for fact in offered["facts"] for value in fact["values"])


def test_facts_read_as_a_list_of_clauses() -> None:
    assert facts_words({"weapon": "in_hand", "history": ["violence"]}) == (
        "a weapon is in hand and the history shows violence"
    )
    assert facts_words({}) == "nothing is stated"
