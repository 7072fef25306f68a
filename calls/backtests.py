"""Backtests: asked for by an admin or supervisor, run part by part as due work, stopped when asked. No call is changed."""

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max

from calls.acted_on import Part, Period, check_past, count_calls, period, read_part
from calls.models import Backtest, Verdict
from calls.rules_tried import center_tried_in, rule_set_to_try, rules_tried
from calls.triage.comparing import Case, Tally, count
from care_dispatch.due.work import finish, schedule
from care_dispatch.log import EventKind, perform, record, register_kinds
from care_dispatch.refusal import Conflict, Invalid, NotFound
from teams.models import User

BACKTEST = "backtest"
# Calls of one claim: a fraction of a second of work, far below the lease of a due row.
PART = 2000
# A verdict judged in the same worker meanwhile waits this much work at most, not the interpreter's five milliseconds.
GIVE_WAY_EVERY, GIVE_WAY_SECONDS = 20, 0.0005
NO_BACKTEST = "There is no such backtest."

_BACKTEST = frozenset({"backtest_id", "rule_set_id"})
BACKTEST_ASKED = EventKind("backtest.asked", refs=_BACKTEST)
BACKTEST_STOPPED = EventKind("backtest.stopped", refs=_BACKTEST)
register_kinds([BACKTEST_ASKED, BACKTEST_STOPPED])


class BacktestRunning(Conflict):
    """One at a time in a center: the machine is the dispatchers'. The answer names the one that runs."""

    code = "backtest_running"


class BacktestOver(Conflict):
    code = "backtest_over"


# --- what people do ----------------------------------------------------------------------------------
def ask_backtest(
    *, actor: User, now: datetime, rule_set_id: int, received_from: datetime, received_to: datetime
) -> dict[str, Any]:
    """Have a rule set judged on the calls received in a past time."""
    center_id = center_tried_in(actor)
    check_past(received_from, received_to, now)
    rule_set = rule_set_to_try(actor, rule_set_id)
    for running in Backtest.objects.filter(center=center_id, status__in=Backtest.OPEN).select_related("asked_by"):
        raise BacktestRunning(
            f"A backtest asked for by {running.asked_by.username} is running; wait for it or stop it.",
            backtest_id=running.pk,
        )
    row = Backtest.objects.create(
        rule_set=rule_set,
        sha256=rule_set.sha256,
        center_id=center_id,
        asked_by=actor,
        asked_at=now,
        received_from=received_from,
        received_to=received_to,
        newest_verdict_id=Verdict.objects.aggregate(newest=Max("pk"))["newest"] or 0,
    )
    schedule(BACKTEST, row.pk, due_at=now, now=now)
    record(BACKTEST_ASKED, center_id=center_id, refs={"backtest_id": row.pk, "rule_set_id": rule_set.pk})
    return {"backtest_id": row.pk}


def stop_backtest(*, actor: User, now: datetime, backtest_id: int) -> dict[str, Any]:
    """End it where it is; what was counted so far stays."""
    center_id = center_tried_in(actor)
    row = Backtest.objects.select_for_update().filter(pk=backtest_id, center=center_id).first()
    if row is None:
        raise NotFound(NO_BACKTEST)
    if row.status not in Backtest.OPEN:
        raise BacktestOver(f"This backtest is {row.get_status_display().lower()} already.")
    _end(row, Backtest.Status.STOPPED, now, stopped_by=actor)
    record(BACKTEST_STOPPED, center_id=center_id, refs={"backtest_id": row.pk, "rule_set_id": row.rule_set_id})
    return {"backtest_id": row.pk}


