"""The player: each recorded event becomes the action a person would have taken, and nothing is skipped."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from calls.closing import CallOpen, UnitsStillAssigned, close_call, reopen_call
from calls.dispatch import send_units
from calls.fetch import CallClosed
from calls.intake import change_call, create_call
from calls.lifecycle import arrived
from calls.models import Assignment, Call
from calls.narrative import add_note
from calls.replay.actions import note_dispatch_again
from calls.replay.advised import Advised
from calls.replay.callsigns import callsign
from calls.replay.counts import Counts
from calls.replay.ground import Ground
from calls.replay.records import Recorded, Source, Verb
from calls.replay.selectors import has_verdict, open_assignments, open_call_ids
from calls.stages import free_unit, report_stage
from calls.verdicts import record_verdict
from care_dispatch.refusal import Refused
from teams.models import Discipline

logger = logging.getLogger(__name__)
EndReason = Assignment.EndReason
AS_RECORDED = Call.OverrideReason.AS_RECORDED


@dataclass
class Incident:
    """What the player remembers of one: its call, the units on it, and whether anyone ever arrived."""

    call_id: int
    units: set[int] = field(default_factory=set)
    arrived: bool = False


class Player:
    """Plays events in the order given. ``last_seq``: incident to the number of its last event."""

    def __init__(
        self,
        source: Source,
        ground: Ground,
        last_seq: Mapping[str, int],
        *,
        triage_at_once: bool = True,
        advised: Advised | None = None,
    ) -> None:
        self.source, self.ground, self.counts = source, ground, Counts()
        self.do = ground.doer.do
        self._advised = advised
        self.incidents: dict[str, Incident] = {}
        self.on: dict[int, str] = {}  # unit id to the incident it is on
        self._last_seq = last_seq
        self._triage_at_once = triage_at_once
        self._untriaged: dict[int, datetime] = {}
        self._teams: list[int] = []
        self._created: set[str] = set()

    # --- one event ---------------------------------------------------------------------------------
    def play(self, event: Recorded) -> None:
        """Play one event; a refusal is an error that the counts name."""
        self.counts.read += 1
        try:
            self._verbs[event.verb](self, event)
            self._settle(event.incident, event)
        except Refused as refused:
            self.counts.errors.append(f"event {event.seq}: {refused.message}")

    def _create(self, event: Recorded) -> None:
        known = self.incidents.get(event.incident)
        if known is None or event.incident in self._created:
            if known is None:
                self._open_call(event, event.fields)
                self.counts.calls_created += 1
            else:
                self.counts.details_added += 1
            self._created.add(event.incident)
            return
        self._created.add(event.incident)
        self.counts.details_added += 1
        fields = dict(event.fields)
        narrative = fields.pop("narrative", "")
        base = 2**62  # nobody else edits a recorded call: newer than any change
        fields.pop("priority", None)
        self.do(change_call, now=event.at, call_id=known.call_id, base=base, changes=fields)
        if narrative:
            self.do(add_note, now=event.at, call_id=known.call_id, text=narrative)
        self._triage(known.call_id, event.at)

    def _open_call(self, event: Recorded, fields: Mapping[str, Any]) -> Incident:
        made = self.do(
            create_call, now=event.at, center=self.ground.center, source_system="replay", source_id=event.incident,
            **fields,
        )  # fmt: skip
        incident = self.incidents[event.incident] = Incident(made["call_id"])
        self._triage(incident.call_id, event.at)
        return incident

    def _incident(self, event: Recorded) -> Incident:
        """The event's incident; one that no call.created announced is opened now."""
        if (known := self.incidents.get(event.incident)) is not None:
            return known
        self.counts.calls_created_early += 1
        return self._open_call(event, self.source.unknown_call)

    def _dispatch(self, event: Recorded) -> None:
        self.counts.dispatches += 1
        incident = self._incident(event)
        unit_id = self._unit(event, incident)
        if unit_id in incident.units:
            again = self.do(note_dispatch_again, now=event.at, unit_id=unit_id)
            self._count_report(again)
            if again["repeated"]:
                self.counts.repeats += 1
            else:
                self.counts.dispatches_after_late += 1
            return
        if self._advised is not None:
            self.triage_waiting()
            self._advised.team(incident.call_id, event.at, goes=unit_id)
        self._send(event, incident, unit_id)
        self.counts.opened += 1

    def _stage(self, event: Recorded) -> None:
        incident, unit_id = self._on_incident(event)
        told = self.do(report_stage, now=event.at, unit_id=unit_id, stage=event.stage)
        self.counts.stages += 1
        self._count_report(told)
        self.counts.repeated_stages += bool(told["repeated"])
        incident.arrived |= arrived(event.stage)

    def _clear(self, event: Recorded) -> None:
        incident, unit_id = self._on_incident(event)
        self.triage_waiting()  # its last unit may close the call, and a closed call is not judged any more
        self.do(free_unit, now=event.at, unit_id=unit_id, **event.fields)
        self._left(incident, unit_id)
        self.counts.clears += 1

    _verbs: Mapping[Verb, Callable[["Player", Recorded], None]] = {
        Verb.CREATED: _create,
        Verb.DISPATCHED: _dispatch,
        Verb.STAGE: _stage,
        Verb.CLEARED: _clear,
    }

    # --- units ---------------------------------------------------------------------------------------
    def _unit(self, event: Recorded, incident: Incident) -> int:
        """The unit the event is about. A team without a name: the one on the incident, a free one, or a new one."""
        if not self.source.unnamed_teams:
            return self.ground.unit_ids[callsign(event.unit)]
        if incident.units:
            return min(incident.units)
        free = [unit_id for unit_id in self._teams if unit_id not in self.on]
        if free:
            return free[0]
        unit_id = self.ground.add_unit(f"CARE{len(self._teams) + 1}", Discipline.CARE, event.at)
        self._teams.append(unit_id)
        self.counts.teams_added += 1
        return unit_id

    def _on_incident(self, event: Recorded) -> tuple[Incident, int]:
        """The unit, on the incident: a stage nobody was sent for opens an assignment marked late."""
        incident = self._incident(event)
        unit_id = self._unit(event, incident)
        if unit_id not in incident.units:
            self._send(event, incident, unit_id, opened_late=True)
            self.counts.opened_late += 1
        return incident, unit_id

    def _send(self, event: Recorded, incident: Incident, unit_id: int, *, opened_late: bool = False) -> None:
        if (elsewhere := self.on.get(unit_id)) is not None:
            self.triage_waiting()
            self.do(free_unit, now=event.at, unit_id=unit_id, end_reason=EndReason.IMPLIED_BY_NEXT_DISPATCH)
            self.counts.implied_by_next_dispatch += 1
            self._left(self.incidents[elsewhere], unit_id)
            self._settle(elsewhere, event)
        args: dict[str, Any] = {
            "call_id": incident.call_id, "unit_ids": [unit_id], "override_reason": AS_RECORDED,
            "opened_late": opened_late,
        }  # fmt: skip
        try:
            self.do(send_units, now=event.at, **args)
        except CallClosed:
            self.do(reopen_call, now=event.at, call_id=incident.call_id, reason="a later dispatch in the record")
            self.counts.reopened += 1
            incident.arrived = False  # nobody has come since
            self._triage(incident.call_id, event.at)
            self.do(send_units, now=event.at, **args)
        incident.units.add(unit_id)
        self.on[unit_id] = event.incident

    def _left(self, incident: Incident, unit_id: int) -> None:
        incident.units.discard(unit_id)
        self.on.pop(unit_id, None)

    def _count_report(self, told: Mapping[str, Any]) -> None:
        self.counts.backward += bool(told["backward"])
        self.counts.late_stages += bool(told["late"])

    # --- triage ----------------------------------------------------------------------------------------
    def _triage(self, call_id: int, now: datetime) -> None:
        self._untriaged[call_id] = now
        if self._triage_at_once:
            self.triage_waiting()

    def triage_waiting(self) -> None:
        """Give a verdict to every call still without one: the same change a worker makes, harmless when one did."""
        while self._untriaged:
            call_id, now = self._untriaged.popitem()
            if self._triage_at_once or not has_verdict(call_id):
                self.do(record_verdict, now=now, call_id=call_id, engine="sweep")

    # --- ends --------------------------------------------------------------------------------------------
    def _settle(self, name: str, event: Recorded) -> None:
        """Close a call whose record ends without anybody having arrived; any other closes with its last unit."""
        incident = self.incidents[name]
        ended = event.seq >= self._last_seq[name]
        if ended and not incident.units and not incident.arrived:
            self._close(incident.call_id, event.at, "No unit arrived by the end of the record")
            self.counts.calls_closed_at_last_event += 1

    def _close(self, call_id: int, now: datetime, reason: str) -> None:
        self.triage_waiting()  # a closed call is not judged any more
        try:
            self.do(close_call, now=now, call_id=call_id, closed_as="cancelled", reason=reason)
        except (CallClosed, UnitsStillAssigned, CallOpen) as already:
            logger.debug("call %s: %s", call_id, already.message)

    def finish(self, now: datetime) -> None:
        """End what the record leaves open, marked as implied."""
        self.triage_waiting()
        for unit_id, _ in open_assignments(self.ground.center.pk):
            self.do(free_unit, now=now, unit_id=unit_id, end_reason=EndReason.IMPLIED_END)
            self.counts.implied_end += 1
        for call_id in open_call_ids(self.ground.center.pk):
            self._close(call_id, now, "Still open at the end of the record")
