"""Taking a call: number, callers, corrections, priority."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import connection

from calls import kinds, natures, timers
from calls.call_backs import open_call_back
from calls.closing import SURFACE
from calls.facts import state
from calls.fetch import lock_call, open_call, require_dispatch
from calls.models import Call, Caller, Draft, NarrativeEntry
from calls.narrative import write_entry
from calls.places.gazetteer import GROUND, Ground
from calls.places.siting import moved, site
from calls.scheduled import LEAD_MINUTES, surfaces_at
from calls.triage.call_types import key_of
from care_dispatch.due.work import schedule
from care_dispatch.log import record, write
from care_dispatch.log.changes import changed_since
from care_dispatch.log.door import sets_of
from care_dispatch.refusal import Conflict, Invalid
from teams.models import Agency, Center, User

TRIAGE = "triage"
_BEGIN = f"""
SELECT nextval(pg_get_serial_sequence('calls_call', 'id')), (SELECT t.priority FROM calls_calltype t
    WHERE t.center_id = %s AND t.key = ANY(%s) AND NOT t.retired ORDER BY array_position(%s, t.key) LIMIT 1), {GROUND}
"""  # noqa: S608 - columns
_CREATED = [name.removeprefix("call.") for name in kinds.CALL_CREATED.sets]


class SameFieldChanged(Conflict):
    """Two people changed one field; both values come with the answer."""

    code = "same_field_changed"


def create_call(
    *,
    actor: User | None,
    now: datetime,
    center: Center,
    nature: str,
    location: str,
    narrative: str = "",
    facts: Mapping[str, Any] | None = None,
    caller: Mapping[str, Any] | None = None,
    draft: uuid.UUID | None = None,
    scheduled_for: datetime | None = None,
    lead_minutes: int = LEAD_MINUTES,
    **fields: Any,
) -> dict[str, Any]:
    """Open a call from a nature and a location; everything else may follow.

    ``scheduled_for``: it is for later, and comes to the board ``lead_minutes`` before that. A feed that sends the same
    source id again gets the call it made the first time.
    """
    require_dispatch(actor, "take a call")
    if earlier := _from_source(center, fields):
        return earlier
    call = _new(center, now, nature=nature, location=location, facts_version=1 if facts else 0, **fields)
    refs = _what_was_said(call, actor, now, narrative=narrative, caller=caller, facts=facts)
    if draft:
        Draft.objects.filter(pk=draft, user=actor).delete()
    schedule(TRIAGE, call.pk, due_at=now, now=now, version=call.facts_version)
    if scheduled_for and (surfaces := surfaces_at(center, scheduled_for, lead_minutes, now)):
        call.scheduled_for, call.surfaces_at = scheduled_for, surfaces
        schedule(SURFACE, call.pk, due_at=surfaces, now=now)
    else:
        timers.call_taken(call, now)
    # Whoever has the counter holds up the center's other call-takers until the commit: last of all.
    call.number = next_number(center.pk, call.day)
    call.save(force_insert=True)
    record(
        kinds.CALL_CREATED, center_id=center.pk, call_id=call.pk, agency_id=call.jurisdiction_id,
        sets=sets_of(call, *_CREATED), refs=refs,
    )  # fmt: skip
    return {"call_id": call.pk, "number": call.number}


def _new(center: Center, now: datetime, *, nature: str, **fields: Any) -> Call:
    """The call before it has its number and is stored: its id, its type's code and priority, its place."""
    kind = natures.find(fields.get("type_code") or nature)
    call_id, own, ground = _begin(center.pk, [key_of(word) for word in (fields.get("type_code") or "", nature)])
    fields.setdefault("priority", own or (kind.priority if kind else natures.UNKNOWN_PRIORITY))
    if fields.get("type_code") is None:
        fields["type_code"] = kind.code if kind else ""
    urn = f"urn:emergency:uid:incidentid:{uuid.uuid4().hex}:{center.code}"
    day = center.local(now).date()
    call = Call(pk=call_id, center=center, day=day, urn=urn, nature=nature, received_at=now, **fields)
    site(call, ground)
    return call


def _what_was_said(
    call: Call,
    actor: User | None,
    now: datetime,
    *,
    narrative: str,
    caller: Mapping[str, Any] | None,
    facts: Mapping[str, Any] | None,
) -> dict[str, int]:
    """Keep the first words, who called and what was answered; returns the ids of the first two for the log."""
    refs: dict[str, int] = {}
    if narrative:
        refs["note_id"] = write_entry(call, narrative, NarrativeEntry.Audience.SHARED, actor, now).pk
    if caller:
        row = Caller.objects.create(call=call, added_at=now, **caller)
        refs["caller_id"] = row.pk
        if row.line == Caller.Line.DROPPED:
            open_call_back(call, row, now)
    if facts:
        state(call, facts, source="question", informant="caller", evidence="", actor=actor, now=now)
    return refs