# --- the run ---------------------------------------------------------------------------------------
def run_backtest(backtest_id: int, version: int, now: datetime, source: str) -> None:
    """Due work: judge the next part. Reading and judging hold no lock; adding up is one short change.

    Nothing of it is in the log: the run changes no call, and 50 lines for each would only hide what does.
    """
    row = Backtest.objects.select_related("rule_set", "center").get(pk=backtest_id)
    by_system: dict[str, Any] = {"actor": None, "position": "", "source": source, "now": now, "backtest_id": row.pk}
    if row.status not in Backtest.OPEN:
        perform(drop_backtest, **by_system)
        return
    whole = _period(row)
    if row.status == Backtest.Status.WAITING:
        perform(start_backtest, **by_system, total=count_calls(whole))
    try:
        rules = rules_tried(row.rule_set, row.sha256)
    except Invalid as refused:
        perform(fail_backtest, **by_system, error=refused.message)
        return
    after = _reached(row, whole)
    part = read_part(whole, after, PART)
    tally = count(_giving_way(part.cases), rules)
    tally.no_verdict = part.calls - len(part.cases)
    perform(count_in, **by_system, after=after, part=part, tally=tally)


def _giving_way(cases: Iterable[Case]) -> Iterator[Case]:
    """With a breath every few cases: a thread that only computes makes those beside it wait for the interpreter."""
    for number, case in enumerate(cases):
        if number % GIVE_WAY_EVERY == 0:
            time.sleep(GIVE_WAY_SECONDS)
        yield case


def _period(row: Backtest) -> Period:
    whole = period(row.center, row.received_from, row.received_to)
    return Period(**{**whole.values(), "newest_verdict_id": row.newest_verdict_id})


def _reached(row: Backtest, whole: Period) -> tuple[date, int]:
    return whole.start if row.last_day is None or row.last_number is None else (row.last_day, row.last_number)


def start_backtest(*, actor: None, now: datetime, backtest_id: int, total: int) -> dict[str, Any]:
    row = Backtest.objects.select_for_update().get(pk=backtest_id)
    if row.status == Backtest.Status.WAITING:
        row.status, row.started_at, row.total = Backtest.Status.RUNNING, now, total
        row.save(update_fields=["status", "started_at", "total"])
    return {}


def count_in(
    *, actor: None, now: datetime, backtest_id: int, after: tuple[date, int], part: Part, tally: Tally
) -> dict[str, Any]:
    """Add a part behind the calls it was read behind; one that somebody else has added, or was stopped, is dropped."""
    row = Backtest.objects.select_for_update(of=("self",)).select_related("center").get(pk=backtest_id)
    if row.status != Backtest.Status.RUNNING or _reached(row, _period(row)) != after:
        return {}
    row.result = Tally.of(row.result).plus(tally).as_dict()
    row.done += part.calls
    if part.reached is None:
        row.total = row.done
        _end(row, Backtest.Status.DONE, now)
    else:
        row.last_day, row.last_number = part.reached
        schedule(BACKTEST, row.pk, due_at=now, now=now)
    row.save(update_fields=["result", "done", "total", "last_day", "last_number"])
    return {}


def drop_backtest(*, actor: None, now: datetime, backtest_id: int) -> dict[str, Any]:
    """It has ended: there is nothing left to do."""
    finish(BACKTEST, backtest_id)
    return {}


def fail_backtest(*, actor: None, now: datetime, backtest_id: int, error: str) -> dict[str, Any]:
    row = Backtest.objects.select_for_update().get(pk=backtest_id)
    if row.status in Backtest.OPEN:
        _end(row, Backtest.Status.FAILED, now, error=error)
    finish(BACKTEST, backtest_id)
    return {}


def backtest_gave_up(backtest_id: int, attempts: int, error: str, now: datetime) -> None:
    """Due work failed five times: it is over, and its page says why."""
    told = f"given up after {attempts} attempts: {error}"
    perform(fail_backtest, actor=None, position="", source="sweep", now=now, backtest_id=backtest_id, error=told)


def _end(row: Backtest, status: str, now: datetime, **fields: Any) -> None:
    values: Mapping[str, Any] = {"status": status, "finished_at": now, **fields}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    finish(BACKTEST, row.pk)
