"""Demand nobody met: every call that asked for CARE in person and got on, or ended, without, why, and what was done instead."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from calls.codes import offered, require_in_use
from calls.fetch import NO_CALL, lock_call, require_dispatch
from calls.lifecycle import SERVICES_OF_RESPONSE
from calls.models import Call, Code, Unmet
from care_dispatch.log import EventKind, record, register_kinds, write
from care_dispatch.refusal import Conflict, Invalid
from teams.aboard import aboard
from teams.models import Discipline, Unit, User
from teams.selectors import center_id_of

UNMET_NOTED = EventKind("unmet.noted", refs=frozenset({"unmet_id", "reason", "instead", "waited_seconds"}))
UNMET_EXPLAINED = EventKind("unmet.explained", refs=frozenset({"unmet_id", "reason"}))
UNMET_MET = EventKind("unmet.met", refs=frozenset({"unmet_id"}))
register_kinds([UNMET_NOTED, UNMET_EXPLAINED, UNMET_MET])

# Where a call ends so, nobody was wanted any more, or another call stands for it.
NOBODY_WANTED = (Call.ClosedAs.CANCELLED, Call.ClosedAs.DUPLICATE, Call.ClosedAs.TRANSFERRED_988)
# Nobody travels: a clinician answers from where they are, or nobody of CARE is asked for.
BY_PHONE = (Call.Response.PHONE, Call.Response.CONSULT)
IN_PERSON = tuple(
    response for response in Call.Response.values
    if "care" in SERVICES_OF_RESPONSE[response] and response not in BY_PHONE
)  # fmt: skip
LISTED = 200
# A reason nobody has said, of a demand that was not met and that no other call stands for.
STILL_OWED = Q(reason="", met_at__isnull=True) & ~Q(call__closed_as=Call.ClosedAs.DUPLICATE)


class NothingOwed(Conflict):
    code = "nothing_owed"


# --- what counts -------------------------------------------------------------------------------------
def asked_for_care(call: Call) -> bool:
    """Whether triage or somebody's hand asks for CARE in person. A hand that asks for less takes back no demand."""
    judged = bool(call.response) and call.response not in BY_PHONE and Discipline.CARE in call.services
    return judged or call.mode_override in IN_PERSON


def care_was_sent(call: Call) -> bool:
    return call.assignments.filter(unit__discipline=Discipline.CARE).exists()


def care_has_come(call: Call) -> bool:
    """CARE is on the call, or was there since it is open; a team taken away or cancelled on the way has met nobody."""
    care = call.assignments.filter(unit__discipline=Discipline.CARE)
    there = care.been_there()
    if call.reopened_at is not None:
        there = there.filter(dispatched_at__gte=call.reopened_at)
    return (care.open() | there).exists()


def require_why(call: Call, closed_as: str, reason: str) -> None:
    """A person who closes such a call says why CARE did not go; the list of reasons is closed, so that they count."""
    row = Unmet.objects.filter(call=call).first()
    answered = row is not None and (row.met_at is not None or _said_since_open(row, call))
    if reason or call.not_sent_reason or answered or _by_hand(call) or closed_as in NOBODY_WANTED:
        return
    if care_was_sent(call) or row is None and not asked_for_care(call):
        return
    raise Invalid(
        f"Call {call.number} asked for CARE and none was sent: say why not:"
        f" {offered(call.center_id, Code.List.NOT_SENT)}."
    )


def _by_hand(call: Call) -> str:
    """Who set less by hand has said why already, with the reason of the override."""
    lowered = call.mode_override and call.mode_override not in IN_PERSON
    return Call.NotSent.RULE_OVERRIDE if lowered else ""


# --- noting ------------------------------------------------------------------------------------------
def note_closed_without(call: Call, now: datetime) -> None:
    """Part of every end of a call: the newest truth of its row; without a reason it is owed.

    A call closed again after it was open is told of anew: the row says what holds now, the log what was said before.
    """
    if call.closed_as == Call.ClosedAs.DUPLICATE:  # what was asked for goes on with the call that stays
        return
    row = Unmet.objects.select_for_update().filter(call=call).first()
    if row is None and (call.closed_as in NOBODY_WANTED or not asked_for_care(call)):
        return
    if care_was_sent(call) or row is not None and row.met_at is not None:
        return
    reason = call.not_sent_reason or (row.reason if row is not None and _said_since_open(row, call) else "")
    others = call.assignments.exists()
    instead = Unmet.Instead.SENT_WITHOUT if others else Unmet.Instead.CLOSED_WITHOUT
    _note(call, row, instead, now, reason=reason or _by_hand(call))


