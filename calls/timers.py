"""The clocks of a call: how long it waits, and how long its units take to go and to say that they are safe.

Which clocks run follows from the call as it stands, so that nothing has to be started and stopped one by one. A call
has one due row, at the next step of any of its clocks; ``wind`` sets it, in the change that moves the call.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from calls import kinds
from calls.alerts import close_alert, escalate, raise_alert
from calls.clocks import ALONE, DEFAULTS, JOINT, OTHER, Clock, Late, Limit
from calls.fetch import lock_call
from calls.models import Alert, Assignment, Call, CallBack
from calls.recommending import next_instead_of
from care_dispatch.due.work import finish
from care_dispatch.live.consoles import covering
from care_dispatch.log import perform, record, write
from care_dispatch.log.door import call_due
from teams.models import Discipline, Unit

logger = logging.getLogger(__name__)

CLOCKS = "clocks"
# What nobody answers becomes unknown: the work that is due at the end of the question's clock.
QUESTION = "question"
ASKED_IN_TIME = (Call.Priority.P.value, Call.Priority.ONE.value, Call.Priority.TWO.value)

_DEFAULTS = ", ".join(
    f"('{clock}', '{of}', {limit.warn or 'NULL::int'}, {limit.overdue}, {limit.escalate or 'NULL::int'})"
    for (clock, of), limit in DEFAULTS.items()
)
_WAITS = "c.status IN ('in_triage', 'pending') AND c.surfaces_at IS NULL"
# What a clock has told already: the step noted on the call or the assignment, else whether its alert is open.
_RUNNING = f"""
WITH c AS (
    SELECT c.* FROM calls_call c JOIN teams_center n ON n.id = c.center_id AND n.timers_run WHERE c.id = %(call)s
), units AS (
    SELECT a.id, a.status, a.late, a.dispatched_at, u.discipline,
        greatest(a.on_scene_at, a.contact_at, a.checked_at) AS safe_at
    FROM c JOIN calls_assignment a ON a.call_id = c.id AND a.cleared_at IS NULL JOIN teams_unit u ON u.id = a.unit_id
), clocks AS (
    SELECT '{Clock.PENDING}' AS clock, c.priority AS of, c.id AS subject,
        coalesce(c.waits_since, c.received_at) AS since, c.late FROM c WHERE {_WAITS} AND c.held_until IS NULL
    UNION ALL SELECT '{Clock.SEEN}', '', c.id, coalesce(c.waits_since, c.received_at), NULL
        FROM c WHERE {_WAITS} AND c.seen_at IS NULL
    UNION ALL SELECT '{Clock.ACKNOWLEDGE}', '', id, dispatched_at, NULL FROM units WHERE status = 'dispatched'
    UNION ALL SELECT '{Clock.EN_ROUTE}', '', id, dispatched_at, late FROM units
        WHERE status IN ('dispatched', 'acknowledged')
    UNION ALL SELECT '{Clock.ON_SCENE}', CASE WHEN discipline <> 'care' THEN '{OTHER}' WHEN EXISTS (SELECT 1 FROM units p
        WHERE p.discipline = 'police' AND p.status IN ('on_scene', 'contact')) THEN '{JOINT}' ELSE '{ALONE}' END,
        id, safe_at, late FROM units WHERE status IN ('on_scene', 'contact')
    UNION ALL SELECT '{Clock.QUESTION}', '', c.id, q.due_at, c.question_late FROM c JOIN due_due q
        ON q.kind = '{QUESTION}' AND q.subject_id = c.id WHERE c.priority IN {ASKED_IN_TIME}
    UNION ALL SELECT '{Clock.CALL_BACK}', '', b.id, coalesce(b.tried_at, b.asked_at), b.late
        FROM c JOIN calls_callback b ON b.call_id = c.id AND b.ended_at IS NULL
), limits AS (
    SELECT k.*, CASE WHEN l.id IS NULL THEN d.warn ELSE l.warn_seconds END AS warn,
        coalesce(l.overdue_seconds, d.overdue) AS overdue,
        CASE WHEN l.id IS NULL THEN d.escalate ELSE l.escalate_seconds END AS escalate
    FROM clocks k CROSS JOIN c
    JOIN (VALUES {_DEFAULTS}) AS d (clock, of, warn, overdue, escalate) ON d.clock = k.clock AND d.of = k.of
    LEFT JOIN calls_clocklimit l ON l.center_id = c.center_id AND l.clock = k.clock AND l.of = k.of
), running AS (
    -- The work that makes an open question unknown says when its clock ends, and so when it began.
    SELECT k.clock, k.of, k.subject, CASE WHEN k.clock = '{Clock.QUESTION}'
        THEN k.since - make_interval(secs => coalesce(k.escalate, k.overdue)) ELSE k.since END AS since,
        coalesce(k.late, CASE WHEN o.id IS NULL THEN 0 ELSE 2 END) AS late, k.warn, k.overdue, k.escalate
    FROM limits k CROSS JOIN c LEFT JOIN calls_alert o ON k.late IS NULL AND o.center_id = c.center_id
        AND o.closed_at IS NULL AND o.cause = k.clock || ':' || k.subject
)
"""  # noqa: S608 - constants
_READ = f"{_RUNNING} SELECT clock, of, subject, since, late, warn, overdue, escalate FROM running"  # noqa: S608
# For clocks that start now and stop none: the row is due at the first step of any, or sooner if it is so already.
_START = f"""
INSERT INTO due_due (kind, subject_id, version, due_at, attempts, last_error)
SELECT '{CLOCKS}', %(call)s, 0, %(now)s + make_interval(secs => min(CASE WHEN l.id IS NULL THEN coalesce(d.warn, d.overdue)
    ELSE coalesce(l.warn_seconds, l.overdue_seconds) END)), 0, ''
