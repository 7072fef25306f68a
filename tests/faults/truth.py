"""What must hold after any fault: nothing acknowledged is lost or doubled, the log is whole, the board is the truth."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from calls.models import Assignment, Call
from care_dispatch.due.models import Due
from care_dispatch.log.changes import fold
from care_dispatch.log.door import sets_of
from care_dispatch.log.models import Event, Head, IdempotencyKey
from teams.models import Unit
from tests.faults.desk import Desk, Written
from tests.live.in_step import Store

SETTLED_SECONDS = 15.0
# The log's own formula again, over what is stored: an event that was changed or left out shows.
_BROKEN_CHAIN = """
SELECT seq FROM (SELECT e.*, coalesce(lag(hash) OVER (ORDER BY seq), ''::bytea) AS before FROM log_event e) e
WHERE prev_hash <> before OR hash <> sha256(prev_hash || convert_to(jsonb_build_array(
    seq, extract(epoch FROM at), kind, center_id, call_id, unit_id, agency_id,
    actor_id, position, source, extract(epoch FROM device_at), payload)::text, 'UTF8'))
"""
_MODELS: dict[str, Any] = {"call": Call, "unit": Unit, "assignment": Assignment}


def until(look: Callable[[], Any], what: str, within: float = SETTLED_SECONDS) -> None:
    deadline = time.monotonic() + within
    while not look():
        assert time.monotonic() < deadline, f"not within {within} s: {what}"
        time.sleep(0.05)


def rows(statement: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def each_acknowledged_write_is_there_once(written: Iterable[Written]) -> None:
    written = list(written)
    seqs = [one.told["seq"] for one in written if one.told["seq"]]
    assert len(seqs) == len(set(seqs)), "two writes were told of the same event"
    known = dict(Event.objects.filter(seq__in=seqs).values_list("seq", "call_id"))
    for one in written:
        told = one.told
        if told["seq"]:
            assert known.get(told["seq"]) == told.get("call_id", known.get(told["seq"])) is not None, one
        if one.what == "create":
            assert list(Call.objects.filter(location=one.sent["location"]).values_list("pk", flat=True)) == [
                told["call_id"]
            ], one
        if one.what == "dispatch":
            made = Assignment.objects.filter(call_id=told["call_id"], unit_id__in=one.sent["units"])
            assert sorted(made.values_list("pk", flat=True)) == [a["assignment_id"] for a in told["assignments"]], one


def each_request_was_done_once() -> None:
    """No kept key without its answer, no event of a key told twice, no assignment without its one line in the log."""
    assert not IdempotencyKey.objects.filter(result__isnull=True).exists()
    sent = Counter(Event.objects.filter(kind="unit.sent").values_list("payload__ref__assignment_id", flat=True))
    assert sent == Counter(Assignment.objects.values_list("pk", flat=True))


def no_unit_is_on_two_calls() -> None:
    assert rows("SELECT unit_id FROM calls_assignment WHERE cleared_at IS NULL GROUP BY 1 HAVING count(*) > 1") == []


def the_log_is_whole() -> None:
    seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, Head.objects.get().seq + 1))
    assert rows(_BROKEN_CHAIN) == []


def the_log_tells_the_rows() -> None:
    """Folding every event gives what the tables hold, field by field: state and story have not parted."""
    for (model, pk), fields in fold(Event.objects.order_by("seq")).items():
        row = _MODELS[model].objects.get(pk=pk)
        assert {f"{model}.{name}": value for name, value in fields.items()} == sets_of(row, *fields)


def every_open_call_has_its_verdict() -> None:
    waiting = Call.objects.exclude(status="closed").filter(verdict__isnull=True)
    until(lambda: not waiting.exists(), f"verdicts for {list(waiting.values_list('pk', flat=True))}")
    until(lambda: not Due.objects.filter(kind="triage").exists(), "triage is all done")


def a_console_comes_back_to_the_board(desk: Desk, store: Store) -> None:
    """The store of before the fault, reconnected, leads to the same cards as a fresh board."""

    def same() -> bool:
        fresh = Store()
        with desk.console(store) as socket:
            store.take(str(socket.recv(timeout=10)))
            board = desk.board()
            fresh.take(json.dumps({"type": "snapshot", **board}))
            deadline = time.monotonic() + 10
            while (store.to or 0) < board["to"] and time.monotonic() < deadline:
                store.take(str(socket.recv(timeout=10)))
        return store.to == fresh.to and store.faces() == fresh.faces()

    until(same, "the console shows the board")


def everything_holds(written: Iterable[Written], desk: Desk, store: Store) -> None:
    connection.close()
    every_open_call_has_its_verdict()
    each_acknowledged_write_is_there_once(written)
    each_request_was_done_once()
    no_unit_is_on_two_calls()
    the_log_is_whole()
    the_log_tells_the_rows()
    a_console_comes_back_to_the_board(desk, store)
