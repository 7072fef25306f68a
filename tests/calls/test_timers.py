"""Clocks: the server says when a wait becomes a warning, an alert and the supervisor's, once each, by the center's limits."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls import timers
from calls.alerts import acknowledge_alert
from calls.clocks import DEFAULTS, Clock, Late, Limit
from calls.closing import close_call, hold_call, reopen_call, unhold_call
from calls.dispatch import set_mode
from calls.exchange import exchange_unit
from calls.facts import state_facts
from calls.intake import change_call
from calls.models import Alert, Assignment, Call, ClockLimit
from calls.stages import clear_to_enter, free_unit, report_stage
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.log.models import Event
from teams.models import Unit
from tests.cast import act, later, make_call, make_center, make_unit, make_user, send, use_default_rules
from tests.config_cast import as_user, list_of, make_admin, page_of, saved
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db
SAFE = {"weapon": "denied", "violence": "denied", "suicide": "denied", "medical": "denied", "is_behavioral": "yes"}


class Scene:
    """A call of priority 2 whose questions are answered: it waits."""

    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.call = make_call(self.dispatcher, facts=SAFE, location_confirmed=True)
        Call.objects.filter(pk=self.call.pk).update(priority="2", seen_at=self.call.received_at)
        self.wind()

    def wind(self) -> None:
        def do(*, actor: Any, now: Any) -> dict[str, Any]:
            timers.wind(self.call.pk, now)
            return {}

        act(do, by=None)

    def at(self, second: float) -> Call:
        """The call after a sweep at that second."""
        while run_once(older_than=timedelta(0), now=later(seconds=second), source="sweep"):
            pass
        self.call.refresh_from_db()
        return self.call

    def unit(self, callsign: str = "CARE1", discipline: str = "care") -> Unit:
        return make_unit(self.center, callsign, discipline)

    def send(self, second: float, *units: Unit, **fields: Any) -> list[Assignment]:
        done = send(
            self.dispatcher,
            self.call,
            *units,
            now=later(seconds=second),
            override_reason="other",
            override_note="near",
            **fields,
        )
        return [Assignment.objects.get(pk=row["assignment_id"]) for row in done.result["assignments"]]

    def report(self, second: float, unit: Unit, stage: str) -> None:
        act(report_stage, by=self.dispatcher, now=later(seconds=second), unit_id=unit.pk, stage=stage)

    def alerts(self, clock: str = "") -> list[Alert]:
        return list(Alert.objects.filter(cause__startswith=f"{clock}:").order_by("pk"))


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


# --- pure --------------------------------------------------------------------------------------------
def test_every_clock_warns_before_it_is_overdue_and_escalates_after() -> None:
    for limit in DEFAULTS.values():
        seconds = [second for _, second in limit.steps]
        assert seconds == sorted(seconds) and limit.late(0) == Late.NOT
        assert [limit.late(second) for second in seconds] == [step for step, _ in limit.steps]


def test_a_limit_without_a_warning_goes_straight_to_the_alert() -> None:
    assert [Limit(None, 60, None).late(second) for second in (59, 60, 999)] == [Late.NOT, Late.OVERDUE, Late.OVERDUE]


# --- a call waits --------------------------------------------------------------------------------------
def test_a_call_that_waits_warns_then_raises_one_alert_then_is_the_supervisors(scene: Scene) -> None:
    steps = {89: Late.NOT, 91: Late.WARN, 119: Late.WARN, 121: Late.OVERDUE, 179: Late.OVERDUE, 181: Late.ESCALATED}
    for second, late in steps.items():
        with board_in_step(scene.center):
            assert scene.at(second).late == late, second
        assert len(scene.alerts("pending")) == (late >= Late.OVERDUE)
    (alert,) = scene.alerts("pending")
    assert (alert.state, alert.escalated_to, alert.stands) == ("escalated", "supervisor", True)
    assert Event.objects.filter(kind="call.late").count() == 3


def test_acknowledged_it_is_quiet_until_it_gets_worse(scene: Scene) -> None:
    scene.at(121)
    (alert,) = scene.alerts("pending")
    act(acknowledge_alert, by=scene.dispatcher, now=later(seconds=125), alert_id=alert.pk)
    scene.at(170)
    assert scene.alerts("pending")[0].state == "acknowledged"
    scene.at(181)
    assert scene.alerts("pending")[0].state == "escalated"


def test_sending_a_unit_stops_the_wait_and_its_alert(scene: Scene) -> None:
    scene.at(121)
    with board_in_step(scene.center):
        scene.send(130, scene.unit())
    scene.call.refresh_from_db()
    assert scene.call.late == Late.NOT and scene.alerts("pending")[0].state == "closed"


def test_a_call_that_loses_its_last_unit_waits_from_then_on(scene: Scene) -> None:
    unit = scene.unit()
    scene.send(10, unit)
    act(exchange_unit, by=scene.dispatcher, now=later(seconds=100), unit_id=unit.pk)
    assert scene.at(189).late == Late.NOT
    assert scene.at(191).late == Late.WARN


def test_a_call_on_hold_does_not_run_and_waits_from_its_end(scene: Scene) -> None:
    scene.at(121)
    act(hold_call, by=scene.dispatcher, now=later(seconds=122), call_id=scene.call.pk, minutes=10, reason="calls back")
    assert scene.alerts("pending")[0].state == "closed" and scene.at(600).late == Late.NOT
    act(unhold_call, by=scene.dispatcher, now=later(seconds=601), call_id=scene.call.pk)
    assert (scene.at(690).late, scene.at(692).late) == (Late.NOT, Late.WARN)


def test_a_closed_call_has_no_clock_and_a_reopened_one_starts_anew(scene: Scene) -> None:
    act(
        close_call,
        by=scene.dispatcher,
        now=later(seconds=30),
        call_id=scene.call.pk,
        closed_as="advised",
        not_sent_reason="all_busy",
    )
    assert not Due.objects.filter(kind=timers.CLOCKS).exists()
    act(reopen_call, by=scene.dispatcher, now=later(seconds=300), call_id=scene.call.pk, reason="called again")
    Call.objects.filter(pk=scene.call.pk).update(priority="2")
    assert scene.at(389).late == Late.NOT and scene.at(391).late == Late.WARN


@pytest.mark.parametrize(("priority", "late"), [("1", Late.OVERDUE), ("3", Late.NOT)])
def test_another_priority_has_other_limits_at_once(scene: Scene, priority: str, late: Late) -> None:
    scene.at(95)
    act(
        change_call, by=scene.dispatcher, now=later(seconds=80), call_id=scene.call.pk, base=10**6,
        changes={"priority": priority},
    )  # fmt: skip
    assert scene.at(96).late == (Late.ESCALATED if priority == "1" else late)


def test_a_center_has_its_own_limits_in_force_with_the_next_look(scene: Scene) -> None:
    ClockLimit.objects.create(
        center=scene.center, clock="pending", of="2", warn_seconds=10, overdue_seconds=20, escalate_seconds=None
    )
    scene.wind()
    assert [scene.at(second).late for second in (9, 11, 21, 999)] == [0, 1, 2, 2]


def test_a_limit_set_on_its_page_is_in_force_for_clocks_that_run(scene: Scene) -> None:
    limit = ClockLimit.objects.create(
        center=scene.center, clock="pending", of="2", warn_seconds=90, overdue_seconds=120, escalate_seconds=180
    )
    ClockLimit.objects.create(center=make_center(), clock="pending", of="2", overdue_seconds=60)
    running = make_call(scene.dispatcher, now=timezone.now())
    page = as_user(make_admin(scene.center))
    assert "1 clock limit" in page.get(list_of(ClockLimit)).content.decode()
    answer = saved(page, page_of(limit), warn_seconds=5, overdue_seconds=10, escalate_seconds="")
    assert answer.status_code == 302, answer.content
    assert Due.objects.get(kind=timers.CLOCKS, subject_id=running.pk).due_at <= timezone.now()
    refused = saved(page, page_of(limit), warn_seconds=10)
    assert "The warning comes before the alert" in refused.content.decode()


def test_a_new_call_is_looked_at_at_its_first_step(scene: Scene) -> None:
    call = make_call(scene.dispatcher, triaged=False, nature="Suicide attempt")
    assert Due.objects.get(kind=timers.CLOCKS, subject_id=call.pk).due_at == later(seconds=30)


def test_a_replayed_center_has_no_clocks(db: None) -> None:
    use_default_rules()
    center = make_center(timers_run=False)
    dispatcher = make_user(center)
    call = make_call(dispatcher)
    send(dispatcher, call, make_unit(center, "P101", "police"))
    assert not Due.objects.filter(kind=timers.CLOCKS).exists()


# --- units ---------------------------------------------------------------------------------------------
def test_a_unit_that_does_not_acknowledge_is_named_once(scene: Scene) -> None:
    unit = scene.unit()
    scene.send(0, unit)
    scene.at(59)
    assert not scene.alerts("acknowledge")
    scene.at(61)
    scene.at(90)
    (alert,) = scene.alerts("acknowledge")
    assert "CARE1" in alert.text and alert.unit == unit
    scene.report(95, unit, "acknowledged")
    assert scene.alerts("acknowledge")[0].state == "closed"


def test_who_would_be_next_is_named_and_nobody_is_swapped(scene: Scene) -> None:
    act(set_mode, by=scene.dispatcher, call_id=scene.call.pk, response="care_police", reason="new_information")
    silent, other = scene.unit("P101", "police"), scene.unit("P102", "police")
    scene.send(0, silent)
    scene.at(61)
    assert "next would be P102" in scene.alerts("acknowledge")[0].text
    assert not Assignment.objects.filter(unit=other).exists()


def test_a_recommendation_that_fails_does_not_keep_the_alert_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timers, "next_instead_of", lambda *args: 1 / 0)
    scene.send(0, scene.unit("P101", "police"))
    scene.at(61)
    assert len(scene.alerts("acknowledge")) == 1


def test_a_unit_that_does_not_get_going_warns_and_escalates(scene: Scene) -> None:
    unit = scene.unit()
    (assignment,) = scene.send(0, unit)
    found = []
    for second in (59, 61, 121, 181):
        with board_in_step(scene.center):
            scene.at(second)
        assignment.refresh_from_db()
        found.append(assignment.late)
    assert found == [0, 1, 2, 3] and scene.alerts("en_route")[0].escalated_to == "supervisor"
    with board_in_step(scene.center):
        scene.report(200, unit, "en_route")
    assignment.refresh_from_db()
    assert assignment.late == 0 and scene.alerts("en_route")[0].state == "closed"


@pytest.mark.parametrize(("joint", "overdue"), [(False, 15), (True, 30)])
def test_a_crew_on_scene_is_asked_for_sooner_when_it_is_alone(scene: Scene, joint: bool, overdue: int) -> None:
    care, police = scene.unit(), scene.unit("P101", "police")
    (assignment, *_) = scene.send(0, care, *([police] if joint else []), status="on_scene")
    scene.at(overdue * 60 - 1)
    assert not scene.alerts("on_scene")
    scene.at(overdue * 60 + 1)
    (alert, *_) = scene.alerts("on_scene")
    assert "CARE1" in alert.text and alert.kind == "not_checked"
    scene.at(overdue * 60 + 181)
    assignment.refresh_from_db()
    assert assignment.late == Late.ESCALATED and scene.alerts("on_scene")[0].escalated_to == "supervisor"


def test_police_that_leave_make_it_a_crew_alone(scene: Scene) -> None:
    care, police = scene.unit(), scene.unit("P101", "police")
    scene.send(0, care, police, status="on_scene")
    act(free_unit, by=scene.dispatcher, now=later(minutes=16), unit_id=police.pk)
    scene.at(16 * 60 + 1)
    assert [alert.unit for alert in scene.alerts("on_scene")] == [care]


def test_who_has_left_is_asked_for_no_more(scene: Scene) -> None:
    care = scene.unit()
    scene.send(0, care, status="on_scene")
    scene.at(15 * 60 + 1)
    with board_in_step(scene.center):
        act(free_unit, by=scene.dispatcher, now=later(minutes=16), unit_id=care.pk, outcome="engaged")
    assert scene.alerts("on_scene")[0].state == "closed"
    assert not Due.objects.filter(kind=timers.CLOCKS, subject_id=scene.call.pk).exists()


def test_clocks_that_fail_are_told_of(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "running", lambda call_id: 1 / 0)
    for second in range(91, 400, 20):
        run_once(older_than=timedelta(0), now=later(seconds=second), source="sweep")
    assert Alert.objects.filter(kind="work_failed", cause=f"clocks:{scene.call.pk}").count() == 1


def test_every_clock_has_a_word_for_the_admin() -> None:
    assert {clock for clock, _ in DEFAULTS} == {value for value, _ in ClockLimit._meta.get_field("clock").choices or ()}
    assert {clock for clock, _ in DEFAULTS} == set(Clock)


# --- questions and partners ------------------------------------------------------------------------------
def ask(scene: Scene, priority: str = "1") -> Call:
    """A call of this priority whose answer would be lighter if somebody asked about weapons."""
    scene.call = make_call(
        scene.dispatcher, nature="Mental health, non-violent", location_confirmed=True,
        facts={name: value for name, value in SAFE.items() if name != "weapon"},
    )  # fmt: skip
    act(
        change_call, by=scene.dispatcher, call_id=scene.call.pk, base=10**6, changes={"priority": priority}
    )  # fmt: skip
    return scene.call


def test_an_open_safety_question_warns_asks_and_is_the_supervisors_when_it_becomes_unknown(scene: Scene) -> None:
    ask(scene)
    found = []
    for second in (19, 21, 41):
        with board_in_step(scene.center):
            found.append(scene.at(second).question_late)
    assert found == [0, 1, 2] and "ask it now" in scene.alerts("question")[0].text
    with board_in_step(scene.center):
        call = scene.at(61)
    (alert,) = scene.alerts("not_answered")
    assert (call.question_late, scene.alerts("question")[0].state, alert.escalated_to) == (0, "closed", "supervisor")


def test_an_answer_stops_the_questions_clock(scene: Scene) -> None:
    ask(scene)
    scene.at(41)
    act(state_facts, by=scene.dispatcher, now=later(seconds=45), call_id=scene.call.pk, facts={"weapon": "denied"})
    with board_in_step(scene.center):
        call = scene.at(46)
    assert call.question_late == 0 and scene.alerts("question")[0].state == "closed"
    assert not scene.alerts("not_answered")


def test_a_question_of_a_low_priority_has_its_end_and_no_steps(scene: Scene) -> None:
    ask(scene, "3")
    assert scene.at(50).question_late == 0
    scene.at(61)
    assert scene.alerts("not_answered") and not scene.alerts("question")


def need_police(scene: Scene) -> tuple[Unit, Unit]:
    act(set_mode, by=scene.dispatcher, call_id=scene.call.pk, response="care_police", reason="new_information")
    return scene.unit(), scene.unit("P101", "police")


def test_care_at_the_door_before_its_police_is_told_at_once_and_their_arrival_ends_it(scene: Scene) -> None:
    care, police = need_police(scene)
    (first, _) = scene.send(0, care, police)
    act(clear_to_enter, by=scene.dispatcher, now=later(seconds=5), assignment_id=first.pk)
    with board_in_step(scene.center):
        scene.report(10, care, "on_scene")
    (alert,) = scene.alerts("partner")
    assert "CARE1 on scene" in alert.text and "P101 is dispatched" in alert.text
    assert list(alert.told.values_list("unit", flat=True)) == [care.pk]
    with board_in_step(scene.center):
        scene.report(20, police, "on_scene")
    assert scene.alerts("partner")[0].state == "closed"


def test_care_that_waits_for_the_wave_is_told_of_once_and_as_what_it_is(scene: Scene) -> None:
    care, police = need_police(scene)
    (first, _) = scene.send(0, care, police)
    scene.report(10, care, "on_scene")
    assert not scene.alerts("partner") and Alert.objects.filter(kind="not_cleared_to_enter").count() == 1
    act(clear_to_enter, by=scene.dispatcher, now=later(seconds=12), assignment_id=first.pk)
    assert len(scene.alerts("partner")) == 1


@pytest.mark.parametrize("together", [True, False])
def test_police_there_first_or_not_asked_for_is_no_alarm(scene: Scene, together: bool) -> None:
    if together:
        scene.send(0, *need_police(scene), status="on_scene")
        Assignment.objects.update(cleared_to_enter_at=later())
    else:
        scene.send(0, scene.unit(), status="on_scene")
    assert not scene.alerts("partner")
