"""The kinds of event a consult writes: ids only, never a word of what was asked or advised."""

from calls.models import Consult
from care_dispatch.log import EventKind, record
from teams.models import Unit

_CONSULT = frozenset({"consult_id"})


def _kind(step: str) -> EventKind:
    return EventKind(f"consult.{step}", refs=_CONSULT)


CONSULT_ASKED = _kind("asked")
CONSULT_OFFERED = _kind("offered")
CONSULT_PASSED = _kind("passed")
CONSULT_NOT_TAKEN = _kind("not_taken")
CONSULT_LATE = _kind("late")
CONSULT_ANSWERED = _kind("answered")
CONSULT_READ_BACK = _kind("read_back")
CONSULT_DISPATCHED = _kind("dispatched")
CONSULT_ENDED = _kind("ended")
CONSULT_CONFIRM_DUE = _kind("confirm_due")
CONSULT_CONFIRMED = _kind("confirmed")
KINDS = [value for value in list(globals().values()) if isinstance(value, EventKind)]


def record_consult(kind: EventKind, consult: Consult, unit: Unit | None = None) -> None:
    """``unit``: whose step it is."""
    record(
        kind, center_id=consult.center_id, call_id=consult.call_id, unit_id=unit.pk if unit else None,
        agency_id=consult.requester_agency_id, refs={"consult_id": consult.pk},
    )  # fmt: skip
