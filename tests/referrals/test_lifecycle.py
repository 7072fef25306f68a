"""The moves of a referral and what a follow-up needs to close: pure rules."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals import lifecycle
from referrals.models import FollowUp, Referral

STATUSES = Referral.Status.values


def test_every_status_of_the_standard_has_its_moves_and_every_move_a_status() -> None:
    assert {move for status in STATUSES for move in lifecycle.moves(status)} <= set(STATUSES)
    assert set(lifecycle.OPEN) == {s for s in STATUSES if set(lifecycle.moves(s)) - {"entered_in_error"}}


def test_a_referral_is_completed_only_after_the_service_accepted_it() -> None:
    assert [s for s in STATUSES if "completed" in lifecycle.moves(s)] == ["accepted", "in_progress"]


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=12))
def test_no_walk_of_legal_moves_leaves_entered_in_error_or_reopens_an_ended_referral(wanted: list[str]) -> None:
    status, ended = "draft", False
    for move in wanted:
        if move in lifecycle.moves(status):
            assert not ended or move == "entered_in_error"
            status = move
            ended = ended or status not in lifecycle.OPEN
    assert status != "entered_in_error" or lifecycle.moves(status) == ()


def test_a_higher_risk_is_due_sooner() -> None:
    assert [lifecycle.due_after(risk) for risk in FollowUp.Risk.values] == [
        timedelta(hours=24), timedelta(hours=48), timedelta(hours=72)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("result", "attempts", "missing"),
    [
        ("reached_connected", ["no_answer"], "Record the attempt that reached the person first."),
        ("reached_declined", [], "Record the attempt that reached the person first."),
        ("reached_connected", ["no_answer", "reached"], ""),
        ("not_reached_after_3", ["no_answer"], "Three attempts are needed before giving up; there was 1."),
        ("not_reached_after_3", ["no_answer"] * 2, "Three attempts are needed before giving up; there were 2."),
        ("not_reached_after_3", ["no_answer", "left_message", "wrong_number"], ""),
        ("not_reached_after_3", ["no_answer", "no_answer", "reached"], "The person was reached; close it as reached."),
        ("moved", [], ""),
        ("deceased", [], ""),
    ],
)
def test_a_follow_up_closes_only_with_the_attempts_behind_its_result(
    result: str, attempts: list[str], missing: str
) -> None:
    assert lifecycle.missing_for(result, attempts) == missing
