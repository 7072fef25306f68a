"""The open safety question: its clock runs from when it opened, and an answer is an answer whenever it comes."""

from datetime import timedelta

import pytest

from calls import rules_in_force, verdicts
from calls.closing import close_call, reopen_call
from calls.dispatch import CareNeedsPolice, set_mode
from calls.facts import state_facts
from calls.models import Alert, Call, FactStatement
from calls.stages import report_stage
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from teams.models import Unit, User
from tests.cast import act, later, make_call, make_center, make_unit, make_user, send, use_default_rules
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db
OPEN = {
    "violence": "denied",
    "suicide": "denied",
    "is_behavioral": "yes",
    "need": "in_person",
    "location_type": "public",
}


@pytest.fixture
def dispatcher(db: None) -> User:
    use_default_rules()
    return make_user(make_center())


def open_question(dispatcher: User) -> Call:
    """Level 2, and nobody asked about a weapon."""
    call = make_call(dispatcher, nature="Mental health, non-violent", facts=OPEN, location_confirmed=True)
    assert call.verdict is not None and call.verdict.proof["safety_questions"] == ["weapon"]
    return call


def unit(dispatcher: User, *named: str) -> Unit:
    assert dispatcher.center is not None
    return make_unit(dispatcher.center, *named)


def look(seconds: float) -> None:
    run_once(older_than=timedelta(0), now=later(seconds=seconds), source="sweep")


def judge(call: Call, seconds: float) -> Call:
    verdicts.run_triage(call.pk, 0, later(seconds=seconds), "worker")
    return Call.objects.select_related("verdict").get(pk=call.pk)


def test_a_question_nobody_answers_becomes_unknown_after_a_minute_whatever_else_is_said(dispatcher: User) -> None:
    call = open_question(dispatcher)
    for second in (20, 40, 58):
        now = later(seconds=second)
        act(state_facts, by=dispatcher, now=now, call_id=call.pk, facts={"cooperative": "yes"}, evidence=str(second))
        judge(call, second)
    look(61)
    assert FactStatement.objects.filter(call=call, fact="weapon", value="unknown").exists()
    assert Alert.objects.filter(call=call, kind="question_unanswered").exists()


def test_an_answer_that_triage_has_not_taken_in_yet_is_not_overridden(dispatcher: User) -> None:
    call = open_question(dispatcher)
    act(state_facts, by=dispatcher, now=later(seconds=59), call_id=call.pk, facts={"weapon": "denied"})
    verdicts.run_question(call.pk, 0, later(seconds=60), "sweep")
    assert not FactStatement.objects.filter(call=call, value="unknown").exists()
    assert judge(call, 61).response == "care_only"


def test_an_answer_after_the_minute_counts(dispatcher: User) -> None:
    """Not answered is nobody's word: whoever then asks the caller hears the caller's."""
    call = open_question(dispatcher)
    look(61)
    judge(call, 62)
    act(state_facts, by=dispatcher, now=later(seconds=90), call_id=call.pk, facts={"weapon": "denied"})
    call = judge(call, 91)
    assert call.verdict is not None and call.verdict.facts["weapon"] == "denied"


def test_a_reopened_calls_question_has_its_clock_again(dispatcher: User) -> None:
    call = open_question(dispatcher)
    act(
        close_call,
        by=dispatcher,
        now=later(seconds=10),
        call_id=call.pk,
        closed_as="advised",
        not_sent_reason="all_busy",
    )
    act(reopen_call, by=dispatcher, now=later(seconds=20), call_id=call.pk, reason="called again")
    look(20)
    assert Due.objects.get(kind="question", subject_id=call.pk).due_at == later(seconds=80)


def test_rules_that_fail_twice_are_still_tried_until_they_run(
    dispatcher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules_in_force, "_parsed", lambda *args: 1 / 0)
    call = make_call(dispatcher)
    look(61)
    look(122)
    monkeypatch.undo()
    look(183)
    call.refresh_from_db()
    assert call.verdict is not None and call.verdict.engine == "sweep"


# --- CARE alone -----------------------------------------------------------------------------------
@pytest.mark.parametrize("response", ["care_only", "care_ems"])
def test_a_response_set_by_hand_without_a_reason_answers_no_question(dispatcher: User, response: str) -> None:
    call, care = open_question(dispatcher), unit(dispatcher)
    act(set_mode, by=dispatcher, call_id=call.pk, response=response)
    with pytest.raises(CareNeedsPolice, match="Not known"):
        send(dispatcher, call, care)
    act(set_mode, by=dispatcher, call_id=call.pk, response=response, reason="local_knowledge")
    send(dispatcher, call, care)


