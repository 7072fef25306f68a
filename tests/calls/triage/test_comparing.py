"""A draft beside what was answered: which way each call goes, and counts that add up however they are cut."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls import triage
from calls.triage.comparing import (
    DIRECTIONS,
    FEW,
    NAMED,
    SMALL,
    Case,
    Outcome,
    Tally,
    care_alone,
    count,
    direction,
    for_export,
    judged,
    outcome,
)

PUBLISHED = triage.parse_rules(triage.default_rules())
FACTS: dict[str, Any] = {name: fact for name, fact in triage.FACTS.items() if fact.values}


def changed(rule_id: str, **fields: Any) -> triage.RuleSet:
    """The default rules with one of them changed."""
    rules = [{**rule, **fields} if rule["id"] == rule_id else rule for rule in triage.default_rules()["rules"]]
    return triage.parse_rules({**triage.default_rules(), "rules": rules})


# A weapon that can be got at: CARE alone instead of CARE and police.
CAREFREE = changed("R3b", level=2, services=["care"])


@st.composite
def fact_sets(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(FACTS)), unique=True, max_size=8))
    values = {name: draw(st.sampled_from(FACTS[name].values)) for name in names}
    return {name: [value] if FACTS[name].many else value for name, value in values.items()}


@st.composite
def many_cases(draw: st.DrawFn) -> list[Case]:
    return [
        case(facts, number, city=draw(st.sampled_from(["north", "south"])))
        for number, facts in enumerate(draw(st.lists(fact_sets(), max_size=12)))
    ]


outcomes = st.builds(
    outcome,
    st.sampled_from([None, 1, 2, 3, 4]),
    st.sampled_from(["care_only", "care_police", "phone", "standard", "police_first", "fire_police_ems"]),
    st.sets(st.sampled_from(["fire", "police", "ems", "care"])),
    st.sets(st.sampled_from(["R1", "R2"])),
)


def case(facts: dict[str, Any], number: int = 1, **fields: Any) -> Case:
    return Case(number, 1000 + number, facts, judged(facts, PUBLISHED), **fields)


WEAPON = {"is_behavioral": "yes", "need": "in_person", "weapon": "access"}
CALM = {"is_behavioral": "yes", "need": "in_person", "weapon": "denied"}


# --- one call ----------------------------------------------------------------------------------------
def test_police_taken_off_a_call_is_lighter_and_care_alone() -> None:
    before, after = judged(WEAPON, PUBLISHED), judged(WEAPON, CAREFREE)
    assert (before.response, after.response) == ("care_police", "care_only")
    assert (direction(before, after), care_alone(before, after)) == ("lighter", True)


@given(outcomes, outcomes)
def test_the_way_back_is_the_other_way(one: Outcome, other: Outcome) -> None:
    back = {"lighter": "heavier", "heavier": "lighter", "mixed": "mixed", "same": "same"}
    assert direction(other, one) == back[direction(one, other)]


@given(outcomes, outcomes)
def test_a_service_that_no_longer_goes_is_never_called_heavier(before: Outcome, after: Outcome) -> None:
    if set(before.services) - set(after.services):
        assert direction(before, after) in {"lighter", "mixed"}


@given(outcomes, outcomes)
def test_care_is_alone_only_where_it_was_not(before: Outcome, after: Outcome) -> None:
    if care_alone(before, after):
        assert after.services == ("care",)
        assert before.services != ("care",) or before.response != after.response
    assert not care_alone(after, after)


def test_a_crew_of_care_instead_of_a_call_back_is_newly_alone() -> None:
    phone, crew = outcome(1, "phone", ["care"]), outcome(2, "care_only", ["care"])
    assert care_alone(phone, crew) and direction(phone, crew) == "heavier"
    assert not care_alone(crew, phone)


def test_services_stored_in_another_order_are_the_same() -> None:
    assert outcome(3, "care_police", ["care", "police"]) == outcome(3, "care_police", ["police", "care"])


# --- many calls --------------------------------------------------------------------------------------
@given(many_cases(), st.integers(0, 12))
def test_parts_add_up_to_the_whole_in_any_cut_and_through_json(cases: list[Case], cut: int) -> None:
    whole = count(cases, CAREFREE).as_dict()
    kept = json.loads(json.dumps(count(cases[:cut], CAREFREE).as_dict()))
    assert Tally.of(kept).plus(count(cases[cut:], CAREFREE)).as_dict() == whole
    assert json.loads(json.dumps(whole)) == whole


@given(many_cases())
def test_every_call_is_in_each_table_once(cases: list[Case]) -> None:
    found = count(cases, CAREFREE).as_dict()
    assert found["compared"] == len(cases)
    for table in ("levels", "responses"):
        assert sum(row["n"] for row in found[table]) == len(cases)
    assert sum(found[way] for way in ("same", *DIRECTIONS)) == len(cases)
    assert sum(row["n"] for row in found["changes"]) == found["changed"] == len(cases) - found["same"]
    assert sum(row["n"] for row in found["changes"] if row["care_alone"]) == found["care_alone"]
    for cells in found["splits"].values():
        assert sum(cell["n"] for cell in cells) == len(cases)
        assert sum(cell["changed"] for cell in cells) == found["changed"]


@given(many_cases())
def test_the_rules_in_force_change_nothing(cases: list[Case]) -> None:
    found = count(cases, PUBLISHED).as_dict()
    assert (found["changed"], found["rules_changed"], found["changes"]) == (0, 0, [])
    assert all(row["from"] == row["to"] for row in found["levels"])
    assert all(row["gained"] == row["lost"] == 0 and row["before"] == row["after"] for row in found["rules"])


@given(many_cases())
def test_rules_that_hit_are_counted_on_both_sides(cases: list[Case]) -> None:
    for row in count(cases, CAREFREE).as_dict()["rules"]:
        assert row["after"] - row["before"] == row["gained"] - row["lost"]


def test_care_newly_alone_is_listed_first_then_what_goes_lighter() -> None:
    tally = Tally()
    pairs = [
        (outcome(2, "care_only", ["care"]), outcome(4, "police_first", ["police", "care"])),
        (outcome(3, "care_ems", ["care", "ems"]), outcome(3, "care_police", ["care", "police"])),
        (outcome(4, "police_first", ["police", "care"]), outcome(3, "care_police", ["police", "care"])),
        (outcome(3, "care_police", ["police", "care"]), outcome(2, "care_only", ["care"])),
    ]
    for number, (before, after) in enumerate([*pairs, *pairs[:3]]):
        tally.add(replace(case(CALM, number), before=before), after)
    told = tally.as_dict()["changes"]
    assert [(row["direction"], row["care_alone"], row["n"]) for row in told] == [
        ("lighter", True, 1),
        ("lighter", False, 2),
        ("mixed", False, 2),
        ("heavier", False, 2),
    ]


def test_the_earliest_calls_are_named_and_all_are_counted() -> None:
    cases = [case(WEAPON, number) for number in range(NAMED + 30)]
    first, second = count(cases[:20], CAREFREE), count(cases[20:], CAREFREE)
    (change,) = first.plus(second).as_dict()["changes"]
    assert change["n"] == NAMED + 30
    assert change["calls"] == [[number, 1000 + number] for number in range(NAMED)]


def test_a_rule_that_no_longer_hits_names_its_calls() -> None:
    found = count([case(WEAPON, 7), case(CALM, 8)], changed("R3b", when={"fact": "weapon", "in": ["recent"]}))
    rule = next(row for row in found.as_dict()["rules"] if row["id"] == "R3b")
    assert (rule["before"], rule["after"], rule["lost"], rule["calls_lost"]) == (1, 0, 1, [[7, 1007]])


class Broken(dict[str, Any]):
    """Facts that no rule can read."""

    def get(self, *args: Any) -> Any:
        raise TypeError("no such thing")


def test_a_draft_that_raises_on_a_call_has_it_named_and_goes_on() -> None:
    broken = replace(case(CALM, 5), facts=Broken(CALM))
    found = count([case(CALM, 4), broken, case(CALM, 6)], CAREFREE).as_dict()
    assert (found["compared"], found["failed"]["n"]) == (2, 1)
    assert found["failed"]["calls"] == [[5, 1005, "TypeError: no such thing"]]


# --- what may leave the center ---------------------------------------------------------------------
def split(cells: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    counts = {"changed": 1, "care_alone": 0, "lighter": 1, "mixed": 0, "heavier": 0}
    return [{"value": value, "n": n, **counts} for value, n in cells]


def exported(cells: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    result = count([case(WEAPON)], CAREFREE).as_dict()
    result["splits"]["language"] = split(cells)
    return [(cell["value"], cell["n"]) for cell in for_export(result)["splits"]["language"]]


def test_an_export_names_no_call() -> None:
    result = count([case(WEAPON, 424242, city="north")], CAREFREE).as_dict()
    text = json.dumps(for_export(result))
    assert "424242" in json.dumps(result) and "424242" not in text and "425242" not in text
    assert '"n": 1' in text


def test_an_export_does_not_name_a_small_group() -> None:
    assert exported([("en", 500), ("es", 40), ("asl", 7), ("vi", 6)]) == [("en", 500), ("es", 40), (FEW, 13)]


def test_a_single_small_group_takes_the_next_with_it() -> None:
    assert exported([("en", 500), ("es", 40), ("asl", 3)]) == [("en", 500), (FEW, 43)]


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 40)))
def test_no_merged_group_is_smaller_than_allowed_unless_all_are(cells: dict[str, int]) -> None:
    told = exported(list(cells.items()))
    assert sum(n for _, n in told) == sum(cells.values())
    assert all(n >= SMALL for _, n in told) or sum(cells.values()) < SMALL


@pytest.mark.parametrize("value", [{}, None])
def test_nothing_counted_yet_is_an_empty_tally(value: Any) -> None:
    assert Tally.of(value).as_dict() == Tally().as_dict()
