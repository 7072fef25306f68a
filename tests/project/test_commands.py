"""The commands that keep the product going: prepare, seed, sweep and simulate, as one types them."""

import signal
import threading
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.utils import timezone

from calls.models import Call, RuleSet
from calls.simulation.alone import Alone
from care_dispatch.due.models import Due
from care_dispatch.log.models import Event, Head
from teams.models import Center, User
from tests.cast import make_call, make_center, make_user, use_default_rules


@pytest.fixture
def signals_kept() -> Iterator[None]:
    """A command that listens for the end of its process leaves the test's own ears as they were."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def said(command: str, *options: str) -> str:
    out = StringIO()
    call_command(command, *options, stdout=out)
    return out.getvalue()


# --- seed and prepare ----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_second_seed_says_that_there_was_nothing_to_add() -> None:
    first = said("seed")
    head, events = Head.objects.get().seq, Event.objects.count()
    again = said("seed")
    assert "version 1 stored" in first and "units 14" in first and "password care-dispatch-demo: d1" in first
    assert "version 1 was there" in again and "nothing new" in again
    assert (Head.objects.get().seq, Event.objects.count()) == (head, events)


@pytest.mark.django_db
def test_prepare_brings_the_rules_and_the_demo_only_where_it_is_asked_for() -> None:
    call_command("prepare")
    assert RuleSet.objects.count() == 1 and not Center.objects.exists() and not User.objects.exists()
    call_command("prepare", "--demo")
    assert Center.objects.get().synthetic and RuleSet.objects.count() == 1


# --- the sweep -----------------------------------------------------------------------------------------
def test_one_look_of_the_sweep_judges_what_waits(committed_db: None, signals_kept: None) -> None:
    use_default_rules()
    call = make_call(make_user(make_center()), triaged=False)
    call_command("sweep", "--once", "--older-than", "0")
    call.refresh_from_db()
    assert call.verdict is not None and call.verdict.engine == "sweep"
    assert not Due.objects.filter(kind="triage").exists()


def test_the_sweep_leaves_what_is_young_to_the_workers(committed_db: None, signals_kept: None) -> None:
    use_default_rules()
    make_call(make_user(make_center()), triaged=False, now=timezone.now())
    call_command("sweep", "--once", "--older-than", "3600")
    assert Due.objects.filter(kind="triage").exists() and Call.objects.get().verdict is None


# --- the evening ------------------------------------------------------------------------------------------
def test_without_the_demo_region_the_evening_says_how_to_make_it(committed_db: None, signals_kept: None) -> None:
    with pytest.raises(CommandError, match=r"no demo region best-southwest here; `manage.py seed --demo` makes it"):
        call_command("simulate")


def test_the_evening_is_never_played_in_a_real_center(committed_db: None, signals_kept: None) -> None:
    center = make_center(code="north", synthetic=False)
    with pytest.raises(CommandError, match="north is a real one"):
        call_command("simulate", "--center", center.code)
    assert not Call.objects.exists()


def test_the_evening_is_played_by_one_process_at_a_time(committed_db: None) -> None:
    """The second gets its turn when the connection of the first ends, however it ends."""

    def in_another_process() -> bool:
        found: list[bool] = []

        def look() -> None:
            found.append(Alone(1).held())
            connections.close_all()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join(30)
        return found[0]

    mine = Alone(1)
    assert mine.held() and mine.held() and not in_another_process()
    connection.close()
    assert in_another_process()
    assert mine.held() and not in_another_process(), "it is taken anew on the next connection"