@pytest.mark.parametrize("facts", [{"need": "talk"}, {"need": "remote_consult"}, {"is_behavioral": "no"}])
def test_care_does_not_go_alone_in_person_where_nobody_asked_for_weapons(
    dispatcher: User, facts: dict[str, str]
) -> None:
    """By phone the question can wait; once somebody drives there it cannot."""
    call = make_call(dispatcher, nature="Citizen assist", facts=OPEN | facts, location_confirmed=True)
    assert call.response in ("phone", "consult", "standard")
    with pytest.raises(CareNeedsPolice, match="Not known"):
        send(dispatcher, call, unit(dispatcher))
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "denied"})
    judge(call, 1)
    send(dispatcher, call, unit(dispatcher))


# --- what units on their way must hear ------------------------------------------------------------
def test_a_unit_sent_before_the_first_verdict_is_told_what_it_finds(dispatcher: User) -> None:
    police = unit(dispatcher, "P101", "police")
    call = make_call(dispatcher, triaged=False, narrative="he has a knife in his hand now")
    send(dispatcher, call, police)
    judge(call, 1)
    alert = Alert.objects.get(call=call, kind="safety_worsened")
    assert "WEAPON: NOT ASKED → IN_HAND" in alert.text and alert.told.get().unit == police


def test_a_first_verdict_with_nobody_on_the_way_alarms_nobody(dispatcher: User) -> None:
    call = make_call(dispatcher, triaged=False, narrative="he has a knife in his hand now")
    judge(call, 1)
    assert not Alert.objects.filter(call=call).exists()


def test_a_knife_that_turns_out_to_be_a_gun_is_told(dispatcher: User) -> None:
    police = unit(dispatcher, "P101", "police")
    call = make_call(dispatcher, facts=OPEN | {"weapon": "in_hand", "weapon_type": "knife"})
    send(dispatcher, call, police)
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon_type": "firearm"})
    judge(call, 1)
    alert = Alert.objects.get(call=call, kind="safety_worsened")
    assert "KNIFE → FIREARM" in alert.text and "P101" in alert.text


# --- CARE on its way when police come to be asked for ----------------------------------------------
def on_the_way(dispatcher: User) -> tuple[Call, Unit]:
    call = make_call(dispatcher, facts=OPEN | {"weapon": "denied"}, location_confirmed=True)
    care = unit(dispatcher, "CARE1")
    send(dispatcher, call, care)
    act(report_stage, by=dispatcher, unit_id=care.pk, stage="en_route")
    assert care.assignments.get().role == "primary"
    return call, care


@pytest.mark.parametrize("how", ["facts", "hand"])
def test_care_on_its_way_stages_once_police_are_asked_for(dispatcher: User, how: str) -> None:
    call, care = on_the_way(dispatcher)
    assert dispatcher.center is not None
    if how == "facts":
        act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand"})
    with board_in_step(dispatcher.center):
        if how == "facts":
            judge(call, 1)
        else:
            act(set_mode, by=dispatcher, call_id=call.pk, response="police_first")
    assert care.assignments.get().role == "stage"
    act(report_stage, by=dispatcher, unit_id=care.pk, stage="on_scene")
    assert Alert.objects.filter(call=call, kind="not_cleared_to_enter").exists()


def test_care_that_is_there_already_is_told_and_not_sent_back_to_stage(dispatcher: User) -> None:
    call, care = on_the_way(dispatcher)
    act(report_stage, by=dispatcher, unit_id=care.pk, stage="on_scene")
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand"})
    judge(call, 1)
    assert care.assignments.get().role == "primary"
    assert Alert.objects.get(call=call, kind="safety_worsened").told.get().unit == care


def test_a_lighter_response_set_by_hand_ends_when_a_danger_grows_though_the_rules_ask_for_the_same(
    dispatcher: User,
) -> None:
    assert dispatcher.center is not None
    supervisor = make_user(dispatcher.center, "supervisor")
    call = make_call(dispatcher, facts=OPEN | {"weapon": "recent"}, location_confirmed=True)
    act(set_mode, by=supervisor, call_id=call.pk, response="care_only", reason="new_information")
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand"})
    after = judge(call, 1)
    assert (call.response, after.response, after.mode_override) == ("police_first", "police_first", "")
    alert = Alert.objects.get(call=call, kind="verdict_changed")
    assert "IN_HAND" in alert.text and "CARE team" in alert.text
