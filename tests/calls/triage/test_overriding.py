"""Overrides rule by rule: the interval, who counts, and an alarm that does not cry wolf."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.triage.overriding import ENOUGH, Overrides, Review, SetByHand, count_overrides, drifts, wilson

counts = st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
@pytest.mark.parametrize(
    ("hits", "n", "low", "high"), [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
)  # fmt: skip
def test_the_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    assert wilson(hits, n) == pytest.approx((low, high), abs=0.00005)


@given(counts)
def test_the_interval_holds_the_rate_and_lies_between_none_and_all(hits_of: tuple[int, int]) -> None:
    hits, n = hits_of
    low, high = wilson(hits, n)
    assert 0 <= low <= hits / n <= high <= 1
    mirrored = wilson(n - hits, n)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-12)


@given(counts)
def test_ten_times_as_many_calls_narrow_the_interval(hits_of: tuple[int, int]) -> None:
    hits, n = hits_of
    (low, high), (low_ten, high_ten) = wilson(hits, n), wilson(10 * hits, 10 * n)
    assert high_ten - low_ten < high - low


def test_of_no_calls_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert Overrides().as_dict()["rate"] is None


def by_hand(rules: str, said: str, response: str) -> SetByHand:
    return SetByHand(frozenset(rules.split()), said, response)


def review(acted_on: str, *sets: SetByHand) -> Review:
    return Review(frozenset(acted_on.split()), sets)


def test_each_call_counts_once_for_each_rule_it_was_decided_by() -> None:
    found = count_overrides([
        review("R7 R8"),
        review("R7", by_hand("R7", "care_police", "care_only")),
        review("R7", by_hand("R7", "care_police", "police_first")),
        review("R7", by_hand("R7", "care_police", "care_police")),
    ])  # fmt: skip
    assert found == {"R7": Overrides(n=4, lighter=1, heavier=1, same=1), "R8": Overrides(n=1)}
    assert found["R7"].overridden == 2


def test_the_last_word_on_a_rule_counts() -> None:
    down, up = by_hand("R7", "care_police", "care_only"), by_hand("R7", "care_police", "care_police")
    assert count_overrides([review("R7", down, up)])["R7"] == Overrides(n=1, same=1)
    assert count_overrides([review("R7", up, down)])["R7"] == Overrides(n=1, lighter=1)


def test_a_rule_that_was_in_force_only_when_the_response_was_set_counts_too() -> None:
    found = count_overrides([review("R8", by_hand("R3b R8", "care_police", "care_only"))])
    assert found == {"R8": Overrides(n=1, lighter=1), "R3b": Overrides(n=1, lighter=1)}


# --- drift -------------------------------------------------------------------------------------------
def drifted(recent: tuple[int, int], usual: tuple[int, int]) -> bool:
    now, before = (Overrides(n=n, lighter=hits) for hits, n in (recent, usual))
    return bool(drifts({"R7": now}, {"R7": before}))


def test_a_rule_overridden_far_more_or_far_less_than_before_has_drifted() -> None:
    assert drifted((20, 50), (30, 200)) and drifted((1, 60), (70, 240))
    (found,) = drifts({"R7": Overrides(50, 20)}, {"R7": Overrides(200, 30)})
    assert (found.rule, found.more) == ("R7", True)


def test_too_few_calls_on_either_side_are_no_ground_for_an_alarm() -> None:
    few = ENOUGH - 1
    assert not drifted((few, few), (0, 400)) and drifted((ENOUGH, ENOUGH), (0, 400))
    assert not drifted((40, 40), (0, few)) and drifted((40, 40), (0, ENOUGH))
    assert drifts({"R7": Overrides(40, 40)}, {}) == []


@given(counts, counts)
def test_what_has_drifted_lies_outside_the_interval_of_before(recent: tuple[int, int], usual: tuple[int, int]) -> None:
    low, high = wilson(*usual)
    if drifted(recent, usual):
        assert not low <= recent[0] / recent[1] <= high
    assert not drifted(recent, recent)


@pytest.mark.parametrize(("calls_now", "calls_before"), [(20, 80), (50, 200), (200, 800)])
@pytest.mark.parametrize("rate", [0.02, 0.15, 0.4])
def test_where_nothing_has_changed_the_alarm_is_rare(rate: float, calls_now: int, calls_before: int) -> None:
    chance = random.Random(1927)
    weeks = 1000

    def overridden(n: int) -> int:
        return sum(chance.random() < rate for _ in range(n))

    alarms = sum(
        drifted((overridden(calls_now), calls_now), (overridden(calls_before), calls_before)) for _ in range(weeks)
    )
    assert alarms < weeks / 50


def test_a_rate_that_goes_from_one_in_seven_to_two_in_five_is_mostly_seen_within_its_week() -> None:
    chance = random.Random(1927)
    seen = 0
    for _ in range(200):
        recent = sum(chance.random() < 0.4 for _ in range(50))
        usual = sum(chance.random() < 0.15 for _ in range(200))
        seen += drifted((recent, 50), (usual, 200))
    assert seen > 150
