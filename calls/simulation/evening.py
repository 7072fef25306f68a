"""The busy evening of the demo region: invented calls come in, simulated dispatchers and crews work them.

Everything it does next follows from what is stored, so it goes on after a restart and doubles nothing. It works only
its own calls and units: a call a person has touched is that person's, and some units always stay free for people.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from calls.alerts import acknowledge_alert, tell_unit
from calls.closing import close_call
from calls.consults import answer_consult, ask_consult, end_consult
from calls.dispatch import send_units
from calls.intake import create_call
from calls.models import Call
from calls.simulation import selectors
from calls.simulation.choosing import choose
from calls.simulation.doing import Doer
from calls.simulation.selectors import SOURCE, Working
from calls.simulation.steps import CLEARED, disposition, next_step, outcome
from calls.simulation.timing import steady
from calls.stages import clear_to_enter, free_unit, report_stage
from care_dispatch.refusal import Refused
from teams.models import Center, Discipline

logger = logging.getLogger(__name__)

# So many are always left for the people who try the product.
KEEP: dict[str, int] = {Discipline.CARE: 1, Discipline.POLICE: 2, Discipline.EMS: 0}
OPENING = 9  # calls the board begins with, the oldest OPENING_SPREAD ago
OPENING_SPREAD = timedelta(minutes=14)
MOST_OPEN = 14
BETWEEN_CALLS = (60, 180)  # seconds
PATIENCE = (25, 150)  # seconds a pending call waits for a simulated dispatcher
LEFT_FOR_PEOPLE = 0.3  # share of calls that wait LONG_PATIENCE, so that there is always one to work
LONG_PATIENCE = timedelta(minutes=9)
WAVED_IN_AFTER = timedelta(minutes=2)
ALERT_AFTER = timedelta(seconds=75)
BETWEEN_CONSULTS = timedelta(minutes=11)
CONSULT_LASTS = timedelta(minutes=4)
DISPATCHER, OFFICER, CLINICIAN = "d3", "p301", "care4"


@cache
def script() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(Path(__file__).with_name("calls.json").read_text())["calls"]
    return found


class Evening:
    """``tick`` does everything that has come due; call it about once a second."""

    def __init__(self, center: Center) -> None:
        self.center = center
        # A name of its own for each moment: the keys of its writes meet no earlier ones.
        self._doers: dict[str, Doer] = {}

    def tick(self, now: datetime) -> int:
        """Returns how many things were done."""
        if selectors.simulated(self.center.pk) == 0:
            return self._open(now)
        return sum(part(now) for part in (self._take, self._work_units, self._dispatch, self._answer, self._consult))

    def _do(self, action: Callable[..., Mapping[str, Any]], now: datetime, **args: Any) -> bool:
        """What the product refuses here, a person has just done otherwise."""
        name = f"{self.center.code}:{now.isoformat()}"
        doer = self._doers.get(name)
        if doer is None:
            self._doers = {name: (doer := Doer(SOURCE, name))}
        try:
            doer.do(action, now=now, position=f"{selectors.DESK}1", **args)
        except Refused as refused:
            logger.info("simulation: %s", refused.message)
            return False
        return True

    # --- calls -----------------------------------------------------------------------------------------
    def _open(self, now: datetime) -> int:
        """The board as an evening has it by now: calls of the last quarter of an hour."""
        for number in range(OPENING):
            self._create(number, now - OPENING_SPREAD * (OPENING - number) / OPENING)
        return OPENING

    def _take(self, now: datetime) -> int:
        newest = selectors.newest_received(self.center.pk)
        number = selectors.simulated(self.center.pk)
        wait = steady("call", number).uniform(*BETWEEN_CALLS)
        if newest is None or now < newest + timedelta(seconds=wait):
            return 0
        if len(selectors.own_calls(self.center.pk)) >= MOST_OPEN:
            return 0
        return int(self._create(number, now))

    def _create(self, number: int, now: datetime) -> bool:
        """The source id makes a call that is there already the same call."""
        fields = script()[number % len(script())]
        return self._do(
            create_call, now, center=self.center, source_system=SOURCE, source_id=f"call-{number}",
            origin=Call.Origin.NINE_ONE_ONE, location_confirmed=True, **fields,
        )  # fmt: skip

    def _dispatch(self, now: datetime) -> int:
        done = 0
        for call in selectors.own_calls(self.center.pk):
            luck = steady("patience", call.pk)
            wait = LONG_PATIENCE if luck.random() < LEFT_FOR_PEOPLE else timedelta(seconds=luck.uniform(*PATIENCE))
            if call.verdict_id is None or call.status != Call.Status.PENDING or now < call.received_at + wait:
                continue
            if not call.services or call.response in ("phone", "consult"):
                done += self._do(close_call, now, call_id=call.pk, closed_as="advised")
                continue
            units = self._units_for(call, now)
            if units:
                done += self._do(send_units, now, call_id=call.pk, unit_ids=units)
        return done

    def _units_for(self, call: Call, now: datetime) -> list[int]:
        """What the call asks for; when no CARE team is to be had, the others go without waiting."""
        free = selectors.free_units(self.center.pk, now)
        others = [service for service in call.services if service != Discipline.CARE]
        return choose(free, call.services, keep=KEEP) or choose(free, others, keep=KEEP)

    # --- units -----------------------------------------------------------------------------------------
    def _work_units(self, now: datetime) -> int:
        return sum(self._step(working, now) for working in selectors.own_units(self.center.pk))

    def _step(self, working: Working, now: datetime) -> bool:
        assignment, unit = working.assignment, working.unit
        luck = steady("step", assignment.pk, assignment.status)
        engaged = steady("engaged", assignment.pk).random() < 0.6
        waits = assignment.role == "stage" and assignment.cleared_to_enter_at is None
        if unit.discipline == Discipline.CARE and waits and assignment.status == "staged":
            return self._wave_in(working, now)
        if assignment.status == "staged":
            return now >= working.since + timedelta(minutes=1) and self._report(working, "on_scene", now)
        step = next_step(unit.discipline, assignment.status, staged_role=waits, engaged=engaged, luck=luck)
        if step is None or now < working.since + step.after:
            return False
        if step.stage != CLEARED:
            return self._report(working, step.stage, now)
        return self._do(free_unit, now, unit_id=unit.pk, **self._told(working, engaged=engaged))

    def _report(self, working: Working, stage: str, now: datetime) -> bool:
        return self._do(report_stage, now, unit_id=working.unit.pk, stage=stage)

    def _wave_in(self, working: Working, now: datetime) -> bool:
        """The officer on scene clears CARE to enter; with no officer sent, nobody is waited for."""
        call_id = working.assignment.call_id
        safe = selectors.police_there(call_id) or not selectors.police_asked(call_id)
        if not safe or now < working.since + WAVED_IN_AFTER:
            return False
        return self._do(clear_to_enter, now, assignment_id=working.assignment.pk)

    def _told(self, working: Working, *, engaged: bool) -> dict[str, str]:
        if working.unit.discipline != Discipline.CARE:
            return {}
        luck = steady("told", working.assignment.pk)
        if engaged:
            return {"outcome": "engaged", "disposition": disposition(luck)}
        found = outcome(luck)
        return {"outcome": found if found != "engaged" else "unable_to_locate"}

    # --- alerts and consults ----------------------------------------------------------------------------
    def _answer(self, now: datetime) -> int:
        """Simulated calls must not bury the alerts of real ones."""
        desk = selectors.person(DISPATCHER, self.center.pk)
        done = 0
        for alert in selectors.own_alerts(self.center.pk, now - ALERT_AFTER) if desk else ():
            left = [told for told in alert.told.all() if told.told_at is None]
            for told in left:
                done += self._do(tell_unit, now, actor=desk, alert_id=alert.pk, unit_id=told.unit_id, by_radio=True)
            if not left:
                done += self._do(acknowledge_alert, now, actor=desk, alert_id=alert.pk)
        return done

    def _consult(self, now: datetime) -> int:
        """Now and then an officer asks CARE; a consult somebody else asked is left alone."""
        officer = selectors.person(OFFICER, self.center.pk)
        clinician = selectors.person(CLINICIAN, self.center.pk)
        if officer is None or clinician is None:
            return 0
        consult = selectors.open_consult(self.center.pk)
        if consult is None:
            newest = selectors.newest_consult(self.center.pk)
            due = newest is None or now >= newest + BETWEEN_CONSULTS
            return int(due and self._do(ask_consult, now, actor=officer, question="de_escalation"))
        if consult.requester_unit is None or consult.requester_unit.callsign != OFFICER.upper():
            return 0
        if consult.answered_at is None:
            late = now >= consult.asked_at + timedelta(seconds=50)
            return int(late and self._do(answer_consult, now, actor=clinician, consult_id=consult.pk))
        over = now >= consult.answered_at + CONSULT_LASTS
        return int(
            over and self._do(end_consult, now, actor=clinician, consult_id=consult.pk, result="requester_handled")
        )
