"""CARE at the door before the police that the call asks for: the console must know at once, without any grace."""

from collections.abc import Sequence
from datetime import datetime

from calls.alerts import end_cause, raise_alert
from calls.lifecycle import SERVICES_OF_RESPONSE, arrived
from calls.models import Alert, Assignment, Call
from teams.models import Discipline

_PAIR = (Discipline.CARE, Discipline.POLICE)


def services_asked(call: Call) -> Sequence[str]:
    """Who should go: what triage says, or what was set by hand instead."""
    return SERVICES_OF_RESPONSE[call.mode_override] if call.mode_override else call.services


def look_for_partner(call: Call, now: datetime) -> None:
    """After an arrival: CARE there without its police is one alert, which their arrival ends.

    CARE that nobody has waved in has an alert of its own (``warn_if_not_cleared``).
    """
    there = [
        one for one in call.assignments.open().select_related("unit").order_by("pk") if one.unit.discipline in _PAIR
    ]
    care = [one for one in there if one.unit.discipline == Discipline.CARE and arrived(one.status) and not _waits(one)]
    police = [one for one in there if one.unit.discipline == Discipline.POLICE]
    cause = f"partner:{call.pk}"
    if not care or "police" not in services_asked(call) or any(arrived(one.status) for one in police):
        end_cause(call.center_id, cause, now)
        return
    names = " and ".join(one.unit.callsign for one in care)
    coming = ", ".join(f"{one.unit.callsign} is {one.get_status_display().lower()}" for one in police)
    text = f"{names} on scene of call {call.number} without police: {coming or 'none is on it'}"
    raise_alert(
        center=call.center, kind=Alert.Kind.PARTNER_MISSING, text=text, now=now, call=call, cause=cause,
        tell=[one.unit for one in care],
    )  # fmt: skip


def _waits(assignment: Assignment) -> bool:
    return assignment.role == Assignment.Role.STAGE and assignment.cleared_to_enter_at is None
