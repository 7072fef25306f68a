"""The sums at the end: each is about something else, and one that does not come out is a sentence of its own."""

from dataclasses import replace
from typing import Any

import pytest

from calls.replay.counts import Counts, Stored, differences


def counted() -> Counts:
    """As the player would have counted a small record."""
    return Counts(
        read=20, calls_created=3, details_added=1, calls_created_early=1, dispatches=6, opened=4, repeats=1,
        dispatches_after_late=1, opened_late=1, stages=6, backward=2, repeated_stages=1, late_stages=1, clears=4,
        implied_end=1,
    )  # fmt: skip


def kept() -> Stored:
    """As the database would hold it."""
    return Stored(
        calls=4, calls_open=0, calls_without_verdict=0, verdicts_on_fallback=0, assignments=5, assignments_open=0,
        opened_late=1, ended={"cleared": 3, "cancelled": 1, "implied_end": 1}, stage_reports=8, repeated_dispatches=1,
        backward=2,
    )  # fmt: skip


def test_what_adds_up_says_nothing() -> None:
    assert differences(counted(), kept(), incidents=4) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"read": 21}, "21 events read or simulated are not 20 events played and failed"),
        ({"simulated": 1}, "21 events read or simulated are not 20 events played and failed"),
        ({"errors": ["event 3: refused"], "read": 21}, "1 events that failed are not 0 errors allowed"),
        ({"calls_created_early": 2}, "4 calls stored are not 5 calls created"),
        ({"dispatches": 7, "read": 21},
         "7 dispatches are not 6 assignments opened by them, repeats and dispatches after a late opening"),
        ({"opened_late": 2}, "6 assignments opened are not 5 assignments stored"),
        ({"opened_late": 2}, "2 assignments opened late are not 1 stored as such"),
        ({"clears": 5, "read": 21}, "6 assignments ended by an event or implied are not 5 ended in the database"),
        ({"implied_by_next_dispatch": 1}, "1 ends implied by the next dispatch are not 0 stored as such"),
        ({"implied_end": 2}, "2 ends implied by the end of the record are not 1 stored as such"),
        ({"stages": 7, "read": 21}, "9 stages and repeated dispatches are not 8 stage reports stored"),
        ({"repeats": 2, "dispatches_after_late": 0}, "2 repeated dispatches are not 1 stored as such"),
        ({"backward": 3}, "3 backward stages are not 2 stored as such"),
    ],
)  # fmt: skip
def test_what_was_counted_and_is_not_stored_is_told(changed: dict[str, Any], told: str) -> None:
    assert told in differences(replace(counted(), **changed), kept(), incidents=4)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"calls": 3}, "4 incidents in the file are not 3 calls stored"),
        ({"calls": 3}, "3 calls stored are not 4 calls created"),
        ({"assignments": 6}, "6 assignments stored are not 5 assignments ended"),
        ({"opened_late": 0}, "1 assignments opened late are not 0 stored as such"),
        ({"stage_reports": 9}, "8 stages and repeated dispatches are not 9 stage reports stored"),
        ({"repeated_dispatches": 0}, "1 repeated dispatches are not 0 stored as such"),
        ({"backward": 0}, "2 backward stages are not 0 stored as such"),
        ({"calls_without_verdict": 1_000}, "1,000 calls without a verdict are not 0 allowed"),
        ({"calls_open": 1}, "1 calls still open are not 0 allowed"),
    ],
)
def test_what_is_stored_and_was_not_counted_is_told(changed: dict[str, Any], told: str) -> None:
    assert told in differences(counted(), replace(kept(), **changed), incidents=4)


def test_an_incident_that_came_to_no_call_is_told() -> None:
    assert differences(counted(), kept(), incidents=5) == ["5 incidents in the file are not 4 calls stored"]
