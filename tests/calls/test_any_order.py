"""Whatever is done in whatever order: nothing of a call or a unit contradicts the rest, nor the log, nor the boards."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

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
from tests.services import SOAK

LOOKS, SEEDS = (200, 100) if SOAK else (30, 4)
OUTCOMES = ["", "engaged", "declined", "cancelled", "unable_to_locate"]
FACTS: list[dict[str, Any]] = [
    {"weapon": "denied"}, {"weapon": "in_hand"}, {"violence": "denied"}, {"suicide": "ideation"}, {"need": "talk"},
    {"is_behavioral": "yes"}, {"hazard": "gas"}, {"medical": "possible"},
]  # fmt: skip


class Floor:
    """One dispatcher, two CARE and two police units, and up to three open calls; ``step`` does something or other."""

    def __init__(self, seed: int) -> None:
        self.luck, self.now = random.Random(seed), NOW
        use_default_rules()
        self.center = make_center()
        self.by = make_user(self.center, "supervisor")
        self.units = [make_unit(self.center, discipline=kind) for kind in ("care", "care", "police", "police")]
        self.things: list[Callable[[], tuple[Any, dict[str, Any]] | None]] = [
            self.create, self.create, self.send, self.send, self.report, self.report, self.report, self.free, self.free, self.exchange,
            self.release, self.clear, self.dispose, self.off, self.hold, self.unhold, self.close, self.reopen, self.state,
            self.state, self.hold, self.mode, self.note, self.tell, self.acknowledge,
        ]  # fmt: skip

    def some_steps(self) -> None:
        """A few things one after the other, as one frame tells of them; then the boards must show it."""
        with board_in_step(self.center):
            for _ in range(4):
                self.now += timedelta(seconds=self.luck.choice([1, 5, 20, 70]))
                self.step()
                nothing_contradicts(self)

    def step(self) -> None:
        if self.luck.random() < 0.3:
            run_once(older_than=timedelta(0), now=self.now, source="sweep")
        elif found := self.luck.choice(self.things)():
            action, args = found
            with suppress(Refused):  # a refusal changes nothing; that is looked at like everything else
                act(action, by=self.by, now=self.now, **args)

    def call(self) -> int:
        """An open call, or now and then any."""
        calls = Call.objects.order_by("pk") if self.luck.random() < 0.2 else Call.objects.open().order_by("pk")
        return self.luck.choice(list(calls.values_list("pk", flat=True)) or [0])

    def unit(self) -> int:
        return self.luck.choice(self.units).pk

    def past(self) -> datetime | None:
        """What a device says: nothing, or a while ago."""
        return self.luck.choice([None, None, self.now - timedelta(seconds=self.luck.randrange(600))])

    def assignment(self) -> int:
        return self.luck.choice(list(Assignment.objects.order_by("-pk").values_list("pk", flat=True)[:4]) or [0])

    def create(self) -> Any:
        fields = {"center": self.center, "nature": "Welfare check", "location": "1 MAIN ST"}
        return (create_call, fields) if Call.objects.open().count() < 3 else None

    def send(self) -> Any:
        status = self.luck.choice(["dispatched", "en_route", "on_scene"])
        return send_units, {"call_id": self.call(), "unit_ids": [self.unit()], "status": status, "override_reason": "x"}

    def report(self) -> Any:
        return report_stage, {"unit_id": self.unit(), "stage": self.luck.choice(REPORTED), "at": self.past()}

    def free(self) -> Any:
        return free_unit, {"unit_id": self.unit(), "outcome": self.luck.choice(OUTCOMES), "at": self.past()}

    def exchange(self) -> Any:
        call_id = self.luck.choice([None, self.call()])
        return exchange_unit, {"unit_id": self.unit(), "call_id": call_id, "override_reason": "x"}

    def release(self) -> Any:
        return release_unit, {"assignment_id": self.assignment()}

    def clear(self) -> Any:
        return clear_to_enter, {"assignment_id": self.assignment()}

    def dispose(self) -> Any:
        return record_disposition, {"assignment_id": self.assignment(), "disposition": "referral"}

    def off(self) -> Any:
        return set_unit_status, {"unit_id": self.unit(), "status": "unavailable", "reason": "meal"}

    def hold(self) -> Any:
        return hold_call, {"call_id": self.call(), "minutes": 1, "reason": "x"}

    def unhold(self) -> Any:
        return unhold_call, {"call_id": self.call()}

    def close(self) -> Any:
        return close_call, {"call_id": self.call(), "closed_as": "advised"}

    def reopen(self) -> Any:
        return reopen_call, {"call_id": self.call(), "reason": "x"}

    def state(self) -> Any:
        return state_facts, {"call_id": self.call(), "facts": self.luck.choice(FACTS)}

    def mode(self) -> Any:
        response = self.luck.choice(["care_only", "care_police", "police_first", "phone"])
        return set_mode, {"call_id": self.call(), "response": response, "reason": "x"}

    def note(self) -> Any:
        return add_note, {
            "call_id": self.call(),
            "text": self.luck.choice(["he is calm", "he has a knife in his hand"]),
        }

    def tell(self) -> Any:
        told = self.luck.choice(list(AlertTold.objects.order_by("pk")) or [None])
        return (tell_unit, {"alert_id": told.alert_id, "unit_id": told.unit_id, "by_radio": True}) if told else None

    def acknowledge(self) -> Any:
        alert = Alert.objects.order_by("pk").last()
        return (acknowledge_alert, {"alert_id": alert.pk}) if alert else None


def nothing_contradicts(floor: Floor) -> None:
    for unit in Unit.objects.filter(center=floor.center):
        on = unit.assignments.open().first()
        assert unit.status == on.status if on else unit.status in Unit.OFF_CALL, unit
    for call in Call.objects.select_related("verdict"):
        stages = list(call.assignments.open().values_list("status", flat=True))
        waits = {due.kind for due in Due.objects.filter(subject_id=call.pk, kind__in=["triage", "question", "hold"])}
        if call.status == Call.Status.CLOSED:
            assert not stages and not waits and call.held_until is None
            assert not Alert.objects.filter(call=call, closed_at__isnull=True).exclude(kind="work_failed").exists()
            continue
        assert call.status == call_status(stages, triaged=call.verdict_id is not None)
        assert call.verdict_id or "triage" in waits, "nobody will judge this call"
        assert ("hold" in waits) == (call.held_until is not None) and not (stages and call.held_until)
        if call.verdict and call.verdict.proof["safety_questions"] and "triage" not in waits:
            assert "question" in waits, "nobody asks in time"
    for gone in AlertTold.objects.filter(told_at__isnull=True, alert__closed_at__isnull=True).select_related("alert"):
        assert Assignment.objects.open().filter(call=gone.alert.call_id, unit=gone.unit_id).exists(), "told to nobody"


def the_log_says_the_same() -> None:
    rebuilt = fold(Event.objects.order_by("seq"))
    for call in Call.objects.all():
        told = rebuilt["call", call.pk]
        assert (told["status"], told.get("held_until")) == (call.status, None) or call.held_until, call
    for assignment in Assignment.objects.all():
        told = rebuilt["assignment", assignment.pk]
        assert (told["status"], told["role"]) == (assignment.status, assignment.role)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_done_nothing_contradicts_the_rest(seed: int, db: None) -> None:
    floor = Floor(seed)
    for _ in range(LOOKS):
        floor.some_steps()
    the_log_says_the_same()
    assert Event.objects.count() > LOOKS, "hardly anything happened"
