"""Schedule, cancel and run due work. The row is the queue: a lost message or a killed worker loses nothing."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from care_dispatch.log.door import call_due

logger = logging.getLogger(__name__)

# A claimed row comes back after this long if whoever claimed it died; a failed one waits as long times its attempts.
LEASE = timedelta(seconds=5)
ATTEMPTS_BEFORE_ALERT = 5
RETRY_AFTER_ALERT = timedelta(seconds=60)
BATCH = 20
# Noted with each attempt until it is known how it went: what a killed process leaves behind.
TAKEN_UP = "taken up, and nothing heard since"
Claimed = tuple[str, int, int, int, str]  # kind, subject, version, attempts, what the attempt before left behind
# Of the work nobody waits for: few at a time, so that what somebody waits for is looked at again soon.
UNHURRIED_BATCH = 5


@dataclass(frozen=True)
class DueKind:
    """``run(subject_id, version, now, source)`` does the work through ``perform`` and calls ``finish`` there.

    ``gave_up(subject_id, attempts, error, now)`` is told once, at the fifth failed attempt; the row stays.
    ``unhurried``: nobody waits for it; a sweep takes it up when nothing else is due, a web process never.
    ``standing``: gives the subjects that always have a row, which is made anew when it is missing.
    """

    name: str
    run: Callable[[int, int, datetime, str], None]
    gave_up: Callable[[int, int, str, datetime], None]
    unhurried: bool = False
    standing: Callable[[], Iterable[int]] | None = None


_kinds: dict[str, DueKind] = {}


def register_due(kind: DueKind) -> None:
    if _kinds.setdefault(kind.name, kind) is not kind:
        raise ValueError(f"due kind {kind.name} is registered twice")


def schedule(kind: str, subject_id: int, *, due_at: datetime, now: datetime, version: int = 0) -> None:
    """Make (or move) the one row of this kind for this subject; called by actions, inside their transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO due_due (kind, subject_id, version, due_at, attempts, last_error)"
            " VALUES (%s, %s, %s, %s, 0, '') ON CONFLICT (kind, subject_id) DO UPDATE"
            " SET version = excluded.version, due_at = excluded.due_at, attempts = 0, last_error = ''",
            [kind, subject_id, version, due_at],
        )
    if due_at <= now:
        call_due(kind, subject_id)


def schedule_once(kind: str, subject_id: int, *, due_at: datetime, version: int = 0) -> None:
    """Make the row unless there is one: a clock that runs is not set back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO due_due (kind, subject_id, version, due_at, attempts, last_error)"
            " VALUES (%s, %s, %s, %s, 0, '') ON CONFLICT (kind, subject_id) DO NOTHING",
            [kind, subject_id, version, due_at],
        )


def finish(kind: str, subject_id: int, *, version: int | None = None) -> bool:
    """Take the row away; with ``version`` only if nobody asked for a newer one meanwhile.

    Of several who run the same row at once one is told True: whose work it is to record.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM due_due WHERE kind = %s AND subject_id = %s AND (%s::bigint IS NULL OR version = %s)",
            [kind, subject_id, version, version],
        )
        return bool(cursor.rowcount)


def keep_standing(now: datetime) -> None:
    """Make the rows of work that never ends where they are missing: a new center, or a row that was lost."""
    for kind in _kinds.values():
        for subject_id in kind.standing() if kind.standing else ():
            schedule_once(kind.name, subject_id, due_at=now)


def run_once(*, older_than: timedelta, now: datetime, source: str, unhurried: bool = True) -> int:
    """Claim and run what has been due for ``older_than``; returns how many rows were tried.

    What nobody waits for comes only when nothing else is due, and not at all without ``unhurried``.
    """
    waits = [kind.name for kind in _kinds.values() if kind.unhurried]
    due = [now - older_than, waits]
    ran = _run_claimed(_claim("due_at <= %s AND kind <> ALL(%s)", due, now), now, source)
    if ran or not unhurried or not waits:
        return ran
    return _run_claimed(_claim("due_at <= %s AND kind = ANY(%s)", due, now, UNHURRIED_BATCH), now, source)


def run_one(kind: str, subject_id: int, *, now: datetime, source: str) -> int:
    """Run one row if it is due and nobody else has it."""
    where = "kind = %s AND subject_id = %s AND due_at <= %s"
    return _run_claimed(_claim(where, [kind, subject_id, now], now), now, source)


def _claim(where: str, values: list[Any], now: datetime, most: int = BATCH) -> list[Claimed]:
    # One statement, so it commits by itself: the attempt is counted before the run, even of one that kills us.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE due_due SET attempts = attempts + 1, last_error = %s,"  # noqa: S608
            " due_at = CASE WHEN attempts + 1 >= %s THEN %s ELSE %s + (attempts + 1) * (%s - %s) END"
            f" FROM (SELECT id AS due_id, last_error AS before FROM due_due WHERE {where}"
            " ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED) AS taken WHERE id = due_id"
            " RETURNING kind, subject_id, version, attempts, before",
            [TAKEN_UP, ATTEMPTS_BEFORE_ALERT, now + RETRY_AFTER_ALERT, now, now + LEASE, now, *values, most],
        )
        claimed: list[Claimed] = cursor.fetchall()
    return claimed


def _run_claimed(rows: list[Claimed], now: datetime, source: str) -> int:
    for name, subject_id, version, attempts, before in rows:
        kind = _kinds.get(name)
        if attempts == ATTEMPTS_BEFORE_ALERT + 1 and before == TAKEN_UP:
            _give_up(kind, name, subject_id, attempts, TAKEN_UP, now)
        try:
            if kind is None:
                raise LookupError(f"nothing runs due work of kind {name}")
            kind.run(subject_id, version, now, source)
        except Exception as error:
            _failed(kind, name, subject_id, attempts, error, now)
    return len(rows)


def _failed(kind: DueKind | None, name: str, subject_id: int, attempts: int, error: Exception, now: datetime) -> None:
    logger.warning("due %s %s failed (attempt %s): %s", name, subject_id, attempts, error, exc_info=error)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE due_due SET last_error = %s WHERE kind = %s AND subject_id = %s",
                [f"{type(error).__name__}: {error}"[:500], name, subject_id],
            )
    except Exception:
        logger.exception("due %s %s: could not note the failure; the row comes back by itself", name, subject_id)
    if attempts == ATTEMPTS_BEFORE_ALERT:
        _give_up(kind, name, subject_id, attempts, type(error).__name__, now)


def _give_up(kind: DueKind | None, name: str, subject_id: int, attempts: int, why: str, now: datetime) -> None:
    """Tell of it; a failure to do so must not hold up the work behind it either."""
    try:
        if kind is not None:
            kind.gave_up(subject_id, attempts, why, now)
    except Exception:
        logger.exception("due %s %s: could not tell that it fails", name, subject_id)
