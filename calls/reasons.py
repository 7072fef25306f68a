"""The coded reason for sending less than triage asks for: asked for in one place, so that overrides can be counted."""

from calls.codes import offered, require_in_use
from calls.models import Call, Code
from care_dispatch.refusal import Invalid
from teams.models import User


def require_reason(actor: User | None, call: Call, reason: str, note: str, why: str) -> None:
    """Refuse what is no code in use, or the code for something else without the words; ``why``: what it is asked for."""
    if reason not in Call.OverrideReason:
        raise Invalid(f"{why} Give one of {offered(call.center_id, Code.List.MODE_REASONS)}.")
    require_in_use(actor, call.center_id, Code.List.MODE_REASONS, reason)
    if reason == Call.OverrideReason.OTHER and not note.strip():
        raise Invalid("Say in words what the other reason is.")
