"""A storm of calls, worked by simulated dispatchers: an event queue over recorded time, with seeded luck."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from calls.dispatch import CareNeedsPolice, send_units
from calls.intake import create_call
from calls.models import Call
from calls.replay.advised import Advised
from calls.replay.counts import Counts
from calls.replay.ground import Ground
from calls.replay.pace import Pace
from calls.replay.records import Recorded
from calls.replay.selectors import asked_for, has_verdict
from calls.simulation.choosing import Free, choose
from calls.simulation.steps import CLEARED, disposition, next_step, outcome
from calls.stages import free_unit, report_stage
from calls.verdicts import record_verdict
from care_dispatch.refusal import Refused
from teams.models import Discipline
from teams.planning import save_plan

# Invented: enough that the queue of the worst hour is worked off by the evening.
UNITS = {
    Discipline.POLICE: ("P", 40),
    Discipline.FIRE: ("E", 16),
    Discipline.EMS: ("M", 14),
    Discipline.CARE: ("CARE", 3),
}
# A dispatcher reads a call, chooses and speaks for so long.
HANDLING_SECONDS = (15, 45)
# Long after the last call: no shift ends while the storm is worked off.
HOME_BY = timedelta(days=2)
_URGENCY = {"P": 0, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass
class Waiting:
    """A pending call in a dispatcher's eyes."""

    call_id: int
    received_at: datetime
    priority: str
    services: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, datetime, int]:
        return _URGENCY.get(self.priority, 5), self.received_at, self.call_id


