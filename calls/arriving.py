"""The safety re-check: a CARE team that arrives while something about safety is open or untold is not let in in silence."""

from datetime import datetime

from calls import triage
from calls.alerts import raise_alert
from calls.models import Alert, AlertTold, Assignment, Call
from teams.models import Discipline, Unit

UNTOLD = "got worse and has not been told"


def recheck_safety(assignment: Assignment, unit: Unit, now: datetime) -> None:
    """One alert per team and call: it warns and holds nobody, and every console sees it until the team has heard.

    A wave of the officer, or a scene called secure, has answered what was open.
    """
    call = assignment.call
    if unit.discipline != Discipline.CARE or assignment.cleared_to_enter_at or call.scene_secure_at:
        return
    if still_open := _open(call, unit):
        raise_alert(
            center=call.center, kind=Alert.Kind.SAFETY_RECHECK, now=now, call=call, tell=[unit],
            cause=recheck_cause(assignment),
            text=f"{unit.callsign} arrives at call {call.number} and safety is open: {'; '.join(still_open)}",
        )  # fmt: skip


def recheck_cause(assignment: Assignment) -> str:
    return f"recheck:{assignment.pk}"


def _open(call: Call, unit: Unit) -> list[str]:
    """What the team does not know, in words for the radio."""
    asked = call.verdict.proof.get("safety_questions", []) if call.verdict else []
    found = [f"{triage.label(fact)} not asked".upper() for fact in asked]
    if call.verdict is None:
        found.append("NOT TRIAGED YET")
    untold = AlertTold.objects.filter(
        unit=unit, told_at__isnull=True, alert__call=call, alert__closed_at__isnull=True,
        alert__kind=Alert.Kind.SAFETY_WORSENED,
    )  # fmt: skip
    return [*found, *([UNTOLD] if untold.exists() else [])]