def _from_source(center: Center, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    if not fields.get("source_id"):
        return None
    source = {"source_system": fields.get("source_system", ""), "source_id": fields["source_id"]}
    call = Call.objects.filter(center=center, **source).first()
    return {"call_id": call.pk, "number": call.number} if call else None


def _begin(center_id: int, type_keys: list[str]) -> tuple[int, str, Ground]:
    """In one question: the id of a new call, the priority that the center's own list gives its type or nothing, and
    what its place is read against."""
    with connection.cursor() as cursor:
        cursor.execute(_BEGIN, [center_id, type_keys, type_keys, center_id, center_id])
        call_id, priority, cities, known = cursor.fetchone()
    return int(call_id), str(priority or ""), Ground(center_id, cities, known)


def next_number(center_id: int, day: date) -> int:
    """The next call number of the center's local day, gap-free: the counter row is part of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO calls_callnumber (center_id, day, last) VALUES (%s, %s, 1) ON CONFLICT (center_id, day)"
            " DO UPDATE SET last = calls_callnumber.last + 1 RETURNING last",
            [center_id, day],
        )
        (number,) = cursor.fetchone()
    return int(number)


def change_call(
    *, actor: User | None, now: datetime, call_id: int, base: int, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """Change operational fields. Fields others changed since ``base`` (a card version) are refused with both values."""
    require_dispatch(actor, "change a call")
    call = lock_call(actor, call_id, now)
    fields = dict(changes)
    if jurisdiction := fields.pop("jurisdiction", None):
        agency = Agency.objects.filter(center_id=call.center_id, code=jurisdiction).first()
        if agency is None:
            raise Invalid(f"There is no agency {jurisdiction!r} in this center.")
        fields["jurisdiction_id"] = agency.pk
    if clashes := changed_since(base, "call", call_id, fields):
        if clash := clashes.pop("jurisdiction_id", None):
            clashes["jurisdiction"] = clash | _agency_codes(yours=clash["yours"], theirs=clash["theirs"])
        raise SameFieldChanged(_who_was_first(call.center, clashes), fields=clashes)
    if "priority" in fields:
        fields |= {"priority_set_by_hand": True, "late": timers.still_late(call, fields["priority"])}
    if "jurisdiction_id" in fields:
        fields["jurisdiction_set_by_hand"] = True
    fields |= moved(call, fields, now)
    sets = write(call, **fields)
    record(kinds.CALL_CHANGED, center_id=call.center_id, call_id=call.pk, sets=sets)
    if "priority" in fields:
        timers.wind(call.pk, now)
    if {"nature", "type_code", "location_confirmed", "premise"} & set(fields):
        schedule(TRIAGE, call.pk, due_at=now, now=now, version=call.facts_version)
    return {"call_id": call.pk}


def _agency_codes(**agency_ids: int | None) -> dict[str, str | None]:
    codes = dict(Agency.objects.filter(pk__in=[pk for pk in agency_ids.values() if pk]).values_list("pk", "code"))
    return {whose: codes.get(pk) for whose, pk in agency_ids.items()}  # type: ignore[arg-type]  # None is no key


def _who_was_first(center: Center, clashes: dict[str, dict[str, Any]]) -> str:
    """The refusal in words; each clash learns ``who``, the position or the name."""
    names = dict(User.objects.filter(pk__in=[clash["by"] for clash in clashes.values()]).values_list("pk", "username"))
    told = []
    for field, clash in clashes.items():
        clash["who"] = clash["position"] or names.get(clash["by"], "the system")
        at = center.local(datetime.fromisoformat(clash["at"]))
        label = field.replace("_", " ").capitalize()
        told.append(f"{label} was set to {clash['theirs']} by {clash['who']} at {at:%H:%M:%S}.")
    return " ".join([*told, "That is newer than what you saw."])


def add_caller(*, actor: User | None, now: datetime, call_id: int, **caller: Any) -> dict[str, Any]:
    require_dispatch(actor, "add a caller")
    call = open_call(actor, call_id, now)
    row = Caller.objects.create(call=call, added_at=now, **caller)
    record(kinds.CALLER_ADDED, center_id=call.center_id, call_id=call.pk, refs={"caller_id": row.pk})
    if row.phone:  # it may be one that is warned of
        schedule(TRIAGE, call.pk, due_at=now, now=now, version=call.facts_version)
    if row.line == Caller.Line.DROPPED:
        open_call_back(call, row, now)
        timers.wind(call.pk, now)
    return {"caller_id": row.pk}


def retriage(*, actor: User | None, now: datetime, call_id: int) -> dict[str, Any]:
    """Ask for a fresh verdict on the same facts."""
    require_dispatch(actor, "ask for triage")
    call = open_call(actor, call_id, now)
    schedule(TRIAGE, call.pk, due_at=now, now=now, version=call.facts_version)
    return {"call_id": call.pk}


def save_draft(*, actor: User, now: datetime, draft_id: uuid.UUID, form: str, data: Any) -> None:
    """Keep what is being typed; the newest wins. Not an event: nothing of it has been said yet."""
    row, created = Draft.objects.get_or_create(
        pk=draft_id, defaults={"user": actor, "form": form, "data": data, "updated_at": now}
    )
    if not created and row.user_id == actor.pk:
        row.form, row.data, row.updated_at = form, data, now
        row.save(update_fields=["form", "data", "updated_at"])


def drop_draft(*, actor: User, draft_id: uuid.UUID) -> None:
    Draft.objects.filter(pk=draft_id, user=actor).delete()