FROM teams_center n JOIN (VALUES {_DEFAULTS}) AS d (clock, of, warn, overdue, escalate) ON n.id = %(center)s AND n.timers_run
LEFT JOIN calls_clocklimit l ON l.center_id = n.id AND l.clock = d.clock AND l.of = d.of
WHERE d.clock || ':' || d.of = ANY(%(clocks)s) HAVING count(*) > 0
ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = least(due_due.due_at, excluded.due_at)
"""  # noqa: S608 - constants
# Sets the one row, or takes it away; gives when it is due, and the alerts of clocks that run no more.
_WIND = f"""{_RUNNING}, next AS (
    SELECT min(since + make_interval(secs => CASE WHEN late < 1 AND warn IS NOT NULL THEN warn WHEN late < 2 THEN overdue
        WHEN late < 3 THEN escalate END)) AS at FROM running
), put AS (
    INSERT INTO due_due (kind, subject_id, version, due_at, attempts, last_error)
    SELECT '{CLOCKS}', %(call)s, 0, at, 0, '' FROM next WHERE at IS NOT NULL
    ON CONFLICT (kind, subject_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0, last_error = ''
), gone AS (
    DELETE FROM due_due USING next WHERE kind = '{CLOCKS}' AND subject_id = %(call)s AND next.at IS NULL
)
SELECT next.at, ARRAY(SELECT a.id FROM calls_alert a WHERE a.call_id = %(call)s AND a.closed_at IS NULL
    AND split_part(a.cause, ':', 1) = ANY(%(told)s)
    AND a.cause NOT IN (SELECT clock || ':' || subject FROM running WHERE late >= {Late.OVERDUE}) ORDER BY a.id)
FROM next
"""  # noqa: S608 - constants
_TOLD = [Clock.PENDING, Clock.SEEN, Clock.ACKNOWLEDGE, Clock.EN_ROUTE, Clock.ON_SCENE, Clock.CALL_BACK]
_ON_SCENE = {Assignment.Status.ON_SCENE, Assignment.Status.CONTACT}
_PRIORITIES = Call.Priority.values


@dataclass(frozen=True)
class Running:
    """One clock that runs: since when, what it has told, and its limit. ``subject``: the call or the assignment."""

    clock: str
    of: str
    subject: int
    since: datetime
    told: int
    limit: Limit

    @property
    def cause(self) -> str:
        return f"{self.clock}:{self.subject}"


def running(call_id: int) -> list[Running]:
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"call": call_id})
        return [
            Running(clock, of, subject, since, told, Limit(*limit))
            for clock, of, subject, since, told, *limit in cursor.fetchall()
        ]


def call_taken(call: Call, now: datetime) -> None:
    """Start the clocks of a call about to be stored: before anybody waits for its number."""
    _start(call, now, (Clock.PENDING, call.priority), (Clock.SEEN, ""))


def units_sent(call: Call, units: Iterable[Unit], status: str, now: datetime, *, was_late: bool) -> None:
    """The call waits no more, and its units are to say that they go: what stops is looked for only where it may be."""
    if was_late or call.seen_at is None:
        wind(call.pk, now)
    elif status == Assignment.Status.DISPATCHED:
        _start(call, now, (Clock.ACKNOWLEDGE, ""), (Clock.EN_ROUTE, ""))
    elif status == Assignment.Status.ON_SCENE:
        care = any(unit.discipline == Discipline.CARE for unit in units)
        _start(call, now, (Clock.ON_SCENE, ALONE if care else OTHER))


def stage_reached(assignment: Assignment, before: str, was_late: bool, now: datetime) -> None:
    """A unit has moved on: nothing to do unless that stops a clock that has told, or the one of the scene begins."""
    if was_late or {before, assignment.status} & _ON_SCENE:
        wind(assignment.call_id, now)


def _start(call: Call, now: datetime, *clocks: tuple[str, str]) -> None:
    values: dict[str, Any] = {"call": call.pk, "now": now, "center": call.center_id}
    with connection.cursor() as cursor:
        cursor.execute(_START, values | {"clocks": [":".join(clock) for clock in clocks]})


def wind(call_id: int, now: datetime) -> None:
    """Set the clocks of a call by how it stands, as the last thing of what moves it; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_WIND, {"call": call_id, "told": _TOLD})
        due_at, over = cursor.fetchone()
    if due_at is not None and due_at <= now:
        call_due(CLOCKS, call_id)
    for alert in Alert.objects.filter(pk__in=over).select_for_update(of=("self",)).order_by("pk") if over else ():
        close_alert(alert, now)


