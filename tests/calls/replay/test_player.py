"""The player: no dispatch is skipped, whatever the record leaves out, repeats or has in the wrong order."""

from pathlib import Path

import pytest

from calls.models import Assignment, NarrativeEntry, StageReport, Verdict
from calls.replay.readers import Recording
from calls.replay.records import CRISIS_TEAM, Recorded, Verb
from calls.replay.run import Result
from care_dispatch.due.models import Due
from care_dispatch.log.models import Event
from teams.models import Unit
from tests.calls.replay.written import (
    Line,
    call_of,
    center,
    central,
    crisis_call,
    history,
    local,
    play,
    play_recording,
    team,
    unit,
    unit_call,
)
from tests.cast import use_default_rules

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    use_default_rules()


def all_well(result: Result) -> bool:
    """Nothing failed and every sum comes out."""
    assert (result.counts.errors, result.differences) == ([], [])
    return True


def whole_run(name: str, incident: str, minutes: float) -> list[Line]:
    """A unit from dispatch to clear, a minute between each."""
    stages = ("dispatched", "enroute", "arrived", "cleared")
    return [unit(stage, name, incident, minutes + after) for after, stage in enumerate(stages)]


# --- one unit on one call ------------------------------------------------------------------------
def test_each_event_is_what_a_person_would_have_done_with_the_stamps_as_recorded(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), *whole_run("M5", "A", 1))
    assignment, call = Assignment.objects.get(), call_of("A")
    assert all_well(result) and not assignment.opened_late
    assert (assignment.dispatched_at, assignment.en_route_at) == (central(1), central(2))
    assert (assignment.on_scene_at, assignment.cleared_at) == (central(3), central(4))
    assert (call.received_at, call.closed_at, call.closed_as) == (central(0), central(4), "handled")
    assert set(Event.objects.filter(call_id=call.pk).values_list("source", flat=True)) == {"replay"}


def test_the_same_unit_sent_again_to_the_same_incident_is_a_counted_repeat(tmp_path: Path) -> None:
    again = unit("dispatched", "M5", "A", 1.5)
    result = play(tmp_path, unit_call("A"), unit("dispatched", "M5", "A", 1), again, unit("cleared", "M5", "A", 9))
    assert all_well(result) and (result.counts.dispatches, result.counts.opened, result.counts.repeats) == (2, 1, 1)
    assert history("M5") == [("A", "cancelled")]
    kept = StageReport.objects.get(repeated=True)
    assert (kept.stage, kept.at, kept.backward) == ("dispatched", central(1.5), False)


def test_a_repeat_on_scene_is_backward_too_and_moves_nothing(tmp_path: Path) -> None:
    run = whole_run("M5", "A", 1)
    result = play(tmp_path, unit_call("A"), *run[:3], unit("dispatched", "M5", "A", 3.5))
    assert all_well(result) and (result.counts.repeats, result.counts.backward) == (1, 1)
    assert Assignment.objects.get().on_scene_at == central(3)


def test_a_stage_without_a_dispatch_opens_an_assignment_marked_late(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), unit("arrived", "M5", "A", 5), unit("cleared", "M5", "A", 9))
    assignment = Assignment.objects.get()
    assert all_well(result) and (result.counts.opened, result.counts.opened_late) == (0, 1)
    assert assignment.opened_late and assignment.on_scene_at == central(5)


def test_even_a_clear_without_a_dispatch_has_its_assignment(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), unit("cleared", "M5", "A", 9))
    assert all_well(result) and (result.counts.opened_late, result.counts.clears) == (1, 1)
    assert history("M5") == [("A", "cancelled")]


def test_the_dispatch_that_comes_after_a_late_opening_is_no_repeat(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), unit("enroute", "M5", "A", 2), unit("dispatched", "M5", "A", 3))
    assert all_well(result) and (result.counts.repeats, result.counts.dispatches_after_late) == (0, 1)
    assert list(StageReport.objects.filter(stage="dispatched").values_list("repeated", "backward")) == [(False, True)]


def test_the_second_dispatch_after_a_late_opening_is_a_repeat(tmp_path: Path) -> None:
    sent = [unit("dispatched", "M5", "A", 3), unit("dispatched", "M5", "A", 4)]
    result = play(tmp_path, unit_call("A"), unit("enroute", "M5", "A", 2), *sent)
    assert all_well(result) and (result.counts.repeats, result.counts.dispatches_after_late) == (1, 1)


