"""The busy evening: it fills a board, works its own calls to their end, doubles nothing and leaves people's work alone."""

import itertools
from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from calls.consults import ask_consult
from calls.models import Assignment, Call, Consult
from calls.narrative import add_note
from calls.simulation import selectors
from calls.simulation.desk import LEFT_PENDING
from calls.simulation.evening import INTERRUPTED, Evening
from calls.simulation.opening import KEEP
from calls.simulation.script import OPENING, script
from calls.simulation.selectors import DESK, SOURCE
from calls.stages import report_stage
from calls.verdicts import run_triage
from care_dispatch.log.models import Event
from teams.demo import seed_region
from teams.models import Center, Shift, Unit, User
from tests.cast import NOW, act, later, make_call, send, use_default_rules


@pytest.fixture
def center(db: None) -> Center:
    """The demo region at NOW, with its crews on shift then."""
    use_default_rules()
    seed_region(now=NOW - timedelta(hours=1), demo=True)
    return Center.objects.get(code="best-southwest")


def play(evening: Evening, start: datetime, minutes: float, *, every: float = 20) -> datetime:
    """Tick through the time; the worker's part, the verdicts, is done in between."""
    moment = start
    while moment < start + timedelta(minutes=minutes):
        evening.tick(moment)
        for call in Call.objects.filter(verdict__isnull=True).exclude(status="closed"):
            run_triage(call.pk, call.facts_version, moment, "worker")
        moment += timedelta(seconds=every)
    return moment


def free_now(center: Center, discipline: str) -> int:
    return Unit.objects.filter(center=center, discipline=discipline, status="available").count()


def desk() -> User:
    return User.objects.get(username="d1")


def waiting(center: Center) -> Call:
    """A simulated call nobody has been sent to."""
    return next(call for call in selectors.own_calls(center.pk) if call.status == "pending")


# --- the board at the start --------------------------------------------------------------------------
def test_a_newcomer_finds_five_calls_waiting_and_six_being_worked(center: Center) -> None:
    assert Evening(center).tick(NOW) == len(OPENING)
    found = Counter("waiting" if call.status == "pending" else "worked" for call in Call.objects.all())
    assert found == {"waiting": 5, "worked": 6}
    stages = set(Assignment.objects.open().values_list("status", flat=True))
    assert stages == {"dispatched", "en_route", "staged", "on_scene", "contact", "transporting"}


def test_the_opening_board_shows_every_level_and_what_is_not_behavioral(center: Center) -> None:
    Evening(center).tick(NOW)
    assert set(Call.objects.values_list("level", flat=True)) >= {None, 1, 2, 3}
    assert not Call.objects.filter(verdict__isnull=True).exists()


def test_the_opening_board_is_backdated_and_nothing_lies_ahead(center: Center) -> None:
    Evening(center).tick(NOW)
    received = sorted(Call.objects.values_list("received_at", flat=True))
    assert NOW - timedelta(minutes=16) == received[0] and received[-1] == NOW - timedelta(seconds=30)
    assert all(unit.status_at is not None and unit.status_at <= NOW for unit in Unit.objects.filter(center=center))


# --- the evening ---------------------------------------------------------------------------------------
def test_calls_come_every_one_to_three_minutes_and_come_to_their_end(center: Center) -> None:
    evening = Evening(center)
    play(evening, NOW, 40)
    received = list(Call.objects.filter(received_at__gt=NOW).order_by("pk").values_list("received_at", flat=True))
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(received)]
    assert len(received) >= 13 and min(gaps) >= 60 and max(gaps) <= 180 + 20
    ended = set(Assignment.objects.filter(cleared_at__isnull=False).values_list("unit__discipline", flat=True))
    assert ended >= {"care", "police", "ems"}
    assert Assignment.objects.filter(police_released_at__isnull=False).exists(), "police leave while CARE stays"
    assert Call.objects.filter(status="closed", closed_as="handled").exists()


def test_it_always_leaves_units_and_calls_for_people(center: Center) -> None:
    evening, moment = Evening(center), NOW
    for _ in range(90):
        moment = play(evening, moment, 0.5, every=30)
        assert all(free_now(center, discipline) >= number for discipline, number in KEEP.items())
        assert Call.objects.filter(status="pending").count() >= LEFT_PENDING


def test_no_scripted_call_is_on_the_board_twice(center: Center) -> None:
    evening, moment = Evening(center), NOW
    for _ in range(60):
        moment = play(evening, moment, 1, every=30)
        open_calls = Call.objects.filter(source_system=SOURCE).exclude(status="closed")
        slugs = [selectors.slug_of(call) for call in open_calls]
        assert len(slugs) == len(set(slugs))
    assert Call.objects.count() > len(script()), "the script came round"


def test_what_a_caller_adds_is_written_once_and_may_raise_an_alert(center: Center) -> None:
    play(Evening(center), NOW, 6)
    call = Call.objects.get(source_id__endswith="-goodbye-texts")
    assert [entry.position for entry in call.narrative.all()] == [f"{DESK}1", f"{DESK}1"]


def test_a_consult_is_asked_answered_and_ended(center: Center) -> None:
    play(Evening(center), NOW, 9)
    consult = Consult.objects.get()
    assert (consult.result, str(consult.answering_unit)) == ("requester_handled", "CARE4")


def test_crews_are_kept_on_when_their_shift_ends(center: Center) -> None:
    play(Evening(center), later(hours=10.5), 1)
    unit = Unit.objects.get(center=center, callsign="P101")
    assert Shift.objects.filter(unit=unit, during__contains=later(hours=20)).exists()


