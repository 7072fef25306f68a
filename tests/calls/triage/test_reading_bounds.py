"""No text makes the reader slow: its steps are counted, not timed, so that a busy machine changes nothing."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from calls import triage
from calls.triage.reader import MAX_LENGTH

HOSTILE = [
    "no ", "denies a ", "has a ", "unk if ", "a" * 40 + " ", "no, ", "gun ", "\u202e", "~" * 3, "((((", "took a b c ",
    "he wants to ", "not not not ", "took took ", "in the in the ", "? ", "no gun or ", "with with a ", "si si hi ",
    "says he says she ", "psych ", "mental status ", "knife, ", "\u0301", "\u0441uicidal ", "😀 gun ", "20 20 20 ", "gun\n",
]  # fmt: skip


def steps(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work runs."""
    count = 0

    def note(_frame: FrameType, event: str, _what: object) -> Any:
        nonlocal count
        count += event == "line"
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("part", HOSTILE)
def test_twice_the_text_is_twice_the_work(part: str) -> None:
    """Work that grew with the square of the length would be four times."""

    def reading(length: int) -> Callable[[], object]:
        text = (part * length)[:length]
        return lambda: triage.read(text)

    reading(3000)()  # words it has not met are looked up once
    assert steps(reading(6000)) <= 2.1 * steps(reading(3000))


def test_two_megabytes_are_no_more_work_than_what_is_read_of_them() -> None:
    part = "he has a knife and took pills, "
    whole, long = part * 70_000, (part * 1000)[:MAX_LENGTH]
    triage.read(long)
    assert len(whole) > 2_000_000
    assert steps(lambda: triage.read(whole)) <= 1.1 * steps(lambda: triage.read(long)) + 20_000
    assert triage.read(whole).unread == len(whole) - MAX_LENGTH
    assert triage.read("short").unread == 0


def test_words_nobody_has_met_cost_no_more_each() -> None:
    """Each is compared with the few words of about its length and beginning, not with the lexicon."""
    strange = [f"{chr(97 + n % 26)}q{chr(97 + n // 26 % 26)}xv{chr(97 + n // 676)}zk" for n in range(3000)]
    known = steps(lambda: triage.read(" ".join(["house"] * 3000)))
    assert steps(lambda: triage.read(" ".join(strange))) <= 6 * known


def test_a_narrative_of_five_hundred_characters_is_a_bounded_number_of_steps() -> None:
    """About 120,000 lines are 1.4 ms on the machine this was written on; the reader has 5 ms."""
    text = (
        "CALLER IS MOTHER. SON 24 HAS NOT SLEPT IN 3 DAYS, STOPPED HIS MEDS AND TALKS TO PEOPLE WHO ARE NOT THERE. " * 5
    )[:500]
    triage.read(text)
    assert steps(lambda: triage.read(text)) < 360_000