def test_a_backward_stage_is_stored_and_flagged_and_moves_nothing_back(tmp_path: Path) -> None:
    run = whole_run("M5", "A", 1)
    result = play(
        tmp_path, unit_call("A"), *run[:3], unit("enroute", "M5", "A", 3.5), unit("to_hospital", "M5", "A", 4)
    )
    stages = StageReport.objects.order_by("pk").values_list("stage", "backward")
    assert all_well(result) and result.counts.backward == 1
    assert list(stages) == [("en_route", False), ("on_scene", False), ("en_route", True), ("transporting", False)]
    assert Assignment.objects.get().en_route_at == central(2)


def test_a_stage_told_twice_is_counted_and_keeps_its_first_time(tmp_path: Path) -> None:
    run = whole_run("M5", "A", 1)
    result = play(tmp_path, unit_call("A"), *run[:3], unit("arrived", "M5", "A", 3.5), run[3])
    assert all_well(result) and result.counts.repeated_stages == 1
    assert Assignment.objects.get().on_scene_at == central(3)


def test_a_stage_from_before_the_newest_one_is_late(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), unit("dispatched", "M5", "A", 5), unit("enroute", "M5", "A", 4))
    assert all_well(result) and result.counts.late_stages == 1
    assert list(StageReport.objects.values_list("stage", "late")) == [("en_route", True)]


# --- from call to call ------------------------------------------------------------------------------
def test_a_dispatch_while_open_elsewhere_ends_the_old_assignment(tmp_path: Path) -> None:
    result = play(
        tmp_path, unit_call("A"), unit("dispatched", "M5", "A", 1), unit_call("B", 2), *whole_run("M5", "B", 3)
    )
    assert all_well(result) and result.counts.implied_by_next_dispatch == 1
    assert history("M5") == [("A", "implied_by_next_dispatch"), ("B", "cleared")]
    assert Assignment.objects.get(call=call_of("A")).cleared_at == central(3)


def test_a_stage_for_another_incident_ends_the_old_assignment_too(tmp_path: Path) -> None:
    lines = [unit("dispatched", "M5", "A", 1), unit_call("B", 2), unit("arrived", "M5", "B", 3)]
    result = play(tmp_path, unit_call("A"), *lines)
    assert all_well(result) and result.counts.opened_late == 1
    assert history("M5") == [("A", "implied_by_next_dispatch"), ("B", "implied_end")]


def test_the_call_a_unit_was_taken_from_is_closed_when_its_record_ends(tmp_path: Path) -> None:
    result = play(
        tmp_path, unit_call("A"), unit("dispatched", "M5", "A", 1), unit_call("B", 2), *whole_run("M5", "B", 3)
    )
    assert all_well(result) and result.counts.calls_closed_at_last_event == 1
    assert (call_of("A").closed_as, call_of("B").closed_as) == ("cancelled", "handled")
    assert call_of("A").close_reason == "No unit arrived by the end of the record"


def test_a_dispatch_to_a_call_that_was_closed_opens_it_again(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), *whole_run("M5", "A", 1), *whole_run("E7", "A", 20))
    assert all_well(result) and result.counts.reopened == 1
    assert (call_of("A").reopened_at, call_of("A").closed_at) == (central(20), central(23))
    assert history("E7") == [("A", "cleared")]


def test_what_stays_open_is_ended_with_the_record(tmp_path: Path) -> None:
    lines = [unit("dispatched", "M5", "A", 1), unit("arrived", "M5", "A", 4), unit("dispatched", "E7", "A", 5)]
    result = play(tmp_path, unit_call("A"), *lines)
    assert all_well(result) and (result.counts.implied_end, result.stored.calls_open) == (2, 0)
    assert history("M5") == history("E7") == [("A", "implied_end")]
    assert set(Assignment.objects.values_list("cleared_at", flat=True)) == {central(5)}
    assert not Unit.objects.exclude(status="available").exists()


def test_the_end_of_the_record_is_its_latest_time_not_its_last_line(tmp_path: Path) -> None:
    play(tmp_path, unit_call("A"), unit("dispatched", "M5", "A", 9), unit("dispatched", "E7", "A", 2))
    assert set(Assignment.objects.values_list("cleared_at", flat=True)) == {central(9)}


