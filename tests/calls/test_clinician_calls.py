"""Clinicians call who waits for CARE: when they may, what each answer does, and what the sending of others leaves owed."""

from datetime import timedelta
from typing import Any

import pytest

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
from calls.models import Alert, Call, ClinicianCall, Unmet
from calls.recommending import recommendation_for
from calls.unmet import explain_unmet, reasons_owed
from care_dispatch.refusal import Forbidden, Invalid, NotFound
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

    def next(self, call: Call) -> str:
        rungs = recommendation_for(self.dispatcher, call.pk, later(minutes=1))["ladder"]
        return next((one["command"] for one in rungs if one["next"]), "")


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
