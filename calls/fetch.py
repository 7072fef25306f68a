"""Fetch with permission: the only way an action gets a call, a unit or an assignment. Refused looks like missing."""

from datetime import datetime

from django.db.models import Q, QuerySet

from calls.codes import called
from calls.models import Assignment, Call, Code
from care_dispatch.access import DISPATCH_ROLES, FIELD_ROLES, Role
from care_dispatch.refusal import Conflict, Forbidden, NotFound
from teams.models import Shift, Unit, User

NO_CALL = "There is no such call."
NO_UNIT = "There is no such unit."

# Written out: composing them anew takes longer than PostgreSQL needs to run them, and every change begins with them.
_CALL = "SELECT * FROM calls_call WHERE id = %s FOR UPDATE"
_CALL_OF_UNIT = (
    "SELECT c.* FROM calls_call c JOIN calls_assignment a ON a.call_id = c.id"
    " WHERE a.unit_id = %s AND a.cleared_at IS NULL FOR UPDATE OF c"
)
_UNITS = "SELECT * FROM teams_unit WHERE id = ANY(%s) AND NOT retired ORDER BY id FOR UPDATE"
_OPEN_ASSIGNMENT = "SELECT * FROM calls_assignment WHERE unit_id = %s AND cleared_at IS NULL FOR UPDATE"


class CallClosed(Conflict):
    code = "call_closed"


class MirroredUnit(Conflict):
    """The unit's status lives in another center's CAD."""

    code = "mirrored_unit"


class CallMerged(CallClosed):
    """The call is a duplicate that goes on in another one; the message names it."""

    code = "call_merged"


def require_dispatch(actor: User | None, what: str) -> None:
    """``actor`` None is the system itself."""
    if actor is not None and actor.role not in DISPATCH_ROLES:
        raise Forbidden(f"Only a dispatcher or supervisor may {what}.")
    if actor is not None and actor.center_id is None:
        raise Forbidden(f"This sign-in belongs to no center and may not {what}.")


def own_unit_ids(actor: User, now: datetime) -> list[int]:
    """The units this person is on shift with."""
    return list(Shift.objects.filter(user=actor, during__contains=now).values_list("unit_id", flat=True))


def own_assignments(actor: User, now: datetime) -> QuerySet[Assignment]:
    """What the unit this person is on shift with is on, or left since that shift began.

    A crew that comes on later, and a person who has gone home, have no part in what the unit did before.
    """
    mine = Q(pk__in=[])
    for unit_id, during in Shift.objects.filter(user=actor, during__contains=now).values_list("unit_id", "during"):
        mine |= Q(unit_id=unit_id) & (Q(cleared_at__isnull=True) | Q(cleared_at__gte=during.lower))
    return Assignment.objects.filter(mine)


def may_open(actor: User, call: Call, now: datetime) -> bool:
    """Dispatch and CARE open every call of their center; an officer those the own crew is or was sent to."""
    if call.center_id != actor.center_id:
        return False
    if actor.role in DISPATCH_ROLES or actor.role == Role.CLINICIAN:
        return True
    if actor.role != Role.OFFICER:
        return False
    return own_assignments(actor, now).filter(call=call).exists()


def lock_call(actor: User | None, call_id: int, now: datetime, *, missing: str = NO_CALL) -> Call:
    """The call, locked until the commit. Locks go calls by id first, then units by id.

    ``missing``: what is said to be missing, when something of the call was asked for and not the call.
    """
    call = next(iter(Call.objects.raw(_CALL, [call_id])), None)
    if call is None or actor is not None and not may_open(actor, call, now):
        raise NotFound(missing)
    return call


def open_call(actor: User | None, call_id: int, now: datetime) -> Call:
    """Like lock_call, and refuses a closed call with the way back."""
    call = lock_call(actor, call_id, now)
    refuse_merged(call)
    if call.status == Call.Status.CLOSED:
        at = f" at {call.center.local(call.closed_at):%H:%M:%S}" if call.closed_at else ""
        ended = called(call.center_id, Code.List.CLOSED_AS, call.closed_as).lower()
        raise CallClosed(f"Call {call.number} was closed{at} as {ended}; reopen it first.")
    return call


def refuse_merged(call: Call) -> None:
    if call.merged_into is not None:
        raise CallMerged(
            f"Call {call.number} was merged into call {call.merged_into.number}; go on there, or have a supervisor take"
            " it out again.",
            merged_into=call.merged_into_id,
        )


def lock_two_calls(actor: User | None, one: int, two: int, now: datetime) -> tuple[Call, Call]:
    """Both calls, locked by id whichever is named first."""
    locked = {pk: lock_call(actor, pk, now) for pk in sorted((one, two))}
    if one == two:
        raise Conflict("These are one and the same call.")
    if locked[one].center_id != locked[two].center_id:
        raise NotFound(NO_CALL)
    return locked[one], locked[two]


def lock_units(actor: User | None, unit_ids: list[int]) -> list[Unit]:
    """The units in id order, locked; raises NotFound when one is missing or another center's."""
    units = list(Unit.objects.raw(_UNITS, [unit_ids]))
    if len(units) != len(set(unit_ids)) or actor is not None and any(u.center_id != actor.center_id for u in units):
        raise NotFound(NO_UNIT)
    return units


def lock_call_of(unit_id: int) -> Call | None:
    """The call the unit is on, locked; what the unit is on must be looked at again once the unit is locked too."""
    return next(iter(Call.objects.raw(_CALL_OF_UNIT, [unit_id])), None)


def lock_open_assignment(unit_id: int) -> Assignment | None:
    """What the unit is on, locked; call and unit must be locked already."""
    return next(iter(Assignment.objects.raw(_OPEN_ASSIGNMENT, [unit_id])), None)


def refuse_mirrored(actor: User | None, unit: Unit) -> None:
    """The status of a unit that lives in another center's CAD is moved by its feed alone (``actor`` None)."""
    if actor is not None and unit.mirrored_from:
        raise MirroredUnit(f"{unit.callsign} belongs to {unit.mirrored_from}: ask for it, and release it when done.")


def may_report(actor: User | None, unit: Unit, now: datetime) -> None:
    """A dispatcher reports for any unit of the center, a clinician or officer for the unit they are on."""
    refuse_mirrored(actor, unit)
    if actor is None or actor.role in DISPATCH_ROLES:
        return
    if actor.role not in FIELD_ROLES or unit.pk not in own_unit_ids(actor, now):
        raise NotFound(NO_UNIT)