def test_a_call_nobody_was_sent_to_is_closed_with_its_last_event(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), unit_call("B", 5))
    assert all_well(result) and result.counts.calls_closed_at_last_event == 2
    assert (call_of("A").closed_at, call_of("A").closed_as) == (central(0), "cancelled")


# --- calls that come late ------------------------------------------------------------------------------
def test_an_incident_first_heard_of_by_a_unit_is_a_call_at_once_and_gets_its_details_later(tmp_path: Path) -> None:
    result = play(tmp_path, unit("dispatched", "M5", "A", 1), unit_call("A", 2, call_type="25A1", mpds_protocol=25))
    call = call_of("A")
    assert all_well(result) and (result.counts.calls_created, result.counts.calls_created_early) == (0, 1)
    assert (call.received_at, call.nature, call.type_code) == (central(1), "Psychiatric problem", "25A1")
    assert result.counts.details_added == 1


def test_the_narrative_that_comes_later_is_added_and_judged(tmp_path: Path) -> None:
    play(tmp_path, team("dispatched", "A", 1), crisis_call("A", 2, "Suicidality or suicide attempt", "Other"))
    entry = NarrativeEntry.objects.get(call=call_of("A"))
    assert (entry.text, entry.written_at) == ("Suicidality or suicide attempt; Other", local(2, 7))
    verdict = call_of("A").verdict
    assert verdict is not None and "suicide" in verdict.facts


def test_a_call_told_of_twice_stays_one(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), unit_call("A", 1))
    assert all_well(result) and (result.counts.calls_created, result.counts.details_added) == (1, 1)


# --- units -----------------------------------------------------------------------------------------------
def test_units_are_named_as_in_the_file_in_the_agency_of_their_kind(tmp_path: Path) -> None:
    names = ["M5", "WAVE12", "P17", "311", "Agair 1"]
    play(tmp_path, unit_call("A"), *(unit("dispatched", name, "A", 1) for name in names))
    found = Unit.objects.values_list("callsign", "discipline", "agency__kind")
    assert set(found) == {
        ("M5", "ems", "fire_ems"), ("WAVE12", "fire", "fire_ems"), ("P17", "police", "police"),
        ("U311", "police", "police"), ("AGAIR1", "fire", "fire_ems"),
    }  # fmt: skip


def test_two_names_that_come_to_one_word_are_one_unit(tmp_path: Path) -> None:
    result = play(tmp_path, unit_call("A"), unit("dispatched", "m 5", "A", 1), unit("arrived", "M5", "A", 3))
    assert all_well(result) and Unit.objects.get().callsign == "M5"
    assert result.counts.opened_late == 0


def test_a_team_is_added_whenever_all_are_busy(tmp_path: Path) -> None:
    calls = [crisis_call(name, minutes) for minutes, name in enumerate("ABC")]
    lines = [
        team("dispatched", "A", 5), team("dispatched", "B", 6), team("arrived", "A", 7), team("arrived", "B", 8),
        team("cleared", "A", 9, endpoint="engaged"), team("dispatched", "C", 10),
    ]  # fmt: skip
    result = play(tmp_path, *calls, *lines)
    assert all_well(result) and result.counts.teams_added == 2
    assert history("CARE1") == [("A", "cleared"), ("C", "implied_end")]
    assert history("CARE2") == [("B", "implied_end")]


def test_a_team_without_a_name_is_the_one_on_the_incident(tmp_path: Path) -> None:
    result = play(
        tmp_path, crisis_call("A"), team("dispatched", "A", 1), team("engaged", "A", 3), team("cleared", "A", 9)
    )
    assert all_well(result) and (result.counts.teams_added, result.counts.opened_late) == (1, 0)


def test_what_the_team_met_is_its_outcome_and_what_it_left_out_stays_owed(tmp_path: Path) -> None:
    told = team("cleared", "A", 9, endpoint="engaged", disposition="sobering_detox")
    owed = team("cleared", "B", 9, endpoint="engaged", disposition="not_recorded")
    lines = [crisis_call("A"), team("arrived", "A", 2), told, crisis_call("B", 3), team("arrived", "B", 4), owed]
    assert all_well(play(tmp_path, *lines))
    first, second = Assignment.objects.order_by("pk")
    assert (first.outcome, first.disposition) == ("engaged", "detox_sobering")
    assert (second.outcome, second.disposition, second.disposition_owed_at) == ("engaged", "", local(9, 7))


