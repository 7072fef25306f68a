"""The narrative: entries are added with an audience, never edited; a wrong one is sealed."""

import hashlib
from datetime import datetime
from typing import Any

from calls import kinds
from calls.fetch import lock_call
from calls.models import Call, CallMerge, FactStatement, NarrativeEntry
from care_dispatch.access import Role, sees, tier_of
from care_dispatch.due.work import schedule
from care_dispatch.log import record, write
from care_dispatch.log.door import position_now
from care_dispatch.refusal import Conflict, Forbidden, NotFound
from teams.models import User

Audience = NarrativeEntry.Audience
NO_ENTRY = "There is no such entry."


class AlreadySealed(Conflict):
    code = "already_sealed"


class JustMerged(Conflict):
    code = "just_merged"


def add_note(
    *, actor: User | None, now: datetime, call_id: int, text: str, audience: str | None = None
) -> dict[str, Any]:
    """Add an entry. A clinician's is for CARE only unless they say otherwise; an open call is triaged again."""
    call, primary = _lock_with_primary(actor, call_id, now)
    audience = audience or (Audience.CARE if actor and actor.role == Role.CLINICIAN else Audience.SHARED)
    if actor is not None and not sees(tier_of(actor.role), f"narrative:{audience}"):
        raise Forbidden(f"This sign-in cannot write entries it could not read ({audience}).")
    entry = write_entry(call, text, audience, actor, now)
    for one in {call.pk, primary.pk}:
        record(kinds.NOTE_ADDED, center_id=call.center_id, call_id=one, refs={"note_id": entry.pk})
    if audience != Audience.CARE and primary.status != Call.Status.CLOSED:
        schedule("triage", primary.pk, due_at=now, now=now, version=primary.facts_version)
    return {"note_id": entry.pk}


def _lock_with_primary(actor: User | None, call_id: int, now: datetime) -> tuple[Call, Call]:
    """The call and, when it was merged, the call that is read with it: what is said there is triaged."""
    primary_id = Call.objects.filter(pk=call_id).values_list("merged_into_id", flat=True).first()
    locked = {}
    for pk in sorted({call_id, primary_id or call_id}):
        locked[pk] = lock_call(actor if pk == call_id else None, pk, now)
    call = locked[call_id]
    if call.merged_into_id != primary_id:
        raise JustMerged(f"Call {call.number} was merged or taken out of a merge just now; send the note again.")
    return call, locked[primary_id or call_id]


def write_entry(call: Call, text: str, audience: str, actor: User | None, now: datetime) -> NarrativeEntry:
    """The row itself, for actions that add a note on the way."""
    return NarrativeEntry.objects.create(
        call=call, text=text, text_hash=digest(text), audience=audience, author=actor, position=position_now(),
        written_at=now,
    )  # fmt: skip


def seal_note(*, actor: User, now: datetime, note_id: int, reason: str) -> dict[str, Any]:
    """Take a wrong entry's text away for good, and what triage quoted of it; its hash, author and time stay.

    Author or supervisor only.
    """
    found = NarrativeEntry.objects.filter(pk=note_id).values_list("call_id", flat=True).first()
    if found is None:
        raise NotFound(NO_ENTRY)
    call = lock_call(actor, found, now, missing=NO_ENTRY)
    entry = NarrativeEntry.objects.select_for_update().get(pk=note_id)
    if not sees(tier_of(actor.role), f"narrative:{entry.audience}"):
        raise NotFound(NO_ENTRY)
    if entry.author_id != actor.pk and actor.role != Role.SUPERVISOR:
        raise Forbidden("An entry is sealed by whoever wrote it or by a supervisor.")
    if entry.sealed_at is not None:
        raise AlreadySealed("This entry is sealed already.")
    write(entry, text="", sealed_at=now, sealed_by=actor, seal_reason=reason)
    # A duplicate's later entries are read by the call it was merged into.
    readers = [call.pk, *CallMerge.objects.filter(merged=call).values_list("primary_id", flat=True)]
    quoted = FactStatement.objects.filter(
        call__in=readers, source=FactStatement.Source.NARRATIVE, informant=entry.informant
    )
    quoted.update(evidence="")
    record(kinds.NOTE_SEALED, center_id=call.center_id, call_id=call.pk, refs={"note_id": entry.pk})
    return {"note_id": entry.pk}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
