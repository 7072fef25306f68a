"""Reports that come late: they belong to the call they were meant for, and never move what came after."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from calls import fetch, selectors, stages
from calls.exchange import exchange_unit
from calls.models import Assignment, Call, StageReport
from calls.stages import NotOnACall, free_unit, report_stage, set_unit_status
from care_dispatch.log.models import Event
from care_dispatch.refusal import NotFound
from teams.models import Unit
from tests.cast import NOW, act, last_event, later, make_call, make_center, make_unit, make_user, put_on_shift, send


@pytest.fixture
def scene(db: None) -> Any:
    """CARE1 was on the first call from 0 to 30 minutes and is on the second since 35."""

    class Scene:
        center = make_center()
        dispatcher = make_user(center)
        care = make_unit(center, "CARE1")

        def report(self, stage: str, minute: float, **fields: Any) -> Any:
            now = later(minutes=minute)
            return act(report_stage, by=self.dispatcher, now=now, unit_id=self.care.pk, stage=stage, **fields).result

        def free(self, minute: float, **fields: Any) -> Any:
            return act(free_unit, by=self.dispatcher, now=later(minutes=minute), unit_id=self.care.pk, **fields).result

    scene: Any = Scene()
    scene.first, scene.second = make_call(Scene.dispatcher, triaged=False), make_call(Scene.dispatcher, triaged=False)
    send(Scene.dispatcher, scene.first, Scene.care, override_reason="crew_request")
    scene.report("en_route", 2)
    scene.free(30)
    send(Scene.dispatcher, scene.second, Scene.care, override_reason="crew_request", now=later(minutes=35))
    scene.old, scene.new = Assignment.objects.order_by("pk")
    return scene


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def untouched(scene: Any) -> bool:
    unit, call, new = fresh(scene.care), fresh(scene.second), fresh(scene.new)
    return (unit.status, call.status, new.status, new.on_scene_at) == ("dispatched", "assigned", "dispatched", None)


def test_a_queued_stage_goes_to_the_call_the_unit_was_on_then(scene: Any) -> None:
    told = scene.report("on_scene", 36, at=later(minutes=12))
    assert (told["assignment_id"], told["moved"], told["late"]) == (scene.old.pk, False, True)
    assert fresh(scene.old).on_scene_at == later(minutes=12) and fresh(scene.old).status == "cleared"
    assert untouched(scene)
    assert StageReport.objects.get(stage="on_scene").late and last_event().device_at == later(minutes=12)


def test_a_stage_that_names_its_assignment_moves_no_other(scene: Any) -> None:
    """The crew's page still showed the first call."""
    told = scene.report("on_scene", 36, assignment_id=scene.old.pk)
    assert (told["call_id"], told["moved"]) == (scene.first.pk, False)
    assert untouched(scene)


def test_available_said_of_the_call_before_does_not_take_the_unit_off_this_one(scene: Any) -> None:
    for meant in ({"assignment_id": scene.old.pk}, {"at": later(minutes=20)}):
        scene.free(36, outcome="engaged", **meant)
        assert untouched(scene)
        assert fresh(scene.new).cleared_at is None
    assert fresh(scene.old).cleared_at == later(minutes=30)
    assert fresh(scene.old).outcome == "engaged"


def test_what_a_late_report_tells_of_a_contact_is_owed(scene: Any) -> None:
    assert selectors.dispositions_owed(scene.dispatcher, later(minutes=36)) == []
    scene.report("contact", 36, at=later(minutes=14))
    (owed,) = selectors.dispositions_owed(scene.dispatcher, later(minutes=37))
    assert owed["assignment_id"] == scene.old.pk


def test_a_stage_that_arrives_after_the_unit_was_freed_is_kept(scene: Any) -> None:
    scene.free(40)
    told = scene.report("on_scene", 41, at=later(minutes=38))
    assert told["assignment_id"] == scene.new.pk and not told["moved"]
    assert fresh(scene.care).status == "available" and fresh(scene.new).on_scene_at == later(minutes=38)


def test_a_stage_without_a_time_for_a_unit_on_no_call_is_refused(scene: Any) -> None:
    scene.free(40)
    with pytest.raises(NotOnACall):
        scene.report("on_scene", 41)


def test_another_units_assignment_is_not_reported_for(scene: Any) -> None:
    other = make_unit(scene.center, "CARE2")
    with pytest.raises(NotFound):
        act(report_stage, by=scene.dispatcher, unit_id=other.pk, stage="on_scene", assignment_id=scene.old.pk)


