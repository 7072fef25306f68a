"""A new call is delivered when a covering console has shown it; until then the supervisor hears of it in half a minute."""

from typing import Any

import pytest

from calls.alerts import raise_alert
from calls.models import Alert, Call, ClockLimit
from calls.receipts import report_seen
from care_dispatch.live.consoles import covering, note_consoles
from care_dispatch.live.tickets import Identity
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden
from tests.calls.test_timers import Scene
from tests.cast import NOW, act, later, make_call, make_center, make_user
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Any:
    """A call nobody has seen yet."""
    scene: Any = Scene()
    Call.objects.filter(pk=scene.call.pk).update(seen_at=None, priority="4")
    scene.wind()
    return scene


def show(scene: Any, second: float, *, by: Any = None, position: str = "D1", **ids: Any) -> None:
    act(report_seen, by=by or scene.dispatcher, now=later(seconds=second), position=position, **ids)


def looks(scene: Any, second: float, position: str = "D1") -> None:
    who = Identity(scene.dispatcher.pk, scene.center.pk, "dispatcher", "dispatch", None, position, position, "", 1)
    note_consoles([who], later(seconds=second))


def test_the_first_console_that_shows_it_is_kept(scene: Any) -> None:
    with board_in_step(scene.center):
        show(scene, 2, calls=[scene.call.pk], position="D2")
    show(scene, 3, calls=[scene.call.pk], position="D3")
    scene.call.refresh_from_db()
    assert (scene.call.seen_at, scene.call.seen_position) == (later(seconds=2), "D2")
    assert Event.objects.filter(kind="call.seen").count() == 1


def test_no_receipt_within_half_a_minute_is_the_supervisors_alarm(scene: Any) -> None:
    looks(scene, 29)
    scene.at(29)
    assert not scene.alerts("seen")
    scene.at(31)
    scene.at(50)
    (alert,) = scene.alerts("seen")
    assert f"Call {scene.call.number}" in alert.text and alert.escalated_to == "supervisor"
    assert not Alert.objects.filter(kind="no_console").exists()
    with board_in_step(scene.center):
        show(scene, 55, calls=[scene.call.pk])
    assert scene.alerts("seen")[0].state == "closed"


def test_no_console_at_all_is_an_alarm_of_its_own_for_everybody(scene: Any) -> None:
    other = make_call(scene.dispatcher)
    scene.at(31)
    (alert,) = Alert.objects.filter(kind="no_console")
    assert alert.escalated_to == "all" and alert.call is None
    assert {one.call_id for one in Alert.objects.filter(kind="not_seen")} == {scene.call.pk, other.pk}


def test_a_call_that_was_sent_to_counts_as_seen(scene: Any) -> None:
    scene.send(10, scene.unit())
    scene.at(31)
    assert not scene.alerts("seen")


def test_the_time_is_data_of_the_center(scene: Any) -> None:
    ClockLimit.objects.create(center=scene.center, clock="seen", overdue_seconds=90)
    scene.wind()
    scene.at(31)
    assert not scene.alerts("seen")


def test_an_alert_is_seen_too(scene: Any) -> None:
    def worry(*, actor: Any, now: Any) -> dict[str, Any]:
        return {"id": raise_alert(center=scene.center, kind="overdue", text="x", now=now, call=scene.call).pk}

    alert_id = act(worry, by=None).result["id"]
    with board_in_step(scene.center):
        show(scene, 2, alerts=[alert_id])
    alert = Alert.objects.get(pk=alert_id)
    assert (alert.state, alert.seen_position, alert.seen_at) == ("seen", "D1", later(seconds=2))


def test_another_centers_cards_and_crews_do_not_count(scene: Any) -> None:
    show(scene, 2, by=make_user(make_center()), calls=[scene.call.pk])
    scene.call.refresh_from_db()
    assert scene.call.seen_at is None
    with pytest.raises(Forbidden):
        show(scene, 2, by=make_user(scene.center, "clinician"), calls=[scene.call.pk])


def test_who_covers_is_who_looked_within_the_last_seconds(scene: Any) -> None:
    looks(scene, 0, "D1")
    looks(scene, 20, "D2")
    assert [row["position"] for row in covering(scene.center.pk, later(seconds=10))] == ["D1", "D2"]
    assert [row["position"] for row in covering(scene.center.pk, later(seconds=21))] == ["D2"]
    assert not covering(make_center().pk, NOW)
