"""Movement of the pair: where CARE stages, when the scene is secure, police at once, and CARE asked for from the scene."""

from datetime import datetime, timedelta
from typing import Any

from calls import hooks, kinds, timers
from calls.alerts import raise_alert
from calls.dispatch import assign, stage_care
from calls.fetch import lock_units, open_call, own_assignments, require_dispatch
from calls.models import Alert, Assignment, Call
from calls.partners import police_too, services_asked
from calls.scene import hand_over, lose_scene
from calls.stages import police_there
from care_dispatch.access import DISPATCH_ROLES
from care_dispatch.log import record, write
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import Discipline, Unit, UnitPosition, User
from teams.plans import Figures
from teams.recommendation import Eta, Place, eta
from teams.whereabouts import places_of

# A second press within this time is the same cry for help: the police it sent are named again, no more are sent.
SAME_CRY = timedelta(seconds=30)


# --- the scene -------------------------------------------------------------------------------------
def secure_scene(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    """The officer there (or dispatch on their word) has made it safe: the lead goes to CARE.

    It waves nobody in: see clear_to_enter.
    """
    call = _call_of_police(actor, call_id, now, "says that it is secure")
    if call.scene_secure_at is None:
        record(
            kinds.SCENE_SECURED, center_id=call.center_id, call_id=call.pk, sets=write(call, scene_secure_at=now)
        )  # fmt: skip
        hand_over(call)
    return {"call_id": call.pk}


def unsecure_scene(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    """It is safe no more: police lead again, and CARE is told at once."""
    call = _call_of_police(actor, call_id, now, "says that it is secure no more")
    if call.scene_secure_at is not None:
        lose_scene(call)
        care = _on(call, Discipline.CARE)
        names = ", ".join(unit.callsign for unit in care)
        text = f"The scene of call {call.number} is not secure any more{f': tell {names}' if care else ''}."
        raise_alert(
            center=call.center, kind=Alert.Kind.SCENE_NOT_SECURE, text=text, now=now, call=call, tell=care
        )  # fmt: skip
    return {"call_id": call.pk}


def _call_of_police(actor: User | None, call_id: int, now: datetime, what: str) -> Call:
    call = open_call(actor, call_id, now)
    if actor is not None and actor.role not in DISPATCH_ROLES and not police_there(actor, call, now):
        raise Forbidden(f"The officer on the call or a dispatcher {what}.")
    return call


def set_staging(
    *, actor: User, now: datetime, call_id: int, point: str = "", lat: float | None = None, lng: float | None = None
) -> dict[str, Any]:
    """Say where CARE waits: words, a place, or both; nothing at all goes back to the proposal."""
    require_dispatch(actor, "set the staging point")
    if (lat is None) != (lng is None):
        raise Invalid("A place has a latitude and a longitude.")
    call = open_call(actor, call_id, now)
    sets = write(call, staging_point=point.strip(), staging_lat=lat, staging_lng=lng)
    record(kinds.STAGING_SET, center_id=call.center_id, call_id=call.pk, sets=sets)
    return {"call_id": call.pk}


# --- police at once --------------------------------------------------------------------------------
def call_police_up(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    """Send the nearest free police now, whatever is still open on the call; CARE stays on it.

    With nobody free ``unit_id`` is None and every console is alarmed. Never refused to dispatch or to a crew on the call.
    """
    call = open_call(actor, call_id, now)
    who = _who_calls(actor, call, now)
    if (sent := _just_sent(call, now)) is not None:
        return {"call_id": call.pk, "unit_id": sent.unit_id, "assignment_id": sent.pk, "again": True}
    found = _nearest_police(call, now)
    sets = write(call, scene_secure_at=None)
    if Discipline.POLICE not in services_asked(call):
        sets |= write(call, mode_override=police_too(call), mode_reason=Call.OverrideReason.CREW_REQUEST)
    was_late, assignment = call.late > 0, None
    if found:
        assignment = assign(call, found[0], Assignment.Status.DISPATCHED, now, actor=actor)
        timers.units_sent(call, [found[0]], Assignment.Status.DISPATCHED, now, was_late=was_late)
    refs = {"assignment_id": assignment.pk if assignment else None}
    record(kinds.POLICE_CALLED_UP, center_id=call.center_id, call_id=call.pk, sets=sets, refs=refs)
    stage_care(call)
    hand_over(call)
    if "call.mode_override" in sets:
        hooks.tell(hooks.mode_set, call, now)
    _cry(call, who, found, now)
    return {"call_id": call.pk, "unit_id": found[0].pk if found else None, **refs, "again": False}


def _who_calls(actor: User | None, call: Call, now: datetime) -> str:
    """The callsign that needs police, or CARE on the call when dispatch presses the key; Forbidden for bystanders."""
    if actor is not None and actor.role not in DISPATCH_ROLES:
        own = own_assignments(actor, now).filter(call=call, cleared_at__isnull=True).select_related("unit").first()
        if own is None:
            raise Forbidden("Only a crew on the call or a dispatcher calls police up.")
        return own.unit.callsign
    care = _on(call, Discipline.CARE)
    return " and ".join(unit.callsign for unit in care) or "Dispatch"


def _just_sent(call: Call, now: datetime) -> Assignment | None:
    """The police this cry for help has sent already, by somebody else of the crew or a second press."""
    cries = call.alerts.filter(kind=Alert.Kind.POLICE_NEEDED, raised_at__gt=now - SAME_CRY)
    told = cries.values("told__unit")
    return call.assignments.open().filter(unit__discipline=Discipline.POLICE, unit__in=told).order_by("-pk").first()


def _nearest_police(call: Call, now: datetime) -> tuple[Unit, Eta | None] | None:
    """The nearest free police unit, locked. One that somebody is just sending is passed over for the next.

    Units of another CAD are not among them: they go when their own center accepts, and hear of no call from here.
    """
    free = Unit.objects.filter(
        center=call.center_id,
        discipline=Discipline.POLICE,
        status=Unit.Status.AVAILABLE,
        retired=False,
        mirrored_from="",
    )
    places = places_of((unit.pk for unit in free), now)
    ranked = sorted(
        ((unit, eta_of(unit, places.get(unit.pk), call)) for unit in free),
        key=lambda pair: (
            pair[1].seconds if pair[1] else 2**31, pair[0].agency_id != call.jurisdiction_id, pair[0].callsign
        ),
    )  # fmt: skip
    for unit, estimate in ranked:
        # Never waiting here, so that the order of locks cannot matter.
        locked = Unit.objects.select_for_update(skip_locked=True).filter(pk=unit.pk).first()
        if locked is not None and locked.status == Unit.Status.AVAILABLE:
            return locked, estimate
    left = {unit.pk: unit for unit in lock_units(None, [unit.pk for unit, _ in ranked])}
    for unit, estimate in ranked:
        if left[unit.pk].status == Unit.Status.AVAILABLE:
            return left[unit.pk], estimate
    return None


def eta_of(unit: Unit, start: UnitPosition | None, call: Call) -> Eta | None:
    """How long the unit takes to the call from where it was last; None when either place is not known."""
    if start is None or call.lat is None or call.lng is None:
        return None
    figures = Figures()
    return eta(
        Place(start.lat, start.lng), Place(call.lat, call.lng), mph=figures.mph(unit.discipline),
        road_factor=figures.road_factor,
    )  # fmt: skip


def _cry(call: Call, who: str, found: tuple[Unit, Eta | None] | None, now: datetime) -> None:
    if found is None:
        text = f"{who} needs police on call {call.number} NOW and nobody is free: free a unit or ask another agency."
    else:
        unit, estimate = found
        about = f", about {max(1, round(estimate.seconds / 60))} min (estimate)" if estimate else ""
        text = f"{who} needs police on call {call.number} NOW: {unit.callsign} is sent{about}."
    urgency = Alert.Urgency.OVERDUE if found else Alert.Urgency.EMERGENCY
    tell = [found[0]] if found else []
    raise_alert(
        center=call.center, kind=Alert.Kind.POLICE_NEEDED, text=text, now=now, call=call, tell=tell, urgency=urgency
    )  # fmt: skip


# --- CARE asked for from the scene -----------------------------------------------------------------
def request_care(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    """Police on the scene ask for CARE: whoever of CARE is sent from now on comes reactively."""
    call = _call_of_police(actor, call_id, now, "asks for CARE")
    if call.care_requested_at is None:
        sets = write(call, care_requested_at=now)
        record(kinds.CARE_REQUESTED, center_id=call.center_id, call_id=call.pk, sets=sets)
        who = " and ".join(unit.callsign for unit in _on(call, Discipline.POLICE)) or "Police"
        text = f"{who} on scene of call {call.number} ask for CARE."
        raise_alert(center=call.center, kind=Alert.Kind.CARE_REQUESTED, text=text, now=now, call=call)
    return {"call_id": call.pk}


def _on(call: Call, discipline: str) -> list[Unit]:
    on = Unit.objects.filter(assignments__call=call, assignments__cleared_at__isnull=True, discipline=discipline)
    return list(on.order_by("callsign"))
