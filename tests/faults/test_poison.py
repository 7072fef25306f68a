"""Work that can never succeed: it waits its turn longer and longer, and nothing else waits with it."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import redis
from django.db import connection
from django.utils import timezone

from calls.models import Alert, Call
from care_dispatch.due import work
from care_dispatch.due.models import Due
from care_dispatch.due.work import ATTEMPTS_BEFORE_ALERT, BATCH, DueKind, run_once
from tests.bench.town import sign_in
from tests.cast import make_call, make_center, make_user, use_default_rules
from tests.faults.desk import Desk
from tests.faults.signals import alive
from tests.faults.truth import until
from tests.services import Stack

pytestmark = [pytest.mark.faults]
NEVER = 2**60  # no call has such a number


@pytest.fixture
def desk(stack_db: Stack) -> Iterator[Desk]:
    use_default_rules()
    desk = Desk(stack_db.port, sign_in([make_user(make_center())])[0])
    yield desk
    desk.close()


def create(desk: Desk) -> int:
    answer = desk.post("/api/calls/", {"nature": "Welfare check", "location": "1 MAIN ST"})
    assert answer.status == 201, answer
    return int(answer.body["call_id"])


def judged(call_id: int, **by: str) -> bool:
    return Call.objects.filter(pk=call_id, verdict__isnull=False, **by).exists()


def judged_by_worker(desk: Desk) -> bool:
    """Whether a new call was judged by the worker, not by a sweep that found it waiting."""
    call = create(desk)
    until(lambda: judged(call), "the verdict")
    return judged(call, verdict__engine="worker")


def poison(kind: str, count: int, now: datetime, attempts: int = 0) -> None:
    long_ago = now - timedelta(minutes=5)
    Due.objects.bulk_create(
        Due(kind=kind, subject_id=NEVER + n, due_at=long_ago, attempts=attempts) for n in range(count)
    )


@pytest.mark.parametrize("kind", ["triage", "nobody-knows-this"])
@pytest.mark.parametrize("attempts", [0, ATTEMPTS_BEFORE_ALERT - 1], ids=["first", "last"])
def test_a_heap_of_poisoned_work_does_not_hold_up_a_call(kind: str, attempts: int, desk: Desk, stack_db: Stack) -> None:
    """At the last attempt the failure is to be told of, and with no call to tell of that fails as well."""
    Due.objects.filter(subject_id__gte=NEVER).delete()
    poison(kind, 3 * BATCH, timezone.now(), attempts)
    call = create(desk)
    until(lambda: judged(call), "the verdict of a call behind poisoned work", within=8.0)
    tried = Due.objects.filter(subject_id__gte=NEVER, attempts__gt=attempts).exclude(last_error="")
    until(lambda: tried.count() == 3 * BATCH, "all of it was tried, counted and noted")
    for name in stack_db.names:
        assert alive(stack_db, name), stack_db.log(name)[-3000:]


def test_work_that_breaks_the_connections_transaction_leaves_the_next_alone(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = list[int]()

    def breaks(subject_id: int, version: int, now: datetime, source: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    def works(subject_id: int, version: int, now: datetime, source: str) -> None:
        done.append(Due.objects.filter(kind="works", subject_id=subject_id).delete()[0])

    def never_told(*args: Any) -> None:
        raise RuntimeError("telling of it fails too")

    kinds = {"breaks": DueKind("breaks", breaks, never_told), "works": DueKind("works", works, never_told)}
    monkeypatch.setattr(work, "_kinds", kinds)
    now = timezone.now()
    poison("breaks", 3, now, ATTEMPTS_BEFORE_ALERT - 1)
    poison("works", 3, now)
    assert run_once(older_than=timedelta(0), now=now, source="sweep") == 6
    assert done == [1, 1, 1]
    assert "division by zero" in Due.objects.filter(kind="breaks")[0].last_error


def test_work_that_failed_five_times_is_told_of_once_and_tried_on(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, triaged=False)
    monkeypatch.setattr("calls.verdicts.record_verdict", lambda **args: 1 / 0)
    now = timezone.now()
    for _ in range(2 * ATTEMPTS_BEFORE_ALERT):
        now += timedelta(minutes=10)
        run_once(older_than=timedelta(0), now=now, source="sweep")
    assert Alert.objects.filter(call=call, kind=Alert.Kind.WORK_FAILED).count() == 1
    assert Due.objects.get(kind="triage", subject_id=call.pk).attempts == 2 * ATTEMPTS_BEFORE_ALERT


def message(task: str, args: list[Any], body: bytes = b"", **changes: Any) -> bytes:
    """A message as Celery's own client puts it into the queue, with anything changed."""
    body = body or json.dumps([args, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()
    envelope = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"lang": "py", "task": task, "id": "poison", "root_id": "poison", "argsrepr": "", "kwargsrepr": ""},
        "properties": {
            "correlation_id": "poison", "reply_to": "", "delivery_mode": 2, "priority": 0, "body_encoding": "base64",
            "delivery_info": {"exchange": "", "routing_key": "celery"}, "delivery_tag": "poison",
        },
    }  # fmt: skip
    return json.dumps(envelope | changes).encode()


GARBAGE = {
    "nothing-in-it": b"{}",
    "no-json-body": message("due.run", [], b"\xff\xfe{"),
    "pickle": message(
        "due.run", [], b"cos\nsystem\n(S'false'\ntR.", **{"content-type": "application/x-python-serialize"}
    ),
    "unknown-task": message("os.system", ["true"]),
    "too-few": message("due.run", []),
    "too-many": message("due.run", [[["triage", 1, 2, 3]]]),
    "wrong-types": message("due.run", [{"a": 1}]),
    "too-large": message("due.run", [[["triage", 10**30]]]),
    "nul": message("due.run", [[["\x00", 1]]]),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE)
def test_a_message_of_garbage_does_not_stop_the_worker(garbage: bytes, desk: Desk, stack_db: Stack) -> None:
    with redis.Redis.from_url(stack_db.redis_url) as client:
        client.lpush("celery", garbage)
    until(lambda: judged_by_worker(desk), f"the worker works: {stack_db.log('worker')[-3000:]}", within=8.0)
    assert alive(stack_db, "worker")


def test_work_that_kills_whoever_takes_it_up_is_told_of_too(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed process notes no failure: only the counted attempts show it."""
    call = make_call(make_user(make_center()), triaged=False)
    monkeypatch.setattr("calls.verdicts.record_verdict", lambda **args: None)
    now = timezone.now()
    for _ in range(ATTEMPTS_BEFORE_ALERT):
        now += timedelta(minutes=10)
        work._claim("kind = 'triage' AND subject_id = %s", [call.pk], now)
    assert not Alert.objects.filter(call=call).exists()
    monkeypatch.setattr("calls.verdicts.record_verdict", lambda **args: 1 / 0)
    for _ in range(3):
        now += timedelta(minutes=10)
        run_once(older_than=timedelta(0), now=now, source="sweep")
    assert Alert.objects.filter(call=call, kind=Alert.Kind.WORK_FAILED).count() == 1