# --- the ground -------------------------------------------------------------------------------------------
def test_a_file_gets_a_center_of_its_own_with_its_own_clock(tmp_path: Path) -> None:
    play(tmp_path, unit_call("A"))
    assert (center().code, center().time_zone) == ("replay-lancaster", "America/Chicago")
    assert not center().synthetic and not center().timers_run


def test_calls_are_numbered_by_the_day_of_that_clock(tmp_path: Path) -> None:
    late = unit_call("A") | {"t": "2031-05-06T23:30:00"}
    early = unit_call("B") | {"t": "2031-05-07T00:30:00"}
    play(tmp_path, late, early)
    assert (str(call_of("A")), str(call_of("B"))) == ("2031-05-06-0001", "2031-05-07-0001")


def test_timers_sleep_there_so_that_nobody_is_reminded_of_years_ago(tmp_path: Path) -> None:
    waiting: set[str] = set()
    lines = [crisis_call("A", 0, "Anxiety"), team("dispatched", "A", 1)]
    play(tmp_path, *lines, step=lambda: waiting.update(Due.objects.values_list("kind", flat=True)))
    verdict = call_of("A").verdict
    assert verdict is not None and verdict.proof["safety_questions"], "one that elsewhere is asked within a minute"
    assert waiting == set()


def test_every_call_gets_a_verdict_by_the_rules_of_today(tmp_path: Path) -> None:
    """The rules came into force long before or after what is replayed: its past is judged by them all the same."""
    then = {"t": "2019-02-03T10:00:00"}
    result = play(tmp_path, crisis_call("A", 0, "Suicidality or suicide attempt") | then, crisis_call("B") | then)
    assert (result.stored.calls_without_verdict, result.stored.verdicts_on_fallback) == (0, 0)
    assert sum(result.levels.values()) == 2 and call_of("A").level is not None
    assert not Verdict.objects.filter(rule_set=None).exists()


# --- at a pace -----------------------------------------------------------------------------------------------
def test_at_a_pace_verdicts_are_left_to_workers_but_no_call_is_closed_without_one(tmp_path: Path) -> None:
    lines = [unit_call("A"), *whole_run("M5", "A", 1), unit_call("B", 2), unit_call("C", 9), *whole_run("M5", "C", 9)]
    result = play(tmp_path, *lines, speed=1e9)
    assert all_well(result) and result.stored.calls_without_verdict == 0
    assert Verdict.objects.count() == 3


# --- what cannot be played -----------------------------------------------------------------------------------
def test_an_event_that_is_refused_is_named_and_the_others_are_played() -> None:
    impossible = {"outcome": "declined", "disposition": "arrested"}
    events = (
        Recorded(1, central(0), Verb.CREATED, "A", fields={"nature": "Other", "location": "Springfield"}),
        Recorded(2, central(1), Verb.DISPATCHED, "A"),
        Recorded(3, central(2), Verb.CLEARED, "A", fields=impossible),
        Recorded(4, central(3), Verb.CLEARED, "A"),
    )
    result = play_recording(Recording(CRISIS_TEAM, events))
    assert result.counts.errors == [
        "event 3: A disposition belongs to an engaged contact; set the outcome to engaged or leave it out."
    ]
    assert result.differences == ["1 events that failed are not 0 errors allowed"]
    assert Assignment.objects.get().cleared_at == central(3)


# --- the report ----------------------------------------------------------------------------------------------
def reported(result: Result) -> dict[str, list[str]]:
    """By span: n, p50 and p90 in minutes as stored, and the same as the file has them."""
    return {row[:24].strip(): row[24:].split() for row in result.report[1:]}


def test_what_is_stored_took_as_long_as_the_file_says(tmp_path: Path) -> None:
    lines = [unit_call("A"), *whole_run("M5", "A", 2), *whole_run("E7", "A", 4)]
    rows = reported(play(tmp_path, *lines, report=True))
    assert rows["request to dispatch"] == ["2", "3.0", "3.8", "2", "3.0", "3.8"]
    assert rows["dispatch to clear"] == ["2", "3.0", "3.0", "2", "3.0", "3.0"]


def test_what_was_only_implied_took_no_time(tmp_path: Path) -> None:
    rows = reported(
        play(tmp_path, unit_call("A"), unit("enroute", "M5", "A", 2), unit("arrived", "M5", "A", 5), report=True)
    )
    assert set(rows) == {"en route to on scene", "request to on scene"}
