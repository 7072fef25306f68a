"""How often dispatchers override a rule, read from the log, and the alarm of a morning when that has drifted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calls import board, overrides
from calls.alerts import acknowledge_alert
from calls.backtest_selectors import overrides as overrides_read
from calls.models import Alert, OverrideDrift
from calls.overrides import next_look, overrides_of
from calls.triage.overriding import ENOUGH, Overrides
from care_dispatch.access import Tier
from care_dispatch.due.models import Due
from care_dispatch.due.work import ATTEMPTS_BEFORE_ALERT
from care_dispatch.refusal import Forbidden, Invalid
from tests.calls.draft_cast import ARMED, CALM, by_hand, learn, lose_the_rules, past_call, sweep
from tests.cast import NOW, act, later, make_center, make_unit, make_user, send, use_default_rules

pytestmark = pytest.mark.django_db
# Six in the morning in Texas, the day after.
MORNING = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")

    def calls(self, n: int, response: str = "", **when: float) -> None:
        """Calls with a gun in the house, and what a dispatcher made of each."""
        for _ in range(n):
            call = past_call(self.dispatcher, ARMED, now=later(**when))
            if response:
                by_hand(self.supervisor, call, response, now=later(**when))

    def found(self, rule: str = "R3b") -> Overrides | None:
        return overrides_of(self.center, NOW - timedelta(days=60), later(days=1)).get(rule)


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


# --- counting ----------------------------------------------------------------------------------------
def test_each_rule_is_told_how_often_it_was_overridden_and_which_way(scene: Scene) -> None:
    scene.calls(2)
    scene.calls(1, "care_only")
    scene.calls(1, "police_first")
    scene.calls(1, "care_police")
    assert scene.found() == Overrides(n=5, lighter=1, heavier=1, same=1)
    assert scene.found("R8") == Overrides(n=5, lighter=1, heavier=1, same=1)
    assert scene.found("R4") is None


def test_the_verdict_in_force_when_it_was_set_is_the_one_overridden(scene: Scene) -> None:
    """Everything here happens at the same moment of the clock: the log's order tells what came first."""
    call = past_call(scene.dispatcher, CALM)
    by_hand(scene.supervisor, call, "care_police")
    learn(scene.dispatcher, call, ARMED, now=NOW)
    assert scene.found("R8") == Overrides(n=1, heavier=1)
    assert scene.found("R3b") == Overrides(n=1)


def test_what_came_to_be_known_after_units_were_sent_is_no_trial_of_its_rule(scene: Scene) -> None:
    call = past_call(scene.dispatcher, CALM)
    send(scene.dispatcher, call, make_unit(scene.center))
    learn(scene.dispatcher, call, ARMED, now=later(minutes=5))
    assert scene.found("R3b") is None
    by_hand(scene.supervisor, call, "care_only", now=later(minutes=6))
    assert scene.found("R3b") == Overrides(n=1, lighter=1)


def test_nobody_overrides_rules_that_did_not_run(scene: Scene) -> None:
    lose_the_rules()
    scene.calls(1, "care_only")
    assert overrides_of(scene.center, NOW, later(days=1)) == {}


def test_a_call_belongs_to_the_time_it_was_received_and_to_its_center(scene: Scene) -> None:
    scene.calls(1, "care_only", hours=2)
    other = Scene()
    other.calls(1)
    assert overrides_of(scene.center, NOW, later(hours=2)) == {}
    assert overrides_of(scene.center, later(hours=2), later(hours=3))["R3b"].n == 1


def test_counting_goes_through_all_parts(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overrides, "PART", 2)
    scene.calls(2)
    scene.calls(3, "care_only", hours=1)
    assert scene.found() == Overrides(n=5, lighter=3)


# --- the alarm -------------------------------------------------------------------------------------
def drift(scene: Scene) -> None:
    """Nobody overrode the rule for four weeks, and everybody did in the last."""
    scene.calls(ENOUGH, days=-20)
    scene.calls(ENOUGH, "care_only", hours=-1)


def test_a_rule_that_drifted_is_told_of_once_the_next_morning(scene: Scene) -> None:
    drift(scene)
    due = Due.objects.get(kind="overrides")
    assert (due.subject_id, due.due_at) == (scene.center.pk, MORNING)
    sweep(MORNING, times=3)
    alerts = Alert.objects.filter(kind=Alert.Kind.OVERRIDE_DRIFT).order_by("text")
    assert [alert.text for alert in alerts] == [
        "Rule R3b is overridden more often than before: 20 of 20 calls (100%) in 7 days, 0 of 20 calls (0%) in the 28 days before",
        "Rule R8 is overridden more often than before: 20 of 20 calls (100%) in 7 days, 0 of 20 calls (0%) in the 28 days before",
    ]  # fmt: skip
    assert Due.objects.get(kind="overrides").due_at == MORNING + timedelta(days=1)


def test_somebody_who_took_it_up_and_comes_back_days_later_tells_of_nothing(scene: Scene) -> None:
    drift(scene)
    sweep(MORNING)
    scene.calls(ENOUGH, "care_only", days=6)
    overrides.run_overrides(scene.center.pk, 0, MORNING + timedelta(days=8), "worker")
    assert Alert.objects.filter(kind=Alert.Kind.OVERRIDE_DRIFT).count() == 2
    assert Due.objects.get(kind="overrides").due_at == MORNING + timedelta(days=1)


