"""Calls that wait for one unit: put on its stack, moved, taken off, and sent when it is free and a center says so."""

import logging
from datetime import datetime
from typing import Any

from calls import kinds
from calls.dispatch import send_units
from calls.fetch import CallClosed, MirroredUnit, lock_units, open_call, require_dispatch
from calls.models import Alert, Assignment, Call, StackedCall, Unmet
from calls.stacked import NEXT, propose_next
from calls.unmet import note_step
from care_dispatch.due.work import finish
from care_dispatch.log import perform, record
from care_dispatch.refusal import Conflict
from teams.models import Discipline, Unit, User

# Alerts that sending answers.
_OF_WAITING = (Alert.Kind.OVERDUE, Alert.Kind.NOT_SEEN, Alert.Kind.UNIT_TAKEN)
logger = logging.getLogger(__name__)


class UnitFree(Conflict):
    """Nothing keeps the unit from being sent now."""

    code = "unit_free"


class AlreadyStacked(Conflict):
    code = "already_stacked"


class NotStacked(Conflict):
    code = "not_stacked"


def stack_call(
    *, actor: User | None, now: datetime, call_id: int, unit_id: int, turn: int | None = None
) -> dict[str, Any]:
    """Let a call wait for a unit, last or at ``turn`` (1 is next); one that waits for it already is moved there.

    The call stays pending: its age and its clock run on, and anybody else may be sent.
    """
    require_dispatch(actor, "stack a call")
    call = open_call(actor, call_id, now)
    (unit,) = lock_units(actor, [unit_id])
    rows = list(unit.stack.select_for_update(of=("self",)).order_by("turn"))
    row = next((row for row in rows if row.call_id == call.pk), None)
    if row is None:
        _may_wait(call, unit)
        row = StackedCall(unit=unit, call=call, stacked_at=now, stacked_by=actor)
    elif turn is None:
        raise AlreadyStacked(f"Call {call.number} waits for {unit.callsign} already, as number {rows.index(row) + 1}.")
    else:
        rows.remove(row)
    rows.insert(len(rows) if turn is None else turn - 1, row)
    _number(rows)
    if unit.discipline == Discipline.CARE:
        note_step(call, Unmet.Instead.CARE_JOINS, now)
    record(kinds.CALL_STACKED, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id)
    if unit.status in Unit.CAN_BE_SENT:
        propose_next(unit, now)
    return {"call_id": call.pk, "unit_id": unit.pk, "turn": row.turn}


def _may_wait(call: Call, unit: Unit) -> None:
    if unit.mirrored_from:
        raise MirroredUnit(f"{unit.callsign} belongs to {unit.mirrored_from}: ask for it.")
    if unit.status in Unit.CAN_BE_SENT:
        raise UnitFree(f"{unit.callsign} is free: send it to call {call.number}.")
    if unit.status == Unit.Status.OFF_DUTY:
        raise Conflict(f"{unit.callsign} is off duty; no call can wait for it.")
    if Assignment.objects.open().filter(unit=unit, call=call).exists():
        raise Conflict(f"{unit.callsign} is on call {call.number} already.")


def _number(rows: list[StackedCall]) -> None:
    """Turns from one on, in this order; what was proposed is proposed anew by who is next."""
    for turn, row in enumerate(rows, 1):
        row.turn, row.proposed_at = turn, None
        row.save(update_fields=["turn", "proposed_at"] if row.pk else None)


def unstack_call(*, actor: User | None, now: datetime, call_id: int, unit_id: int) -> dict[str, Any]:
    """Let a call wait for that unit no more; if the unit is free, what comes after it is proposed."""
    require_dispatch(actor, "unstack a call")
    call = open_call(actor, call_id, now)
    (unit,) = lock_units(actor, [unit_id])
    removed, _ = unit.stack.filter(call=call).delete()
    if not removed:
        raise NotStacked(f"Call {call.number} does not wait for {unit.callsign}.")
    record(kinds.CALL_UNSTACKED, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id)
    if unit.status in Unit.CAN_BE_SENT:
        propose_next(unit, now)
    return {"call_id": call.pk, "unit_id": unit.pk}


# --- sent by itself, where the center says so ----------------------------------------------------------
def run_next(unit_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a unit came free and its center sends the next call of the stack at once."""
    perform(send_next, actor=None, position="", source=source, now=now, unit_id=unit_id)


def send_next(*, actor: None, now: datetime, unit_id: int) -> dict[str, Any]:
    """Send a free unit to the call proposed to it, where a dispatcher could with no reason given; else it stays proposed."""
    finish(NEXT, unit_id)
    row = StackedCall.objects.filter(unit=unit_id, proposed_at__isnull=False).select_related("unit__center").first()
    if row is None or not row.unit.center.sends_next_of_stack:
        return {"unit_id": unit_id}
    try:
        call = open_call(None, row.call_id, now)
        (unit,) = lock_units(None, [unit_id])
        if unit.stack.filter(pk=row.pk, proposed_at__isnull=False).exists() and not _somebody_must_look(call):
            return send_units(actor=None, now=now, call_id=call.pk, unit_ids=[unit.pk])
    except (CallClosed, Conflict) as refused:  # raised before anything is written
        logger.info("stack of unit %s: not sent by itself (%s)", unit_id, refused.code)
    return {"unit_id": unit_id}


def _somebody_must_look(call: Call) -> bool:
    """A call on hold, or one with an open alert other than of its waiting, is not sent to without a person."""
    return call.held_until is not None or Alert.objects.open().filter(call=call).exclude(kind__in=_OF_WAITING).exists()


def next_gave_up(unit_id: int, attempts: int, error: str, now: datetime) -> None:
    """The call is still proposed on every console; the log line is all there is to add."""
    logger.error("the next call of unit %s could not be sent after %s attempts: %s", unit_id, attempts, error)
