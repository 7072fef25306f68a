"""How statements about a fact come together, and how the coarse words of older records are read."""

from typing import Any

import pytest

from calls.triage import FactStatement, effective, is_worse, normalise, validate_facts
from calls.triage.facts import FACTS, UnknownFact, UnknownValue, danger


def said(
    fact: str, value: Any, by: str = "caller", source: str = "question", *, confirmed: bool = True
) -> FactStatement:
    return FactStatement(fact, value, source, by, "2026-03-02T20:00:00+00:00", confirmed)


def test_of_two_who_disagree_about_a_danger_the_worse_is_taken_whoever_spoke_last() -> None:
    caller, neighbour = said("weapon", "in_reach"), said("weapon", "denied", "neighbour")
    assert effective([caller, neighbour]) == effective([neighbour, caller]) == {"weapon": "in_reach"}


def test_who_corrects_themselves_is_taken_at_their_newest_word() -> None:
    assert effective([said("weapon", "in_reach"), said("weapon", "denied")]) == {"weapon": "denied"}


def test_unknown_is_worse_than_denied() -> None:
    assert effective([said("weapon", "denied"), said("weapon", "unknown", "neighbour")]) == {"weapon": "unknown"}


def test_what_a_unit_reports_clears_what_was_said_before_and_not_what_is_said_after() -> None:
    report = said("weapon", "secured", "p101", "unit_report")
    assert effective([said("weapon", "in_hand"), report]) == {"weapon": "secured"}
    assert effective([said("weapon", "in_hand"), report, said("weapon", "in_reach")]) == {"weapon": "in_reach"}


@pytest.mark.parametrize(
    ("fact", "lighter", "heavier"),
    [("weapon", "denied", "in_hand"), ("weapon", "secured", "in_hand"), ("need", "follow_up", "in_person")],
)
def test_what_was_only_read_can_raise_and_never_lower(fact: str, lighter: str, heavier: str) -> None:
    assert effective([said(fact, lighter, "note 1", "narrative", confirmed=False)]) == {}
    assert effective([said(fact, heavier, "note 1", "narrative", confirmed=False)]) == {fact: heavier}


def test_a_denial_that_was_only_read_hides_no_danger_said_after_it() -> None:
    read = said("weapon", "denied", "note 1", "narrative", confirmed=False)
    assert effective([read, said("weapon", "in_hand"), said("violence", "property")]) == {
        "weapon": "in_hand", "violence": "property"
    }  # fmt: skip


def test_one_of_several_values_said_alone_counts_as_itself() -> None:
    assert effective([said("companion", "fever"), said("companion", ["heat"], "neighbour")]) == {
        "companion": ["fever", "heat"]
    }


def test_of_a_fact_with_several_values_each_is_kept_once() -> None:
    first = said("companion", ["fever", "sweating"])
    assert effective([first, said("companion", ["fever", "heat"], "neighbour")]) == {
        "companion": ["fever", "sweating", "heat"]
    }


def test_of_a_fact_that_is_no_danger_the_newest_confirmed_word_is_taken() -> None:
    read = said("age", "child", "note 1", "narrative", confirmed=False)
    assert effective([said("age", "adult"), read]) == {"age": "adult"}
    assert effective([said("age", "adult"), said("age", "older", "neighbour")]) == {"age": "older"}
    assert effective([read]) == {"age": "child"}


def test_a_free_text_fact_is_the_last_word() -> None:
    assert effective([said("language", "es"), said("language", "vi", "neighbour")]) == {"language": "vi"}


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ("in_reach", "in_hand", True),
        (None, "in_reach", True),
        ("denied", "access", True),
        ("in_hand", "in_reach", False),
        ("in_hand", "denied", False),
        ("denied", "unknown", False),
        (None, "unknown", False),
    ],
)
def test_units_on_the_way_hear_of_what_got_worse_and_not_of_what_is_unknown(
    before: str | None, after: str, worse: bool
) -> None:
    assert is_worse("weapon", before, after) is worse


def test_a_fact_that_is_no_danger_never_worsens() -> None:
    assert not is_worse("age", "adult", "child") and not is_worse("no_such_fact", None, "yes")


def test_older_records_say_true_false_none_and_nothing() -> None:
    old = {"overdose": True, "strangulation": False, "weapon": "none", "minors_present": False, "age": None, "odd": 1}
    assert normalise(old) == {
        "overdose": "yes", "strangulation": "none_reported", "weapon": "none_reported", "minors_present": "no"
    }  # fmt: skip


def test_what_nobody_knows_of_an_older_record_hides_nothing_that_comes_after_it() -> None:
    assert normalise({"odd": "x", "weapon": "in_hand", "age": None, "violence": "in_progress"}) == {
        "weapon": "in_hand", "violence": "in_progress"
    }  # fmt: skip


def test_none_stays_a_value_where_it_is_one() -> None:
    assert normalise({"responder_on_scene": "none", "info_quality": "none", "weapon": "access"}) == {
        "responder_on_scene": "none", "info_quality": "none", "weapon": "access"
    }  # fmt: skip


def test_the_same_again_is_no_worse_and_a_word_of_another_list_ranks_below_all() -> None:
    assert not is_worse("weapon", "in_hand", "in_hand")
    assert is_worse("weapon", "no_such_word", "historic")
    assert danger("weapon", "no_such_word") < danger("weapon", "denied") < danger("weapon", None)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"gun": "yes"}, UnknownFact),
        ({"weapon": "big"}, UnknownValue),
        ({"weapon": ["in_hand"]}, UnknownValue),
        ({"weapon": None}, UnknownValue),
        ({"companion": ["fever", "luck"]}, UnknownValue),
        ({"language": "x" * 61}, UnknownValue),
    ],
)
def test_a_fact_or_value_that_is_none_is_refused_with_those_there_are(facts: dict[str, Any], error: type) -> None:
    with pytest.raises(error, match=r"there are weapon|is one of"):
        validate_facts(facts)


def test_a_free_text_fact_may_be_as_long_as_it_may_be() -> None:
    assert validate_facts({"language": "x" * 60}) == {"language": "x" * 60}


def test_one_of_several_values_may_stand_alone() -> None:
    assert validate_facts({"companion": "fever"}) == {"companion": ["fever"]}


def test_every_danger_tells_denied_not_asked_and_not_known_apart() -> None:
    for fact in FACTS.values():
        if fact.risk:
            assert {"denied", "none_reported", "unknown"} <= set(fact.values), fact.name
            assert fact.values[0] == "denied" and fact.question, fact.name