def still_late(call: Call, priority: str) -> int:
    """What its wait has told already at another priority: at a lower one it is looked at anew."""
    return call.late if _PRIORITIES.index(priority) <= _PRIORITIES.index(call.priority) else int(Late.NOT)


# --- due work --------------------------------------------------------------------------------------
def run_clocks(call_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: a clock of this call has come to a step."""
    perform(look_at_clocks, actor=None, position="", source=source, now=now, call_id=call_id)


def look_at_clocks(*, actor: None, now: datetime, call_id: int) -> dict[str, Any]:
    """Note the step each clock has reached and tell of it, once; the call is locked, so nobody does the same."""
    call = lock_call(None, call_id, now)
    if call.status == Call.Status.CLOSED:
        finish(CLOCKS, call_id)
        return {"call_id": call_id}
    for clock in running(call_id):
        reached = clock.limit.late((now - clock.since).total_seconds())
        if reached > clock.told:
            _TELL[clock.clock](call, clock, reached, now)
    wind(call_id, now)
    return {"call_id": call_id}


def _waits(call: Call, clock: Running, reached: Late, now: datetime) -> None:
    record(kinds.CALL_LATE, center_id=call.center_id, call_id=call.pk, sets=write(call, late=int(reached)))
    if reached >= Late.OVERDUE:
        text = f"Call {call.number}, P{call.priority.strip('P')}: waits for {_minutes(clock, now)}: {call.nature}"
        _alert(call, clock, reached, Alert.Kind.OVERDUE, text, now)


def _unseen(call: Call, clock: Running, reached: Late, now: datetime) -> None:
    """Straight to the supervisor: the consoles that should have shown it have not."""
    text = f"Call {call.number} has been on no console for {_minutes(clock, now)}: {call.nature}, {call.location}"
    _alert(call, clock, Late.ESCALATED, Alert.Kind.NOT_SEEN, text, now)
    if not covering(call.center_id, now):
        text = f"No console was connected at {call.center.local(now):%H:%M:%S}, and call {call.number} came in"
        logger.error("center %s: no console is connected and call %s waits", call.center.code, call)
        alert = raise_alert(center=call.center, kind=Alert.Kind.NO_CONSOLE, text=text, now=now, cause="no_console")
        escalate(alert, Alert.EscalatedTo.ALL, now)


def _silent(call: Call, clock: Running, reached: Late, now: datetime) -> None:
    assignment = _assignment(clock)
    unit = assignment.unit
    if assignment.late == Late.NOT:
        _note_unit(call, clock, Late.WARN)
    text = f"Call {call.number}: {unit.callsign} has not acknowledged its dispatch for {_minutes(clock, now)}"
    if instead := _next(call, unit, now):
        text += f"; next would be {instead}"
    _alert(call, clock, reached, Alert.Kind.OVERDUE, text, now, unit=unit)


def _next(call: Call, unit: Unit, now: datetime) -> str:
    """Whom to send instead; a recommendation that fails must not keep the alert from being raised."""
    try:
        with transaction.atomic():
            return next_instead_of(call, unit.pk, now)
    except Exception:
        logger.exception("no next unit for %s on call %s", unit, call)
        return ""


def _not_en_route(call: Call, clock: Running, reached: Late, now: datetime) -> None:
    assignment = _note_unit(call, clock, reached)
    if reached >= Late.OVERDUE:
        text = f"Call {call.number}: {assignment.unit.callsign} is not en route for {_minutes(clock, now)}"
        _alert(call, clock, reached, Alert.Kind.OVERDUE, text, now, unit=assignment.unit)


def _not_checked(call: Call, clock: Running, reached: Late, now: datetime) -> None:
    assignment = _note_unit(call, clock, reached)
    if reached >= Late.OVERDUE:
        who = f"{assignment.unit.callsign} on scene of call {call.number}"
        text = f"Ask {who} if it is safe: nothing heard for {_minutes(clock, now)}"
        _alert(call, clock, reached, Alert.Kind.NOT_CHECKED, text, now, unit=assignment.unit)


def _unanswered(call: Call, clock: Running, reached: Late, now: datetime) -> None:
    sets = write(call, question_late=int(reached))
    record(kinds.CALL_LATE, center_id=call.center_id, call_id=call.pk, sets=sets)
    if reached >= Late.OVERDUE:
        text = f"Call {call.number}: safety question open for {_minutes(clock, now)}; ask it now (⇧F4)"
        _alert(call, clock, reached, Alert.Kind.QUESTION_UNANSWERED, text, now)


def _not_called_back(call: Call, clock: Running, reached: Late, now: datetime) -> None:
    CallBack.objects.filter(pk=clock.subject).update(late=int(reached))
    record(kinds.CALL_BACK_LATE, center_id=call.center_id, call_id=call.pk, refs={"call_back_id": clock.subject})
    if reached >= Late.OVERDUE:
        text = f"Call {call.number}: the caller was cut off, and nobody has called back for {_minutes(clock, now)}"
        _alert(call, clock, reached, Alert.Kind.CALL_BACK, text, now)


_TELL: dict[str, Callable[[Call, Running, Late, datetime], None]] = {
    Clock.PENDING: _waits,
    Clock.SEEN: _unseen,
    Clock.ACKNOWLEDGE: _silent,
    Clock.EN_ROUTE: _not_en_route,
    Clock.ON_SCENE: _not_checked,
    Clock.QUESTION: _unanswered,
    Clock.CALL_BACK: _not_called_back,
}


def _assignment(clock: Running) -> Assignment:
    return Assignment.objects.select_for_update(of=("self",)).select_related("unit").get(pk=clock.subject)


def _note_unit(call: Call, clock: Running, reached: Late) -> Assignment:
    assignment = _assignment(clock)
    record(
        kinds.UNIT_LATE, center_id=call.center_id, call_id=call.pk, unit_id=assignment.unit_id,
        agency_id=assignment.unit.agency_id, sets=write(assignment, late=int(reached)),
        refs={"assignment_id": assignment.pk},
    )  # fmt: skip
    return assignment


def _alert(call: Call, clock: Running, reached: Late, kind: str, text: str, now: datetime, **about: Any) -> None:
    """One alert for the clock, which stays until it stops; from its last step on it is the supervisor's as well."""
    alert = raise_alert(
        center=call.center, kind=kind, text=text, now=now, call=call, cause=clock.cause, stands=True,
        escalates=clock.limit.escalate is None, **about,
    )  # fmt: skip
    if reached == Late.ESCALATED:
        escalate(alert, Alert.EscalatedTo.SUPERVISOR, now)


def _minutes(clock: Running, now: datetime) -> str:
    seconds = int((now - clock.since).total_seconds())
    return f"{seconds // 60}:{seconds % 60:02d}"


def clocks_gave_up(call_id: int, attempts: int, error: str, now: datetime) -> None:
    """A clock nobody looks at must not be silent: the supervisor hears that this call's do not run."""
    perform(clocks_failed, actor=None, position="", source="sweep", now=now, call_id=call_id, what=error)


def clocks_failed(*, actor: None, now: datetime, call_id: int, what: str) -> dict[str, Any]:
    call = lock_call(None, call_id, now)
    text = f"Call {call.number}: its clocks fail ({what}); watch it yourself until they run"
    raise_alert(
        center=call.center, kind=Alert.Kind.WORK_FAILED, text=text, now=now, call=call, cause=f"clocks:{call.pk}"
    )  # fmt: skip
    return {"call_id": call_id}
