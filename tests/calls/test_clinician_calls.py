"""Clinicians call who waits for CARE: when they may, what each answer does, and what the sending of others leaves owed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from calls.call_ahead import NotSafeToCall
from calls.clinician_calls import (
    ClinicianCallMade,
    ClinicianCallOpen,
    DoesNotWait,
    NotAsked,
    ask_clinician_call,
    made_clinician_call,
    run_clinician_call,
    take_step,
)
from calls.closing import close_call
from calls.faces import call_face, call_rows
from calls.facts import state_facts
from calls.merging import merge_calls
from calls.mobile_crisis import run_expected
from calls.models import Alert, Call, Caller, ClinicianCall, Unmet
from calls.narrative import add_note
from calls.recommending import recommendation_for
from calls.unmet import explain_unmet, reasons_owed
from calls.verdicts import run_triage
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import User
from tests.cast import NOW, act, later, make_call, make_center, make_unit, make_user, send, use_default_rules

pytestmark = pytest.mark.django_db
CALM = {"weapon": "denied", "violence": "denied", "threat_to_others": "denied", "suicide": "denied", "medical": "denied",
        "overdose": "denied", "intoxication": "denied", "hazard": "denied", "is_behavioral": "yes", "need": "in_person"}  # fmt: skip
JOINT = {"weapon": "historic", "violence": "denied", "is_behavioral": "yes", "need": "in_person"}
ARMED = {"weapon": "in_hand", "is_behavioral": "yes"}


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        self.clinician = make_user(self.center, "clinician")
        self.police = make_unit(self.center, "P102", "police", capabilities=["cit"])

    def call(self, facts: dict[str, Any], safe: str = "yes") -> Call:
        return make_call(self.dispatcher, facts=facts, caller={"name": "Ana", "safe_to_call": safe})

    def ask(self, call: Call, **fields: Any) -> int:
        done = act(ask_clinician_call, by=self.dispatcher, call_id=call.pk, **fields)
        return int(done.result["clinician_call_id"])

    def heard(self, row: int, result: str, **fields: Any) -> None:
        act(made_clinician_call, by=self.clinician, clinician_call_id=row, result=result, **fields)

    def rungs(self, call: Call) -> list[dict[str, Any]]:
        return list(recommendation_for(self.dispatcher, call.pk, later(minutes=1))["ladder"])

    def next(self, call: Call) -> str:
        return next((one["command"] for one in self.rungs(call) if one["next"]), "")


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_level_2_is_held_while_a_clinician_calls_in_time(scene: Scene) -> None:
    call = scene.call(CALM)
    assert (call.level, scene.next(call)) == (2, f"CB #{call.number}")
    row = ClinicianCall.objects.get(pk=scene.ask(call))
    call.refresh_from_db()
    assert row.due_at == NOW + timedelta(minutes=5) and call.held_until == NOW + timedelta(minutes=30)
    assert Unmet.objects.get(call=call).instead == ["call_back"]
    with pytest.raises(ClinicianCallOpen):
        scene.ask(call)


@pytest.mark.parametrize("facts", [JOINT, ARMED])
def test_level_3_and_4_do_not_wait_for_a_call_before_somebody_goes(scene: Scene, facts: dict[str, Any]) -> None:
    call = scene.call(facts)
    with pytest.raises(DoesNotWait, match="send"):
        scene.ask(call)
    assert scene.next(call) == f"D #{call.number} P102"
    send(scene.dispatcher, call, scene.police)
    scene.ask(call)
    call.refresh_from_db()
    assert call.held_until is None and Unmet.objects.get(call=call).instead == ["cit", "call_back"]


@pytest.mark.parametrize("safe", ["no", "unknown"])
def test_nobody_is_phoned_unless_that_is_safe(scene: Scene, safe: str) -> None:
    call = scene.call(CALM, safe)
    with pytest.raises(NotSafeToCall):
        scene.ask(call)
    if safe == "no":
        with pytest.raises(NotSafeToCall):
            scene.ask(call, safe_to_call=True)
        scene.ask(call, mode="text")
    else:
        scene.ask(call, safe_to_call=True)


def test_still_safe_brings_the_next_call_and_resolved_meets_the_demand(scene: Scene) -> None:
    call = scene.call(CALM)
    scene.heard(scene.ask(call), "still_safe", now=later(minutes=4))
    row = ClinicianCall.objects.get(call=call, made_at__isnull=True)
    assert row.due_at == NOW + timedelta(minutes=14)
    scene.heard(row.pk, "resolved", now=later(minutes=13))
    assert Unmet.objects.get(call=call).met_at == later(minutes=13)
    act(close_call, by=scene.dispatcher, now=later(minutes=14), call_id=call.pk, closed_as="advised")


def test_worse_raises_the_response_the_priority_and_an_alert(scene: Scene) -> None:
    call = scene.call(CALM)
    scene.heard(scene.ask(call), "worse")
    call.refresh_from_db()
    assert (call.mode_override, call.priority, call.held_until) == ("care_police", "1", None)
    assert "WORSE" in Alert.objects.get(call=call, kind="clinician_call").text
    assert scene.next(call) == f"D #{call.number} P102"


def test_no_answer_ends_the_wait(scene: Scene) -> None:
    call = scene.call(CALM)
    row = scene.ask(call)
    scene.heard(row, "no_answer")
    call.refresh_from_db()
    assert call.held_until is None and scene.next(call) == f"D #{call.number} P102"
    with pytest.raises(ClinicianCallMade, match="no answer"):
        scene.heard(row, "still_safe")


def test_an_overdue_call_is_one_alert_that_ends_with_it(scene: Scene) -> None:
    call = scene.call(CALM)
    row = scene.ask(call)
    for _ in range(2):
        run_clinician_call(row, 0, later(minutes=6), "worker")
    alert = Alert.objects.get(call=call, kind="clinician_call")
    assert alert.closed_at is None
    scene.heard(row, "still_safe", now=later(minutes=7))
    alert.refresh_from_db()
    assert alert.closed_at is not None


def test_care_that_comes_ends_the_clinicians_call_and_closing_gives_it_up(scene: Scene) -> None:
    call, other = scene.call(CALM), scene.call(CALM)
    scene.ask(call)
    send(scene.dispatcher, call, make_unit(scene.center), now=later(minutes=2))
    assert not ClinicianCall.objects.filter(call=call, made_at__isnull=True).exists()
    scene.ask(other)
    act(close_call, by=scene.dispatcher, call_id=other.pk, closed_as="advised", not_sent_reason="caller_declined")
    assert ClinicianCall.objects.get(call=other).result == ""


def test_a_step_by_phone_is_noted_once_and_only_where_care_is_asked_for(scene: Scene) -> None:
    call = scene.call(CALM)
    for _ in range(2):
        act(take_step, by=scene.dispatcher, call_id=call.pk, step="mobile_crisis")
    assert Unmet.objects.get(call=call).instead == ["mobile_crisis"]
    with pytest.raises(NotAsked):
        act(take_step, by=scene.dispatcher, call_id=scene.call({"is_behavioral": "no"}).pk, step="line_988")
    with pytest.raises(Invalid):
        act(take_step, by=scene.dispatcher, call_id=call.pk, step="closed_without")


def test_mobile_crisis_that_is_not_there_when_it_said_is_one_alert_until_it_is(scene: Scene) -> None:
    call = scene.call(CALM)
    act(take_step, by=scene.dispatcher, call_id=call.pk, step="mobile_crisis", minutes=40)
    row = Unmet.objects.get(call=call)
    assert (row.instead, row.crisis_due_at) == (["mobile_crisis"], later(minutes=40))
    (rung,) = (one for one in scene.rungs(call) if one["step"] == "mobile_crisis")
    assert f"there by {scene.center.local(later(minutes=40)):%H:%M}, it said" in rung["words"]
    run_expected(call.pk, 0, later(minutes=30), "sweep")
    assert not Alert.objects.filter(kind="mobile_crisis").exists()
    for _ in range(2):
        run_expected(call.pk, 0, later(minutes=41), "sweep")
    alert = Alert.objects.open().get(kind="mobile_crisis")
    assert f"call {call.number}" in alert.text.lower()
    act(take_step, by=scene.dispatcher, now=later(minutes=42), call_id=call.pk, step="mobile_crisis", minutes=0)
    assert not Alert.objects.open().filter(kind="mobile_crisis").exists()
    assert Unmet.objects.get(call=call).crisis_due_at is None


@pytest.mark.parametrize("how", ["care", "closed", "later"])
def test_what_mobile_crisis_said_is_over_with_care_the_call_or_a_newer_word(scene: Scene, how: str) -> None:
    call = scene.call(CALM)
    act(take_step, by=scene.dispatcher, call_id=call.pk, step="mobile_crisis", minutes=40)
    if how == "care":
        send(scene.dispatcher, call, make_unit(scene.center), now=later(minutes=2))
    elif how == "closed":
        act(close_call, by=scene.dispatcher, call_id=call.pk, closed_as="advised", not_sent_reason="caller_declined")
    else:
        act(take_step, by=scene.dispatcher, call_id=call.pk, step="mobile_crisis", minutes=90)
    run_expected(call.pk, 0, later(minutes=41), "sweep")
    assert not Alert.objects.filter(kind="mobile_crisis").exists()


def test_mobile_crisis_on_its_way_to_a_duplicate_comes_to_the_call_that_stays(scene: Scene) -> None:
    call, primary = scene.call(CALM), scene.call(CALM)
    act(take_step, by=scene.dispatcher, call_id=call.pk, step="mobile_crisis", minutes=40)
    act(merge_calls, by=scene.dispatcher, now=later(minutes=10), call_id=call.pk, into=primary.pk)
    assert Unmet.objects.get(call=primary).crisis_due_at == later(minutes=40)
    assert Unmet.objects.get(call=call).crisis_due_at is None


def test_minutes_are_of_mobile_crisis_alone(scene: Scene) -> None:
    with pytest.raises(Invalid, match="Minutes are of mobile crisis alone"):
        act(take_step, by=scene.dispatcher, call_id=scene.call(CALM).pk, step="line_988", minutes=5)


@pytest.mark.parametrize("facts", [JOINT, ARMED])
def test_others_sent_without_care_leave_a_reason_owed_at_once(scene: Scene, facts: dict[str, Any]) -> None:
    call = scene.call(facts)
    send(scene.dispatcher, call, scene.police)
    assert call_face(call_rows([call.pk])[call.pk], "dispatch")["unmet"] == {"reason": "", "instead": ["cit"]}
    assert [one["call_id"] for one in reasons_owed(scene.dispatcher)] == [call.pk]
    act(explain_unmet, by=scene.dispatcher, call_id=call.pk, reason="all_busy")
    assert reasons_owed(scene.dispatcher) == []
    send(scene.dispatcher, call, make_unit(scene.center), now=later(minutes=20))
    row = Unmet.objects.get(call=call)
    assert (row.met_at, row.waited_seconds, row.reason) == (later(minutes=20), 1200, "all_busy")


def test_who_may_say_what_came_of_it(scene: Scene) -> None:
    row = scene.ask(scene.call(CALM))
    with pytest.raises(Forbidden):
        act(made_clinician_call, by=make_user(scene.center, "officer"), clinician_call_id=row, result="resolved")
    with pytest.raises(NotFound):
        act(made_clinician_call, by=make_user(make_center()), clinician_call_id=row, result="resolved")


# --- on the phone ------------------------------------------------------------------------------------
def phone(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    return client


def shown(user: User) -> str:
    return re.sub(r"\s+", " ", phone(user).get("/unit/").content.decode())


def test_a_clinician_without_a_unit_reads_on_the_phone_whom_to_call_and_what_is_known(scene: Scene) -> None:
    call = scene.call(CALM)
    Caller.objects.filter(call=call).update(phone="555-0123", relation="mother", language="es")
    act(add_note, by=scene.dispatcher, call_id=call.pk, text="Sits in the kitchen")
    assert "555-0123" not in shown(scene.clinician)
    scene.ask(call)
    act(state_facts, by=scene.dispatcher, call_id=call.pk, facts={"weapon": "unknown"})
    run_triage(call.pk, 0, later(minutes=1), "worker")
    page = shown(scene.clinician)
    for words in ('href="tel:555-0123"', "Call <bdi>Ana</bdi> (<bdi>mother</bdi>)", "speaks es", "Weapon: not known",
                  "You are on no unit", "Sits in the kitchen", "▲ Overdue"):  # fmt: skip
        assert words in page


def test_what_was_heard_is_one_tap_and_a_second_clinician_reads_that_it_is_done(scene: Scene) -> None:
    row, other = scene.ask(scene.call(CALM)), make_user(scene.center, "clinician")
    tap = {"id": row, "result": "worse", "key": "k1"}
    for _ in range(2):
        answer = phone(scene.clinician).post("/unit/do/heard/", tap, follow=True)
        assert "Dispatch has what you heard" in answer.content.decode()
    assert (ClinicianCall.objects.get().result, Alert.objects.filter(text__contains="WORSE").count()) == ("worse", 1)
    late = phone(other).post("/unit/do/heard/", tap | {"result": "still_safe", "key": "k2"})
    assert late.status_code == 409 and "That call was answered at" in late.content.decode()
    wrong = phone(other).post("/unit/do/heard/", tap | {"result": "fine", "key": "k3"})
    assert wrong.status_code == 400 and "Result:" in wrong.content.decode()


def test_after_still_safe_the_phone_asks_again_and_says_what_was_heard(scene: Scene) -> None:
    scene.heard(scene.ask(scene.call(CALM)), "still_safe")
    page = shown(scene.clinician)
    assert page.count("Call who waits") == 1 and "still safe, waits" in page


def test_who_may_not_be_phoned_or_named_has_no_number_on_the_phone(scene: Scene) -> None:
    call = scene.call(CALM)
    scene.ask(call)
    Caller.objects.filter(call=call).update(phone="555-0123", do_not_disclose=True)
    page = shown(scene.clinician)
    assert "555-0123" not in page and "ask dispatch" in page
    Caller.objects.filter(call=call).update(do_not_disclose=False, safe_to_call="no")
    page = shown(scene.clinician)
    assert "555-0123" not in page and "a call back is not safe" in page


def test_by_text_it_is_written_to_even_where_a_call_is_not_safe(scene: Scene) -> None:
    call = scene.call(CALM, safe="no")
    Caller.objects.filter(call=call).update(phone="555-0123")
    scene.ask(call, mode="text")
    page = shown(scene.clinician)
    assert 'href="sms:555-0123"' in page and "tel:555-0123" not in page and "Do not phone." in page


def test_no_officer_and_no_other_center_sees_whom_a_clinician_calls(scene: Scene) -> None:
    scene.ask(scene.call(CALM))
    officer, stranger = make_user(scene.center, "officer"), make_user(make_center(), "clinician")
    for user in (officer, stranger):
        assert "who waits" not in shown(user)
        with pytest.raises((Forbidden, NotFound)):
            act(made_clinician_call, by=user, clinician_call_id=ClinicianCall.objects.get().pk, result="resolved")


def test_the_phone_learns_of_a_call_to_make_and_of_news_on_it(scene: Scene) -> None:
    def seen() -> str:
        return str(phone(scene.clinician).get("/unit/seen/").json()["seen"])

    call, before = scene.call(CALM), seen()
    scene.ask(call)
    asked = seen()
    act(state_facts, by=scene.dispatcher, call_id=call.pk, facts={"weapon": "in_hand"})
    assert len({before, asked, seen()}) == 3
