"""Calls that have to do with each other: linked side by side, or one caller's part split off into a call of its own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from calls import kinds
from calls.fetch import lock_call, lock_two_calls, require_dispatch
from calls.intake import create_call
from calls.models import Call, Caller, CallLink, NarrativeEntry
from calls.read_through import call_ids
from care_dispatch.access import sees, tier_of
from care_dispatch.log import EventKind, record, write
from care_dispatch.refusal import Conflict, Invalid
from teams.models import User

# What one caller or one entry is, to a call that is split off.
_CALLER = ("name", "phone", "relation", "language", "line", "safe_to_call", "do_not_disclose")


class NotLinked(Conflict):
    code = "not_linked"


def link_calls(
    *, actor: User | None, now: datetime, call_id: int, other: int, kind: str = CallLink.Kind.OTHER
) -> dict[str, Any]:
    """Note that two calls belong together, open or closed; it changes nothing about who is sent."""
    require_dispatch(actor, "link calls")
    one, two = lock_two_calls(actor, call_id, other, now)
    link = _standing(one, two)
    if link is not None and link.kind != kind:
        write(link, kind=kind)
    link = link or _link(one, two, kind, actor, now)
    _record(kinds.CALL_LINKED, link, one, two)
    return {"link_id": link.pk}


def unlink_calls(*, actor: User | None, now: datetime, call_id: int, other: int) -> dict[str, Any]:
    require_dispatch(actor, "unlink calls")
    one, two = lock_two_calls(actor, call_id, other, now)
    link = _standing(one, two)
    if link is None:
        raise NotLinked(f"Calls {one.number} and {two.number} are not linked.")
    write(link, unlinked_at=now)
    _record(kinds.CALL_UNLINKED, link, one, two)
    return {"link_id": link.pk}


def _standing(one: Call, two: Call) -> CallLink | None:
    low, high = sorted((one.pk, two.pk))
    return CallLink.objects.select_for_update().filter(call=low, other=high, unlinked_at__isnull=True).first()


def _link(one: Call, two: Call, kind: str, actor: User | None, now: datetime) -> CallLink:
    low, high = sorted((one, two), key=lambda call: call.pk)
    return CallLink.objects.create(call=low, other=high, kind=kind, linked_at=now, linked_by=actor)


def _record(kind: EventKind, link: CallLink, *calls: Call) -> None:
    for call in calls:
        record(kind, center_id=call.center_id, call_id=call.pk, refs={"link_id": link.pk})


def split_call(
    *,
    actor: User,
    now: datetime,
    call_id: int,
    nature: str,
    location: str = "",
    callers: Sequence[int] = (),
    notes: Sequence[int] = (),
) -> dict[str, Any]:
    """Open a new call with these callers and entries of this one, linked to it. The old call keeps what it has.

    What was only asked and answered stays behind: on the new call it is not known, which is never safe.
    """
    require_dispatch(actor, "split a call")
    call = lock_call(actor, call_id, now)
    together = call_ids(call)
    entries = list(
        NarrativeEntry.objects.filter(pk__in=notes, call__in=together, sealed_at__isnull=True).order_by("pk")
    )
    people = list(Caller.objects.filter(pk__in=callers, call__in=together).order_by("pk"))
    readable = all(sees(tier_of(actor.role), f"narrative:{entry.audience}") for entry in entries)
    if len(entries) != len(set(notes)) or len(people) != len(set(callers)) or not readable:
        raise Invalid(f"Name callers and entries that call {call.number} has.")
    if not entries and not people:
        raise Invalid("Name the caller or the entries that the new call is about.")
    place = {"location": location} if location else _place(call)
    made = create_call(
        actor=actor, now=now, center=call.center, nature=nature, origin=call.origin, jurisdiction_id=call.jurisdiction_id,
        **place,
    )  # fmt: skip
    new = Call.objects.get(pk=made["call_id"])
    _copy(people, entries, new, now)
    link = _link(call, new, CallLink.Kind.SPLIT, actor, now)
    record(
        kinds.CALL_SPLIT, center_id=call.center_id, call_id=call.pk, refs={"call_id": new.pk, "link_id": link.pk}
    )  # fmt: skip
    record(kinds.CALL_LINKED, center_id=new.center_id, call_id=new.pk, refs={"link_id": link.pk})
    return made


def _place(call: Call) -> dict[str, Any]:
    fields = ("location", "location_detail", "location_confirmed", "lat", "lng")
    return {name: getattr(call, name) for name in fields}


def _copy(people: Sequence[Caller], entries: Sequence[NarrativeEntry], new: Call, now: datetime) -> None:
    for person in people:
        row = Caller.objects.create(call=new, added_at=now, **{name: getattr(person, name) for name in _CALLER})
        record(kinds.CALLER_ADDED, center_id=new.center_id, call_id=new.pk, refs={"caller_id": row.pk})
    for entry in entries:
        copied = NarrativeEntry.objects.create(
            call=new, text=entry.text, text_hash=entry.text_hash, audience=entry.audience, author=entry.author,
            position=entry.position, written_at=entry.written_at,
        )  # fmt: skip
        record(kinds.NOTE_ADDED, center_id=new.center_id, call_id=new.pk, refs={"note_id": copied.pk})
