"""The fixtures every test may use, and the refusal of those that would weaken the log.

- ``django_db`` (mark) or ``db``: rolled back after the test; the usual choice.
- ``committed_db``: a database of its own with real commits, for races and threads.
- ``stack``, ``stack_db``, ``make_stack``: real processes, for the browser and for faults.
"""

import atexit
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.services import ROLLBACK, SOAK, TEMPLATE, Services, Stack, pointed_at

if "DJANGO_SETTINGS_MODULE" in os.environ:
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests bring their own database and settings.")

SERVICES = Services()
atexit.register(SERVICES.stop)  # also when the run ends before its first test
os.environ.update(
    DJANGO_SETTINGS_MODULE="care_dispatch.settings",
    DATABASE_URL=SERVICES.postgres.url(ROLLBACK),
    REDIS_URL=SERVICES.valkey.url,
    # Shared with the stacks, so that a session made by a test is good in the web process too.
    SECRET_KEY=secrets.token_urlsafe(60),
)
for unwanted in ("DEBUG", "PRODUCTION", "ALLOWED_HOSTS", "ALLOWED_ORIGINS", "BEHIND_PROXY"):
    os.environ.pop(unwanted, None)

hypothesis.settings.register_profile("test", max_examples=50, stateful_step_count=30, deadline=None)
hypothesis.settings.register_profile("soak", max_examples=1000, stateful_step_count=100, deadline=None)
hypothesis.settings.load_profile("soak" if SOAK else "test")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("numprocesses", None):
        # This process only shares the tests out; each worker brings its own servers and must not inherit ours.
        del os.environ["DJANGO_SETTINGS_MODULE"]
        return
    import django

    django.setup()


REFUSED = {"transactional_db", "live_server", "django_db_reset_sequences", "django_db_serialized_rollback"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A flush between tests would need the log's guard taken off; a copy of the template needs nothing."""
    wrong = [f"{item.nodeid}: {why}" for item in items for why in [_refusal(item)] if why]
    if wrong:
        raise pytest.UsageError("\n".join(["Use committed_db or stack instead:", *wrong]))


def _refusal(item: pytest.Item) -> str:
    names = set(getattr(item, "fixturenames", ()))
    marks = list(item.iter_markers("django_db"))
    if found := names & REFUSED:
        return f"uses {', '.join(sorted(found))}"
    if any(mark.kwargs.get("transaction") or mark.args[:1] == (True,) for mark in marks):
        return "is marked django_db(transaction=True)"
    if names & {"committed_db", "stack_db"} and (marks or "db" in names):
        return "mixes real commits with a database that is rolled back"
    return ""


@pytest.fixture(scope="session")
def services() -> Services:
    """The run's own PostgreSQL and Valkey, started."""
    SERVICES.start()
    return SERVICES


@pytest.fixture(scope="session")
def migrated(services: Services, django_db_blocker: Any) -> Services:
    """The services with the migrated template that every other database is a copy of."""
    from django.core.management import call_command

    services.create(TEMPLATE)
    with django_db_blocker.unblock(), pointed_at(TEMPLATE, services.postgres):
        call_command("migrate", interactive=False, verbosity=0)
    return services


@pytest.fixture(scope="session")
def django_db_setup(migrated: Services) -> None:
    """What pytest-django asks for before its first test with a database."""
    migrated.copy(ROLLBACK)


@pytest.fixture
def committed_db(migrated: Services, django_db_blocker: Any) -> Iterator[None]:
    """Django's default connection on a fresh copy of the template, with real commits; dropped after the test."""
    name = migrated.copy()
    with django_db_blocker.unblock(), pointed_at(name, migrated.postgres):
        yield
    migrated.drop(name)


@pytest.fixture(autouse=True)
def _no_board_of_another_database() -> None:
    """What was rolled back or copied anew has the same epoch and numbers as before, and other contents."""
    from care_dispatch.live import snapshots

    snapshots.forget()


MakeStack = Callable[..., Stack]


@pytest.fixture(scope="module")
def make_stack(
    migrated: Services, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[MakeStack]:
    """Start web, worker and sweep: ``make_stack(own_servers=False, names=("web", "worker", "sweep"), env={})``.

    With ``own_servers`` PostgreSQL (fsync on) and Valkey are the stack's own, so that a test may kill them.
    """
    with ExitStack() as ends:

        def make(*, own_servers: bool = False, **options: Any) -> Stack:
            folder = Path(tmp_path_factory.mktemp("stack"))
            if own_servers:
                services = Services(fsync=True)
                ends.callback(services.stop)
                services.start()
                services.create("care_dispatch")
                stack = Stack(services, "care_dispatch", folder, **options)
                stack.manage("migrate", "--no-input", "--verbosity", "0")
            else:
                migrated.forget_redis()
                stack = Stack(migrated, migrated.copy(), folder, **options)
                ends.callback(migrated.drop, stack.database)
            ends.callback(stack.stop)
            stack.start()
            return stack

        yield make


@pytest.fixture(scope="module")
def stack(make_stack: MakeStack) -> Stack:
    """One stack for the tests of a module; each test makes its own center in it."""
    return make_stack()


@pytest.fixture
def stack_db(stack: Stack, django_db_blocker: Any) -> Iterator[Stack]:
    """The stack, with Django's default connection of this process on its database."""
    with django_db_blocker.unblock(), pointed_at(stack.database, stack.services.postgres):
        yield stack
