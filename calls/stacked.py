"""The rows of the stacks, for the changes that touch them on the way: a unit comes free, is sent, a call ends."""

from datetime import datetime

from calls import kinds
from calls.models import Call, StackedCall
from care_dispatch.due.work import schedule
from care_dispatch.log import record
from care_dispatch.refusal import Conflict
from teams.models import Unit

NEXT = "stack_next"


class CallsStacked(Conflict):
    """Calls wait for the unit; the answer names them."""

    code = "calls_stacked"


def propose_next(unit: Unit, now: datetime) -> None:
    """A unit that came free is proposed the next call of its stack; a center may have it sent there at once."""
    row = unit.stack.select_for_update(of=("self",)).order_by("turn").first()
    if row is None:
        return
    StackedCall.objects.filter(pk=row.pk).update(proposed_at=now)
    record(
        kinds.STACK_PROPOSED, center_id=unit.center_id, call_id=row.call_id, unit_id=unit.pk, agency_id=unit.agency_id
    )  # fmt: skip
    if unit.center.sends_next_of_stack and unit.center.timers_run:
        schedule(NEXT, unit.pk, due_at=now, now=now)


def taken_up(call: Call, unit: Unit) -> None:
    """The unit is on its way to a call: that one waits no more, and nothing is proposed to it."""
    unit.stack.filter(call=call).delete()
    unit.stack.filter(proposed_at__isnull=False).update(proposed_at=None)


def leave_stacks(call: Call) -> None:
    """A call that ends waits for nobody."""
    rows = StackedCall.objects.select_for_update(of=("self",)).filter(call=call).select_related("unit").order_by("pk")
    for row in rows:
        row.delete()
        _record_unstacked(row)


def move_stacks(merged: Call, primary: Call) -> None:
    """Units that a duplicate waited for are the ones the call that stays waits for, in the same turn."""
    there = set(primary.stacked_for.values_list("unit_id", flat=True))
    there |= set(primary.assignments.open().values_list("unit_id", flat=True))
    rows = merged.stacked_for.select_for_update(of=("self",)).exclude(unit__in=there).select_related("unit")
    for row in rows.order_by("pk"):
        StackedCall.objects.filter(pk=row.pk).update(call=primary)
        _record_unstacked(row)
        record(kinds.CALL_STACKED, center_id=primary.center_id, call_id=primary.pk, unit_id=row.unit_id)


def _record_unstacked(row: StackedCall) -> None:
    record(kinds.CALL_UNSTACKED, center_id=row.unit.center_id, call_id=row.call_id, unit_id=row.unit_id)


def nothing_stacked(unit: Unit) -> None:
    """What keeps a unit from going home: a call that somebody believes it will take."""
    numbers = [str(number) for number in unit.stack.order_by("turn").values_list("call__number", flat=True)]
    if numbers:
        raise CallsStacked(
            f"Call {', '.join(numbers)} waits for {unit.callsign}; send somebody else or unstack it first."
        )
