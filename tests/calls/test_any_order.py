"""Whatever is done in whatever order: nothing of a call or a unit contradicts the rest, nor the log, nor the boards."""

from contextlib import ExitStack, suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from calls.alerts import acknowledge_alert, tell_unit
from calls.closing import close_call, hold_call, reopen_call, unhold_call
from calls.dispatch import send_units, set_mode
from calls.exchange import exchange_unit
from calls.facts import state_facts
from calls.intake import create_call
from calls.lifecycle import call_status
from calls.models import Alert, AlertTold, Assignment, Call
from calls.narrative import add_note
from calls.stages import (
    REPORTED,
    clear_to_enter,
    free_unit,
    record_disposition,
    release_unit,
    report_stage,
    set_unit_status,
)
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.log.changes import fold
from care_dispatch.log.models import Event
from care_dispatch.refusal import Refused
from teams.models import Unit
from tests.cast import NOW, act, make_center, make_unit, make_user, use_default_rules
from tests.live.in_step import board_in_step

OUTCOMES = ["", "engaged", "declined", "cancelled", "unable_to_locate"]
FACTS: list[dict[str, Any]] = [
    {"weapon": "denied"}, {"weapon": "in_hand"}, {"violence": "denied"}, {"suicide": "ideation"}, {"need": "talk"},
    {"is_behavioral": "yes"}, {"hazard": "gas"}, {"medical": "possible"},
]  # fmt: skip

# Which of the few there are: rows have other ids in every example.
A_CALL, A_UNIT, AN_ASSIGNMENT = st.integers(0, 2), st.integers(0, 3), st.integers(0, 3)
SOMETIME = st.one_of(st.none(), st.integers(0, 600))  # seconds ago, as a device says; None: it says nothing


