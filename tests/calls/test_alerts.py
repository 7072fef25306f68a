"""An alert is raised once for one cause, stays until it is answered, and goes on to the next who can answer it."""

from datetime import timedelta
from typing import Any

import pytest

from calls import alerts
from calls.alert_log import alert_log
from calls.alerts import acknowledge_alert, end_cause, end_emergency, raise_alert, shelve_alert
from calls.board import alert_cards
from calls.models import Alert, Call, ClockLimit
from calls.narrative import add_note
from care_dispatch.access import Tier
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.log.models import Event
from care_dispatch.refusal import Conflict, Forbidden, Invalid, NotFound
from tests.cast import act, later, make_call, make_center, make_unit, make_user, use_default_rules
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher, self.supervisor = make_user(self.center), make_user(self.center, "supervisor")
        self.call = make_call(self.dispatcher)

    def raise_(self, second: float = 0, **fields: Any) -> Alert:
        values = {"kind": Alert.Kind.OVERDUE, "text": "Call waits", "cause": f"test:{self.call.pk}", **fields}

        def do(*, actor: Any, now: Any) -> dict[str, Any]:
            return {"id": raise_alert(center=self.center, now=now, call=self.call, **values).pk}

        return Alert.objects.get(pk=act(do, by=None, now=later(seconds=second)).result["id"])

    def do(self, action: Any, alert: Alert, second: float = 0, *, by: Any = None, **args: Any) -> Alert:
        act(action, by=by or self.dispatcher, now=later(seconds=second), alert_id=alert.pk, **args)
        alert.refresh_from_db()
        return alert


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


def sweep(second: float) -> None:
    run_once(older_than=timedelta(0), now=later(seconds=second), source="sweep")


def raised(kind: str = "alert.raised") -> int:
    return Event.objects.filter(kind=kind).count()


def test_the_same_cause_raises_nothing_while_its_alert_is_open(scene: Scene) -> None:
    first = scene.raise_()
    assert scene.raise_(5, text="Call waits longer") == first
    assert (raised(), raised("alert.raised_again"), first.text) == (1, 0, "Call waits")


def test_a_worse_state_asks_once_more_also_who_had_acknowledged(scene: Scene) -> None:
    alert = scene.do(acknowledge_alert, scene.raise_(stands=True, urgency=Alert.Urgency.NOTICE), 5)
    with board_in_step(scene.center):
        scene.raise_(20, stands=True, text="worse", urgency=Alert.Urgency.OVERDUE)
    scene.raise_(21, stands=True, text="worse", urgency=Alert.Urgency.OVERDUE)
    alert.refresh_from_db()
    assert (raised("alert.raised_again"), alert.text, alert.state) == (1, "worse", "raised")
    assert alert.asked_at == later(seconds=20)


def test_once_it_is_closed_the_same_cause_raises_anew(scene: Scene) -> None:
    first = scene.do(acknowledge_alert, scene.raise_())
    assert first.closed_at is not None and scene.raise_(60) != first


def test_an_alert_whose_cause_goes_on_stays_quietly_and_ends_with_it(scene: Scene) -> None:
    alert = scene.do(acknowledge_alert, scene.raise_(stands=True), 7)
    assert (alert.state, alert.acknowledged_position, alert.acknowledged_by) == ("acknowledged", "D1", scene.dispatcher)
    assert not Due.objects.filter(kind=alerts.ESCALATE).exists()

    def over(*, actor: Any, now: Any) -> dict[str, Any]:
        end_cause(scene.center.pk, alert.cause, now)
        return {}

    with board_in_step(scene.center):
        act(over, by=scene.dispatcher, now=later(seconds=30))
    alert.refresh_from_db()
    assert (alert.state, alert.closed_by) == ("closed", None)


def test_nobody_answers_so_the_supervisor_hears_of_it_and_then_everybody(scene: Scene) -> None:
    alert = scene.raise_()
    for second, to in ((29, ""), (31, "supervisor"), (40, "supervisor"), (62, "all"), (300, "all")):
        sweep(second)
        alert.refresh_from_db()
        assert alert.escalated_to == to
    assert Event.objects.filter(kind="alert.escalated", payload__ref__alert_id=alert.pk).count() == 2


def test_a_supervisors_time_is_data_of_the_center(scene: Scene) -> None:
    ClockLimit.objects.create(center=scene.center, clock="alert", overdue_seconds=10)
    alert = scene.raise_()
    sweep(11)
    alert.refresh_from_db()
    sweep(600)
    alert.refresh_from_db()
    assert alert.escalated_to == "supervisor"


def test_a_shelved_alert_is_quiet_and_comes_back_by_itself(scene: Scene) -> None:
    with board_in_step(scene.center):
        alert = scene.do(shelve_alert, scene.raise_(), 5, minutes=10, reason="tow truck comes")
    sweep(599)
    alert.refresh_from_db()
    assert (alert.state, alert.escalated_to) == ("shelved", "")
    with board_in_step(scene.center):
        sweep(606)
    alert.refresh_from_db()
    assert (alert.state, alert.asked_at) == ("raised", later(seconds=606))
    sweep(640)
    alert.refresh_from_db()
    assert alert.state == "escalated"


