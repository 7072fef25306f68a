"""What a dispatcher and the crews do all day: take calls, state facts, send, report, clear, answer alerts."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from calls.alerts import acknowledge_alert, tell_unit
from calls.closing import close_call, hold_call, reopen_call, unhold_call
from calls.corrections import BACK_TO, correct_stage
from calls.dispatch import send_units, set_mode
from calls.exchange import exchange_unit
from calls.facts import state_facts
from calls.intake import create_call
from calls.models import Alert, AlertTold, Call
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
from care_dispatch.due.work import run_once
from tests.calls.floor.base import A_CALL, A_UNIT, AN_ASSIGNMENT, ONE, SOMETIME, Base

OUTCOMES = ["", "engaged", "declined", "cancelled", "unable_to_locate"]
FACTS: list[dict[str, Any]] = [
    {"weapon": "denied"}, {"weapon": "in_hand"}, {"violence": "denied"}, {"suicide": "ideation"}, {"need": "talk"},
    {"is_behavioral": "yes"}, {"hazard": "gas"}, {"medical": "possible"},
]  # fmt: skip


class Dispatching(Base):
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
        self.watch()

    # --- calls ------------------------------------------------------------------------------------------
    @rule()
    def a_call_comes_in(self) -> None:
        if self.few_calls():
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

    @rule(number=ONE)
    def a_call_is_reopened(self, number: int) -> None:
        if call := self.one_of(Call.objects.filter(center=self.center, status=Call.Status.CLOSED), number):
            self.do(reopen_call, call_id=call.pk, reason="x")

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

    @rule(unit=A_UNIT, stage=st.sampled_from(BACK_TO))
    def a_stage_was_a_mistake(self, unit: int, stage: str) -> None:
        self.do(correct_stage, unit_id=self.units[unit].pk, stage=stage, reason="misheard")

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
