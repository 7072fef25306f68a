"""The real records, which are not part of the repository: their first events play without one error."""

from pathlib import Path

import pytest

from calls.replay.readers import read
from calls.replay.records import CRISIS_TEAM, LANCASTER, MONTGOMERY, Source
from tests.calls.replay.written import play_recording
from tests.cast import use_default_rules

DATA = Path("../shared/data")
FILES = [
    (LANCASTER, "replay_lancaster_2019.jsonl", 200),
    (CRISIS_TEAM, "replay_mcslc_mobile_crisis_dev.jsonl", 200),
    (MONTGOMERY, "replay_montgomery_storm_2018-11-15.jsonl", 25),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("source", "name", "limit"), FILES, ids=[source.code for source, _, _ in FILES])
def test_the_first_events_of_a_real_file_play_and_every_count_adds_up(source: Source, name: str, limit: int) -> None:
    if not (DATA / name).exists():
        pytest.skip(f"{DATA / name} is not there: real records are not part of the repository")
    use_default_rules()
    recording = read(DATA / name, limit=limit)
    result = play_recording(recording)
    assert recording.source == source and result.counts.read == limit
    assert (result.counts.errors, result.differences) == ([], [])
    assert (result.stored.calls_without_verdict, result.stored.verdicts_on_fallback) == (0, 0)
