"""Whom to send: each thing that counts for or against a unit, what nobody can give, and what holds on any evening."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teams.plans import DEFAULT_PLANS, Figures, Position
from teams.recommendation import Candidate, Need, better
from tests.cast import NOW
from tests.teams.candidates import ANY_NEED, ANY_UNITS, ask, first, need, north, on, said, unit, why_not

POLICE = need(("police",), "police_first")
ALONE = need(("care",), "care_only", level=2)


# --- order -------------------------------------------------------------------------------------------------
def test_care_and_a_trained_officer_go_together_with_both_times_and_who_waits() -> None:
    found = ask(need(), unit("C1", 6), unit("P1", 1), unit("P2", 2, capabilities=frozenset({"cit"})))
    care, police = found.teams[0].picks
    assert (care.callsign, care.role, police.callsign) == ("C1", "stage", "P2")
    assert (round((care.eta_seconds or 0) / 60), round((police.eta_seconds or 0) / 60)) == (16, 4)
    assert found.teams[0].words == "P2 is there first (4 min) and clears; C1 comes in after 16 min"


def test_care_that_is_quicker_than_the_officer_stages_and_waits() -> None:
    assert ask(need(), unit("C1", 1), unit("P1", 6)).teams[0].words == "C1 (3 min) stages and waits for P1 (12 min)"


def test_the_estimate_is_the_straight_line_longer_by_the_road_at_the_disciplines_speed() -> None:
    plan = replace(DEFAULT_PLANS["police_first"], figures=Figures(road_factor=1.5, police_mph=60))
    (pick,) = ask(POLICE, unit("P1", 2), plan=plan).teams[0].picks
    assert (round(pick.eta_seconds or 0), pick.eta_method) == (180, "estimate")


def test_who_is_available_goes_before_who_can_be_taken_from_a_visit() -> None:
    visiting = unit("C1", 1, status="conditional", status_words="follow-up visit")
    found = ask(need(), visiting, unit("C2", 9), unit("P1"))
    assert first(found) == ["C2", "P1"]
    assert first(ask(need(), visiting, unit("P1"))) == ["C1", "P1"]
    assert "follow-up visit" in said(found, "C1")


def test_a_required_skill_comes_before_any_distance_and_its_lack_is_named() -> None:
    wanted = replace(POLICE, capabilities=("k9",))
    dog = unit("P2", 9, capabilities=frozenset({"k9"}))
    assert first(ask(wanted, unit("P1"), dog)) == ["P2"]
    alone = ask(wanted, unit("P1"))
    assert first(alone) == ["P1"]
    assert "no police unit with k9 is free; P1 has none" in alone.shortfalls


def test_the_crew_that_speaks_the_language_is_worth_ten_minutes() -> None:
    spanish = {"languages": frozenset({"en", "es"})}
    wanted = need(language="es")
    assert first(ask(wanted, unit("C1", 1), unit("C2", 4, **spanish), unit("P1")))[0] == "C2"
    assert first(ask(wanted, unit("C1", 1), unit("C2", 9, **spanish), unit("P1")))[0] == "C1"
    assert "C1 does not speak es: interpreter line" in ask(wanted, unit("C1"), unit("P1")).shortfalls


def test_where_children_are_the_team_with_youth_skill_comes_first() -> None:
    youth = unit("C2", 3, capabilities=frozenset({"clinician", "youth"}))
    assert first(ask(need(minors=True), unit("C1", 1), youth, unit("P1")))[0] == "C2"
    assert first(ask(need(), unit("C1", 1), youth, unit("P1")))[0] == "C1"


def test_a_shift_that_ends_before_the_work_ranks_lower_and_says_so() -> None:
    ending = unit("P1", 1, shift_ends_at=NOW + timedelta(minutes=20))
    found = ask(POLICE, ending, unit("P2", 3))
    assert first(found) == ["P2"]
    assert "shift ends in 20 min" in said(found, "P1")


def test_an_old_position_ranks_lower_and_a_very_old_one_is_out() -> None:
    old = unit("P1", 1, seen_at=NOW - timedelta(seconds=90))
    found = ask(POLICE, old, unit("P2", 1.3), unit("P3", seen_at=NOW - timedelta(minutes=6)))
    assert first(found) == ["P2"]
    assert "position 90 s old" in said(found, "P1")
    assert why_not(found) == {"P3": "position 6 min old"}


def test_when_no_unit_is_heard_of_any_more_the_last_known_places_serve() -> None:
    found = ask(POLICE, *(unit(f"P{n}", n, seen_at=NOW - timedelta(minutes=30)) for n in (1, 2)))
    assert first(found) == ["P1"] and not found.excluded
    assert "position 30 min old" in said(found, "P1")


def test_a_unit_without_a_position_is_taken_to_be_at_home() -> None:
    found = ask(POLICE, unit("P1", position=None, seen_at=None, home=north(2)))
    assert "estimate, no position" in said(found, "P1")
    assert round((found.teams[0].picks[0].eta_seconds or 0) / 60) == 4


def test_the_last_free_unit_of_its_area_costs_something_and_says_so() -> None:
    units = [unit("P1", 1, area="north"), unit("P2", 2, area="south"), unit("P3", 5, area="south")]
    found = ask(POLICE, *units)
    assert first(found) == ["P2"]
    assert "last free police of north" in said(found, "P1")


def test_of_equal_minutes_the_least_used_goes_but_at_level_four_the_nearest() -> None:
    units = [unit("P1", 1.0, used=4), unit("P2", 1.1, used=0)]
    assert first(ask(POLICE, *units)) == ["P2"]
    assert first(ask(replace(POLICE, level=4), *units)) == ["P1"]


def test_an_officer_of_the_calls_own_city_goes_before_a_nearer_stranger() -> None:
    units = [unit("P1", 1, city="south-pd"), unit("P2", 2.5, city="north-pd")]
    assert first(ask(replace(POLICE, city="north-pd"), *units)) == ["P2"]


def test_each_further_team_differs_from_the_best_in_one_unit_and_there_are_nine_at_most() -> None:
    found = ask(need(), *(unit(f"{letter}{n}", n) for letter in "CP" for n in range(1, 8)))
    best = set(first(found))
    assert len(found.teams) == 9
    assert all(len(best & {pick.callsign for pick in team.picks}) == 1 for team in found.teams[1:])


# --- who cannot go -----------------------------------------------------------------------------------------
def test_everybody_left_out_says_why() -> None:
    units = [
        unit("P1"), unit("P2", status="on_scene", status_words="on call 139, on scene"), unit("E1"),
        unit("P3", partner=True), unit("C1", crew=0),
    ]  # fmt: skip
    assert why_not(ask(need(), *units)) == {
        "P2": "on call 139, on scene",
        "E1": "fire not asked for",
        "P3": "a partner's unit, no agreement in force",
        "C1": "nobody is signed on, so no clinician is known aboard",
    }


def test_a_partners_unit_comes_under_an_agreement() -> None:
    found = ask(POLICE, unit("P3", partner=True, agreement=True))
    assert "a partner's unit, under the agreement" in said(found, "P3")


def test_care_alone_is_a_crew_of_two_with_a_clinician() -> None:
    units = [unit("C1", crew=1), unit("C2", capabilities=frozenset({"peer"})), unit("C3", 9)]
    found = ask(ALONE, *units)
    assert first(found) == ["C3"]
    assert why_not(found) == {
        "C1": "a crew of one does not go without police",
        "C2": "no clinician aboard, and CARE goes alone",
    }
    assert first(ask(need(), units[0], unit("P1"))) == ["C1", "P1"]


def test_police_nobody_signed_on_come_after_all_others_and_are_asked_by_radio() -> None:
    found = ask(POLICE, unit("P1", 1, crew=0), unit("P2", 9))
    assert first(found) == ["P2"]
    assert "nobody signed on here: ask by radio" in said(found, "P1")


# --- what is missing ---------------------------------------------------------------------------------------
def test_care_waits_where_police_are_asked_for_and_none_are_free() -> None:
    found = ask(need(), unit("C1"))
    assert not found.teams
    assert found.unfilled == {"care": 1, "police": 1}
    assert found.shortfalls == ("CARE waits: police are asked for and none are free", "no police unit is free")
    there = ask(need(on_call=(on(unit("P9"), arrived=True),)), unit("C1"))
    assert first(there) == ["C1"]


def test_what_is_on_the_call_is_not_sent_again_and_a_plan_may_ask_for_more_of_it() -> None:
    there = need(on_call=(on(unit("P1")),))
    assert ask(there, unit("C1"), unit("P2")).asked == ("care",)
    two = replace(DEFAULT_PLANS["care_police"], positions=(Position("care"), Position("police"), Position("police")))
    assert first(ask(there, unit("C1"), unit("P2"), plan=two)) == ["C1", "P2"]


def test_a_plan_adds_no_care_and_leaves_out_no_service_that_is_asked_for() -> None:
    found = ask(need(("ems", "police"), "ems_first", level=4), unit("C1"), unit("M1"), unit("P1"))
    assert first(found) == ["M1", "P1"]


def test_the_position_fewest_can_fill_chooses_first() -> None:
    both, one = unit("P1", 1, capabilities=frozenset({"cit", "k9"})), unit("P2", 2, capabilities=frozenset({"cit"}))
    cars = (Position("police", required=("cit",)), Position("police", required=("k9",)))
    found = ask(POLICE, both, one, plan=replace(DEFAULT_PLANS["police_first"], positions=cars))
    assert first(found) == ["P2", "P1"] and not found.teams[0].lacks


def test_a_skill_of_nobody_who_is_asked_for_is_named() -> None:
    (told,) = ask(replace(ALONE, capabilities=("k9",)), unit("C1")).shortfalls
    assert told == "the rules ask for k9, and nobody who could have it is asked for"


def test_by_phone_nobody_travels() -> None:
    far = ask(need(("care",), "phone", level=1), unit("C1", 20, crew=1))
    assert first(far) == ["C1"] and "by phone: nobody travels" in said(far, "C1")


# --- after dispatch ------------------------------------------------------------------------------------------
def test_a_unit_that_frees_and_is_clearly_quicker_is_named() -> None:
    wanted = need(on_call=(on(unit("C1", 8)), on(unit("P1", 1))))
    (told,) = better(wanted, [unit("C2", 2), unit("P2", 1)], DEFAULT_PLANS["care_police"], NOW)
    assert (told.instead_of, told.unit) == ("C1", "C2")
    assert told.words == "C2 is free and 5 min away; C1 still needs 21 min"
    there = replace(wanted, on_call=(on(unit("C1", 8), arrived=True),))
    assert not better(there, [unit("C2", 2)], DEFAULT_PLANS["care_police"], NOW)


# --- on any evening --------------------------------------------------------------------------------------------
@settings(max_examples=60)
@given(ANY_NEED, ANY_UNITS, st.randoms(use_true_random=False))
def test_the_order_of_candidates_never_matters(wanted: Need, units: list[Candidate], shuffle: random.Random) -> None:
    other = list(units)
    shuffle.shuffle(other)
    assert ask(wanted, *units) == ask(wanted, *other)


@settings(max_examples=60)
@given(ANY_NEED, ANY_UNITS)
def test_nobody_is_in_a_team_twice_excluded_and_sent_or_neither(wanted: Need, units: list[Candidate]) -> None:
    found = ask(wanted, *units)
    out = {one.unit_id for one in found.excluded}
    for team in found.teams:
        ids = [pick.unit_id for pick in team.picks]
        assert len(set(ids)) == len(ids) and not out & set(ids)
    assert len(found.excluded) == len(out)


@settings(max_examples=60)
@given(ANY_NEED, ANY_UNITS)
def test_no_team_lacks_a_service_that_is_asked_for_unless_it_is_said(wanted: Need, units: list[Candidate]) -> None:
    found = ask(wanted, *units)
    for team in found.teams:
        missing = set(wanted.services) - {pick.discipline for pick in team.picks}
        assert missing <= set(found.unfilled)
    assert bool(found.unfilled) <= bool(found.shortfalls)
    assert found.teams or set(wanted.services) <= set(found.unfilled)


@settings(max_examples=60)
@given(ANY_NEED, ANY_UNITS)
def test_care_is_never_recommended_without_the_police_that_are_asked_for(wanted: Need, units: list[Candidate]) -> None:
    for team in ask(wanted, *units).teams:
        sent = {pick.discipline for pick in team.picks}
        assert "police" in sent or "care" not in sent or "police" not in wanted.services


@settings(max_examples=60)
@given(ANY_NEED, ANY_UNITS, st.sampled_from("CPME"))
def test_one_more_free_unit_never_takes_a_service_away(wanted: Need, units: list[Candidate], letter: str) -> None:
    before = ask(wanted, *units).unfilled
    after = ask(wanted, *units, unit(f"{letter}99", 0.1)).unfilled
    assert all(after.get(name, 0) <= before.get(name, 0) for name in set(before) | set(after))


@pytest.mark.parametrize("units", [[], [unit("C1"), unit("P1")]])
def test_a_call_that_asks_for_nobody_gets_nobody(units: list[Candidate]) -> None:
    found = ask(need((), "standard", level=None), *units)
    assert not found.teams and not found.shortfalls