class Floor(RuleBasedStateMachine):
    """One supervisor, two CARE and two police units, and up to three open calls. A refusal changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.ends = ExitStack()
        example = transaction.atomic()
        example._from_testcase = True  # type: ignore[attr-defined]  # as pytest-django marks its own
        self.ends.enter_context(example)
        self.now = NOW
        self.center = make_center()
        self.by = make_user(self.center, "supervisor")
        self.units = [make_unit(self.center, discipline=kind) for kind in ("care", "care", "police", "police")]
        self.boards = board_in_step(self.center)
        self.boards.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.ends.close()

    def do(self, action: Any, **args: Any) -> None:
        with suppress(Refused):
            act(action, by=self.by, now=self.now, **args)

    def call(self, number: int) -> int:
        calls = list(Call.objects.filter(center=self.center).order_by("-pk").values_list("pk", flat=True)[:3])
        return calls[number % len(calls)] if calls else 0

    def assignment(self, number: int) -> int:
        newest = Assignment.objects.filter(unit__center=self.center).order_by("-pk").values_list("pk", flat=True)[:4]
        return newest[number % len(newest)] if newest else 0

    def ago(self, seconds: int | None) -> datetime | None:
        return None if seconds is None else self.now - timedelta(seconds=seconds)

    # --- time, work that is due, and what the boards show of it --------------------------------------
    @rule(seconds=st.sampled_from([1, 5, 20, 70, 400]))
    def time_goes_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def what_is_due_is_done(self) -> None:
        run_once(older_than=timedelta(0), now=self.now, source="sweep")

    @rule()
    def the_boards_show_it(self) -> None:
        self.boards.__exit__(None, None, None)
        self.boards = board_in_step(self.center)
        self.boards.__enter__()

    # --- calls ------------------------------------------------------------------------------------------
    @rule()
    def a_call_comes_in(self) -> None:
        if Call.objects.open().filter(center=self.center).count() < 3:
            self.do(create_call, center=self.center, nature="Welfare check", location="1 MAIN ST")

    @rule(call=A_CALL, facts=st.sampled_from(FACTS))
    def a_fact_is_stated(self, call: int, facts: dict[str, Any]) -> None:
        self.do(state_facts, call_id=self.call(call), facts=facts)

    @rule(call=A_CALL, text=st.sampled_from(["he is calm", "he has a knife in his hand"]))
    def a_note_is_added(self, call: int, text: str) -> None:
        self.do(add_note, call_id=self.call(call), text=text)

    @rule(call=A_CALL, response=st.sampled_from(["care_only", "care_police", "police_first", "phone"]))
    def the_response_is_set(self, call: int, response: str) -> None:
        self.do(set_mode, call_id=self.call(call), response=response, reason="crew_request")

    @rule(call=A_CALL)
    def a_call_is_held(self, call: int) -> None:
        self.do(hold_call, call_id=self.call(call), minutes=1, reason="x")

    @rule(call=A_CALL)
    def a_hold_is_ended(self, call: int) -> None:
        self.do(unhold_call, call_id=self.call(call))

    @rule(call=A_CALL)
    def a_call_is_closed(self, call: int) -> None:
        self.do(close_call, call_id=self.call(call), closed_as="advised", not_sent_reason="all_busy")

    @rule(call=A_CALL)
    def a_call_is_reopened(self, call: int) -> None:
        self.do(reopen_call, call_id=self.call(call), reason="x")

    # --- units ------------------------------------------------------------------------------------------
    @rule(call=A_CALL, unit=A_UNIT, status=st.sampled_from(["dispatched", "en_route", "on_scene"]))
    def a_unit_is_sent(self, call: int, unit: int, status: str) -> None:
        ids = [self.units[unit].pk]
        self.do(send_units, call_id=self.call(call), unit_ids=ids, status=status, override_reason="crew_request")

    @rule(call=A_CALL, care=st.integers(0, 1), police=st.integers(2, 3))
    def a_pair_is_sent(self, call: int, care: int, police: int) -> None:
        self.do(send_units, call_id=self.call(call), unit_ids=[self.units[care].pk, self.units[police].pk])

    @rule(unit=A_UNIT, stage=st.sampled_from(REPORTED), ago=SOMETIME)
    def a_unit_reports(self, unit: int, stage: str, ago: int | None) -> None:
        self.do(report_stage, unit_id=self.units[unit].pk, stage=stage, at=self.ago(ago))

    @rule(unit=A_UNIT, outcome=st.sampled_from(OUTCOMES), ago=SOMETIME)
    def a_unit_is_free(self, unit: int, outcome: str, ago: int | None) -> None:
        self.do(free_unit, unit_id=self.units[unit].pk, outcome=outcome, at=self.ago(ago))

    @rule(unit=A_UNIT, call=st.one_of(st.none(), A_CALL))
    def a_unit_is_taken_off(self, unit: int, call: int | None) -> None:
        to = None if call is None else self.call(call)
        self.do(exchange_unit, unit_id=self.units[unit].pk, call_id=to, override_reason="crew_request")

    @rule(assignment=AN_ASSIGNMENT)
    def police_are_released(self, assignment: int) -> None:
        self.do(release_unit, assignment_id=self.assignment(assignment))

    @rule(assignment=AN_ASSIGNMENT)
    def care_is_waved_in(self, assignment: int) -> None:
        self.do(clear_to_enter, assignment_id=self.assignment(assignment))

    @rule(assignment=AN_ASSIGNMENT)
    def a_disposition_is_given(self, assignment: int) -> None:
        self.do(record_disposition, assignment_id=self.assignment(assignment), disposition="referral")

    @rule(unit=A_UNIT)
    def a_unit_goes_out_of_service(self, unit: int) -> None:
        self.do(set_unit_status, unit_id=self.units[unit].pk, status="unavailable", reason="meal")

    # --- alerts -----------------------------------------------------------------------------------------
    @rule(number=st.integers(0, 5))
    def a_unit_is_told(self, number: int) -> None:
        told = list(AlertTold.objects.filter(alert__center=self.center).order_by("pk"))
        if told:
            one = told[number % len(told)]
            self.do(tell_unit, alert_id=one.alert_id, unit_id=one.unit_id, by_radio=True)

    @rule()
    def the_newest_alert_is_acknowledged(self) -> None:
        alert = Alert.objects.filter(center=self.center).order_by("pk").last()
        if alert:
            self.do(acknowledge_alert, alert_id=alert.pk)

    # --- what holds after each --------------------------------------------------------------------------
    @invariant()
    def a_unit_is_what_its_assignment_says(self) -> None:
        for unit in Unit.objects.filter(center=self.center):
            on = unit.assignments.open().first()
            assert unit.status == on.status if on else unit.status in Unit.OFF_CALL, unit

    @invariant()
    def a_call_is_what_its_units_say_and_somebody_looks_after_it(self) -> None:
        for call in Call.objects.filter(center=self.center).select_related("verdict"):
            stages = list(call.assignments.open().values_list("status", flat=True))
            waits = {
                due.kind for due in Due.objects.filter(subject_id=call.pk, kind__in=["triage", "question", "hold"])
            }
            if call.status == Call.Status.CLOSED:
                assert not stages and not waits and call.held_until is None
                assert not Alert.objects.filter(call=call, closed_at__isnull=True).exclude(kind="work_failed").exists()
                continue
            assert call.status == call_status(stages, triaged=call.verdict_id is not None)
            assert call.verdict_id or "triage" in waits, "nobody will judge this call"
            assert ("hold" in waits) == (call.held_until is not None) and not (stages and call.held_until)
            if call.verdict and call.verdict.proof["safety_questions"] and "triage" not in waits:
                assert "question" in waits, "nobody asks in time"

    @invariant()
    def only_units_on_the_call_are_to_be_told(self) -> None:
        left = AlertTold.objects.filter(told_at__isnull=True, alert__closed_at__isnull=True, alert__center=self.center)
        for told in left.select_related("alert"):
            assert Assignment.objects.open().filter(call=told.alert.call_id, unit=told.unit_id).exists()

    @invariant()
    def the_log_says_the_same(self) -> None:
        rebuilt = fold(Event.objects.filter(center_id=self.center.pk).order_by("seq"))
        for call in Call.objects.filter(center=self.center):
            told = rebuilt["call", call.pk]
            assert (told["status"], told.get("held_until")) == (call.status, None) or call.held_until, call
        for assignment in Assignment.objects.filter(unit__center=self.center):
            told = rebuilt["assignment", assignment.pk]
            assert (told["status"], told["role"]) == (assignment.status, assignment.role)


@pytest.mark.timeout(7200)
def test_whatever_is_done_nothing_contradicts_the_rest(db: None) -> None:
    use_default_rules()
    run_state_machine_as_test(Floor)