def test_a_slow_clock_on_the_first_call_puts_no_stage_before_the_dispatch(scene: Any) -> None:
    other = make_unit(scene.center, "CARE2")
    send(scene.dispatcher, scene.first, other, override_reason="crew_request", now=later(minutes=50))
    told = act(
        report_stage,
        by=scene.dispatcher,
        now=later(minutes=52),
        unit_id=other.pk,
        stage="en_route",
        at=later(minutes=49),
    ).result
    mine = Assignment.objects.get(unit=other)
    assert told["moved"] and mine.en_route_at == later(minutes=50)
    assert StageReport.objects.get(assignment=mine).at == later(minutes=49)


def test_an_old_available_does_not_bring_back_a_unit_out_of_service(scene: Any) -> None:
    scene.free(40)
    act(
        set_unit_status,
        by=scene.dispatcher,
        now=later(minutes=45),
        unit_id=scene.care.pk,
        status="unavailable",
        reason="car",
    )
    scene.free(50, at=later(minutes=41))
    assert fresh(scene.care).status == "unavailable"
    scene.free(51, at=later(minutes=46))
    assert fresh(scene.care).status == "available"


def test_a_dispatchers_word_counts_though_another_servers_clock_is_ahead(scene: Any) -> None:
    scene.free(40)
    ahead = later(minutes=45, seconds=2)
    act(set_unit_status, by=scene.dispatcher, now=ahead, unit_id=scene.care.pk, status="unavailable", reason="car")
    scene.free(45)
    assert fresh(scene.care).status == "available"


def test_a_status_moves_only_the_open_assignment_of_its_unit(scene: Any) -> None:
    other = make_unit(scene.center, "CARE2")
    send(scene.dispatcher, scene.second, other, override_reason="crew_request", now=later(minutes=36))
    scene.report("en_route", 37)
    stages = dict(Assignment.objects.values_list("pk", "status"))
    theirs = Assignment.objects.get(unit=other).pk
    assert stages == {scene.old.pk: "cleared", scene.new.pk: "en_route", theirs: "dispatched"}
    assert Event.objects.filter(kind="unit.stage_reported", call_id=scene.second.pk).count() == 1


@pytest.mark.parametrize("year", ["0001", "1970"])
def test_an_absurd_device_time_breaks_no_page(year: str, db: None) -> None:
    center = make_center()
    dispatcher, clinician, care = make_user(center), make_user(center, "clinician"), make_unit(center, "CARE1")
    put_on_shift(clinician, care, start=timezone.now() - timedelta(hours=1))
    call = make_call(dispatcher, triaged=False, now=timezone.now())
    send(dispatcher, call, care, override_reason="crew_request", now=timezone.now())
    phone = Client()
    phone.force_login(clinician, backend="teams.sign_in.Backend")
    for status in ("en_route", "on_scene", "available"):
        body = {"status": status, "at": f"{year}-01-01T00:00:00Z"}
        path = f"/api/units/{care.pk}/status/"
        answer = phone.post(path, body, content_type="application/json", headers={"Idempotency-Key": status})
        assert answer.status_code == 200, answer.content
        assert phone.get("/unit/").status_code == 200
    assert Unit.objects.get(pk=care.pk).status_at is not None
    assert Call.objects.get(pk=call.pk).received_at > NOW


@pytest.mark.parametrize("meant", ["assignment", "time"])
@pytest.mark.parametrize("stage", ["on_scene", "available"])
def test_a_unit_exchanged_at_the_very_moment_of_a_report_is_not_moved_by_it(
    meant: str, stage: str, committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exchange commits after the report found what it is about and before it has locked it."""
    center = make_center()
    dispatcher, police = make_user(center), make_unit(center, "P101", "police")
    first, second = make_call(dispatcher, triaged=False), make_call(dispatcher, triaged=False)
    send(dispatcher, first, police)
    named: dict[str, Any] = (
        {"assignment_id": police.assignments.get().pk} if meant == "assignment" else {"at": later(minutes=1)}
    )

    def exchanged_first(unit_id: int) -> Any:
        monkeypatch.setattr(stages, "lock_call_of", fetch.lock_call_of)

        def exchange() -> None:
            act(exchange_unit, by=dispatcher, now=later(minutes=2), unit_id=unit_id, call_id=second.pk)
            connections.close_all()

        other = threading.Thread(target=exchange)
        other.start()
        other.join(20)
        return fetch.lock_call_of(unit_id)

    monkeypatch.setattr(stages, "lock_call_of", exchanged_first)
    report: dict[str, Any] = {} if stage == "available" else {"stage": stage}
    action = free_unit if stage == "available" else report_stage
    with pytest.raises(stages.JustMoved):
        act(action, by=dispatcher, now=later(minutes=3), unit_id=police.pk, **report, **named)
    mine = police.assignments.open().get()
    assert (mine.call_id, mine.status) == (second.pk, "dispatched")
