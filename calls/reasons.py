"""The coded reason for sending less than triage asks for: asked for in one place, so that overrides can be counted."""

from calls.models import Call
from care_dispatch.refusal import Invalid

OFFERED = [reason for reason in Call.OverrideReason if reason != Call.OverrideReason.AS_RECORDED]


def require_reason(reason: str, note: str, why: str) -> None:
    """Refuse what is no code, or the code for something else without the words; ``why`` says what it is asked for."""
    if reason not in Call.OverrideReason:
        raise Invalid(f"{why} Give one of {', '.join(OFFERED)}.")
    if reason == Call.OverrideReason.OTHER and not note.strip():
        raise Invalid("Say in words what the other reason is.")