@pytest.mark.parametrize(("goes_on", "times"), [(True, 2), (False, 1)])
def test_it_is_told_of_again_only_when_it_still_drifts_a_week_later(scene: Scene, goes_on: bool, times: int) -> None:
    drift(scene)
    told = OverrideDrift.objects.filter(rule="R3b")
    for day in range(7):
        sweep(MORNING + timedelta(days=day))
        assert told.count() == 1, day
    scene.calls(ENOUGH if goes_on else 0, "care_only", days=5)
    sweep(MORNING + timedelta(days=7))
    assert told.count() == times


def test_a_rule_nobody_overrides_any_more_has_drifted_too(scene: Scene) -> None:
    scene.calls(ENOUGH, "care_only", days=-20)
    scene.calls(ENOUGH, days=-1)
    sweep(MORNING)
    assert "less often than before" in Alert.objects.filter(kind=Alert.Kind.OVERRIDE_DRIFT)[0].text


def test_the_alarm_is_the_supervisors_on_the_floors_board_alone(scene: Scene) -> None:
    drift(scene)
    sweep(MORNING)
    ids = list(Alert.objects.filter(kind=Alert.Kind.OVERRIDE_DRIFT).order_by("pk").values_list("pk", flat=True))
    shown = {tier: [card.id for card in board.alert_cards(scene.center.pk, tier.value, None)] for tier in Tier}
    assert shown == {Tier.DISPATCH: ids, Tier.CARE: [], Tier.FIELD: [], Tier.PARTNER: []}
    with pytest.raises(Forbidden, match="a supervisor acknowledges it"):
        act(acknowledge_alert, by=scene.dispatcher, alert_id=ids[0])
    act(acknowledge_alert, by=scene.supervisor, alert_id=ids[0], now=MORNING)
    first = overrides_read(scene.supervisor, MORNING, received_from=None, received_to=None)["drifts"][-1]
    assert first["acknowledged_at"] == "2026-03-03T12:00:00Z"


def test_a_center_is_looked_at_from_its_first_override_on(scene: Scene) -> None:
    scene.calls(1)
    assert not Due.objects.filter(kind="overrides").exists()
    scene.calls(1, "care_only")
    scene.calls(1, "care_only", hours=20)
    assert Due.objects.get(kind="overrides").due_at == MORNING, "a later override does not put it off"


def test_a_replayed_center_is_not_looked_at(scene: Scene) -> None:
    scene.center.timers_run = False
    scene.center.save()
    scene.calls(1, "care_only")
    assert not Due.objects.filter(kind="overrides").exists()


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        (datetime(2026, 3, 2, 11, 59, tzinfo=UTC), datetime(2026, 3, 2, 12, tzinfo=UTC)),
        (datetime(2026, 3, 2, 12, 0, tzinfo=UTC), datetime(2026, 3, 3, 12, tzinfo=UTC)),
        (datetime(2026, 3, 7, 20, 0, tzinfo=UTC), datetime(2026, 3, 8, 11, tzinfo=UTC)),  # clocks go forward
    ],
)
def test_the_morning_is_the_centers_own(scene: Scene, now: datetime, wanted: datetime) -> None:
    assert next_look(scene.center, now) == wanted


def test_the_supervisor_hears_once_that_drift_goes_unseen(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.calls(1, "care_only")
    monkeypatch.setattr(overrides, "read_part", lambda *args: 1 / 0)
    for minutes in range(2 * ATTEMPTS_BEFORE_ALERT):
        sweep(MORNING + timedelta(minutes=minutes))
    (alert,) = Alert.objects.filter(kind=Alert.Kind.WORK_FAILED)
    assert "ZeroDivisionError" in alert.text and alert.center_id == scene.center.pk


# --- reading -----------------------------------------------------------------------------------------
def read(scene: Scene, role: str = "admin", **times: Any) -> dict[str, Any]:
    wanted = {"received_from": None, "received_to": None, **times}
    return overrides_read(make_user(scene.center, role), later(days=1), **wanted)


def test_a_supervisor_and_an_admin_read_rates_with_their_n_and_interval(scene: Scene) -> None:
    scene.calls(3)
    scene.calls(1, "care_only")
    told = read(scene)
    assert told == {**read(scene, "supervisor"), "received_to": "2026-03-03T20:00:00Z"}
    assert told["received_from"] == "2026-02-03T20:00:00Z"
    assert told["rules"][0] == {
        "rule": "R3b", "title": "Weapon to be got at", "n": 4, "lighter": 1, "heavier": 0, "same": 0, "overridden": 1,
        "rate": 0.25, "interval": [0.0456, 0.6994],
    }  # fmt: skip
    assert told["alarm"] == {"days_now": 7, "days_before": 28, "least_calls": 20}


def test_the_reasons_given_are_counted_one_for_a_stroke(scene: Scene) -> None:
    scene.calls(2, "care_only")
    first, second = make_unit(scene.center), make_unit(scene.center)
    send(scene.dispatcher, past_call(scene.dispatcher, ARMED), first, second, override_reason="police_there")
    assert [(one["reason"], one["count"]) for one in read(scene)["reasons"]] == [
        ("crew_request", 2),
        ("police_there", 1),
    ]


@pytest.mark.parametrize("role", ["dispatcher", "clinician", "officer", "partner"])
def test_others_do_not_read_them(scene: Scene, role: str) -> None:
    with pytest.raises(Forbidden):
        read(scene, role)


def test_a_year_at_once_is_refused_with_what_is_possible(scene: Scene) -> None:
    with pytest.raises(Invalid, match="at most 92 days"):
        read(scene, received_from=NOW - timedelta(days=365))
