"""CARE at the door without the police that the call asks for: the console must know at once, without any grace."""

from collections.abc import Sequence
from datetime import datetime

from calls import kinds
from calls.alerts import end_cause, raise_alert
from calls.lifecycle import arrived, services_of
from calls.models import Alert, Assignment, Call
from calls.scene import lose_scene
from care_dispatch.log import record, write
from teams.models import Discipline, Unit

Response = Call.Response
_PAIR = (Discipline.CARE, Discipline.POLICE)


def services_asked(call: Call) -> Sequence[str]:
    return services_of(call.response, call.services, call.mode_override)


def police_too(call: Call) -> str:
    """What to set by hand so that police come as well, and nobody is let off who is asked for already."""
    kept = services_of(call.response, call.services, Response.CARE_POLICE)
    return Response.CARE_POLICE if set(services_asked(call)) <= set(kept) else Response.FIRE_POLICE_EMS


def look_for_partner(call: Call, now: datetime, *, gone: Unit | None = None) -> None:
    """After an arrival, a leaving or a change of who is asked for: CARE there without its police is one alert.

    The arrival of police ends it. ``gone``: the police that have just left. CARE that nobody has waved in has an alert
    of its own (``warn_if_not_cleared``).
    """
    on = list(call.assignments.open().filter(unit__discipline__in=_PAIR).select_related("unit").order_by("pk"))
    care = [one for one in on if one.unit.discipline == Discipline.CARE and arrived(one.status) and not waits(one)]
    police = [one for one in on if one.unit.discipline == Discipline.POLICE]
    if not care or Discipline.POLICE not in services_asked(call) or _covered(call, care, police):
        end_cause(call.center_id, partner_cause(call), now)
        return
    names = " and ".join(one.unit.callsign for one in care)
    coming = ", ".join(f"{one.unit.callsign} is {one.get_status_display().lower()}" for one in police)
    kind = Alert.Kind.CARE_ALONE if gone else Alert.Kind.PARTNER_MISSING
    text = f"{names} on scene of call {call.number} without police: {coming or 'none is on it'}"
    if gone:
        text = f"{gone.callsign} has left call {call.number}; {names} there without police: {coming or 'none is on it'}"
    raise_alert(
        center=call.center, kind=kind, text=text, now=now, call=call, cause=partner_cause(call),
        tell=[one.unit for one in care],
    )  # fmt: skip


def _covered(call: Call, care: Sequence[Assignment], police: Sequence[Assignment]) -> bool:
    """Police are there; or the last to leave were released on purpose, with the scene secure or every team waved in."""
    if any(arrived(one.status) for one in police):
        return True
    left = call.assignments.filter(unit__discipline=Discipline.POLICE, cleared_at__isnull=False)
    if call.reopened_at is not None:
        left = left.filter(dispatched_at__gte=call.reopened_at)
    last = left.order_by("cleared_at", "pk").last()
    safe = call.scene_secure_at is not None or all(one.cleared_to_enter_at is not None for one in care)
    return safe and last is not None and last.police_released_at is not None


def police_left(gone: Assignment, unit: Unit, now: datetime) -> None:
    """The last police at a scene that asks for them have left. What they vouched for is void; who is inside is told of.

    Released on purpose from a scene they made safe, they leave their word behind.
    """
    call = gone.call
    if unit.discipline != Discipline.POLICE or Discipline.POLICE not in services_asked(call) or _police_at_scene(call):
        return
    if gone.police_released_at is None or call.scene_secure_at is None:
        void_word(call)
    if gone.end_reason != Assignment.EndReason.REASSIGNED:  # exchange says itself what is left behind
        look_for_partner(call, now, gone=unit)


def police_not_there(call: Call) -> None:
    """Police that were said to be at a scene that asks for them are not, and nobody else of theirs is."""
    if Discipline.POLICE in services_asked(call) and not _police_at_scene(call):
        void_word(call)


def _police_at_scene(call: Call) -> bool:
    police = call.assignments.open().filter(unit__discipline=Discipline.POLICE)
    return any(arrived(status) for status in police.values_list("status", flat=True))


def void_word(call: Call) -> None:
    """The scene is secure no more, and who was waved in and is not inside waits again."""
    lose_scene(call)
    for one in call.assignments.open().filter(cleared_to_enter_at__isnull=False).select_related("unit").order_by("pk"):
        if not arrived(one.status):
            stamp_wave(one, None)


def stamp_wave(assignment: Assignment, at: datetime | None) -> None:
    """The wave to enter, given or (None) taken back."""
    sets = write(assignment, cleared_to_enter_at=at)
    record(
        kinds.CLEARED_TO_ENTER, center_id=assignment.call.center_id, call_id=assignment.call_id,
        unit_id=assignment.unit_id, sets=sets, refs={"assignment_id": assignment.pk},
    )  # fmt: skip


def units_on(call: Call) -> list[Unit]:
    """Who is on the call now, to be told of something."""
    return list(Unit.objects.filter(assignments__call=call, assignments__cleared_at__isnull=True).order_by("pk"))


def partner_cause(call: Call) -> str:
    return f"partner:{call.pk}"


def waits(assignment: Assignment) -> bool:
    return assignment.role == Assignment.Role.STAGE and assignment.cleared_to_enter_at is None
