"""A consult becomes a dispatch: a call with the same facts, and nobody types them again."""

from datetime import datetime
from typing import Any

from calls import kinds as call_kinds
from calls.consults import kinds
from calls.consults.fetch import lock_consult
from calls.fetch import CallClosed
from calls.intake import create_call
from calls.models import Call, Consult, FactStatement, NarrativeEntry
from calls.narrative import write_entry
from care_dispatch.access import DISPATCH_ROLES, Role
from care_dispatch.due.work import schedule
from care_dispatch.log import record, write
from care_dispatch.refusal import Conflict, Forbidden, Invalid
from teams.models import User

NATURE = "Assist another agency"
# Facts of the asking, not of the person.
ABOUT_ASKING = ("channel", "caller", "responder_on_scene")
_ORIGIN = {
    "police": Call.Origin.POLICE_REQUEST,
    "fire_ems": Call.Origin.FIRE_EMS_REQUEST,
    "hospital": Call.Origin.HOSPITAL,
    "partner": Call.Origin.PARTNER,
    "care": Call.Origin.SELF_INITIATED,
    "dispatch": Call.Origin.NINE_ONE_ONE,
}


class AlreadyDispatched(Conflict):
    """It became a call before; the answer says which."""

    code = "already_dispatched"


def become_dispatch(
    *, actor: User, now: datetime, consult_id: int, location: str = "", nature: str = "", call_id: int | None = None
) -> dict[str, Any]:
    """Make the consult a call, or give what it knows to the call it belongs to (``call_id``, else its own).

    The clinician on the phone may do it: what they hear must not wait for somebody to be told.
    """
    call_id = call_id or _merged_into(consult_id)
    consult = lock_consult(actor, consult_id, now, also_call=call_id)
    if actor.role not in DISPATCH_ROLES | {Role.CLINICIAN}:
        raise Forbidden("Dispatch or the clinician who is asked makes a consult a call.")
    if consult.dispatched_at is not None and consult.call is not None:
        at = f"{consult.center.local(consult.dispatched_at):%H:%M:%S}"
        raise AlreadyDispatched(
            f"It is call {consult.call.number} since {at}.", call_id=consult.call_id, call_number=consult.call.number
        )
    call = Call.objects.get(pk=call_id) if call_id is not None else consult.call
    if call is not None and call.status == Call.Status.CLOSED:
        if call_id is not None:
            raise CallClosed(f"Call {call.number} is closed; reopen it first, or name none and it becomes a new one.")
        call = None
    made = make_call(consult, call, actor=actor, now=now, location=location, nature=nature)
    return {"consult_id": consult.pk, "call_id": made.pk, "number": made.number}


def _merged_into(consult_id: int) -> int | None:
    """The call that stays, when the consult's own was a duplicate of it."""
    consult = Consult.objects.filter(pk=consult_id).select_related("call").first()
    stays = consult.call.merged_into if consult and consult.call else None
    return stays.pk if stays else None


def make_call(
    consult: Consult, call: Call | None, *, actor: User, now: datetime, location: str = "", nature: str = ""
) -> Call:
    """The step itself: ``call`` or a new one takes over every statement as it stands, and that somebody is to come."""
    new = call is None
    call = call or _new_call(consult, location, nature, now)
    if consult.details:
        note = write_entry(call, consult.details, NarrativeEntry.Audience.SHARED, consult.asked_by or actor, now)
        record(call_kinds.NOTE_ADDED, center_id=call.center_id, call_id=call.pk, refs={"note_id": note.pk})
    someone_comes = FactStatement(
        call=call, fact="need", value="in_person", source=FactStatement.Source.QUESTION, informant=actor.username,
        stated_by=actor, stated_at=now,
    )  # fmt: skip
    _give(call, [*_copies(consult, call, about_asking=new), someone_comes], now)
    write(consult, call=call, dispatched_at=now, dispatched_by=actor)
    kinds.record_consult(kinds.CONSULT_DISPATCHED, consult)
    return call


def give_facts(consult: Consult, now: datetime) -> None:
    """What is said of the person in a consult on an open call is said on the call, at once and not again."""
    if consult.call is not None and consult.call.status != Call.Status.CLOSED:
        _give(consult.call, _copies(consult, consult.call, about_asking=False), now)


def _new_call(consult: Consult, location: str, nature: str, now: datetime) -> Call:
    place = location.strip() or consult.location
    if not place:
        raise Invalid("Say where: a place, or the call it belongs to.")
    done = create_call(
        actor=None, now=now, center=consult.center, nature=nature.strip() or NATURE, location=place,
        origin=_ORIGIN[consult.requester_kind],
    )  # fmt: skip
    return Call.objects.get(pk=done["call_id"])


def _copies(consult: Consult, call: Call, *, about_asking: bool) -> list[FactStatement]:
    """Value, source, informant, who wrote it down and when: as stated, not as typed again; none that is there already.

    ``about_asking``: also who asks, how and from where; a call that came in before says that of itself.
    """
    there = {(row.fact, row.informant, row.stated_at) for row in FactStatement.objects.filter(call=call)}
    return [
        FactStatement(
            call=call, fact=row.fact, value=row.value, source=row.source, informant=row.informant,
            stated_by=row.stated_by, stated_at=row.stated_at,
        )
        for row in consult.facts.select_related("stated_by")
        if (row.fact, row.informant, row.stated_at) not in there and (about_asking or row.fact not in ABOUT_ASKING)
    ]  # fmt: skip


def _give(call: Call, statements: list[FactStatement], now: datetime) -> None:
    if not statements:
        return
    made = FactStatement.objects.bulk_create(statements)
    sets = write(call, facts_version=call.facts_version + 1)
    schedule("triage", call.pk, due_at=now, now=now, version=call.facts_version)
    record(
        call_kinds.FACTS_STATED, center_id=call.center_id, call_id=call.pk, sets=sets,
        refs={"statement_ids": [row.pk for row in made]},
    )  # fmt: skip