def note_sent(call: Call, units: Sequence[Unit], now: datetime) -> None:
    """Part of every sending, never in its way: CARE meets the demand; others without CARE leave a reason owed."""
    if any(unit.discipline == Discipline.CARE for unit in units):
        care_came(call, now)
    elif units:
        trained = any("cit" in has.capabilities for has in aboard([unit.pk for unit in units], now).values())
        note_step(call, Unmet.Instead.CIT if trained else Unmet.Instead.SENT_WITHOUT, now)


def note_step(call: Call, step: str, now: datetime) -> None:
    """What is done while nobody of CARE comes: once in the row, however often it is done; the call is locked."""
    row = Unmet.objects.select_for_update().filter(call=call).first()
    if row is None and not asked_for_care(call) or care_has_come(call):
        return
    if row is None or step not in row.instead and (row.met_at is None or care_was_sent(call)):
        _note(call, row, step, now, reason=row.reason if row else "")


def _said_since_open(row: Unmet, call: Call) -> bool:
    return row.reason_at is not None and (call.reopened_at is None or row.reason_at >= call.reopened_at)


def _note(call: Call, row: Unmet | None, instead: str, now: datetime, *, reason: str) -> Unmet:
    """The call is locked, so that nobody notes the same; a step taken before stays in the row."""
    truth: dict[str, Any] = {
        "level": call.level,
        "area": call.jurisdiction.code if call.jurisdiction else "",
        "waited_seconds": max(0, round((now - call.received_at).total_seconds())),
        "instead": _with(row.instead if row else [], instead),
    }
    if row is None:
        truth |= {"center_id": call.center_id, "noted_at": now, "hour": call.center.local(call.received_at).hour}
        truth["met_at"] = now if care_was_sent(call) else None  # it was met, and CARE is gone again
        row = Unmet.objects.create(call=call, **truth, **_why(reason, now))
    elif reason != row.reason:
        write(row, **truth, **_why(reason, now), reason_by=None)
    else:
        write(row, **truth)
    _record(UNMET_NOTED, row, reason=row.reason, instead=instead, waited_seconds=row.waited_seconds)
    return row


def _with(steps: list[str], step: str) -> list[str]:
    """The steps in the order they were first taken."""
    return steps if step in steps else [*steps, step]


def care_came(call: Call, now: datetime) -> None:
    """CARE is sent after all: the row stays, and says that it was met and after how long."""
    for row in Unmet.objects.select_for_update().filter(call=call, met_at__isnull=True):
        write(row, met_at=now, waited_seconds=max(0, round((now - call.received_at).total_seconds())))
        _record(UNMET_MET, row)


def explain_unmet(*, actor: User, now: datetime, call_id: int, reason: str) -> dict[str, Any]:
    """Say why CARE did not go, while the call is open or afterwards; a reason said before is in the log."""
    require_dispatch(actor, "say why CARE was not sent")
    if reason not in Call.NotSent:
        raise Invalid(f"Give one of {offered(center_id_of(actor), Code.List.NOT_SENT)}.")
    call = lock_call(actor, call_id, now, missing=NO_CALL)
    require_in_use(actor, call.center_id, Code.List.NOT_SENT, reason)
    row = Unmet.objects.select_for_update().filter(call=call).first()
    if row is None:
        raise NothingOwed("CARE was sent to this call, nobody was sent without it yet, or nobody asked for CARE.")
    write(row, **_why(reason, now), reason_by=actor)
    _record(UNMET_EXPLAINED, row, reason=reason)
    return {"unmet_id": row.pk, "call_id": call_id}


def _why(reason: str, now: datetime) -> dict[str, Any]:
    return {"reason": reason, "reason_at": now if reason else None}


def _record(kind: EventKind, row: Unmet, **refs: Any) -> None:
    record(kind, center_id=row.center_id, call_id=row.call_id, refs={"unmet_id": row.pk, **refs})


def reasons_owed(user: User) -> list[dict[str, Any]]:
    """Calls that others went to without CARE, or that ended so, and nobody has said why; the oldest first."""
    require_dispatch(user, "see the reasons owed")
    rows = Unmet.objects.filter(STILL_OWED, center_id=center_id_of(user)).select_related("call")
    return [
        {"call_id": row.call_id, "call_number": str(row.call.number), "owed_since": row.noted_at.isoformat()}
        for row in rows.order_by("noted_at", "pk")[:LISTED]
    ]
