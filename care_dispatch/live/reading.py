"""What the live board reads: the head, the events since, the cards they touch, and whether a viewer may go on.

A board is read in one REPEATABLE READ READ ONLY transaction, so that head, events and cards belong together.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection

from care_dispatch.live.cards import card_types
from care_dispatch.live.tickets import Identity, secret_hash

Key = tuple[str, int]
Audience = tuple[int, str]  # center id, tier

# A dump restored into the same server brings its old epoch back, but into a table of its own.
_HEAD = "SELECT seq, epoch::text || tableoid, clock_timestamp() FROM log_head"
_BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
# A restore or a failover with loss changes one of these, beside the epoch a restore writes.
_CLUSTER = (
    "SELECT system_identifier::text || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)"
    " FROM pg_control_system()"
)


@dataclass(frozen=True)
class Head:
    seq: int
    epoch: str
    at: datetime


@dataclass(frozen=True)
class Line:
    """The columns of an event that say which cards it touches."""

    seq: int
    kind: str
    center_id: int | None
    call_id: int | None
    unit_id: int | None
    payload: dict[str, Any]


@dataclass(frozen=True)
class Piece:
    """A card as it travels: its JSON, and the topics that narrow who gets it in the field tier."""

    text: bytes
    topics: frozenset[str]


Change = tuple[Key, Piece | None]


@contextmanager
def board() -> Iterator[Head]:
    """A read-only transaction in which everything is as it was at the head it gives."""
    inside = connection.in_atomic_block  # of a test; the hub and the views read outside any
    identity = "" if inside else _cluster()
    with connection.cursor() as cursor:
        try:
            cursor.execute(_HEAD if inside else _BEGIN + _HEAD)
            seq, epoch, at = cursor.fetchone()
            yield Head(seq, hashlib.sha256(f"{epoch}:{identity}".encode()).hexdigest()[:20], at)
        finally:
            if not inside:
                _end(cursor)


def _end(cursor: Any) -> None:
    try:
        cursor.execute("ROLLBACK")
    except DatabaseError:
        connection.close()


def _cluster() -> str:
    """Which database cluster and timeline this thread's connection leads to; asked once per connection."""
    connection.ensure_connection()
    known = getattr(connection, "live_cluster", None)
    if known and known[0] is connection.connection:
        return str(known[1])
    try:
        with connection.cursor() as cursor:
            cursor.execute(_CLUSTER)
            name = str(cursor.fetchone()[0])
    except DatabaseError:  # not allowed to look, or a replica: the epoch in the head has to do
        name = ""
    setattr(connection, "live_cluster", (connection.connection, name))  # noqa: B010 - not a field mypy knows
    return name


def stream_epoch(head_epoch: str, audience: Audience, topics: frozenset[str] = frozenset()) -> str:
    """Names one stream of frames: another center, tier, topic or database is another stream."""
    name = f"{head_epoch}:{audience[0]}:{audience[1]}:{','.join(sorted(topics))}"
    return hashlib.sha256(name.encode()).hexdigest()[:24]


def lines(after: int, to: int) -> list[Line]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, kind, center_id, call_id, unit_id, payload::text FROM log_event"
            " WHERE seq > %s AND seq <= %s ORDER BY seq",
            [after, to],
        )
        rows: list[Any] = cursor.fetchall()
        return [Line(r[0], r[1], r[2], r[3], r[4], orjson.loads(r[5])) for r in rows]


def urgent_since(seq: int, kinds: Iterable[str]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM log_event WHERE seq > %s AND kind = ANY(%s))", [seq, list(kinds)])
        return bool(cursor.fetchone()[0])


def touched(events: Iterable[Line]) -> dict[str, set[int]]:
    """The ids of the cards that these events change, by card type."""
    events = list(events)
    found = {card_type.name: {i for event in events for i in card_type.touched_by(event)} for card_type in card_types()}
    return {name: ids for name, ids in found.items() if ids}


def changes(audience: Audience, ids: Mapping[str, set[int]], version: int) -> list[Change]:
    """The new face of each touched card, None for one that is not in view."""
    found: list[Change] = []
    for card_type in card_types():
        wanted = ids.get(card_type.name)
        if wanted:
            faces = dict(_pieces(audience, card_type.name, wanted, version))
            found += [((card_type.name, i), faces.get((card_type.name, i))) for i in sorted(wanted)]
    return found


def everything(audience: Audience, version: int) -> dict[Key, Piece]:
    return dict(part for card_type in card_types() for part in _pieces(audience, card_type.name, None, version))


def _pieces(audience: Audience, name: str, ids: Iterable[int] | None, version: int) -> Iterator[tuple[Key, Piece]]:
    card_type = next(one for one in card_types() if one.name == name)
    for card in card_type.build(*audience, ids):
        face = {"type": name, "id": card.id, "version": version, **card.data}
        yield (name, card.id), Piece(orjson.dumps(face), card.topics)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


# --- who may go on looking ---------------------------------------------------------------------
_STANDING = (
    "SELECT id::text, access_version, role, coalesce(center_id, 0), is_active, password FROM {users} WHERE id = ANY(%s)"
    " UNION ALL SELECT encode(sha256(convert_to(session_key, 'UTF8')), 'hex'), 0, '', 0, true, '' FROM django_session"
    " WHERE expire_date > now() AND encode(sha256(convert_to(session_key, 'UTF8')), 'hex') = ANY(%s)"
)
SIGNED_OUT, CHANGED, FINE = 4401, 4403, 0


def standing(identities: Iterable[Identity]) -> dict[Identity, int]:
    """For each viewer FINE, SIGNED_OUT (no session, no user, new password) or CHANGED (role, center); one query."""
    wanted = set(identities)
    model = get_user_model()
    with connection.cursor() as cursor:
        cursor.execute(
            _STANDING.format(users=connection.ops.quote_name(model._meta.db_table)),  # noqa: SLF001 - Django's public API
            [[who.user_id for who in wanted], [who.session for who in wanted]],
        )
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    secrets = {name: secret_hash(model(pk=int(name), password=row[4])) for name, row in found.items() if len(name) < 20}
    return {who: _verdict(who, found, secrets) for who in wanted}


def _verdict(who: Identity, found: Mapping[str, Any], secrets: Mapping[str, str]) -> int:
    user = found.get(str(who.user_id))
    if user is None or who.session not in found or not user[3] or secrets[str(who.user_id)] != who.secret:
        return SIGNED_OUT
    return FINE if user[:3] == (who.access_version, who.role, who.center_id) else CHANGED