@pytest.mark.parametrize(
    ("values", "error"),
    [({"minutes": 16, "reason": "x"}, Invalid), ({"minutes": 5, "reason": " "}, Invalid)],
)
def test_a_shelf_has_a_reason_and_fifteen_minutes_at_most(scene: Scene, values: Any, error: Any) -> None:
    with pytest.raises(error):
        scene.do(shelve_alert, scene.raise_(), **values)


def test_an_emergency_or_what_a_unit_must_hear_is_not_shelved(scene: Scene) -> None:
    unit = make_unit(scene.center, "P101", "police")
    for fields in ({"urgency": Alert.Urgency.EMERGENCY, "cause": "a"}, {"tell": [unit], "cause": "b"}):
        with pytest.raises(Conflict, match="not shelved"):
            scene.do(shelve_alert, scene.raise_(**fields), minutes=5, reason="later")


def test_an_emergency_ends_with_a_reason_after_it_was_acknowledged(scene: Scene) -> None:
    alert = scene.raise_(kind="duress", stands=True, urgency=Alert.Urgency.EMERGENCY)
    with pytest.raises(Conflict, match="Acknowledge"):
        scene.do(end_emergency, alert, reason="test")
    scene.do(acknowledge_alert, alert)
    with pytest.raises(Invalid, match="help_there"):
        scene.do(end_emergency, alert, reason="because")
    assert scene.do(end_emergency, alert, 90, reason="crew_safe").state == "closed"


def test_an_alert_of_the_rules_is_the_supervisors_alone(scene: Scene) -> None:
    alert = scene.raise_(kind="work_failed")
    Alert.objects.filter(pk=alert.pk).update(call=None)
    with pytest.raises(Forbidden, match="supervisor"):
        scene.do(shelve_alert, alert, minutes=5, reason="later")
    assert scene.do(acknowledge_alert, alert, by=scene.supervisor).state == "closed"


def test_another_centers_alert_is_missing(scene: Scene) -> None:
    with pytest.raises(NotFound):
        scene.do(shelve_alert, scene.raise_(), by=make_user(make_center()), minutes=5, reason="x")


def test_a_replayed_center_escalates_nothing(scene: Scene) -> None:
    scene.center.timers_run = False
    scene.raise_()
    assert not Due.objects.filter(kind=alerts.ESCALATE).exists()


def test_the_log_keeps_what_was_answered_by_whom_and_how_soon(scene: Scene) -> None:
    alert = scene.do(acknowledge_alert, scene.raise_(), 9)
    log = alert_log(scene.supervisor, later(minutes=-5), later(minutes=25))
    (row,) = [row for row in log["alerts"] if row["id"] == alert.pk]
    assert (row["state"], row["acknowledged_by"], row["acknowledged_seconds"]) == ("closed", "D1", 9.0)


def test_the_log_counts_answers_after_which_nothing_was_done(scene: Scene) -> None:
    # The log stamps with the database's own clock, so these alerts are of now.
    other = Call.objects.get(pk=make_call(scene.dispatcher).pk)
    idle, busy = scene.raise_(), scene.raise_(cause="")
    Alert.objects.filter(pk=busy.pk).update(call=other)
    for alert in (idle, busy):
        scene.do(acknowledge_alert, alert, 9)
    stamp = Event.objects.latest("seq").at
    act(add_note, by=scene.dispatcher, call_id=other.pk, text="calls them back")
    Alert.objects.update(raised_at=stamp - timedelta(milliseconds=1), acknowledged_at=stamp)
    numbers = alert_log(scene.supervisor, stamp - timedelta(minutes=10), stamp + timedelta(minutes=10))["numbers"]
    assert (numbers["acknowledged"], numbers["acknowledged_nothing_done"], numbers["share_nothing_done"]) == (2, 1, 0.5)
    assert (numbers["per_10_min"], numbers["most_in_10_min"]) == (1.0, 2)
    assert numbers["by_position"] == [{"position": "D1", "acknowledged": 2, "per_10_min": 1.0, "most_in_10_min": 2}]


@pytest.mark.parametrize("days", [0, 93])
def test_a_log_of_no_time_or_of_too_much_is_refused(scene: Scene, days: int) -> None:
    with pytest.raises(Invalid, match="92 days"):
        alert_log(scene.dispatcher, later(days=-days), later())


def test_why_an_alert_is_shelved_is_read_by_dispatch_alone(scene: Scene) -> None:
    alert = scene.do(shelve_alert, scene.raise_(), minutes=5, reason="CANARY-shelf")
    shown = {tier: str([card.data for card in alert_cards(scene.center.pk, tier.value, [alert.pk])]) for tier in Tier}
    assert {tier for tier, text in shown.items() if "CANARY-shelf" in text} == {Tier.DISPATCH}
    assert "CANARY-shelf" not in str(list(Event.objects.values_list("payload", flat=True)))
