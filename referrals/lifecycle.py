"""How a referral and a follow-up move: pure rules over statuses, attempts and times."""

from collections.abc import Sequence
from datetime import timedelta

# FHIR Gravity: from each status, where a referral may go.
_MOVES: dict[str, tuple[str, ...]] = {
    "draft": ("requested", "cancelled", "entered_in_error"),
    "requested": ("accepted", "rejected", "on_hold", "failed", "cancelled", "entered_in_error"),
    "accepted": ("in_progress", "completed", "on_hold", "failed", "cancelled", "entered_in_error"),
    "in_progress": ("completed", "on_hold", "failed", "cancelled", "entered_in_error"),
    "on_hold": ("requested", "accepted", "in_progress", "failed", "cancelled", "entered_in_error"),
    "rejected": ("entered_in_error",),
    "cancelled": ("entered_in_error",),
    "failed": ("entered_in_error",),
    "completed": ("entered_in_error",),
    "entered_in_error": (),
}
# Still somebody's work; a draft was not sent to anybody yet.
OPEN = ("draft", "requested", "accepted", "in_progress", "on_hold")
# A dispatcher may know of these: a referral was made.
MADE = tuple(status for status in _MOVES if status not in ("draft", "entered_in_error"))
NEEDS_REASON = ("rejected", "cancelled", "on_hold", "failed")

ATTEMPTS_BEFORE_NOT_REACHED = 3
_HOURS = {"24h": 24, "48h": 48, "72h": 72}


def moves(status: str) -> tuple[str, ...]:
    """Where a referral may go from here."""
    return _MOVES[status]


def due_after(risk: str) -> timedelta:
    """How long after the call a person is to be reached: 24, 48 or 72 hours by risk (domain, section 5)."""
    return timedelta(hours=_HOURS[risk])


def missing_for(result: str, attempts: Sequence[str]) -> str:
    """What keeps a follow-up from closing with this result, given the results of its attempts; empty when nothing."""
    if result.startswith("reached") and "reached" not in attempts:
        return "Record the attempt that reached the person first."
    tried = len(attempts)
    if result == "not_reached_after_3" and "reached" in attempts:
        return "The person was reached; close it as reached."
    if result == "not_reached_after_3" and tried < ATTEMPTS_BEFORE_NOT_REACHED:
        return f"Three attempts are needed before giving up; there {'was' if tried == 1 else 'were'} {tried}."
    return ""
