"""The clock of a replay: so many times real time, no waiting at max, and no year's wait for a slip of the pen."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from calls.replay.pace import LONGEST_SILENCE, Pace, parse_speed

BEGIN = datetime(2031, 5, 6, 14, 0, tzinfo=UTC)


class Clock:
    """Seconds that pass only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def waits(speed: float | None, *minutes: float, busy: float = 0.0) -> list[float]:
    """When each event, so many recorded minutes after the first, is played; each takes ``busy`` seconds to play."""
    clock, played = Clock(), []
    pace = Pace(speed, monotonic=clock.monotonic, sleep=clock.sleep)
    for after in minutes:
        pace.wait_until(BEGIN + timedelta(minutes=after))
        played.append(round(clock.seconds - 100.0, 6))
        clock.seconds += busy
    return played


def test_sixty_times_real_time_makes_a_minute_a_second() -> None:
    assert waits(60, 0, 1, 1, 3.5) == [0, 1, 1, 3.5]


def test_at_max_nobody_waits() -> None:
    assert waits(None, 0, 60, 600) == [0, 0, 0]


def test_time_spent_playing_is_not_waited_for_again() -> None:
    assert waits(60, 0, 2, 4, busy=0.5) == [0, 2, 4]


def test_what_fell_behind_is_played_at_once_until_it_has_caught_up() -> None:
    assert waits(60, 0, 1, 2, 10, busy=3) == [0, 3, 6, 10]


def test_an_event_out_of_time_order_is_played_at_once() -> None:
    assert waits(60, 0, 5, 2) == [0, 5, 5]


def test_a_silence_of_years_is_cut_short() -> None:
    hours = LONGEST_SILENCE.total_seconds() / 3600
    assert waits(3600, 0, 60 * 24 * 7000) == [0, hours]


def test_work_is_done_at_each_nap_on_the_way() -> None:
    clock, naps = Clock(), []
    pace = Pace(1, monotonic=clock.monotonic, sleep=clock.sleep)
    pace.wait_until(BEGIN)
    pace.wait_until(BEGIN + timedelta(seconds=1), meanwhile=lambda: naps.append(clock.seconds))
    assert naps == [100.0, 100.25, 100.5, 100.75]


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("60", 60.0), ("0.5", 0.5)])
def test_a_speed_is_max_or_a_positive_number(text: str, speed: float | None) -> None:
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["fast", "0", "-1", "inf", "nan", "MAX", "1e999"])
def test_anything_else_is_no_speed(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_speed(text)
