"""After every action on a call the consoles are in step with the database, in every tier, and the log alone rebuilds C0."""

from typing import Any

import pytest

from calls import kinds, verdicts
from calls.alerts import acknowledge_alert, escalate_alert, tell_unit
from calls.closing import close_call, hold_call, reopen_call, unhold_call
from calls.dispatch import send_units, set_mode
from calls.facts import state_facts
from calls.intake import add_caller, change_call, retriage
from calls.models import Alert, Assignment, Call, NarrativeEntry
from calls.narrative import add_note, seal_note
from calls.stages import clear_to_enter, free_unit, record_disposition, release_unit, report_stage, set_unit_status
from care_dispatch.log.changes import fold
from care_dispatch.log.door import sets_of
from care_dispatch.log.models import Event
from teams.models import Unit
from tests.cast import act, later, make_call, make_center, make_unit, make_user, send, use_default_rules
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


class Scene:
    """A call to a gun with CARE staging behind police; each step of ``do`` is checked on every board."""

    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.care, self.police = make_unit(self.center, "CARE1"), make_unit(self.center, "P101", "police")
        self.call = make_call(self.dispatcher, facts={"weapon": "in_reach", "suicide": "ideation"})
        self.minute = 0

    def do(self, action: Any, **args: Any) -> Any:
        self.minute += 1
        with board_in_step(self.center):
            return act(action, by=args.pop("by", self.dispatcher), now=later(minutes=self.minute), **args).result

    def judge(self) -> None:
        self.do(verdicts.record_verdict, by=None, call_id=self.call.pk, engine="worker")

    def on(self, unit: Unit) -> int:
        return unit.assignments.open().get().pk


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def play(scene: Scene) -> None:
    """A call's whole life, everything that can happen to it once."""
    call, care, police = scene.call.pk, scene.care.pk, scene.police.pk
    scene.do(hold_call, call_id=call, minutes=10, reason="caller calls back")
    scene.do(unhold_call, call_id=call)
    scene.do(hold_call, call_id=call, minutes=10, reason="again")
    scene.do(change_call, call_id=call, base=2**62, changes={"location_detail": "#204", "priority": "1"})
    scene.do(set_mode, call_id=call, response="fire_police_ems")
    scene.do(send_units, call_id=call, unit_ids=[care, police])
    scene.do(report_stage, unit_id=police, stage="en_route")
    scene.do(report_stage, unit_id=police, stage="on_scene")
    scene.do(report_stage, unit_id=police, stage="en_route", at=later(minutes=1))
    scene.do(report_stage, unit_id=care, stage="staged")
    scene.do(state_facts, call_id=call, facts={"weapon": "in_hand"})
    scene.judge()
    worse = Alert.objects.get(kind="safety_worsened")
    scene.do(escalate_alert, by=None, alert_id=worse.pk)
    scene.do(tell_unit, alert_id=worse.pk, unit_id=care, by_radio=True)
    scene.do(report_stage, unit_id=care, stage="on_scene")
    scene.do(clear_to_enter, assignment_id=scene.on(scene.care))
    scene.do(report_stage, unit_id=care, stage="contact")
    note = scene.do(add_note, call_id=call, text="wrong person")["note_id"]
    scene.do(seal_note, by=scene.supervisor, note_id=note, reason="wrong call")
    scene.do(add_caller, call_id=call, name="Mother")
    scene.do(release_unit, assignment_id=scene.on(scene.police))
    mine = scene.on(scene.care)
    scene.do(free_unit, unit_id=care, outcome="engaged")
    scene.do(record_disposition, assignment_id=mine, disposition="referral", destination="clinic")
    scene.do(reopen_call, call_id=call, reason="called again")
    scene.do(retriage, call_id=call)
    scene.judge()
    scene.do(set_unit_status, unit_id=care, status="unavailable", reason="meal", until=later(hours=1))
    scene.do(close_call, call_id=call, closed_as="advised", reason="by phone", not_sent_reason="all_busy")


def test_a_calls_whole_life_keeps_every_board_in_step(scene: Scene) -> None:
    play(scene)
    assert NarrativeEntry.objects.get().sealed_at is not None


def test_a_unit_that_leaves_is_taken_off_the_alerts_that_wait_for_it(scene: Scene) -> None:
    scene.do(send_units, call_id=scene.call.pk, unit_ids=[scene.care.pk, scene.police.pk])
    scene.do(state_facts, call_id=scene.call.pk, facts={"weapon": "in_hand"})
    scene.judge()
    scene.do(free_unit, unit_id=scene.police.pk)
    assert list(Alert.objects.get(kind="safety_worsened").told.values_list("unit", flat=True)) == [scene.care.pk]


def test_an_alert_without_units_is_acknowledged_in_step(scene: Scene) -> None:
    scene.do(state_facts, call_id=scene.call.pk, facts={"hazard": "gas"})
    scene.judge()
    alert = Alert.objects.get(kind="verdict_changed")
    scene.do(acknowledge_alert, alert_id=alert.pk)


def told_fields(model: str) -> list[str]:
    """Every operational field of this model that some event may set."""
    return sorted({name.split(".")[1] for kind in kinds.ALL for name in kind.sets if name.startswith(f"{model}.")})


def test_the_log_alone_rebuilds_every_operational_field(scene: Scene) -> None:
    play(scene)
    send(scene.dispatcher, make_call(scene.dispatcher), scene.police, now=later(minutes=90))
    rebuilt = fold(Event.objects.order_by("seq"))
    for model, rows in (
        ("call", Call.objects.all()),
        ("assignment", Assignment.objects.all()),
        ("unit", Unit.objects.all()),
    ):
        for row in rows:
            told = rebuilt.get((model, row.pk), {})
            now = {name.split(".")[1]: value for name, value in sets_of(row, *told_fields(model)).items()}
            untold = {name: value for name, value in now.items() if name not in told}
            assert {name: now[name] for name in told if name in now} == {n: v for n, v in told.items() if n in now}
            if model != "unit":  # the cast makes units without the log
                assert not {n: v for n, v in untold.items() if v not in (None, "", False, [])}, (model, untold)


def test_telling_a_unit_of_an_answered_alert_does_not_answer_it_anew(scene: Scene) -> None:
    scene.do(send_units, call_id=scene.call.pk, unit_ids=[scene.care.pk, scene.police.pk])
    scene.do(state_facts, call_id=scene.call.pk, facts={"weapon": "in_hand"})
    scene.judge()
    alert = Alert.objects.get(kind="safety_worsened")
    for unit in (scene.care, scene.police):
        scene.do(tell_unit, alert_id=alert.pk, unit_id=unit.pk, by_radio=True)
    answered = Alert.objects.get(pk=alert.pk)
    scene.do(tell_unit, by=scene.supervisor, alert_id=alert.pk, unit_id=scene.care.pk, by_radio=True)
    again = Alert.objects.get(pk=alert.pk)
    assert (again.closed_at, again.closed_by) == (answered.closed_at, answered.closed_by)
