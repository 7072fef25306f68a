"""The busy evening: it fills a board, works its own calls to their end, doubles nothing and leaves people's work alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from calls.models import Assignment, Call
from calls.simulation.choosing import Free, choose
from calls.simulation.evening import OPENING, Evening
from calls.simulation.selectors import SOURCE, demo_center, own_calls
from calls.simulation.steps import CLEARED, next_step
from calls.simulation.timing import PERCENTILES, SHARES, at_share, steady
from calls.verdicts import run_triage
from teams.models import Center, Unit, User
from tests.cast import NOW, make_center, send, use_default_rules


@pytest.fixture
def center(db: None) -> Center:
    use_default_rules()
    call_command("seed", "--demo", verbosity=0)
    found = demo_center("best-southwest")
    assert found is not None
    Unit.objects.filter(center=found).update(status_at=NOW)
    return found


def play(evening: Evening, start: datetime, minutes: float, *, every: float = 10) -> datetime:
    """Tick through the time; the worker's part, the verdicts, is done in between."""
    moment = start
    while moment < start + timedelta(minutes=minutes):
        evening.tick(moment)
        for call in Call.objects.filter(verdict__isnull=True):
            run_triage(call.pk, call.facts_version, moment, "worker")
        moment += timedelta(seconds=every)
    return moment


def test_the_board_is_filled_at_once_and_worked(center: Center) -> None:
    evening = Evening(center)
    assert evening.tick(NOW) == OPENING
    play(evening, NOW, 25, every=20)
    calls = Call.objects.filter(center=center)
    assert calls.count() > OPENING
    assert calls.filter(status="closed").exists(), "some call comes to its end"
    assert Assignment.objects.filter(call__center=center, unit__discipline="care", on_scene_at__isnull=False).exists()
    sent = Assignment.objects.open().filter(call__center=center)
    assert sent.values("unit").distinct().count() == sent.count()
    free = Unit.objects.filter(center=center, status="available")
    assert free.filter(discipline="care").count() >= 1 and free.filter(discipline="police").count() >= 2


def test_a_restart_goes_on_and_doubles_nothing(center: Center) -> None:
    play(Evening(center), NOW, 2)
    before = set(Call.objects.filter(center=center).values_list("source_id", flat=True))
    Evening(center).tick(NOW + timedelta(minutes=2))
    after = list(Call.objects.filter(center=center).values_list("source_id", flat=True))
    assert len(after) == len(set(after)) and before <= set(after)


def test_a_call_somebody_took_over_is_left_to_them(center: Center) -> None:
    evening = Evening(center)
    play(evening, NOW, 0.2)
    call = next(found for found in own_calls(center.pk) if not found.assignments.exists())
    unit = Unit.objects.filter(center=center, discipline="police", status="available").latest("pk")
    send(User.objects.get(username="d1"), call, unit, now=NOW + timedelta(seconds=15))
    play(evening, NOW + timedelta(seconds=20), 20, every=30)
    assert [a.unit_id for a in call.assignments.all()] == [unit.pk]
    assert call.assignments.get().status == "dispatched", "the person's unit reports for itself"


def test_every_scripted_call_can_be_taken(center: Center) -> None:
    from calls.simulation.evening import script

    evening = Evening(center)
    for number in range(len(script())):
        assert evening._create(number, NOW)
    assert Call.objects.filter(source_system=SOURCE).count() == len(script())


def test_it_plays_only_where_everything_is_invented(db: None) -> None:
    make_center(code="real", synthetic=False)
    with pytest.raises(CommandError, match="no synthetic center real"):
        call_command("simulate", "--center", "real", "--once")


@pytest.mark.parametrize("name", PERCENTILES)
def test_drawn_times_have_the_published_percentiles(name: str) -> None:
    for share, minutes in zip(SHARES, PERCENTILES[name], strict=True):
        assert at_share(name, share) == pytest.approx(minutes)
    assert at_share(name, 1.0) == PERCENTILES[name][-1]


def test_luck_is_the_same_after_a_restart() -> None:
    assert steady("a", 1).random() == steady("a", 1).random() != steady("a", 2).random()


@pytest.mark.parametrize("discipline", ["care", "police", "ems", "fire"])
def test_every_unit_comes_home(discipline: str) -> None:
    stage, steps = "dispatched", 0
    while stage != CLEARED:
        step = next_step(discipline, stage, staged_role=False, engaged=True, luck=steady(discipline, steps))
        assert step is not None and step.after >= timedelta()
        stage, steps = step.stage, steps + 1
        assert steps < 10


def test_a_staged_care_team_waits_to_be_waved_in() -> None:
    assert next_step("care", "staged", staged_role=True, engaged=True, luck=steady()) is None


def free(number: int, discipline: str, **fields: Any) -> Free:
    return Free(number, discipline, NOW + timedelta(minutes=number), **fields)


def test_one_unit_for_each_service_and_none_when_one_has_none_to_give() -> None:
    units = [free(1, "care"), free(2, "care", languages=("es",)), free(3, "police"), free(4, "fire")]
    assert choose(units, ["care", "police"]) == [1, 3]
    assert choose(units, ["care"], language="es") == [2]
    assert choose(units, ["care", "police"], keep={"police": 1}) == []
    assert choose(units, ["ems"]) == [4], "an engine goes when no ambulance may"
