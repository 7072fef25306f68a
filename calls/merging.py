"""Merging a duplicate into the call that stays, and taking it out again. Nothing of either is lost or changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from calls import kinds, timers
from calls.alerts import raise_alert, warn_if_not_cleared
from calls.call_backs import move_call_backs
from calls.clinician_rows import move_clinician_call
from calls.closing import end_call
from calls.dispatch import CareNeedsPolice, call_sets, care_block, stage_care
from calls.fetch import lock_two_calls, lock_units, open_call, require_dispatch
from calls.intake import create_call
from calls.lifecycle import arrived, call_status, lighter
from calls.mobile_crisis import move_expected
from calls.models import Alert, Assignment, Call, CallMerge, MergeSide
from calls.partners import look_for_partner
from calls.reasons import require_reason
from calls.request_rows import hand_on
from calls.stacked import move_stacks
from calls.unmet import note_sent
from calls.verdicts import READ_SO_FAR, take_in_narrative, worse_facts
from care_dispatch.access import Role
from care_dispatch.due.work import schedule
from care_dispatch.log import record, write
from care_dispatch.log.door import position_now
from care_dispatch.refusal import Conflict, Forbidden
from teams.models import Discipline, User

Side = MergeSide.Side


class HoldsMerged(Conflict):
    """The call is itself what others were merged into; the message says the way round."""

    code = "holds_merged"


class NotMerged(Conflict):
    code = "not_merged"


def merge_calls(
    *, actor: User | None, now: datetime, call_id: int, into: int, override_reason: str = "", override_note: str = ""
) -> dict[str, Any]:
    """Close ``call_id`` as a duplicate of ``into``, which goes on with its callers, narrative, facts and units.

    Units on the duplicate go on as they are, on the call that stays; ``override_reason``: see send_units.
    """
    require_dispatch(actor, "merge calls")
    lock_two_calls(actor, call_id, into, now)
    merged, primary = open_call(actor, call_id, now), open_call(actor, into, now)
    _refuse_chain(merged, primary)
    moved = _lock_assignments(actor, merged)
    _refuse_alone(actor, primary, moved, override_reason, override_note)
    merge = CallMerge.objects.create(
        merged=merged, primary=primary, merged_at=now, merged_by=actor, position=position_now()
    )
    MergeSide.objects.create(merge=merge, call=merged, side=Side.MERGED)
    MergeSide.objects.create(merge=merge, call=primary, side=Side.PRIMARY)
    read = take_in_narrative(merged, now)
    move_stacks(merged, primary)
    move_call_backs(merged, primary)
    hand_on(merged, primary, actor, now)
    sets = _take_in(primary, merged)
    for assignment in moved:
        _move(assignment, primary, override_reason, override_note, now)
    move_clinician_call(merged, primary, now)
    move_expected(merged, primary, now)
    look_for_partner(merged, now)  # nobody is there any more
    _move_alerts(merged, primary)
    note_sent(primary, [assignment.unit for assignment in moved], now)
    record(
        kinds.MERGE_TAKEN_IN, center_id=primary.center_id, call_id=primary.pk, sets=sets, refs={"merge_id": merge.pk}
    )
    end_call(merged, Call.ClosedAs.DUPLICATE, f"merged into call {primary.number}", now)
    sets = write(merged, also=READ_SO_FAR, merged_into_id=primary.pk, facts_version=merged.facts_version)
    record(
        kinds.CALL_MERGED, center_id=merged.center_id, call_id=merged.pk, sets=sets,
        refs={"merge_id": merge.pk, "statement_ids": [row.pk for row in read]},
    )  # fmt: skip
    schedule("triage", primary.pk, due_at=now, now=now, version=primary.facts_version)
    timers.wind(primary.pk, now)
    _tell_moved(primary, merged, moved, now)
    return {"call_id": primary.pk, "merge_id": merge.pk, "moved_unit_ids": [row.unit_id for row in moved]}


def attach_call(*, actor: User | None, now: datetime, call_id: int, **taken: Any) -> dict[str, Any]:
    """Take a call as one more of ``call_id``: it gets its number, caller and narrative, and goes on there."""
    require_dispatch(actor, "take a call")
    call = open_call(actor, call_id, now)  # before the number counter, which a new call holds until the commit
    made = create_call(actor=actor, now=now, center=call.center, **taken)
    merge_calls(actor=actor, now=now, call_id=made["call_id"], into=call.pk)
    return {"call_id": call.pk, "number": call.number, "attached": made["number"]}


def _refuse_chain(merged: Call, primary: Call) -> None:
    """A call that others were merged into is not merged itself: what is read together would be read from afar."""
    held = CallMerge.objects.filter(primary=merged, undone_at__isnull=True).select_related("merged").first()
    if held is not None:
        raise HoldsMerged(
            f"Call {held.merged.number} was merged into call {merged.number}: merge {primary.number} into"
            f" {merged.number} instead, or have a supervisor take {held.merged.number} out first."
        )


def _lock_assignments(actor: User | None, merged: Call) -> list[Assignment]:
    lock_units(actor, list(merged.assignments.open().order_by("unit_id").values_list("unit_id", flat=True)))
    rows = merged.assignments.select_for_update(of=("self",)).open().select_related("unit").order_by("pk")
    return list(rows)


def _refuse_alone(actor: User | None, primary: Call, moved: Sequence[Assignment], reason: str, note: str) -> None:
    """CARE on its way does not come to a call that asks for police without them; CARE that is there is told of."""
    care = [row for row in moved if row.unit.discipline == Discipline.CARE]
    there = primary.assignments.open().filter(unit__discipline=Discipline.POLICE).exists()
    police = there or any(row.unit.discipline == Discipline.POLICE for row in moved)
    inside = any(arrived(row.status) for row in care)
    blocked = care_block(primary, [row.unit for row in care], police_there=police)
    if blocked and not inside and not reason:
        raise CareNeedsPolice(blocked)
    if reason:
        require_reason(actor, primary, reason, note, blocked)


def _take_in(primary: Call, merged: Call) -> dict[str, Any]:
    """What the call that stays takes over: the earlier first times, the more urgent priority, the heavier hand."""
    fields: dict[str, Any] = {"facts_version": primary.facts_version + 1}
    for name in ("first_dispatched_at", "first_on_scene_at"):
        known = [at for at in (getattr(primary, name), getattr(merged, name)) if at]
        if known and min(known) != getattr(primary, name):
            fields[name] = min(known)
    order = Call.Priority.values
    if order.index(merged.priority) < order.index(primary.priority):
        fields |= {"priority": merged.priority, "priority_set_by_hand": merged.priority_set_by_hand}
    if merged.mode_override and lighter(primary.mode_override or primary.response, merged.mode_override):
        primary.mode_note = merged.mode_note
        fields |= {"mode_override": merged.mode_override, "mode_reason": merged.mode_reason}
    return write(primary, also=["mode_note"], **fields)


def _move(assignment: Assignment, primary: Call, reason: str, note: str, now: datetime) -> None:
    """One unit goes on, with every time it has, on the call that stays."""
    against: dict[str, Any] = {}
    if reason and assignment.unit.discipline == Discipline.CARE:
        assignment.override_note = note.strip()
        against = {"against_triage": True, "override_reason": reason}
    unit = assignment.unit
    assignment.call = primary
    sets = write(assignment, also=["override_note"], call_id=primary.pk, **against) | call_sets(primary, now)
    record(
        kinds.UNIT_MOVED, center_id=unit.center_id, call_id=primary.pk, unit_id=unit.pk, agency_id=unit.agency_id,
        sets=sets, refs={"assignment_id": assignment.pk},
    )  # fmt: skip


def _move_alerts(merged: Call, primary: Call) -> None:
    """What a unit has not been told yet, and a crew in danger, go on with them; the rest is answered by the merge."""
    waiting = Alert.objects.open().filter(call=merged)
    untold = waiting.filter(told__isnull=False, told__told_at__isnull=True).values("pk")
    told = waiting.select_for_update(of=("self",)).filter(Q(pk__in=untold) | Q(kind=Alert.Kind.DURESS))
    for alert in told.order_by("pk"):
        write(alert, call=primary)
        record(kinds.ALERT_MOVED, center_id=primary.center_id, call_id=primary.pk, refs={"alert_id": alert.pk})


def _tell_moved(primary: Call, merged: Call, moved: Sequence[Assignment], now: datetime) -> None:
    """Units that came to what they thought was another call hear of its dangers; CARE among them stages, or is told of."""
    stage_care(primary)
    look_for_partner(primary, now)
    for row in moved:
        warn_if_not_cleared(row, row.unit, row.status, now)
    units = [row.unit for row in moved]
    worse = worse_facts(merged.verdict, primary.verdict) if primary.verdict else []
    names = ", ".join(unit.callsign for unit in units)
    if units and worse:
        text = f"Call {primary.number}, with call {merged.number} merged in: {'; '.join(worse)}: tell {names}"
        raise_alert(
            center=primary.center, kind=Alert.Kind.SAFETY_WORSENED, text=text, now=now, call=primary, tell=units
        )  # fmt: skip


def unmerge_call(*, actor: User, now: datetime, call_id: int, reason: str) -> dict[str, Any]:
    """Take a duplicate out again: it is open with its own age, and both are triaged. Units stay where they are."""
    require_dispatch(actor, "take a call out of a merge")
    if actor.role != Role.SUPERVISOR:
        raise Forbidden("A supervisor takes a merged call out again.")
    merge = CallMerge.objects.filter(merged=call_id, undone_at__isnull=True).first()
    if merge is None:
        open_call(actor, call_id, now)
        raise NotMerged("This call is not merged into another.")
    merged, primary = lock_two_calls(actor, call_id, merge.primary_id, now)
    merge = CallMerge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at is not None:
        raise NotMerged(f"Call {merged.number} was taken out of the merge just now.")
    write(merge, undone_at=now, undone_by=actor, undo_reason=reason)
    merge.sides.all().delete()
    sets = write(
        merged, merged_into_id=None, status=call_status([], triaged=merged.verdict_id is not None), closed_at=None,
        closed_as="", close_reason="", reopened_at=now, waits_since=now,
    )  # fmt: skip
    refs = {"merge_id": merge.pk}
    record(kinds.CALL_UNMERGED, center_id=merged.center_id, call_id=merged.pk, sets=sets, refs=refs)
    sets = write(primary, facts_version=primary.facts_version + 1)
    record(kinds.MERGE_TAKEN_OUT, center_id=primary.center_id, call_id=primary.pk, sets=sets, refs=refs)
    for call in (merged, primary):
        timers.wind(call.pk, now)
        schedule("triage", call.pk, due_at=now, now=now, version=call.facts_version)
    return {"call_id": merged.pk}
