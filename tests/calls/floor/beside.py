"""What is done beside plain dispatch: pairs, borrowed units, calls that belong together, consults, cries for help."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from calls.alerts import end_emergency, shelve_alert
from calls.call_ahead import call_ahead
from calls.call_backs import line_dropped, tried_call_back
from calls.consults.answering import answer_consult
from calls.consults.asking import ask_consult
from calls.consults.dispatching import become_dispatch
from calls.consults.ending import confirm_outcome, end_consult
from calls.consults.offering import pass_consult
from calls.dispatch import send_units
from calls.duress import call_for_help
from calls.exchange import preempt_units
from calls.intake import create_call
from calls.joint import call_police_up, request_care, secure_scene, set_staging, unsecure_scene
from calls.linking import link_calls, split_call, unlink_calls
from calls.merging import merge_calls, unmerge_call
from calls.mirrored import mirror_status
from calls.models import Alert, Call, CallBack, Caller, CallLink, CallMerge, Consult, StackedCall, UnitRequest
from calls.safety_checks import check_safety
from calls.scheduled import bring_back, schedule_call
from calls.shares import share_call, unshare_call
from calls.stacking import stack_call, unstack_call
from calls.unit_requests import (
    accept_request,
    ask_for_ours,
    ask_unit,
    commit_request,
    decline_request,
    release_request,
    return_request,
    withdraw_request,
)
from care_dispatch.due.work import run_once
from teams.actions import place_unit, sign_off, sign_on
from teams.models import Shift, Unit
from tests.calls.floor.base import A_CALL, A_UNIT, ONE, Base
from tests.cast import make_agency, make_unit, make_user, put_on_shift

ADVICE: dict[str, Any] = {"advice_type": "calming", "recommendation": "One voice, short sentences."}
CALLER: dict[str, Any] = {"name": "Ann Example", "phone": "469-555-0101"}
RESULTS = ["requester_handled", "care_en_route", "follow_up"]


class Beside(Base):
    """The floor with crews aboard, an officer who asks, and a neighbouring city that lends a unit."""

    def __init__(self) -> None:
        super().__init__()
        self.city = make_agency(self.center, "partner")
        self.partner = make_user(self.center, "partner", agency=self.city)
        self.lent = make_unit(self.center, discipline="police", agency=self.city, mirrored_from="Northtown CAD")
        self.clinicians = [make_user(self.center, "clinician", agency=unit.agency) for unit in self.units[:2]]
        self.officer = make_user(self.center, "officer", agency=self.units[2].agency)
        put_on_shift(self.officer, self.units[2], "officer")
        for user, unit in zip(self.clinicians, self.units, strict=False):
            put_on_shift(user, unit)
        self.do(create_call, center=self.center, nature="Welfare check", location="1 MAIN ST", caller=CALLER)
        self.do(create_call, center=self.center, nature="Welfare check", location="9 MAIN ST")
        run_once(older_than=timedelta(0), now=self.now, source="sweep")
        self.do(send_units, call_id=self.call(0), unit_ids=[self.units[0].pk, self.units[2].pk])
        self.watch()

    # --- the pair -----------------------------------------------------------------------------------
    @rule(call=A_CALL, care=st.integers(0, 1))
    def care_is_sent_with_no_reason_given(self, call: int, care: int) -> None:
        """Alone it goes only where nothing asks for police and every safety question is answered."""
        call_id = self.call(call)
        if not self.do(send_units, call_id=call_id, unit_ids=[self.units[care].pk]):
            return
        sent_to = Call.objects.select_related("verdict").get(pk=call_id)
        if sent_to.assignments.open().filter(unit__discipline="police").exists():
            return
        assert sent_to.verdict or sent_to.mode_override, "CARE went alone to a call nobody had judged"
        if not sent_to.mode_override and sent_to.verdict is not None:
            assert "police" not in sent_to.verdict.proof["services"], "CARE went alone where police are asked for"
            assert not sent_to.verdict.proof["safety_questions"], "CARE went alone before the weapon was asked for"

    @rule(call=A_CALL, secure=st.booleans())
    def the_scene_is_called_secure_or_not(self, call: int, secure: bool) -> None:
        self.do(secure_scene if secure else unsecure_scene, call_id=self.call(call))

    @rule(call=A_CALL)
    def care_is_told_where_to_stage(self, call: int) -> None:
        self.do(set_staging, call_id=self.call(call), point="School lot")

    @rule(call=A_CALL)
    def police_are_called_at_once(self, call: int) -> None:
        self.do(call_police_up, call_id=self.call(call))

    @rule(call=A_CALL)
    def the_officer_asks_for_care(self, call: int) -> None:
        self.do(request_care, by=self.officer, call_id=self.call(call))

    @rule(call=A_CALL, unit=A_UNIT, other=A_CALL)
    def a_unit_is_taken_for_a_worse_call(self, call: int, unit: int, other: int) -> None:
        self.do(
            preempt_units, call_id=self.call(call), unit_ids=[self.units[unit].pk], take_from=[self.call(other)],
            take_reason="Worse call.", override_reason="crew_request",
        )  # fmt: skip

    @rule(call=A_CALL)
    def crews_are_well(self, call: int) -> None:
        self.do(check_safety, call_id=self.call(call))

    @rule(unit=st.integers(0, 1), reached=st.booleans(), resolved=st.booleans())
    def care_phones_ahead(self, unit: int, reached: bool, resolved: bool) -> None:
        self.do(call_ahead, unit_id=self.units[unit].pk, reached=reached, safe_to_call=True, resolved=resolved)

    # --- calls that belong together, wait or come later ---------------------------------------------
    @rule(call=A_CALL, unit=A_UNIT, turn=st.one_of(st.none(), st.integers(1, 3)))
    def a_call_waits_for_a_unit(self, call: int, unit: int, turn: int | None) -> None:
        self.do(stack_call, call_id=self.call(call), unit_id=self.units[unit].pk, turn=turn)

    @rule(number=ONE)
    def a_call_waits_no_more(self, number: int) -> None:
        if row := self.one_of(StackedCall.objects.filter(call__center=self.center), number):
            self.do(unstack_call, call_id=row.call_id, unit_id=row.unit_id)

    @rule(call=A_CALL, other=A_CALL)
    def calls_are_linked(self, call: int, other: int) -> None:
        self.do(link_calls, call_id=self.call(call), other=self.call(other))

    @rule(number=ONE)
    def calls_are_linked_no_more(self, number: int) -> None:
        if link := self.one_of(CallLink.objects.filter(call__center=self.center), number):
            self.do(unlink_calls, call_id=link.other_id, other=link.call_id)

    @rule(call=A_CALL, into=A_CALL)
    def a_duplicate_is_merged(self, call: int, into: int) -> None:
        self.do(merge_calls, call_id=self.call(call), into=self.call(into), override_reason="crew_request")

    @rule(number=ONE)
    def a_merge_is_undone(self, number: int) -> None:
        if merge := self.one_of(CallMerge.objects.filter(merged__center=self.center), number):
            self.do(unmerge_call, call_id=merge.merged_id, reason="Two houses.")

    @rule(call=A_CALL)
    def a_call_is_split(self, call: int) -> None:
        call_id = self.call(call)
        callers = list(Caller.objects.filter(call=call_id).values_list("pk", flat=True)[:1])
        if self.few_calls():
            self.do(split_call, call_id=call_id, nature="Second person", callers=callers)

    @rule(call=A_CALL, minutes=st.sampled_from([1, 30]))
    def a_call_is_put_off(self, call: int, minutes: int) -> None:
        at = self.now + timedelta(minutes=minutes)
        self.do(schedule_call, call_id=self.call(call), at=at, reason="Asked for later.", lead_minutes=10)

    @rule(number=ONE)
    def a_call_is_brought_back(self, number: int) -> None:
        if call := self.one_of(Call.objects.filter(center=self.center, surfaces_at__isnull=False), number):
            self.do(bring_back, call_id=call.pk)

    @rule(number=ONE)
    def a_line_drops(self, number: int) -> None:
        if caller := self.one_of(Caller.objects.filter(call__center=self.center), number):
            self.do(line_dropped, caller_id=caller.pk)

    @rule(number=ONE, result=st.sampled_from(["", "no_answer", *CallBack.Result.values]))
    def a_caller_is_called_back(self, number: int, result: str) -> None:
        if back := self.one_of(CallBack.objects.filter(call__center=self.center), number):
            self.do(tried_call_back, call_back_id=back.pk, result=result)

    # --- the neighbour ------------------------------------------------------------------------------
    @rule(call=A_CALL)
    def their_unit_is_asked_for(self, call: int) -> None:
        self.do(ask_unit, call_id=self.call(call), unit_id=self.lent.pk, outside_agreement=True)

    @rule(unit=A_UNIT)
    def they_ask_for_ours(self, unit: int) -> None:
        if self.few_calls():
            self.do(
                ask_for_ours, by=self.partner, unit_id=self.units[unit].pk, nature="Welfare check", location="2 OAK ST"
            )

    def request(self, number: int) -> UnitRequest | None:
        found: UnitRequest | None = self.one_of(UnitRequest.objects.filter(call__center=self.center), number)
        return found

    @rule(number=ONE, what=st.sampled_from([accept_request, accept_request, commit_request, return_request]))
    def a_request_moves_on(self, number: int, what: Any) -> None:
        if request := self.request(number):
            owner = self.partner if request.direction == "ours" else self.by
            self.do(what, by=owner, request_id=request.pk)

    @rule(number=ONE, what=st.sampled_from([release_request, withdraw_request]))
    def a_request_is_over(self, number: int, what: Any) -> None:
        if request := self.request(number):
            asks = self.by if request.direction == "ours" else self.partner
            self.do(what, by=asks, request_id=request.pk)

    @rule(number=ONE, theirs=st.booleans())
    def a_request_is_declined(self, number: int, theirs: bool) -> None:
        if request := self.request(number):
            by = self.partner if theirs else self.by
            self.do(decline_request, by=by, request_id=request.pk, reason="all_busy")

    @rule(status=st.sampled_from(["available", "en_route", "on_scene", "unavailable"]))
    def their_cad_says_where_it_is(self, status: str) -> None:
        self.do(mirror_status, by=self.partner, unit_id=self.lent.pk, status=status, at=self.now)

    @rule(call=A_CALL, shared=st.booleans())
    def a_call_is_shared_or_not(self, call: int, shared: bool) -> None:
        self.do(share_call if shared else unshare_call, call_id=self.call(call), agency=self.city.code)

    # --- consults -----------------------------------------------------------------------------------
    @rule(mode=st.sampled_from(["phone", "scene"]), call=st.one_of(st.none(), A_CALL))
    def the_officer_asks_a_clinician(self, mode: str, call: int | None) -> None:
        call_id = None if call is None else self.call(call)
        self.do(ask_consult, by=self.officer, question="capacity", mode=mode, call_id=call_id)

    @rule(number=ONE, who=st.integers(0, 1))
    def a_consult_is_answered(self, number: int, who: int) -> None:
        if consult := self.one_of(Consult.objects.filter(center=self.center), number):
            self.do(answer_consult, by=self.clinicians[who], consult_id=consult.pk)

    @rule(number=ONE, who=st.integers(0, 1))
    def a_consult_is_passed_on(self, number: int, who: int) -> None:
        if consult := self.one_of(Consult.objects.filter(center=self.center), number):
            self.do(pass_consult, by=self.clinicians[who], consult_id=consult.pk, reason="on_a_call")

    @rule(number=ONE, call=st.one_of(st.none(), A_CALL))
    def a_consult_becomes_a_dispatch(self, number: int, call: int | None) -> None:
        few = self.few_calls()
        if (consult := self.one_of(Consult.objects.filter(center=self.center), number)) and (few or call is not None):
            call_id = None if call is None else self.call(call)
            self.do(become_dispatch, consult_id=consult.pk, location="1 MAIN ST", nature="Consult", call_id=call_id)

    @rule(number=ONE, result=st.sampled_from(RESULTS), who=st.integers(0, 1))
    def a_consult_ends(self, number: int, result: str, who: int) -> None:
        if consult := self.one_of(Consult.objects.filter(center=self.center), number):
            self.do(end_consult, by=self.clinicians[who], consult_id=consult.pk, result=result, **ADVICE)

    @rule(number=ONE)
    def an_outcome_is_confirmed(self, number: int) -> None:
        if consult := self.one_of(Consult.objects.filter(center=self.center), number):
            self.do(
                confirm_outcome, by=self.officer, consult_id=consult.pk, confirmation=Consult.Confirmation.values[0]
            )

    # --- crews --------------------------------------------------------------------------------------
    @rule(who=st.integers(0, 1))
    def a_clinician_calls_for_help(self, who: int) -> None:
        self.do(call_for_help, by=self.clinicians[who])

    @rule(number=ONE)
    def an_emergency_is_over(self, number: int) -> None:
        if alert := self.one_of(Alert.objects.open().filter(center=self.center, kind="duress"), number):
            self.do(end_emergency, alert_id=alert.pk, reason="crew_safe")

    @rule(number=ONE)
    def an_alert_is_put_off(self, number: int) -> None:
        if alert := self.one_of(Alert.objects.open().filter(center=self.center), number):
            self.do(shelve_alert, alert_id=alert.pk, minutes=5, reason="Known.")

    @rule(unit=st.integers(0, 1))
    def a_crew_changes(self, unit: int) -> None:
        crew = [(self.clinicians[unit].pk, Shift.Duty.CLINICIAN)]
        if Unit.objects.get(pk=self.units[unit].pk).status != Unit.Status.OFF_DUTY:
            self.do(sign_off, unit_id=self.units[unit].pk)
        else:
            self.do(sign_on, unit_id=self.units[unit].pk, crew=crew, until=self.now + timedelta(hours=8))

    @rule(unit=A_UNIT)
    def a_unit_is_placed(self, unit: int) -> None:
        self.do(place_unit, unit_id=self.units[unit].pk, lat=32.59, lng=-96.85)
