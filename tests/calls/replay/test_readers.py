"""Readers: three kinds of file are known by their events, local times become UTC, and a bad line is named."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from calls.replay.readers import UnreadableRecord, read
from calls.replay.records import Recorded, Verb
from tests.calls.replay.written import (
    CRISIS,
    STORM,
    UNITS,
    Line,
    central,
    crisis_call,
    line,
    local,
    storm_call,
    team,
    unit,
    unit_call,
    write,
)


def only(folder: Path, *lines: Line | str) -> Recorded:
    """The last event of the file."""
    return read(write(folder, *lines)).events[-1]


# --- kinds of file ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ([crisis_call("A"), team("dispatched", "A", 1)], CRISIS),
        ([crisis_call("A"), team("engaged", "A", 1)], CRISIS),
        ([unit_call("A"), unit("dispatched", "M5", "A", 1)], UNITS),
        ([storm_call("A"), storm_call("B", 1)], STORM),
        # The first lines of a file may hold calls alone; their fields tell which kind it is.
        ([crisis_call("A")], CRISIS),
        ([unit_call("A")], UNITS),
    ],
)
def test_a_file_is_known_by_its_events(tmp_path: Path, lines: list[Line], code: str) -> None:
    recording = read(write(tmp_path, *lines))
    assert (recording.source.code, len(recording.events)) == (code, len(lines))


def test_each_event_has_its_place_in_the_file_its_unit_and_its_stage(tmp_path: Path) -> None:
    lines = [unit_call("A"), unit("dispatched", "M5", "A", 1), unit("enroute", "M5", "A", 2)]
    assert read(write(tmp_path, *lines)).events[1:] == (
        Recorded(2, central(1), Verb.DISPATCHED, "A", "M5"),
        Recorded(3, central(2), Verb.STAGE, "A", "M5", "en_route"),
    )


@pytest.mark.parametrize(
    ("what", "stage"),
    [
        ("enroute", "en_route"),
        ("arrived", "on_scene"),
        ("at_patient", "contact"),
        ("to_hospital", "transporting"),
        ("at_hospital", "at_facility"),
    ],
)
def test_what_a_unit_reports_has_its_stage_here(tmp_path: Path, what: str, stage: str) -> None:
    assert only(tmp_path, unit(what, "M5", "A", 1)).stage == stage


def test_a_team_arrives_and_meets_the_person(tmp_path: Path) -> None:
    lines = [team("arrived", "A", 1), team("engaged", "A", 2)]
    assert [event.stage for event in read(write(tmp_path, *lines)).events] == ["on_scene", "contact"]


# --- calls -------------------------------------------------------------------------------------------
def test_a_crisis_call_is_its_first_reason_in_its_city_with_all_in_the_narrative(tmp_path: Path) -> None:
    call = only(tmp_path, crisis_call("A", 0, "Suicidality or suicide attempt", "Substance use")).fields
    assert call == {
        "nature": "Suicidality or suicide attempt",
        "location": "Springfield",
        "narrative": "Suicidality or suicide attempt; Substance use",
    }


@pytest.mark.parametrize(
    ("fields", "nature", "priority"),
    [
        ({"call_type": "9E3", "mpds_protocol": 9, "level": "E"}, "Cardiac arrest", "P"),
        ({"call_type": "25B6", "mpds_protocol": 25, "level": "B"}, "Psychiatric problem", "2"),
        ({"call_type": "MEDLE", "mpds_protocol": None, "level": None}, "MEDLE", "2"),
        ({"call_type": None, "mpds_protocol": None, "level": None}, "Not recorded", "2"),
    ],
)
def test_a_medical_call_has_its_complaint_in_words_and_the_urgency_of_its_level(
    tmp_path: Path, fields: Line, nature: str, priority: str
) -> None:
    call = only(tmp_path, unit_call("A", **fields)).fields
    assert (call["nature"], call["type_code"], call["priority"]) == (nature, fields["call_type"] or "", priority)


def test_a_storm_call_has_its_address_its_place_and_its_point(tmp_path: Path) -> None:
    call = only(tmp_path, storm_call("A", 0, "EMS", "FALL VICTIM")).fields
    assert (call["nature"], call["type_code"], call["priority"]) == ("FALL VICTIM", "EMS", "1")
    assert (call["location"], call["location_detail"]) == ("MILL RD & LONG LN", "NORTHFIELD")
    assert (call["lat"], call["lng"], call["location_confirmed"]) == (40.25, -75.25, True)


@pytest.mark.parametrize(
    ("endpoint", "disposition", "fields"),
    [
        ("engaged", "emergency_department",
         {"outcome": "engaged", "disposition": "voluntary_transport", "destination": "Emergency department"}),
        ("engaged", "remained_in_community", {"outcome": "engaged", "disposition": "resolved_on_scene"}),
        ("engaged", "something_new", {"outcome": "engaged"}),
        ("refused", "not_recorded", {"outcome": "declined"}),
        # The record fills a disposition in for people who were never found, too.
        ("unable_to_locate", "remained_in_community", {"outcome": "unable_to_locate"}),
        ("not_recorded", "arrest", {}),
    ],
)  # fmt: skip
def test_a_disposition_is_taken_only_where_somebody_was_engaged(
    tmp_path: Path, endpoint: str, disposition: str, fields: Line
) -> None:
    cleared = only(tmp_path, team("cleared", "A", 9, endpoint=endpoint, disposition=disposition))
    assert (cleared.verb, cleared.fields) == (Verb.CLEARED, fields)


# --- clocks ------------------------------------------------------------------------------------------
def test_each_kind_of_file_keeps_its_own_local_time(tmp_path: Path) -> None:
    assert only(tmp_path, crisis_call("A", 1)).at == local(1, 7)
    assert only(tmp_path, unit_call("A", 1)).at == local(1, 5)
    assert only(tmp_path, storm_call("A", 1)).at == local(1, 4)


def test_winter_time_is_an_hour_further_from_utc(tmp_path: Path) -> None:
    recorded = only(tmp_path, unit_call("A") | {"t": "2031-01-07T09:00:00"})
    assert recorded.at == datetime(2031, 1, 7, 15, 0, tzinfo=UTC)


# --- lines -------------------------------------------------------------------------------------------
def test_a_limit_takes_the_first_lines_only(tmp_path: Path) -> None:
    path = write(tmp_path, unit_call("A"), unit("dispatched", "M5", "A", 1), unit("enroute", "M5", "A", 2))
    assert [event.seq for event in read(path, limit=2).events] == [1, 2]


def test_the_kind_is_known_from_the_whole_file_however_few_lines_are_played(tmp_path: Path) -> None:
    calls_alone = {name: value for name, value in unit_call("A").items() if name != "mpds_protocol"}
    recording = read(write(tmp_path, calls_alone, unit("dispatched", "M5", "A", 1)), limit=1)
    assert (recording.source.code, len(recording.events)) == (UNITS, 1)


def test_empty_lines_are_no_events(tmp_path: Path) -> None:
    recording = read(write(tmp_path, "", unit_call("A"), "   ", unit("dispatched", "M5", "A", 1)))
    assert [event.verb for event in recording.events] == [Verb.CREATED, Verb.DISPATCHED]


def test_a_line_ends_only_where_the_line_ends(tmp_path: Path) -> None:
    """Unicode has separators that may stand in JSON as they are."""
    call = crisis_call("A", 0, "Other\u2028reason\u0085here") | {"seq": 1}
    assert only(tmp_path, json.dumps(call, ensure_ascii=False)).fields["nature"] == "Other\u2028reason\u0085here"


def without(event: Line, name: str) -> Line:
    return {key: value for key, value in event.items() if key != name}


GOOD = unit("dispatched", "M5", "A", 1)
BAD: dict[str, Any] = {
    "no JSON": "{",
    "no object": "[1, 2]",
    "too deep": "[" * 100_000,
    "no time": without(GOOD, "t"),
    "a time that is none": GOOD | {"t": "yesterday"},
    "a time that is a number": GOOD | {"t": 5},
    "a time beyond all clocks": GOOD | {"t": "9999-12-31T23:00:00"},
    "no incident": without(GOOD, "incident"),
    "no unit": without(GOOD, "unit"),
    "no type": without(GOOD, "type"),
    "a type nobody knows": GOOD | {"type": "unit.vanished"},
    "a number that is none": json.dumps(GOOD)[:-1] + ', "seq": 1e999}',
    "a text no database keeps": GOOD | {"incident": "A\0"},
    "half a character": GOOD | {"incident": "A\ud800"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_line_that_cannot_be_placed_is_named_by_its_number(tmp_path: Path, bad: Line | str) -> None:
    path = write(tmp_path, unit_call("A"), "", bad, GOOD)
    with pytest.raises(UnreadableRecord, match=r"^line 3"):
        read(path)


@pytest.mark.parametrize("missing", ["service", "nature", "address", "lat"])
def test_a_storm_call_without_what_it_needs_is_named_too(tmp_path: Path, missing: str) -> None:
    with pytest.raises(UnreadableRecord, match=f"^line 2 has no {missing}$"):
        read(write(tmp_path, storm_call("A"), without(storm_call("B"), missing)))


@pytest.mark.parametrize("lat", ["north", "NaN", 91])
def test_a_point_that_is_not_on_earth_is_named(tmp_path: Path, lat: Any) -> None:
    with pytest.raises(UnreadableRecord, match=r"^line 1"):
        read(write(tmp_path, storm_call("A") | {"lat": lat}))


def test_events_of_another_kind_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecord, match=r"of kind engine\.started are not known"):
        read(write(tmp_path, line("engine.started", "A", 0)))


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecord, match="holds no event"):
        read(write(tmp_path))


def test_a_file_that_is_not_there_and_one_that_is_no_text_say_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRecord, match="cannot be read"):
        read(tmp_path / "nowhere.jsonl")
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UnreadableRecord, match="cannot be read"):
        read(tmp_path / "picture")
