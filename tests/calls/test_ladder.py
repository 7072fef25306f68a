"""The ladder while nobody of CARE is free: level 4 and 3 never wait, level 2 waits only as long as it may."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.ladder import Step, Waiting, ladder

CALM = Waiting(number="142", level=2, officer="P102", officer_trained=True, safe_to_call="yes")
CODES = ("cit", "care_joins", "call_back", "neighbour", "mobile_crisis", "line_988")


def steps(call: Waiting) -> dict[str, Step]:
    return {one.step: one for one in ladder(call)}


def following(call: Waiting) -> str:
    return next((one.command for one in ladder(call) if one.next), "")


@pytest.mark.parametrize("level", [None, 3, 4])
def test_where_nobody_waits_the_officer_goes_first_and_no_clinician_calls_before(level: int | None) -> None:
    call = replace(CALM, level=level)
    assert following(call) == "D #142 P102"
    assert all(steps(call)[name].blocked for name in ("call_back", "mobile_crisis"))
    assert following(replace(call, somebody_on_it=True)) == "D #142 P102"  # EMS alone
    gone = replace(call, somebody_on_it=True, officer_on_it=True)
    assert following(gone) == "INS #142 care_joins" and not steps(gone)["call_back"].blocked


def test_level_2_waits_for_a_clinicians_call_and_only_while_it_may() -> None:
    assert following(CALM) == "CB #142"
    held = replace(
        CALM, call_due="14:05", taken=("call_back",), waited_minutes=3, neighbours=("L2",), busy_care="CARE1"
    )
    assert following(held) == "STK #142 CARE1"
    held = replace(held, taken=("call_back", "care_joins"))
    assert following(held) == ""
    assert following(replace(held, waited_minutes=30)) == "D #142 L2"
    assert following(replace(held, waited_minutes=30, neighbours=())) == "MC #142"


@pytest.mark.parametrize("heard", ["worse", "no_answer"])
def test_worse_or_no_answer_ends_the_wait_and_the_officer_goes(heard: str) -> None:
    call = replace(CALM, heard=heard, taken=("call_back", "care_joins"), waited_minutes=3)
    assert following(call) == "D #142 P102" and steps(call)["call_back"].blocked


@pytest.mark.parametrize(("safe", "command"), [("yes", "CB #142"), ("no", "CB #142 text"), ("unknown", "CB #142 safe")])
def test_nobody_is_phoned_where_that_may_not_be_safe(safe: str, command: str) -> None:
    assert steps(replace(CALM, safe_to_call=safe))["call_back"].command == command


def test_without_police_the_next_that_can_be_done_is_marked() -> None:
    call = replace(CALM, level=3, officer="")
    assert "no police are free" in steps(call)["cit"].blocked and following(call) == "INS #142 care_joins"


CALLS = st.builds(
    Waiting, number=st.just("7"), level=st.sampled_from([None, 1, 2, 3, 4]),
    taken=st.lists(st.sampled_from(CODES), unique=True).map(tuple), somebody_on_it=st.booleans(), officer_on_it=st.booleans(),
    officer=st.sampled_from(["", "P1"]), busy_care=st.sampled_from(["", "C1"]),
    neighbours=st.sampled_from([(), ("L1",)]), safe_to_call=st.sampled_from(["yes", "no", "unknown"]),
    call_due=st.sampled_from(["", "14:05"]), heard=st.sampled_from(["", "still_safe", "worse", "no_answer"]),
    waited_minutes=st.floats(0, 90),
)  # fmt: skip


@given(CALLS)
def test_at_most_one_is_next_it_can_be_done_and_nobody_of_level_3_or_4_waits_for_it(call: Waiting) -> None:
    found = [one for one in ladder(call) if one.next]
    assert len(found) <= 1
    assert all(one.command and not one.blocked and not one.taken for one in found)
    if (call.level is None or call.level >= 3) and not call.officer_on_it and call.officer:
        assert [one.step for one in found] == ["cit"]
    by_voice = steps(call)["call_back"].command
    assert call.safe_to_call != "no" or by_voice.endswith("text")