# --- people ---------------------------------------------------------------------------------------------
def test_a_call_a_person_took_is_never_touched(center: Center) -> None:
    evening = Evening(center)
    play(evening, NOW, 0.5)
    mine = make_call(desk(), now=later(minutes=1))
    play(evening, later(minutes=1), 25, every=30)
    mine.refresh_from_db()
    assert mine.status == "pending" and not mine.assignments.exists()
    assert not Event.objects.filter(call_id=mine.pk, source=SOURCE).exists()


def test_a_unit_a_person_sent_reports_only_what_that_person_says(center: Center) -> None:
    evening = Evening(center)
    play(evening, NOW, 0.5)
    call, unit = (
        waiting(center),
        Unit.objects.filter(center=center, discipline="police", status="available").earliest("pk"),
    )
    send(desk(), call, unit, now=later(minutes=1), override_reason="crew_request")
    play(evening, later(minutes=1), 25, every=30)
    assert [(a.unit_id, a.status) for a in call.assignments.all()] == [(unit.pk, "dispatched")]


def test_a_simulated_call_a_person_has_written_on_is_that_persons(center: Center) -> None:
    evening = Evening(center)
    play(evening, NOW, 0.5)
    call = waiting(center)
    act(add_note, by=desk(), now=later(minutes=1), call_id=call.pk, text="CALLING BACK")
    play(evening, later(minutes=1), 25, every=30)
    call.refresh_from_db()
    assert call.status == "pending" and not call.assignments.exists()


def test_a_simulated_crew_that_a_person_reports_for_waits_for_that_person(center: Center) -> None:
    evening = Evening(center)
    evening.tick(NOW)
    mine = Assignment.objects.open().get(status="dispatched")
    crew = User.objects.get(username=Unit.objects.get(pk=mine.unit_id).callsign.lower())
    act(report_stage, by=crew, now=later(seconds=30), unit_id=mine.unit_id, stage="acknowledged")
    play(evening, later(minutes=1), 15, every=30)
    mine.refresh_from_db()
    assert mine.status == "acknowledged"


def test_a_persons_consult_is_left_to_people(center: Center) -> None:
    officer = User.objects.get(username="p301")
    act(ask_consult, by=officer, question="capacity")
    play(Evening(center), NOW, 6)
    assert Consult.objects.get().answered_at is None


# --- restarts ---------------------------------------------------------------------------------------------
def test_a_restart_goes_on_and_doubles_nothing(center: Center) -> None:
    play(Evening(center), NOW, 2)
    before = list(Call.objects.order_by("pk").values_list("source_id", flat=True))
    sent = Assignment.objects.count()
    assert Evening(center).tick(later(minutes=1, seconds=41)) == 0
    assert list(Call.objects.order_by("pk").values_list("source_id", flat=True)) == before
    assert Assignment.objects.count() == sent


def test_a_start_that_was_cut_off_is_finished(center: Center, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.simulation.opening.OPENING", OPENING[:4])
    Evening(center).tick(NOW)
    monkeypatch.setattr("calls.simulation.opening.OPENING", OPENING)
    assert Evening(center).tick(later(seconds=2)) == len(OPENING) - 4
    assert sorted(map(selectors.slug_of, Call.objects.all())) == sorted(part.slug for part in OPENING)


def test_after_a_long_interruption_the_board_is_cleared_but_for_what_people_work(center: Center) -> None:
    Evening(center).tick(NOW)
    kept = waiting(center)
    act(add_note, by=desk(), now=later(seconds=5), call_id=kept.pk, text="MINE")
    next_day = NOW + INTERRUPTED + timedelta(hours=1)
    Evening(center).tick(next_day)
    kept.refresh_from_db()
    assert kept.status == "pending"
    others = Call.objects.exclude(pk=kept.pk).filter(received_at__lt=NOW + timedelta(minutes=1))
    assert set(others.values_list("status", flat=True)) == {"closed"}
    again = Call.objects.filter(received_at__gt=NOW + timedelta(minutes=1))
    assert {selectors.slug_of(call) for call in again} == {part.slug for part in OPENING} - {selectors.slug_of(kept)}


# --- the script -------------------------------------------------------------------------------------------
def test_every_scripted_call_can_be_taken_and_somebody_knows_who_goes(center: Center) -> None:
    from calls.simulation.desk import wanted
    from calls.simulation.hand import Hand
    from calls.simulation.opening import create

    for serial, slug in enumerate(script()):
        assert create(Hand(center, NOW), 1, serial, slug, NOW)
    for call in Call.objects.all():
        run_triage(call.pk, call.facts_version, NOW, "worker")
    for call in Call.objects.select_related("verdict"):
        assert call.verdict is not None and call.verdict.engine == "worker"
        assert not call.verdict.proof.get("safety_questions"), call.source_id
        assert wanted(call, script()[selectors.slug_of(call)]), call.source_id
    assert set(Call.objects.values_list("level", flat=True)) == {None, 1, 2, 3, 4}


def test_everybody_in_the_script_is_invented() -> None:
    phones = [call.fields["caller"]["phone"] for call in script().values() if "caller" in call.fields]
    assert len(phones) == len(set(phones)) >= 20
    assert all(phone[4:].startswith("555-01") for phone in phones)


def test_the_seed_command_makes_what_the_evening_needs(db: None) -> None:
    call_command("seed", "--demo", verbosity=0)
    center = selectors.center_with_code("best-southwest")
    assert center is not None and center.synthetic
    assert all(free_now(center, discipline) > number for discipline, number in KEEP.items())
