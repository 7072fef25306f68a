"""Taking units off their calls, for another call or for none: the call left waits again, whoever was there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calls import kinds
from calls.alerts import raise_alert
from calls.codes import require_in_use
from calls.dispatch import Stage, send_units, stage_care, unit_held
from calls.fetch import NO_UNIT, lock_units, refuse_mirrored, require_dispatch
from calls.lifecycle import arrived
from calls.models import Alert, Assignment, Call, Code
from calls.partners import look_for_partner, partner_cause, services_asked
from calls.stages import JustMoved, NotOnACall, end_assignment
from care_dispatch.log import record, write
from care_dispatch.refusal import Invalid, NotFound
from teams.models import Discipline, Unit, User


def exchange_unit(
    *,
    actor: User | None,
    now: datetime,
    unit_id: int,
    call_id: int | None = None,
    override_reason: str = "",
    override_note: str = "",
    reason: str = "",
) -> dict[str, Any]:
    """Take a unit off its call and send it to ``call_id``, both or neither; None only takes it off.

    The call it leaves is never closed by this: its work is not done. ``override_reason``: see send_units.
    """
    require_dispatch(actor, "exchange units")
    override: dict[str, Any] = {"override_reason": override_reason, "override_note": override_note}
    unit = Unit.objects.filter(pk=unit_id, retired=False).first()
    if unit is None or actor is not None and unit.center_id != actor.center_id:
        raise NotFound(NO_UNIT)
    left = Assignment.objects.open().filter(unit_id=unit_id).values_list("call_id", flat=True).first()
    if left is None:
        raise NotOnACall(f"{unit.callsign} is on no call; send it.")
    if left == call_id:  # refused with where it is, as any second sending
        return send_units(actor=actor, now=now, call_id=left, unit_ids=[unit_id], **override)
    taken = _lock_and_take(actor, now, [unit_id], {left}, call_id, reason)
    result: dict[str, Any] = {"unit_id": unit_id, "left_call_id": left}
    if call_id is not None:
        result |= send_units(actor=actor, now=now, call_id=call_id, unit_ids=[unit_id], **override)
    tell_of_taken(taken, now)
    return result


def preempt_units(
    *,
    actor: User | None,
    now: datetime,
    call_id: int,
    unit_ids: Sequence[int],
    take_from: Sequence[int],
    take_reason: str,
    status: str = Stage.DISPATCHED,
    override_reason: str = "",
    override_note: str = "",
    shown: Sequence[str] = (),
) -> dict[str, Any]:
    """Send units of which some are on other calls, all or none. ``take_from``: the calls they may be taken from.

    A unit that is by now on a call not named there is refused as held: nobody has decided to leave that one.
    """
    require_dispatch(actor, "take units off their calls")
    if not take_reason.strip():
        raise Invalid("Say why the unit is taken off its call; the call it leaves shows the reason.")
    taken = _lock_and_take(actor, now, unit_ids, set(take_from) - {call_id}, call_id, take_reason)
    sent = send_units(
        actor=actor,
        now=now,
        call_id=call_id,
        unit_ids=unit_ids,
        status=status,
        override_reason=override_reason,
        override_note=override_note,
        shown=shown,
    )
    tell_of_taken(taken, now)
    return sent | {"left_call_ids": sorted({assignment.call_id for assignment in taken})}


def _lock_and_take(
    actor: User | None, now: datetime, unit_ids: Sequence[int], take_from: set[int], call_id: int | None, reason: str
) -> list[Assignment]:
    """Lock every call and then every unit that takes part; end what those units are on among ``take_from``."""
    before = _on_now(unit_ids)
    wanted = {*take_from & set(before.values()), *([call_id] if call_id is not None else [])}
    calls = {call.pk: call for call in Call.objects.select_for_update().filter(pk__in=wanted).order_by("pk")}
    units = {unit.pk: unit for unit in lock_units(actor, list(unit_ids))}
    if _on_now(unit_ids) != before:
        raise JustMoved("One of these units was sent or freed just now; look and repeat.")
    taken = []
    for assignment in Assignment.objects.select_for_update(of=("self",)).open().filter(unit__in=units).order_by("pk"):
        unit = units[assignment.unit_id]
        if assignment.call_id not in take_from:
            raise unit_held(unit, assignment)
        refuse_mirrored(actor, unit)
        require_in_use(actor, unit.center_id, Code.List.TAKE_REASONS, reason)
        assignment.call = calls[assignment.call_id]
        _take(assignment, unit, call_id, reason, now)
        taken.append(assignment)
    return taken


def _on_now(unit_ids: Sequence[int]) -> dict[int, int]:
    return dict(Assignment.objects.open().filter(unit__in=unit_ids).values_list("unit_id", "call_id"))


def _take(assignment: Assignment, unit: Unit, call_id: int | None, reason: str, now: datetime) -> None:
    outcome = "" if arrived(assignment.status) else Assignment.Outcome.CANCELLED
    end_assignment(assignment, unit, now, now, outcome=outcome, end_reason=Assignment.EndReason.REASSIGNED)
    assignment.taken_reason = reason.strip()
    sets = write(assignment, also=["taken_reason"], taken_for_id=call_id)
    record(
        kinds.UNIT_TAKEN, center_id=unit.center_id, call_id=assignment.call_id, unit_id=unit.pk,
        agency_id=unit.agency_id, sets=sets, refs={"assignment_id": assignment.pk},
    )  # fmt: skip


def tell_of_taken(taken: Sequence[Assignment], now: datetime) -> None:
    """What each call is left with: CARE there without police, or nobody. One alert each, and CARE stages again."""
    for call in {assignment.call_id: assignment.call for assignment in taken}.values():
        gone = [assignment for assignment in taken if assignment.call_id == call.pk]
        names = " and ".join(assignment.unit.callsign for assignment in gone)
        where = f"for call {Call.objects.get(pk=gone[0].taken_for_id).number}" if gone[0].taken_for_id else "off it"
        left = list(call.assignments.open().select_related("unit").order_by("pk"))
        stage_care(call)
        care = [one for one in left if one.unit.discipline == Discipline.CARE]
        if care and not any(one.unit.discipline == Discipline.POLICE for one in left):
            inside = any(arrived(one.status) for one in care)
            alone = " and ".join(one.unit.callsign for one in care)
            is_where = "on scene" if inside else "on the way"
            text = f"Call {call.number}: {names} taken {where}; {alone} {is_where} without police"
            raise_alert(
                center=call.center, kind=Alert.Kind.CARE_ALONE, text=text, now=now, call=call,
                cause=partner_cause(call) if inside and Discipline.POLICE in services_asked(call) else "",
                tell=[one.unit for one in care],
            )  # fmt: skip
        elif not left:
            since = f"{call.center.local(call.received_at):%H:%M}"
            text = f"Call {call.number} waits again, received {since}: {names} taken {where}"
            raise_alert(center=call.center, kind=Alert.Kind.UNIT_TAKEN, text=text, now=now, call=call)
        elif police := [one.unit for one in gone if one.unit.discipline == Discipline.POLICE]:
            look_for_partner(call, now, gone=police[0])  # others of theirs may be on the way only
