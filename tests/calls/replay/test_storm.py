"""The storm: simulated dispatchers take the most urgent call somebody is free for, until every unit is home."""

import itertools
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from calls.models import Assignment
from calls.replay import storm
from calls.replay.advised import wrong_with
from calls.replay.run import Result
from calls.replay.storm import usual_services
from teams.models import Discipline, Unit
from tests.calls.replay.written import call_of, center, history, local, play, storm_call
from tests.cast import use_default_rules


@pytest.fixture
def small_town(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One officer, one engine, one ambulance and one CARE team."""
    use_default_rules()
    one = {kind: (letter, 1) for kind, (letter, _) in storm.UNITS.items()}
    monkeypatch.setattr(storm, "UNITS", one)


def test_every_call_is_worked_to_its_end_and_the_counts_add_up(db: None, tmp_path: Path) -> None:
    use_default_rules()
    kinds = [("Traffic", "VEHICLE ACCIDENT"), ("EMS", "CARDIAC EMERGENCY"), ("Fire", "FIRE ALARM")]
    result = play(tmp_path, *(storm_call(f"S{n}", n / 4, *kinds[n % 3]) for n in range(9)))
    assert (result.counts.errors, result.differences) == ([], [])
    assert (result.stored.calls, result.stored.calls_open, result.stored.calls_without_verdict) == (9, 0, 0)
    assert result.counts.read == 9 and result.counts.simulated == (
        result.counts.dispatches + result.counts.stages + result.counts.clears
    )
    units = Unit.objects.filter(center=center())
    assert Counter(units.values_list("discipline", flat=True)) == {"police": 40, "fire": 16, "ems": 14, "care": 3}
    assert not units.exclude(status="available").exists()


def test_it_is_played_in_its_own_place_and_time(small_town: None, tmp_path: Path) -> None:
    play(tmp_path, storm_call("S1", 1))
    call = call_of("S1")
    assert (center().code, center().time_zone, center().timers_run) == ("replay-montgomery", "America/New_York", False)
    assert (call.received_at, call.location, call.lat) == (local(1, 4), "MILL RD & LONG LN", 40.25)


def test_dispatchers_speak_for_a_while_and_sign_what_they_send(small_town: None, tmp_path: Path) -> None:
    play(tmp_path, storm_call("S1"))
    sent = Assignment.objects.get()
    low, high = storm.HANDLING_SECONDS
    assert low <= (sent.dispatched_at - local(0, 4)).total_seconds() <= high
    assert sent.position.startswith("SIM")


def test_a_call_waits_while_everybody_is_busy(small_town: None, tmp_path: Path) -> None:
    play(tmp_path, storm_call("S1"), storm_call("S2", 1))
    first, second = Assignment.objects.order_by("dispatched_at")
    assert (first.call, second.call) == (call_of("S1"), call_of("S2"))
    assert first.unit == second.unit and first.cleared_at is not None and second.dispatched_at > first.cleared_at


def test_of_those_waiting_the_most_urgent_goes_first(small_town: None, tmp_path: Path) -> None:
    slow = [storm_call("S1"), storm_call("S2", 1, "Traffic", "DISABLED VEHICLE"), storm_call("S3", 2)]
    play(tmp_path, *slow)
    assert [incident for incident, _ in history("P1")] == ["S1", "S3", "S2"]


def test_no_unit_is_ever_in_two_places(small_town: None, tmp_path: Path) -> None:
    play(tmp_path, *(storm_call(f"S{n}", n / 4, "EMS", "UNCONSCIOUS SUBJECT") for n in range(5)))
    for callsign in ("M1", "E1"):
        rows = Assignment.objects.filter(unit__callsign=callsign).order_by("dispatched_at")
        times = [(row.dispatched_at, row.cleared_at) for row in rows]
        assert len(times) > 1
        assert all(left is not None and left < sent for (_, left), (sent, _) in itertools.pairwise(times))


def test_an_engine_goes_when_no_ambulance_is_left(small_town: None, tmp_path: Path) -> None:
    play(tmp_path, storm_call("S1", 0, "EMS", "FALL VICTIM"), storm_call("S2", 1, "EMS", "FALL VICTIM"))
    assert (history("M1"), history("E1")) == ([("S1", "cleared")], [("S2", "cleared")])


def test_the_same_file_is_worked_the_same_way_each_time(small_town: None, tmp_path: Path) -> None:
    lines = [storm_call(f"S{n}", n / 3, "EMS", "CARDIAC EMERGENCY") for n in range(4)]

    def worked(result: Result) -> list[Any]:
        rows = Assignment.objects.filter(call__center__code=result.center_code).order_by("pk")
        return list(rows.values_list("call__source_id", "unit__callsign", "dispatched_at", "cleared_at"))

    first, second = play(tmp_path, *lines), play(tmp_path, *lines, again=True)
    assert worked(first) == worked(second) != []


def test_a_call_told_of_twice_is_worked_once(small_town: None, tmp_path: Path) -> None:
    result = play(tmp_path, storm_call("S1"), storm_call("S1", 1))
    assert result.differences == []
    assert (result.counts.read, result.counts.calls_created, result.counts.details_added) == (2, 1, 1)
    assert history("P1") == [("S1", "cleared")]


def test_who_triage_asks_for_goes_too_and_care_says_what_became_of_it(small_town: None, tmp_path: Path) -> None:
    result = play(tmp_path, storm_call("S1", 0, "EMS", "SUICIDAL SUBJECT"))
    sent = {row.unit.discipline: row for row in Assignment.objects.select_related("unit")}
    assert result.differences == [] and {"ems", "care"} <= set(sent)
    care = sent["care"]
    assert (care.outcome == "engaged") == bool(care.disposition) and care.outcome


def test_a_unit_reports_each_stage_on_its_way(small_town: None, tmp_path: Path) -> None:
    play(tmp_path, storm_call("S1", 0, "Fire", "FIRE ALARM"))
    row = Assignment.objects.get()
    stamps = [row.dispatched_at, row.en_route_at, row.on_scene_at, row.cleared_at]
    assert None not in stamps and stamps == sorted(filter(None, stamps))
    assert row.end_reason == "cleared" and call_of("S1").closed_as == "handled"


@pytest.mark.parametrize(
    ("type_code", "nature", "services"),
    [
        ("EMS", "FALL VICTIM", ("ems",)),
        ("EMS", "CARDIAC EMERGENCY", ("ems", "fire")),
        ("FIRE", "GAS-ODOR/LEAK", ("fire",)),
        ("TRAFFIC", "VEHICLE FIRE", ("fire",)),
        ("TRAFFIC", "VEHICLE ACCIDENT", ("police",)),
    ],
)
def test_who_usually_goes(type_code: str, nature: str, services: tuple[str, ...]) -> None:
    assert usual_services(type_code, nature) == services


def test_a_care_contact_that_was_not_engaged_says_so() -> None:
    assert {storm._not_engaged(Random(seed)) for seed in range(40)} == {"declined", "unable_to_locate"}


def test_every_kind_of_unit_has_its_letter() -> None:
    assert set(storm.UNITS) == set(Discipline)


# --- with the recommendation on --------------------------------------------------------------------
def test_a_storm_sends_whom_the_recommendation_names_under_the_gates_a_dispatcher_has(db: None, tmp_path: Path) -> None:
    use_default_rules()
    kinds = [("EMS", "SUBJECT IN CRISIS"), ("Traffic", "SUICIDE THREAT"), ("Traffic", "DISABLED VEHICLE")]
    result = play(tmp_path, *(storm_call(f"S{n}", n / 4, *kinds[n % 3]) for n in range(9)), recommend=True)
    assert (result.counts.errors, result.differences) == ([], [])
    assert result.advised is not None and result.advised.anomalies == []
    assert result.advised.with_a_team >= 8, "it knows the standard protocol too"
    care = Assignment.objects.filter(unit__discipline="care")
    assert care.exists() and not care.filter(against_triage=True).exists()


def test_a_recommendation_nobody_could_follow_is_an_anomaly(db: None, tmp_path: Path) -> None:
    use_default_rules()
    result = play(tmp_path, storm_call("S1"), recommend=True)
    assert result.advised is not None
    (unit_id,) = Assignment.objects.values_list("unit_id", flat=True)
    Unit.objects.filter(pk=unit_id).update(status="unavailable")
    said: dict[str, Any] = {"teams": [{"alone": True}], "excluded": [{"unit_id": unit_id}]}
    assert len(wrong_with(said, [unit_id, unit_id])) == 4
