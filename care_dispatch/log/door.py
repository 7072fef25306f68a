"""perform: the only place that opens a transaction, and record: how an action adds a line to the log."""

import json
import random
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, connection, models, transaction

from care_dispatch.log import nudge
from care_dispatch.log.kinds import EventKind, known
from care_dispatch.refusal import Refused

RETRIES = 3
# serialization_failure, deadlock_detected, lock_not_available: nothing was written, so trying again is safe.
RETRIABLE = {"40001", "40P01", "55P03"}


class KeyReused(Refused):
    """The same idempotency key came with a different request; ``result`` is what the first one did."""

    status = 422
    code = "key_reused"


@dataclass(frozen=True)
class Key:
    """What makes one request of one user recognisable when it comes again."""

    user_id: int
    key: str
    request_hash: str


@dataclass(frozen=True)
class Done:
    """What a change answered: ``result`` holds ids and numbers, ``seq`` the number of its last event."""

    result: Mapping[str, Any]
    seq: int
    repeated: bool = False


@dataclass
class _Change:
    actor_id: int | None
    position: str
    source: str
    now: datetime
    events: list[dict[str, Any]] = field(default_factory=list)
    due: list[tuple[str, int]] = field(default_factory=list)


_change: ContextVar[_Change | None] = ContextVar("change", default=None)


def _current() -> _Change:
    change = _change.get()
    if change is None:
        raise RuntimeError("record and schedule work only inside perform")
    return change


def perform(
    action: Callable[..., Mapping[str, Any]],
    *,
    actor: Any,
    position: str,
    source: str,
    now: datetime,
    key: Key | None = None,
    **args: Any,
) -> Done:
    """Run ``action(actor=, now=, **args)`` and append its events, all in one durable transaction.

    ``actor`` is a user or None (the system). ``key`` makes a repeat answer what the first one did; the same key
    with another request raises KeyReused. Lock order everywhere: key, calls by id, units by id, number counter,
    head. A deadlock or lock time-out is tried again at most three times; what the action refuses is raised as it is.
    """
    for attempt in range(RETRIES + 1):
        change = _Change(getattr(actor, "pk", None), position, source, now)
        try:
            done = _attempt(change, action, key, {"actor": actor, "now": now, **args})
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in RETRIABLE or attempt == RETRIES:
                raise
            time.sleep(random.uniform(0.005, 0.03) * (attempt + 1))  # noqa: S311 - jitter, not a secret
            continue
        if not done.repeated:
            nudge.announce(done.seq, change.due)
        return done
    raise AssertionError("unreachable")


def _attempt(change: _Change, action: Callable[..., Mapping[str, Any]], key: Key | None, args: dict[str, Any]) -> Done:
    token = _change.set(change)
    try:
        with transaction.atomic(durable=True):
            if key and (earlier := _claim(key, change.now)):
                return earlier
            result = dict(action(**args))
            return Done(result, _append(change, key, result))
    finally:
        _change.reset(token)


def record(
    kind: EventKind,
    *,
    center_id: int | None,
    call_id: int | None = None,
    unit_id: int | None = None,
    agency_id: int | None = None,
    sets: Mapping[str, Any] | None = None,
    refs: Mapping[str, Any] | None = None,
    device_at: datetime | None = None,
) -> None:
    """Add one event to the change in progress; it is written last, just before the commit."""
    change = _current()
    if not known(kind):
        raise ValueError(f"event kind {kind.name} is not registered")
    change.events.append(
        {
            "n": len(change.events) + 1,
            "kind": kind.name,
            "center_id": center_id,
            "call_id": call_id,
            "unit_id": unit_id,
            "agency_id": agency_id,
            "actor_id": change.actor_id,
            "position": change.position,
            "source": change.source,
            "device_at": device_at,
            "payload": kind.payload(sets or {}, refs or {}),
        }
    )


def call_due(kind: str, subject_id: int) -> None:
    """Ask for this due row to be looked at right after the commit (a hint; the row itself is the queue)."""
    _current().due.append((kind, subject_id))


def position_now() -> str:
    """The position the change in progress comes from: ``D1``, or empty for a unit or the system."""
    return _current().position


def source_now() -> str:
    """The interface the change in progress comes through."""
    return _current().source


def write(row: models.Model, *, also: Iterable[str] = (), **fields: Any) -> dict[str, Any]:
    """Save just these fields and return them as a log's ``sets``: ``{"call.status": "closed"}``.

    ``also``: fields set on the row already that are saved with them and are not the log's to carry.
    """
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[*fields, *also])
    return sets_of(row, *fields)


def sets_of(row: models.Model, *names: str) -> dict[str, Any]:
    """The row's named fields, JSON-able, under ``model.field`` names."""
    meta = row._meta  # noqa: SLF001 - documented for this use
    label = meta.model_name
    attributes = {field.name: field.attname for field in meta.concrete_fields}
    values = {f"{label}.{name}": getattr(row, attributes.get(name, name)) for name in names}
    plain: dict[str, Any] = json.loads(json.dumps(values, cls=DjangoJSONEncoder))
    return plain


def _claim(key: Key, now: datetime) -> Done | None:
    """Take the key, or return what its first use answered. A parallel twin waits here for the first to end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_idempotencykey (user_id, key, request_hash, created_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [key.user_id, key.key, key.request_hash, now],
        )
        if cursor.rowcount:
            return None
        cursor.execute(
            "SELECT request_hash, result, seq FROM log_idempotencykey WHERE user_id = %s AND key = %s",
            [key.user_id, key.key],
        )
        request_hash, result, seq = cursor.fetchone()
    answered = json.loads(result) if isinstance(result, str) else result
    if request_hash != key.request_hash:
        raise KeyReused("This idempotency key was used for another request; send a new key.", result=answered)
    return Done(answered, seq, repeated=True)


# One statement, so that the head is locked for one round trip: number the events, insert them, keep the answer.
_APPEND = """
WITH head AS (UPDATE log_head SET seq = seq + %(count)s RETURNING seq),
events AS (
    INSERT INTO log_event (seq, kind, center_id, call_id, unit_id, agency_id, actor_id, position, source, device_at, payload)
    SELECT head.seq - %(count)s + e.n, e.kind, e.center_id, e.call_id, e.unit_id, e.agency_id, e.actor_id, e.position,
        e.source, e.device_at, e.payload
    FROM head, jsonb_to_recordset(%(events)s) AS e(n bigint, kind text, center_id bigint, call_id bigint, unit_id bigint,
        agency_id bigint, actor_id bigint, position text, source text, device_at timestamptz, payload jsonb)
    ORDER BY e.n
),
kept AS (
    UPDATE log_idempotencykey SET result = %(result)s, seq = head.seq FROM head
    WHERE user_id = %(user_id)s AND key = %(key)s
)
SELECT seq FROM head
"""
_KEEP = "UPDATE log_idempotencykey SET result = %(result)s, seq = 0 WHERE user_id = %(user_id)s AND key = %(key)s"


def _append(change: _Change, key: Key | None, result: Mapping[str, Any]) -> int:
    """Lock the head, number the events, insert them and store the answer; the trigger stamps time and hash."""
    values: dict[str, int | str | None] = {
        "count": len(change.events),
        "events": _json(change.events),
        "result": _json(result),
        "user_id": key.user_id if key else None,
        "key": key.key if key else None,
    }
    with connection.cursor() as cursor:
        if change.events:
            cursor.execute(_APPEND, values)
            return int(cursor.fetchone()[0])
        if key:  # what was asked for is so already: nothing to record, but the answer is kept
            cursor.execute(_KEEP, values)
        return 0


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder)
