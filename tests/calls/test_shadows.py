"""A draft on live calls: it judges beside the rules in force, changes nothing, and stops when it is broken."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from calls import board, hooks, shadows
from calls.alerts import acknowledge_alert, tell_unit
from calls.backtest_selectors import shadow_detail, shadow_differences, shadow_runs
from calls.models import Alert, Call, RuleSet, ShadowDifference, ShadowRun, Verdict
from calls.shadows import FAILURES_BEFORE_STOP, ShadowOver, ShadowRunning, run_shadow, start_shadow, stop_shadow
from care_dispatch.access import Tier
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.live.cards import card_types
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from tests.calls.draft_cast import (
    ARMED,
    CALM,
    CAREFREE,
    body_with,
    by_hand,
    learn,
    lose_the_rules,
    make_draft,
    past_call,
    production,
    sweep,
)
from tests.cast import NOW, act, later, make_call, make_center, make_unit, make_user, use_default_rules
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.admin = make_user(self.center, "admin")
        self.draft = make_draft()

    def start(self, rule_set: RuleSet | None = None) -> ShadowRun:
        done = act(start_shadow, by=self.admin, rule_set_id=(rule_set or self.draft).pk)
        return ShadowRun.objects.get(pk=done.result["shadow_run_id"])


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


# --- what it finds ---------------------------------------------------------------------------------
def test_a_verdict_the_draft_would_have_given_otherwise_is_kept_beside_the_published_one(scene: Scene) -> None:
    run = scene.start()
    armed = past_call(scene.dispatcher, ARMED)
    past_call(scene.dispatcher, CALM)
    by_hand(scene.supervisor, armed, "police_first")
    sweep(later(seconds=5))
    told = shadow_detail(scene.admin, run.pk)
    assert (told["compared"], told["different"], told["failures"]) == (2, 1, 0)
    (one,) = shadow_differences(scene.admin, run.pk, before=None, care_alone=False)["differences"]
    assert one["published"] == {"level": 3, "response": "care_police", "services": ["police", "care"]}
    assert one["draft"] == {"level": 2, "response": "care_only", "services": ["care"]}
    assert (one["number"], one["by_hand"], one["direction"]) == ("2026-03-02-0001", "police_first", "lighter")
    assert (one["care_alone"], one["rules_lost"], one["rules_gained"]) == (True, [], [])
    assert told["changes"] == [
        {"from": one["published"], "to": one["draft"], "direction": "lighter", "care_alone": True, "n": 1}
    ]


def test_nothing_is_dispatched_and_no_call_or_card_changes(scene: Scene) -> None:
    scene.start()
    past_call(scene.dispatcher, ARMED)
    before = production()
    cards = [kind.build(scene.center.pk, tier.value, None) for kind in card_types() for tier in Tier]
    sweep(later(seconds=5))
    assert ShadowDifference.objects.count() == 1
    assert production() == before
    assert [kind.build(scene.center.pk, tier.value, None) for kind in card_types() for tier in Tier] == cards


def test_each_verdict_of_a_call_is_compared(scene: Scene) -> None:
    run = scene.start()
    call = past_call(scene.dispatcher, ARMED)
    learn(scene.dispatcher, call, {"age": "adult"}, now=later(minutes=1))
    sweep(later(minutes=2))
    run.refresh_from_db()
    assert (run.compared, run.differences.count()) == (2, 2)


def test_a_verdict_looked_at_twice_is_counted_once(scene: Scene) -> None:
    run = scene.start()
    verdict_id = past_call(scene.dispatcher, ARMED).verdict_id
    for _ in range(2):
        run_shadow(verdict_id or 0, run.pk, later(seconds=5), "sweep")
    run.refresh_from_db()
    assert (run.compared, run.differences.count()) == (1, 1)


def test_only_the_centers_calls_while_it_runs_are_looked_at(scene: Scene) -> None:
    past_call(scene.dispatcher, ARMED)
    run = scene.start()
    past_call(make_user(make_center()), ARMED)
    call = past_call(scene.dispatcher, ARMED)
    act(stop_shadow, by=scene.supervisor, now=later(seconds=1), shadow_run_id=run.pk)
    late = past_call(scene.dispatcher, ARMED)
    assert list(Due.objects.filter(kind="shadow").values_list("subject_id", flat=True)) == [call.verdict_id]
    sweep(later(seconds=9))
    run.refresh_from_db()
    assert (run.compared, run.differences.count()) == (0, 0), "what is looked at after the end is dropped"
    assert late.verdict_id and not Due.objects.filter(kind="shadow").exists()


def test_a_verdict_given_without_rules_is_not_compared(scene: Scene) -> None:
    scene.start()
    lose_the_rules()
    call = past_call(scene.dispatcher, ARMED)
    assert call.verdict is not None and call.verdict.rule_set is None
    assert not Due.objects.filter(kind="shadow").exists()


def test_differences_are_read_page_by_page_and_the_dangerous_ones_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.backtest_selectors.PAGE", 2)
    run = scene.start(
        make_draft(body_with("R8", CAREFREE, services=["care", "ems"], when={"fact": "weapon", "in": ["denied"]}))
    )
    for facts in (ARMED, CALM, ARMED, CALM, CALM):
        past_call(scene.dispatcher, facts)
    sweep(later(seconds=5), times=3)
    seen: list[int] = []
    page = shadow_differences(scene.admin, run.pk, before=None, care_alone=False)
    while page["next"]:
        seen += [one["id"] for one in page["differences"]]
        page = shadow_differences(scene.admin, run.pk, before=page["next"], care_alone=False)
    seen += [one["id"] for one in page["differences"]]
    assert seen == sorted(seen, reverse=True) and len(seen) == 5
    alone = shadow_differences(scene.admin, run.pk, before=None, care_alone=True)["differences"]
    assert [one["care_alone"] for one in alone] == [True, True]


# --- it must not stand in the way ------------------------------------------------------------------
def test_a_verdict_is_not_kept_waiting_for_the_draft(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: Any) -> Any:
        raise AssertionError("the draft was asked inside the verdict's own change")

    monkeypatch.setattr(shadows, "judged", never)
    scene.start()
    call = past_call(scene.dispatcher, ARMED)
    assert call.response == "care_police"
    due = Due.objects.get(kind="shadow")
    assert due.due_at > NOW and due.subject_id == call.verdict_id


def test_a_hook_that_fails_in_the_database_does_not_undo_the_verdict(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setattr(hooks, "verdict_recorded", [breaks, shadows.follow])
    monkeypatch.setattr(hooks, "mode_set", [breaks])
    scene.start()
    call = past_call(scene.dispatcher, ARMED)
    by_hand(scene.supervisor, call, "police_first")
    call.refresh_from_db()
    assert (call.response, call.mode_override) == ("care_police", "police_first")
    assert Due.objects.filter(kind="shadow", subject_id=call.verdict_id or 0).exists(), (
        "the next hook is told all the same"
    )
    with pytest.raises(DatabaseError):
        breaks()


def test_the_sweep_takes_up_what_somebody_waits_for_first_and_a_web_process_only_that(scene: Scene) -> None:
    scene.start()
    past_call(scene.dispatcher, ARMED)
    waiting = make_call(scene.dispatcher, triaged=False, facts=CALM, location_confirmed=True).pk
    assert run_once(older_than=timedelta(0), now=later(seconds=5), source="sweep") == 1
    assert Call.objects.get(pk=waiting).verdict_id and Due.objects.filter(kind="shadow").count() == 2
    assert run_once(older_than=timedelta(0), now=later(seconds=9), source="web", unhurried=False) == 0
    assert run_once(older_than=timedelta(0), now=later(seconds=9), source="sweep") == 2


# --- a broken draft --------------------------------------------------------------------------------
def raises(*args: Any) -> Any:
    raise KeyError("weapon")


def test_a_draft_that_raises_is_noted_and_stopped_after_five_calls_with_one_alert(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadows, "judged", raises)
    run = scene.start()
    for _ in range(FAILURES_BEFORE_STOP + 2):
        call = past_call(scene.dispatcher, ARMED)
        assert call.response == "care_police"
    sweep(later(seconds=5), times=3)
    told = shadow_detail(scene.admin, run.pk)
    assert (told["failures"], told["last_error"], told["compared"]) == (FAILURES_BEFORE_STOP, "KeyError: 'weapon'", 0)
    assert told["stopped_at"] is not None and told["stopped_by"] is None
    (alert,) = Alert.objects.filter(kind=Alert.Kind.SHADOW_STOPPED)
    assert "could not judge 5 calls" in alert.text and alert.call is None
    assert not Due.objects.filter(kind="shadow").exists()
    past_call(scene.dispatcher, ARMED)
    assert not Due.objects.filter(kind="shadow").exists()


def test_a_draft_that_is_changed_meanwhile_stops_its_shadow(scene: Scene) -> None:
    run = scene.start()
    RuleSet.objects.filter(pk=scene.draft.pk).update(body=body_with("R8", level=3), sha256="another")
    for _ in range(FAILURES_BEFORE_STOP):
        past_call(scene.dispatcher, ARMED)
    sweep(later(seconds=5), times=2)
    run.refresh_from_db()
    assert run.stopped_at is not None and "was changed meanwhile" in run.last_error and not run.differences.exists()


def test_a_draft_that_cannot_be_run_is_not_started(scene: Scene) -> None:
    with pytest.raises(Invalid, match="cannot be run"):
        scene.start(make_draft({**CAREFREE, "rules": []}))


# --- who -----------------------------------------------------------------------------------------------
def test_one_runs_in_a_center_at_a_time_and_is_stopped_once(scene: Scene) -> None:
    run = scene.start()
    with pytest.raises(ShadowRunning) as refused:
        act(start_shadow, by=scene.supervisor, rule_set_id=make_draft(body_with("R8", level=3)).pk)
    assert refused.value.details == {"shadow_run_id": run.pk}
    act(stop_shadow, by=scene.supervisor, shadow_run_id=run.pk)
    with pytest.raises(ShadowOver):
        act(stop_shadow, by=scene.supervisor, shadow_run_id=run.pk)
    again = scene.start()
    assert [row["id"] for row in shadow_runs(scene.supervisor)] == [again.pk, run.pk]
    kinds = Event.objects.filter(kind__startswith="shadow.").order_by("seq").values_list("kind", "actor_id")
    assert list(kinds) == [
        ("shadow.started", scene.admin.pk), ("shadow.stopped", scene.supervisor.pk), ("shadow.started", scene.admin.pk)
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["dispatcher", "clinician", "officer", "partner"])
def test_others_have_no_part_in_it(scene: Scene, role: str) -> None:
    run, user = scene.start(), make_user(scene.center, role)
    for refused in (
        lambda: act(start_shadow, by=user, rule_set_id=scene.draft.pk),
        lambda: act(stop_shadow, by=user, shadow_run_id=run.pk),
        lambda: shadow_runs(user),
        lambda: shadow_detail(user, run.pk),
        lambda: shadow_differences(user, run.pk, before=None, care_alone=False),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_another_centers_run_looks_like_missing(scene: Scene) -> None:
    run, stranger = scene.start(), make_user(make_center(), "admin")
    for refused in (
        lambda: act(stop_shadow, by=stranger, shadow_run_id=run.pk),
        lambda: shadow_detail(stranger, run.pk),
        lambda: shadow_differences(stranger, run.pk, before=None, care_alone=False),
    ):
        with pytest.raises(NotFound):
            refused()
    assert shadow_runs(stranger) == []


@pytest.fixture
def alert(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Alert:
    """What the supervisor is told when a draft is broken."""
    monkeypatch.setattr(shadows, "judged", raises)
    scene.start()
    for _ in range(FAILURES_BEFORE_STOP):
        past_call(scene.dispatcher, ARMED)
    with board_in_step(scene.center):
        sweep(later(seconds=5))
    return Alert.objects.get(kind=Alert.Kind.SHADOW_STOPPED)


def test_its_alert_is_on_the_floors_board_alone(scene: Scene, alert: Alert) -> None:
    shown = {tier: [card.id for card in board.alert_cards(scene.center.pk, tier.value, None)] for tier in Tier}
    assert shown == {Tier.DISPATCH: [alert.pk], Tier.CARE: [], Tier.FIELD: [], Tier.PARTNER: []}


def test_its_alert_is_the_supervisors_to_acknowledge(scene: Scene, alert: Alert) -> None:
    with pytest.raises(Forbidden, match="a supervisor acknowledges it"):
        act(acknowledge_alert, by=scene.dispatcher, alert_id=alert.pk)
    clinician, unit = make_user(scene.center, "clinician"), make_unit(scene.center)
    with pytest.raises(NotFound, match="no such alert"):
        act(acknowledge_alert, by=clinician, alert_id=alert.pk)
    with pytest.raises(NotFound, match="no such alert"):
        act(tell_unit, by=clinician, alert_id=alert.pk, unit_id=unit.pk, by_radio=False)
    with board_in_step(scene.center):
        act(acknowledge_alert, by=scene.supervisor, alert_id=alert.pk)
    assert board.alert_cards(scene.center.pk, Tier.DISPATCH, None) == []


def test_verdicts_tell_no_tier_of_the_draft(scene: Scene) -> None:
    scene.start()
    past_call(scene.dispatcher, ARMED)
    sweep(later(seconds=5))
    assert Verdict.objects.count() == 1
    text = str([kind.build(scene.center.pk, tier.value, None) for kind in card_types() for tier in Tier])
    assert "shadow" not in text and "draft" not in text.lower()
