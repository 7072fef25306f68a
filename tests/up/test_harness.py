"""The fixtures other tests lean on: copies with real commits, stacks of real processes, and what is refused."""

import signal
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from tests.conftest import MakeStack, _refusal
from tests.services import ROLLBACK, Stack
from tests.up.launcher import eventually


def count_notes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_content_type WHERE app_label = 'harness'")
        return int(cursor.fetchone()[0])


def note() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('harness', 'note')")


@pytest.mark.parametrize("_time", [1, 2])
def test_each_committed_database_is_fresh_and_seen_by_other_threads(committed_db: None, _time: int) -> None:
    assert count_notes() == 0
    note()
    seen = []

    def look() -> None:
        seen.append(count_notes())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


@pytest.mark.django_db
def test_after_it_the_rolled_back_database_is_back() -> None:
    assert connection.settings_dict["NAME"] == ROLLBACK
    assert count_notes() == 0
    note()


@pytest.mark.parametrize(
    ("fixtures", "mark", "why"),
    [
        (["transactional_db"], None, "uses transactional_db"),
        (["live_server"], None, "uses live_server"),
        (["db"], {"transaction": True}, "is marked django_db(transaction=True)"),
        (["committed_db"], {}, "mixes real commits"),
        (["stack_db", "db"], None, "mixes real commits"),
        (["committed_db"], None, ""),
        (["db"], {}, ""),
    ],
)
def test_what_would_weaken_the_log_is_refused(fixtures: list[str], mark: dict[str, Any] | None, why: str) -> None:
    marks = [] if mark is None else [pytest.mark.django_db(**mark).mark]
    item: Any = SimpleNamespace(fixturenames=fixtures, iter_markers=lambda _name: iter(marks))
    assert _refusal(item).startswith(why) and bool(_refusal(item)) == bool(why)


def test_a_process_of_the_stack_can_be_killed_and_started_again(stack: Stack) -> None:
    first = stack.pid("web")
    stack.kill("web")
    assert not stack.healthy()
    stack.restart("web")
    assert stack.healthy() and stack.pid("web") != first


def test_a_stopped_worker_does_not_keep_the_board_from_answering(stack: Stack) -> None:
    stack.kill("worker", signal.SIGSTOP)
    assert stack.healthy()
    stack.kill("worker", signal.SIGCONT)


def test_a_test_reads_and_writes_the_database_of_its_stack(stack_db: Stack) -> None:
    note()
    assert count_notes() == 1
    assert connection.settings_dict["NAME"] == stack_db.database
    assert stack_db.manage("migrate", "--check") == ""


def test_a_stack_with_its_own_servers_lives_through_their_death(make_stack: MakeStack) -> None:
    stack = make_stack(own_servers=True, names=("web",))
    for name in ("valkey", "postgres"):
        stack.kill(name)
        stack.restart(name)
        eventually(stack.healthy, lambda: stack.log("web"))
    with stack.services.postgres.connect() as own, own.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",)
    own.close()
