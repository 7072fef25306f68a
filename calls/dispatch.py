"""Sending units: several in one stroke, none twice, and never a clinician past an open danger unnoticed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from calls import hooks, kinds, timers
from calls.alerts import warn_if_not_cleared
from calls.arriving import recheck_safety
from calls.bypass import bypassing
from calls.clinician_rows import end_clinician_calls
from calls.closing import HOLD, SURFACE
from calls.codes import called
from calls.fetch import lock_units, open_call, refuse_mirrored, require_dispatch
from calls.lifecycle import MODES, arrived, call_status, lighter
from calls.mobile_crisis import expect_no_more
from calls.models import Assignment, Call, Code
from calls.partners import look_for_partner, services_asked
from calls.reasons import require_reason
from calls.scene import hand_over
from calls.stacked import taken_up
from calls.triage.facts import NOT_ASKED
from calls.unmet import note_sent
from care_dispatch.access import Role
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import record, write
from care_dispatch.log.door import position_now, sets_of
from care_dispatch.refusal import Conflict, Forbidden, Invalid
from teams.aboard import aboard
from teams.models import Discipline, Unit, User

Stage = Assignment.Status
_SENT_AS = (Stage.DISPATCHED, Stage.EN_ROUTE, Stage.ON_SCENE)
NOTHING_OVERRIDDEN: Mapping[str, Any] = MappingProxyType({})
_WAITS = (Call.Status.IN_TRIAGE, Call.Status.PENDING)
_CREATED = [
    "status", "role", "call_id", "unit_id", "dispatched_at", "en_route_at", "on_scene_at", "opened_late",
    "against_triage", "override_reason", "reactive", "bypass",
]  # fmt: skip


class UnitHeld(Conflict):
    """The unit is on a call already; the answer says on which, since when and by which position."""

    code = "unit_held"


class UnitNotAvailable(Conflict):
    code = "unit_not_available"


class NobodyAboard(UnitNotAvailable):
    """A CARE unit without anybody on shift."""

    code = "nobody_aboard"


class CareNeedsPolice(Conflict):
    """CARE would go without the police that triage asks for, or before it is known that nobody is armed."""

    code = "care_needs_police"


def send_units(
    *,
    actor: User | None,
    now: datetime,
    call_id: int,
    unit_ids: Sequence[int],
    status: str = Stage.DISPATCHED,
    override_reason: str = "",
    override_note: str = "",
    opened_late: bool = False,
    shown: Sequence[str] = (),
) -> dict[str, Any]:
    """Assign every named unit to the call, or none. ``status`` may say they are en route or there already.

    ``override_reason``: the code under which CARE goes in spite of triage; ``override_note``: the dispatcher's words.
    ``shown``: the first recommendation as the dispatcher saw it; who goes in place of another owes the reason.
    """
    require_dispatch(actor, "send units")
    if status not in _SENT_AS:
        raise Invalid("A unit is sent as dispatched, en_route or on_scene.")
    call = open_call(actor, call_id, now)
    units = lock_units(actor, list(unit_ids))
    for unit in units:
        refuse_mirrored(actor, unit)
    check_free(call, units)
    check_aboard(call, units, now)
    police_there = _police_on(call) or any(unit.discipline == Discipline.POLICE for unit in units)
    blocked = care_block(call, units, police_there=police_there)
    if blocked and not override_reason:
        raise CareNeedsPolice(blocked)
    if override_reason:
        require_reason(actor, call, override_reason, override_note, blocked)
    against = {"against_triage": True, "override_reason": override_reason, "override_note": override_note.strip()}
    was_late = call.late > 0
    bypassed = bypassing(call, units, shown) if shown else []
    made = [
        assign(
            call, unit, status, now, actor=actor, opened_late=opened_late,
            override=(against if blocked else {}) | ({"bypass": Assignment.Bypass.OWED} if unit in bypassed else {}),
        )
        for unit in units
    ]  # fmt: skip
    timers.units_sent(call, units, status, now, was_late=was_late)
    note_sent(call, units, now)
    _after(call, made, status, now)
    return {
        "call_id": call.pk,
        "assignments": [{"assignment_id": a.pk, "unit_id": a.unit_id} for a in made],
        "bypass_owed": [unit.callsign for unit in bypassed],
    }


def _after(call: Call, made: Sequence[Assignment], status: str, now: datetime) -> None:
    """What a sending means for who waited for it, and for who is there already."""
    if any(one.unit.discipline == Discipline.CARE for one in made):
        end_clinician_calls(call, now)
        expect_no_more(call, now)
    hand_over(call)
    if status == Stage.ON_SCENE:
        look_for_partner(call, now)
        for one in made:
            recheck_safety(one, one.unit, now)


def check_free(call: Call, units: Iterable[Unit]) -> None:
    """Raise for the first unit that is on a call or not in service."""
    by_unit = {unit.pk: unit for unit in units}
    held = (
        Assignment.objects.open()
        .filter(unit__in=by_unit)
        .select_related("call__center", "assigned_by")
        .order_by("unit_id")
    )
    for assignment in held:
        raise unit_held(by_unit[assignment.unit_id], assignment)
    for unit in by_unit.values():
        if unit.status not in Unit.CAN_BE_SENT:
            why = called(call.center_id, Code.List.AWAY_REASONS, unit.unavailable_reason)
            why = f": {why}" if why else ""
            until = f", until {call.center.local(unit.unavailable_until):%H:%M}" if unit.unavailable_until else ""
            raise UnitNotAvailable(f"{unit.callsign} is {unit.get_status_display().lower()}{why}{until}.")


def check_aboard(call: Call, units: Iterable[Unit], now: datetime) -> None:
    """Raise for the first CARE unit that nobody is on shift with: an empty car is no clinician.

    A replayed center knows no shifts, and the crew of a unit of another CAD is known there.
    """
    care = [unit for unit in units if unit.discipline == Discipline.CARE and not unit.mirrored_from]
    if not care or not (call.center.crews_sign_on and call.center.timers_run):
        return
    has = aboard([unit.pk for unit in care], now)
    for unit in care:
        if not has[unit.pk].crew:
            raise NobodyAboard(
                f"Nobody is on shift with {unit.callsign}: sign its crew on first, or send another unit."
            )


def unit_held(unit: Unit, held: Assignment) -> UnitHeld:
    """The refusal the loser of a race reads."""
    by = held.position or (held.assigned_by.username if held.assigned_by else "the system")
    return UnitHeld(
        f"{unit.callsign} is {held.get_status_display().lower()} on call {held.call.number}"
        f" (sent by {by} at {held.call.center.local(held.dispatched_at):%H:%M:%S}).",
        held_by={
            "unit": unit.callsign,
            "call_id": held.call_id,
            "call_number": held.call.number,
            "status": held.status,
            "by": by,
            "since": held.dispatched_at.isoformat(),
        },
    )


def care_block(call: Call, units: Sequence[Unit], *, police_there: bool) -> str:
    """Why CARE must not go alone to this call now, in words; empty when it may."""
    care = [unit.callsign for unit in units if unit.discipline == Discipline.CARE]
    if not care or police_there:
        return ""
    names = " and ".join(care)
    if not call.response and not call.mode_override:
        return f"Call {call.number} is not triaged yet: send police with {names}, or say why CARE goes alone."
    if "police" in services_asked(call):
        return f"Call {call.number} asks for police: send them with {names}, or say why CARE goes alone."
    # A response set by hand answers a question only with the reason it was set for.
    if (open_questions := _open_questions(call, units)) and not (call.mode_override and call.mode_reason):
        return f"Not known on call {call.number}: {', '.join(open_questions)}. Ask, send police too, or say why not."
    return ""


def _open_questions(call: Call, units: Iterable[Unit]) -> list[str]:
    """What must be asked before CARE goes alone, also where triage meant nobody to go in person and did not ask."""
    if call.verdict is None:
        return []
    asked: list[str] = call.verdict.proof.get("safety_questions", [])
    facts = call.verdict.facts
    known = facts.get("weapon", NOT_ASKED) != NOT_ASKED or facts.get("responder_on_scene") == "police"
    if asked or known or call.level not in (None, 1) or any(unit.discipline != Discipline.CARE for unit in units):
        return asked
    others = call.assignments.open().exclude(unit__discipline=Discipline.CARE)
    return [] if others.exists() else ["weapon"]


def _police_on(call: Call) -> bool:
    return call.assignments.open().filter(unit__discipline=Discipline.POLICE).exists()


def assign(
    call: Call,
    unit: Unit,
    status: str,
    now: datetime,
    *,
    actor: User | None,
    opened_late: bool = False,
    override: Mapping[str, Any] = NOTHING_OVERRIDDEN,
) -> Assignment:
    """One unit's share of the stroke: its assignment, its own status and the call's, and the line in the log."""
    stages_at = {f"{stage}_at": now for stage in _SENT_AS[1 : _SENT_AS.index(Stage(status)) + 1]}
    assignment = Assignment.objects.create(
        call=call,
        unit=unit,
        role=_role(call, unit),
        status=status,
        assigned_by=actor,
        position=position_now(),
        dispatched_at=now,
        opened_late=opened_late,
        reactive=_reactive(call, unit),
        **override,
        **stages_at,
    )
    sets = sets_of(assignment, *_CREATED)
    sets |= write(unit, status=status, status_at=now, unavailable_reason="", unavailable_until=None)
    sets |= call_sets(call, now)
    taken_up(call, unit)
    record(
        kinds.UNIT_SENT, center_id=call.center_id, call_id=call.pk, unit_id=unit.pk, agency_id=unit.agency_id,
        sets=sets, refs={"assignment_id": assignment.pk},
    )  # fmt: skip
    warn_if_not_cleared(assignment, unit, status, now)
    return assignment


def _reactive(call: Call, unit: Unit) -> bool:
    """CARE that police asked for, instead of going with them: the model this center means to leave."""
    asked = call.origin == Call.Origin.POLICE_REQUEST or call.care_requested_at is not None
    return unit.discipline == Discipline.CARE and asked


def _role(call: Call, unit: Unit) -> str:
    """CARE stages while police are asked for: the officer makes it safe, then waves CARE in."""
    if unit.discipline == Discipline.CARE:
        stages = "police" in services_asked(call) or not call.response
        return Assignment.Role.STAGE if stages else Assignment.Role.PRIMARY
    return Assignment.Role.PRIMARY if call.lead == unit.discipline else Assignment.Role.ASSIST


def stage_care(call: Call) -> None:
    """CARE on its way when police come to be asked for stages from now on, as if it were sent now."""
    if "police" not in services_asked(call):
        return
    uncleared = call.assignments.open().filter(unit__discipline=Discipline.CARE, cleared_to_enter_at__isnull=True)
    for assignment in uncleared.exclude(role=Assignment.Role.STAGE).select_related("unit"):
        if not arrived(assignment.status):
            record(
                kinds.ROLE_SET, center_id=call.center_id, call_id=call.pk, unit_id=assignment.unit_id,
                agency_id=assignment.unit.agency_id, sets=write(assignment, role=Assignment.Role.STAGE),
                refs={"assignment_id": assignment.pk},
            )  # fmt: skip


def call_sets(call: Call, now: datetime) -> dict[str, Any]:
    """Move the call along with its furthest unit; returns what changed."""
    stages = list(call.assignments.open().values_list("status", flat=True))
    status = call_status(stages, triaged=call.verdict_id is not None)
    fields: dict[str, Any] = {}
    if status != call.status:
        fields["status"] = status
    if stages and call.first_dispatched_at is None:
        fields["first_dispatched_at"] = now
    if status == Call.Status.ON_SCENE and call.first_on_scene_at is None:
        fields["first_on_scene_at"] = now
    if stages and call.held_until is not None:
        fields |= {"held_until": None, "hold_reason": ""}
        finish(HOLD, call.pk)
    if stages and call.surfaces_at is not None:  # sent before its time: it is on the board from here on
        fields["surfaces_at"] = None
        finish(SURFACE, call.pk)
        # Its open questions are asked again.
        schedule("triage", call.pk, due_at=now, now=now, version=call.facts_version)
    if stages and call.late:
        fields["late"] = 0
    elif not stages and call.status not in _WAITS:  # its last unit has left: from here on it waits anew
        fields["waits_since"] = now
    return write(call, **fields) if fields else {}


def set_mode(
    *, actor: User | None, now: datetime, call_id: int, response: str, reason: str = "", note: str = ""
) -> dict[str, Any]:
    """Set the response by hand: heavier with one key, lighter with a coded reason, from level 4 by a supervisor.

    An empty ``response`` takes the hand away again: it is what triage says.
    """
    require_dispatch(actor, "set the response")
    call = open_call(actor, call_id, now)
    wanted = response or call.response
    down = lighter(wanted, call.mode_override or call.response) or lighter(wanted, call.response)
    if down or reason:
        require_reason(actor, call, reason, note, f"Say why {MODES[wanted][1]} is enough here.")
    if down and call.level == 4 and actor is not None and actor.role != Role.SUPERVISOR:
        raise Forbidden("From level 4 only a supervisor lowers the response.")
    call.mode_note = note.strip()
    sets = write(call, also=["mode_note"], mode_override=response, mode_reason=reason)
    record(kinds.MODE_SET, center_id=call.center_id, call_id=call.pk, sets=sets)
    stage_care(call)
    look_for_partner(call, now)
    hooks.tell(hooks.mode_set, call, now)
    return {"call_id": call.pk}
