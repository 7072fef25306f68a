"""The bench's arithmetic: percentiles, ratios over blocks, the names of its figures, and what counts as met."""

import json
from importlib.util import find_spec

import pytest

from tests.bench.__main__ import PARTS
from tests.bench.client import TEXT, Console, Crowd, masked
from tests.bench.figures import TARGETS, as_json, over_blocks, percentile, push_figures, table


def test_percentiles_lie_between_the_two_nearest_values() -> None:
    assert percentile([4, 1, 3, 2], 50) == 2.5
    assert percentile([1, 2, 3, 4, 5], 99) == pytest.approx(4.96)
    assert percentile([7], 99) == 7
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)


def test_one_slow_block_does_not_move_the_ratio() -> None:
    assert over_blocks([[20, 20], [900, 900], [22, 22]], [[10, 10], [10, 10], [10, 10]], 50) == 2.2


def test_a_block_of_the_product_without_its_block_of_the_limit_is_an_error() -> None:
    with pytest.raises(ValueError, match="zip"):
        over_blocks([[1], [2]], [[1]], 50)


def test_a_push_is_told_in_flat_keys() -> None:
    figures = push_figures("push_50", [[8, 8]], [[4, 4]], [[2, 2]], [[16, 16]])
    wanted = [
        "p50_ms",
        "p99_ms",
        "commit_p50_ms",
        "limit_p50_ms",
        "limit_p99_ms",
        "ratio_p50",
        "ratio_p99",
        "commit_ratio_p50",
    ]
    assert {f"push_50.{name}" for name in wanted} <= set(figures)
    assert (figures["push_50.ratio_p50"], figures["push_50.commit_ratio_p50"]) == (4, 2)
    assert json.loads(as_json(figures | {"board_50.sql": 1 / 3}))["board_50.sql"] == 0.333


def test_the_table_says_which_targets_were_missed_and_leaves_out_what_was_not_measured() -> None:
    told = table({"race.double": 0, "create_8.per_s": 20.0, "storm_500.s": 9.0}).splitlines()
    verdicts = [line.split()[0] for line in told[told.index("Targets") + 1 :]]
    assert verdicts == ["MISSED", "ok", "MISSED"]
    assert len({target.key for target in TARGETS}) == len(TARGETS)


def test_every_part_is_a_module() -> None:
    assert all(find_spec(f"tests.bench.{part}") for part in PARTS)


def test_a_console_counts_only_frames_that_join_and_reads_them_in_any_pieces() -> None:
    console = Console(Crowd(port=0), b"", "")
    console._open = True
    console.crowd._missing, console.crowd._wanted, console.counted = 1, 10**9, True
    messages = ['{"type":"snapshot","epoch":"e","to":7,"cards":[]}']
    messages += [f'{{"type":"frame","from":{start},"to":{to},"cards":[]}}' for start, to in ((7, 9), (11, 12), (9, 12))]
    for message in messages:
        for byte in bytes([0x81, len(message)]) + message.encode():
            console.data_received(bytes([byte]))
    assert console.to == 12
    assert console.covered == 2, "the gap from 9 to 11 is not made good by a later frame that is already passed"


def test_what_a_console_says_is_masked() -> None:
    assert masked(TEXT, b"hi") == b"\x81\x82\0\0\0\0hi"
    assert masked(TEXT, b"x" * 300)[:4] == b"\x81\xfe" + (300).to_bytes(2, "big")