@dataclass
class Storm:
    """``run`` plays every call and works until each is closed and every unit is home."""

    ground: Ground
    pace: Pace
    rng: Random
    dispatchers: int = 6
    counts: Counts = field(default_factory=Counts)
    advised: Advised | None = None
    now: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._queue: list[tuple[datetime, int, Callable[..., None], tuple[Any, ...]]] = []
        self._serial = count()
        self._pending: list[Waiting] = []
        self._taken: set[int] = set()
        self._free: dict[int, Free] = {}
        self._discipline: dict[int, str] = {}
        self._idle = [f"SIM{number}" for number in range(self.dispatchers, 0, -1)]
        self._step: Callable[[], None] = lambda: None

    def run(self, events: Sequence[Recorded], step: Callable[[], None]) -> datetime:
        """Returns the moment the last unit was free again."""
        self._step = step
        self._man_units(events[0].at, events[-1].at + HOME_BY)
        if self.advised is not None:
            self._plan_usual(events)
        for event in events:
            self._at(event.at, self._take, event)
        while self._queue:
            self.now, _, act, args = heapq.heappop(self._queue)
            self.pace.wait_until(self.now)
            act(*args)
        return self.now

    def _at(self, moment: datetime, act: Callable[..., None], *args: Any) -> None:
        heapq.heappush(self._queue, (moment, next(self._serial), act, args))

    def _do(self, action: Callable[..., Mapping[str, Any]], **args: Any) -> Mapping[str, Any]:
        return self.ground.doer.do(action, now=self.now, **args)

    def _man_units(self, now: datetime, until: datetime) -> None:
        for kind, (letter, number) in UNITS.items():
            for n in range(1, number + 1):
                unit_id = self.ground.add_unit(f"{letter}{n}", kind, now)
                self._discipline[unit_id] = kind
                self._free[unit_id] = Free(unit_id, kind, now)
                if self.advised is not None and kind is Discipline.CARE:
                    self.ground.add_crew(unit_id, f"{letter}{n}", now, until)

    def _plan_usual(self, events: Sequence[Recorded]) -> None:
        """The standard protocol as the center's response plans, so that the recommendation knows it too."""
        natures = {str(event.fields["nature"]): str(event.fields["type_code"]) for event in events if event.fields}
        for nature, type_code in sorted(natures.items()):
            positions = [{"discipline": service} for service in usual_services(type_code, nature)]
            self.ground.doer.do(
                save_plan, now=events[0].at, center_id=self.ground.center.pk, response=Call.Response.STANDARD,
                name=f"Standard: {nature}", nature=nature, body={"positions": positions},
            )  # fmt: skip

    # --- calls -----------------------------------------------------------------------------------------
    def _take(self, event: Recorded) -> None:
        self.counts.read += 1
        try:
            made = self._do(
                create_call, center=self.ground.center, source_system="replay", source_id=event.incident,
                **event.fields,
            )  # fmt: skip
        except Refused as refused:
            self.counts.errors.append(f"event {event.seq}: {refused.message}")
            return
        finally:
            self._step()
        call_id = made["call_id"]
        if call_id in self._taken:  # told of twice: the call there is
            self.counts.details_added += 1
            return
        self._taken.add(call_id)
        self.counts.calls_created += 1
        if self.pace.speed is None:
            self._do(record_verdict, call_id=call_id, engine="sweep")
        services = usual_services(str(event.fields["type_code"]), str(event.fields["nature"]))
        self._pending.append(Waiting(call_id, self.now, str(event.fields["priority"]), services))
        self._wake()

    def _wake(self) -> None:
        """Every idle dispatcher takes the most urgent call that somebody is free for."""
        while self._idle:
            able = [call for call in self._pending if self._units_for(call)]
            if not able:
                return
            call = min(able, key=lambda waiting: waiting.rank)
            self._pending.remove(call)
            handling = timedelta(seconds=self.rng.uniform(*HANDLING_SECONDS))
            self._at(self.now + handling, self._send, call, self._idle.pop())

    def _units_for(self, call: Waiting) -> list[int]:
        """A unit of the leading service, and one of each other service that has one to give."""
        lead, *others = call.services
        chosen = choose(self._free.values(), [lead])
        for service in others:
            rest = [unit for unit in self._free.values() if unit.unit_id not in chosen]
            chosen += choose(rest, [service]) if chosen else []
        return chosen

    def _send(self, call: Waiting, dispatcher: str) -> None:
        if not has_verdict(call.call_id):
            self._do(record_verdict, call_id=call.call_id, engine="sweep")
        call.priority, asked, _ = asked_for(call.call_id)
        call.services = (*call.services, *(service for service in asked if service not in call.services))
        if not (self._send_named(call, dispatcher) or self._send_usual(call, dispatcher)):
            self._pending.append(call)  # the last free unit left while this dispatcher was speaking
        self._idle.append(dispatcher)
        self._wake()

    def _send_named(self, call: Waiting, dispatcher: str) -> bool:
        """Whether the team the recommendation names was sent, with no reason given: the gates are a dispatcher's.

        Where a question keeps CARE from going alone, police go with it, as the refusal says.
        """
        named = self.advised.team(call.call_id, self.now) if self.advised else []
        if self.advised is None or not named:
            return False
        try:
            sent = self._do(send_units, position=dispatcher, call_id=call.call_id, unit_ids=named)
        except CareNeedsPolice:
            police = choose(self._free.values(), [Discipline.POLICE])
            if not police:
                return False
            self.advised.police_added += 1
            sent = self._do(send_units, position=dispatcher, call_id=call.call_id, unit_ids=[*named, *police])
        self._sent(sent)
        return True

    def _send_usual(self, call: Waiting, dispatcher: str) -> bool:
        unit_ids, reason = self._units_for(call), Call.OverrideReason.AS_RECORDED
        if unit_ids:
            self._sent(
                self._do(
                    send_units, position=dispatcher, call_id=call.call_id, unit_ids=unit_ids, override_reason=reason
                )
            )
        return bool(unit_ids)

    def _sent(self, sent: Mapping[str, Any]) -> None:
        for made in sent["assignments"]:
            self.counts.dispatches += 1
            self.counts.opened += 1
            self.counts.simulated += 1
            del self._free[made["unit_id"]]
            self._plan(made["unit_id"], "dispatched", engaged=self.rng.random() < 0.5)

    # --- units -------------------------------------------------------------------------------------------
    def _plan(self, unit_id: int, stage: str, *, engaged: bool) -> None:
        step = next_step(self._discipline[unit_id], stage, staged_role=False, engaged=engaged, luck=self.rng)
        assert step is not None
        act = self._clear if step.stage == CLEARED else self._report
        self._at(self.now + step.after, act, unit_id, step.stage, engaged)

    def _report(self, unit_id: int, stage: str, engaged: bool) -> None:
        self._do(report_stage, unit_id=unit_id, stage=stage)
        self.counts.stages += 1
        self.counts.simulated += 1
        self._plan(unit_id, stage, engaged=engaged)

    def _clear(self, unit_id: int, _: str, engaged: bool) -> None:
        told: dict[str, str] = {}
        if self._discipline[unit_id] == Discipline.CARE:
            told = {"outcome": "engaged", "disposition": disposition(self.rng)} if engaged else {
                "outcome": _not_engaged(self.rng)}  # fmt: skip
        self._do(free_unit, unit_id=unit_id, **told)
        self.counts.clears += 1
        self.counts.simulated += 1
        self._free[unit_id] = Free(unit_id, self._discipline[unit_id], self.now)
        self._wake()


def _not_engaged(rng: Random) -> str:
    while (found := outcome(rng)) == "engaged":
        pass
    return found


def usual_services(type_code: str, nature: str) -> tuple[str, ...]:
    """Who goes to this kind of call by standard protocol, the leading service first."""
    if type_code == "EMS":
        return ("ems", "fire") if any(word in nature for word in ("CARDIAC", "UNCONSCIOUS", "CVA")) else ("ems",)
    if type_code == "FIRE" or "FIRE" in nature or "HAZARDOUS" in nature:
        return ("fire",)
    return ("police",)
