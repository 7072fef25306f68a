"""Units of other cities: mirrored by their feed alone, asked for and answered, and what a partner is shown."""

import threading
from datetime import datetime, time, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from calls import faces, shares
from calls.agreements import covers
from calls.closing import close_call
from calls.dispatch import send_units
from calls.fetch import MirroredUnit
from calls.merging import merge_calls
from calls.mirrored import mirror_status
from calls.models import Agreement, Alert, Call, CallShare, UnitRequest
from calls.request_rows import ANSWER
from calls.selectors import call_detail
from calls.shares import share_call, unshare_call
from calls.stages import free_unit, report_stage, set_unit_status
from calls.unit_requests import (
    AskedAlready,
    NotAsked,
    OutsideAgreement,
    accept_request,
    ask_for_ours,
    ask_next,
    ask_unit,
    commit_request,
    decline_request,
    release_request,
    return_request,
    run_answer,
    withdraw_request,
)
from care_dispatch.due.models import Due
from care_dispatch.log.models import Event
from care_dispatch.refusal import Conflict, Forbidden, NotFound
from teams.models import Unit
from tests.cast import (
    NOW,
    act,
    later,
    make_agency,
    make_call,
    make_center,
    make_unit,
    make_user,
    send,
    use_default_rules,
)
from tests.live.in_step import board_in_step


class Scene:
    """A call, and Northtown with two police units that its own CAD speaks for."""

    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center()
        self.dispatcher = make_user(self.center)
        self.city = make_agency(self.center, "partner")
        self.partner = make_user(self.center, "partner", agency=self.city)
        self.unit, self.second = (
            make_unit(self.center, name, "police", agency=self.city, mirrored_from="Northtown CAD")
            for name in ("N1", "N2")
        )
        self.call = make_call(self.dispatcher)

    def do(self, action: Any, *, by: Any = None, minute: float = 1, **args: Any) -> Any:
        with board_in_step(self.center):
            return act(action, by=by or self.dispatcher, now=later(minutes=minute), **args).result

    def ask(self, **fields: Any) -> UnitRequest:
        done = self.do(ask_unit, **{"call_id": self.call.pk, "unit_id": self.unit.pk, "minute": 0, **fields})
        return UnitRequest.objects.get(pk=done["request_id"])

    def accepted(self) -> UnitRequest:
        request = self.ask()
        self.do(accept_request, by=self.partner, request_id=request.pk)
        return UnitRequest.objects.get(pk=request.pk)

    def feed(self, status: str, *, minute: float, said: float | None = None) -> bool:
        now = said if said is not None else minute
        args = {"unit_id": self.unit.pk, "status": status, "at": later(minutes=minute)}
        return bool(self.do(mirror_status, by=self.partner, minute=now, **args)["moved"])

    def status(self) -> str:
        return Unit.objects.get(pk=self.unit.pk).status

    def alerts(self) -> list[str]:
        return list(Alert.objects.open().filter(kind="unit_request").values_list("text", flat=True))


@pytest.fixture
def scene(db: None) -> Scene:
    return Scene()


# --- mirrored ----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_only_the_owners_feed_moves_a_mirrored_unit(scene: Scene) -> None:
    refused: list[tuple[Any, dict[str, Any]]] = [
        (send_units, {"call_id": scene.call.pk, "unit_ids": [scene.unit.pk]}),
        (free_unit, {"unit_id": scene.unit.pk}),
        (report_stage, {"unit_id": scene.unit.pk, "stage": "en_route"}),
        (set_unit_status, {"unit_id": scene.unit.pk, "status": "off_duty"}),
    ]
    for action, args in refused:
        with pytest.raises(MirroredUnit, match="N1 belongs to Northtown CAD"):
            act(action, by=scene.dispatcher, **args)
    with pytest.raises(Forbidden):
        act(mirror_status, by=scene.dispatcher, unit_id=scene.unit.pk, status="available", at=NOW)
    stranger = make_user(scene.center, "partner", agency=make_agency(scene.center, "partner"))
    with pytest.raises(NotFound):
        act(mirror_status, by=stranger, unit_id=scene.unit.pk, status="available", at=NOW)
    own = make_unit(scene.center, discipline="police", agency=scene.city)
    with pytest.raises(NotFound):
        act(mirror_status, by=scene.partner, unit_id=own.pk, status="available", at=NOW)


@pytest.mark.django_db
def test_a_status_said_again_or_late_moves_nothing_back(scene: Scene) -> None:
    assert scene.feed("on_scene", minute=5)
    assert not scene.feed("on_scene", minute=5, said=6)
    assert not scene.feed("en_route", minute=3, said=7)
    assert scene.status() == "on_scene"
    (row,) = faces.unit_rows(scene.center.pk, [scene.unit.pk])
    face = faces.unit_face(row, "dispatch")
    assert (face["mirrored_from"], face["mirrored_at"]) == ("Northtown CAD", faces.iso(later(minutes=5)))


@pytest.mark.django_db
def test_in_whatever_order_a_feed_speaks_the_newest_word_stands(scene: Scene) -> None:
    for order in permutations([("en_route", 2), ("on_scene", 5), ("available", 9), ("unavailable", 12)]):
        unit = make_unit(scene.center, discipline="police", agency=scene.city, mirrored_from="feed")
        for status, minute in order:
            args: dict[str, Any] = {"unit_id": unit.pk, "status": status, "at": later(minutes=minute)}
            act(mirror_status, by=scene.partner, now=later(minutes=20), **args)
        unit.refresh_from_db()
        assert (unit.status, unit.mirrored_at) == ("unavailable", later(minutes=12)), order


@pytest.mark.django_db
def test_on_our_call_the_feed_moves_the_assignment_and_available_ends_it_only_after_it_went_out(scene: Scene) -> None:
    scene.accepted()
    assert not scene.feed("available", minute=2)  # their CAD does not know yet
    scene.feed("on_scene", minute=9)
    scene.feed("en_route", minute=4, said=10)
    assignment = scene.unit.assignments.get()
    assert (assignment.status, assignment.en_route_at) == ("on_scene", later(minutes=4))
    assert UnitRequest.objects.get().status == "committed"
    scene.feed("available", minute=30)
    assignment.refresh_from_db()
    assert assignment.cleared_at is not None and UnitRequest.objects.get().status == "returned"
    assert CallShare.objects.get().ended_at is not None


# --- asked and answered --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_asking_assigns_nobody_until_the_owner_accepts_and_then_at_once(scene: Scene) -> None:
    request = scene.ask()
    assert not scene.unit.assignments.exists()
    scene.do(accept_request, by=scene.partner, request_id=request.pk)
    request.refresh_from_db()
    assignment = scene.unit.assignments.open().get()
    assert (request.status, request.assignment, assignment.call) == ("accepted", assignment, scene.call)
    scene.do(commit_request, by=scene.partner, minute=2, request_id=request.pk)
    assert (scene.status(), UnitRequest.objects.get().status) == ("en_route", "committed")


@pytest.mark.django_db
def test_a_unit_is_asked_for_once_at_a_time(scene: Scene) -> None:
    request = scene.ask()
    with pytest.raises(AskedAlready, match=f"for call {scene.call.number}"):
        scene.ask(call_id=make_call(scene.dispatcher).pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitRequest.objects.create(call=scene.call, unit=scene.unit, agency=scene.city, asked_at=NOW)
    scene.do(withdraw_request, request_id=request.pk)
    scene.ask()


@pytest.mark.django_db
def test_a_request_that_is_over_is_not_answered_and_says_how_it_ended(scene: Scene) -> None:
    request = scene.ask()
    scene.do(withdraw_request, request_id=request.pk)
    with pytest.raises(NotAsked, match="N1 is withdrawn at"):
        scene.do(accept_request, by=scene.partner, request_id=request.pk)
    assert not scene.unit.assignments.exists()


@pytest.mark.django_db
def test_a_decline_has_its_reason_and_dispatch_is_told_to_ask_the_next(scene: Scene) -> None:
    request = scene.ask()
    scene.do(decline_request, by=scene.partner, request_id=request.pk, reason="all_busy")
    assert "declines N1" in scene.alerts()[0] and "(all busy): ask the next" in scene.alerts()[0]
    scene.do(ask_next, minute=2, request_id=request.pk, unit_id=scene.second.pk)
    assert UnitRequest.objects.filter(status="asked").get().unit == scene.second
    assert scene.alerts() == []
    with pytest.raises(IntegrityError), transaction.atomic():
        UnitRequest.objects.filter(pk=request.pk).update(decline_reason="")


@pytest.mark.django_db
def test_nobody_answers_one_alert_after_half_a_minute_and_an_end_after_two(scene: Scene) -> None:
    request = scene.ask()
    due = Due.objects.get(kind=ANSWER)
    assert due.due_at == NOW + timedelta(seconds=30)
    for _ in range(2):
        run_answer(request.pk, 0, NOW + timedelta(seconds=30), "sweep")
    assert len(scene.alerts()) == 1 and "has not answered: N1" in scene.alerts()[0]
    run_answer(request.pk, 0, NOW + timedelta(seconds=120), "sweep")
    run_answer(request.pk, 0, NOW + timedelta(seconds=121), "sweep")
    assert UnitRequest.objects.get().status == "timed_out" and len(scene.alerts()) == 1
    scene.do(ask_next, minute=3, request_id=request.pk, unit_id=scene.second.pk)
    assert UnitRequest.objects.get(unit=scene.second).status == "asked" and scene.alerts() == []


@pytest.mark.django_db
def test_an_answer_ends_the_alarm(scene: Scene) -> None:
    request = scene.ask()
    run_answer(request.pk, 0, NOW + timedelta(seconds=30), "sweep")
    scene.do(accept_request, by=scene.partner, request_id=request.pk)
    assert scene.alerts() == [] and not Due.objects.filter(kind=ANSWER).exists()


@pytest.mark.django_db
def test_we_release_it_and_the_owner_says_that_it_is_back(scene: Scene) -> None:
    request = scene.accepted()
    with pytest.raises(Forbidden):
        scene.do(release_request, by=scene.partner, request_id=request.pk)
    scene.do(release_request, minute=5, request_id=request.pk)
    assert not scene.unit.assignments.open().exists()
    scene.do(return_request, by=scene.partner, minute=9, request_id=request.pk)
    trail = Event.objects.filter(kind__startswith="request.").order_by("seq").values_list("kind", flat=True)
    assert list(trail) == ["request.asked", "request.accepted", "request.released", "request.returned"]
    assert Call.objects.get().status == "pending"


@pytest.mark.django_db
def test_a_unit_called_home_from_care_inside_is_told_of_at_once(scene: Scene) -> None:
    request = scene.accepted()
    care = make_unit(scene.center, "CARE1")
    send(scene.dispatcher, scene.call, care, now=later(minutes=2))
    act(report_stage, by=scene.dispatcher, now=later(minutes=4), unit_id=care.pk, stage="on_scene")
    scene.do(return_request, by=scene.partner, minute=9, request_id=request.pk)
    alert = Alert.objects.open().get(kind="care_alone")
    assert "CARE1 on scene without police" in alert.text and alert.told.get().unit == care


@pytest.mark.django_db
def test_a_partners_care_team_is_not_asked_to_a_call_that_wants_police_without_them(scene: Scene) -> None:
    care = make_unit(scene.center, "NCARE", agency=scene.city, mirrored_from="Northtown CAD")
    gun = make_call(scene.dispatcher, facts={"weapon": "in_hand"})
    with pytest.raises(Conflict, match="asks for police"):
        scene.ask(call_id=gun.pk, unit_id=care.pk)
    quiet = make_call(scene.dispatcher, facts={"weapon": "denied", "violence": "denied", "suicide": "denied"})
    request = scene.ask(call_id=quiet.pk, unit_id=care.pk)
    Call.objects.filter(pk=quiet.pk).update(response="care_police", services=["care", "police"])
    with pytest.raises(Conflict, match="Please ring them"):
        scene.do(accept_request, by=scene.partner, request_id=request.pk)
    assert not care.assignments.exists()


@pytest.mark.django_db
def test_outside_an_agreement_a_unit_is_asked_only_when_somebody_says_so(scene: Scene) -> None:
    Agreement.objects.create(agency=scene.city, weekdays=[6, 7])  # NOW is a Monday
    with pytest.raises(OutsideAgreement):
        scene.ask()
    scene.ask(outside_agreement=True)


def test_an_agreement_covers_its_days_hours_and_kinds() -> None:
    night = Agreement(weekdays=[1], from_time=time(22), to_time=time(6), disciplines=["police"], call_types=["MNTL"])
    monday = datetime(2026, 3, 2, 23)  # noqa: DTZ001 - as the clocks of the center show it
    assert covers([night], monday, "police", "MNTL")
    assert not covers([night], monday.replace(hour=12), "police", "MNTL")
    assert not covers([night], monday + timedelta(days=1), "police", "MNTL")
    assert not covers([night], monday, "care", "MNTL") and not covers([night], monday, "police", "OD")
    night.ended_on = monday.date()
    assert not covers([night], monday, "police", "MNTL")
    assert covers([], monday, "care", "")


# --- they ask for ours -----------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_partner_asks_for_one_of_ours_and_dispatch_answers_under_its_own_gates(scene: Scene) -> None:
    ours = make_unit(scene.center, "P101", "police")
    args: dict[str, Any] = {"unit_id": ours.pk, "nature": "Welfare check", "location": "9 NORTH ST"}
    made = scene.do(ask_for_ours, by=scene.partner, **args)
    call, request = Call.objects.get(pk=made["call_id"]), UnitRequest.objects.get()
    assert (call.origin, request.direction) == ("partner", "theirs") and "asks for P101" in scene.alerts()[0]
    with pytest.raises(Forbidden):
        scene.do(accept_request, by=scene.partner, request_id=request.pk)
    scene.do(accept_request, request_id=request.pk)
    assert ours.assignments.open().get().call == call and scene.alerts() == []
    scene.do(release_request, by=scene.partner, minute=9, request_id=request.pk)
    assert not ours.assignments.open().exists()
    with pytest.raises(Forbidden):
        scene.do(ask_for_ours, **args)


# --- what they see -----------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_partner_sees_a_call_from_the_share_to_its_end_and_only_c0_of_it(scene: Scene) -> None:
    other = make_user(scene.center, "partner", agency=make_agency(scene.center, "partner"))
    assert shares.shared_calls(scene.partner) == []
    scene.do(share_call, call_id=scene.call.pk, agency=scene.city.code)
    (shown,) = shares.shared_calls(scene.partner)
    assert set(shown) == {
        "id", "number", "name", "status", "nature", "location", "location_detail", "priority", "received_at",
        "first_dispatched_at", "first_on_scene_at", "shared_at", "units",
    }  # fmt: skip
    assert shares.shared_calls(other) == []
    scene.do(unshare_call, minute=5, call_id=scene.call.pk, agency=scene.city.code)
    assert shares.shared_calls(scene.partner) == []
    row = CallShare.objects.get()
    assert (row.shared_at, row.ended_at) == (later(minutes=1), later(minutes=5))


@pytest.mark.django_db
def test_dispatch_alone_reads_on_the_call_who_else_sees_it_and_why(scene: Scene) -> None:
    def shown(user: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = call_detail(user, scene.call.pk, later(minutes=2))["shares"]
        return found

    assert shown(scene.dispatcher) == []
    scene.do(share_call, call_id=scene.call.pk, agency=scene.city.code)
    told = {"agency": scene.city.code, "name": scene.city.name, "shared_at": "2026-03-02T20:01:00Z", "asked": ""}
    assert shown(scene.dispatcher) == [told] and shown(make_user(scene.center, "clinician")) == []
    scene.ask()
    assert shown(scene.dispatcher) == [told | {"asked": "N1"}]


@pytest.mark.django_db
def test_a_request_shares_the_call_while_it_lives_and_a_merge_hands_both_on(scene: Scene) -> None:
    request = scene.ask()
    primary = make_call(scene.dispatcher)
    scene.do(merge_calls, call_id=scene.call.pk, into=primary.pk)
    assert [one["id"] for one in shares.shared_calls(scene.partner)] == [primary.pk]
    scene.do(accept_request, by=scene.partner, minute=2, request_id=request.pk)
    assert scene.unit.assignments.open().get().call == primary


@pytest.mark.django_db
def test_another_agency_or_center_cannot_answer_and_sees_no_request(scene: Scene) -> None:
    request = scene.ask()
    other = make_user(scene.center, "partner", agency=make_agency(scene.center, "partner"))
    elsewhere = make_user(make_center())
    for stranger in (other, elsewhere):
        with pytest.raises(NotFound):
            act(accept_request, by=stranger, request_id=request.pk)
        assert shares.unit_requests(stranger, NOW) == []
    assert [one["callsign"] for one in shares.unit_requests(scene.partner, NOW)] == ["N1"]


def test_of_an_accept_and_a_withdrawal_at_once_one_wins(committed_db: None) -> None:
    scene = Scene()
    for _ in range(10):
        request = UnitRequest.objects.get(
            pk=act(ask_unit, by=scene.dispatcher, call_id=scene.call.pk, unit_id=scene.unit.pk).result["request_id"]
        )
        outcomes, barrier = list[str](), threading.Barrier(2)

        def go(
            action: Any, by: Any, pk: int = request.pk, outcomes: list[str] = outcomes,
            barrier: threading.Barrier = barrier,
        ) -> None:  # fmt: skip
            barrier.wait()
            try:
                act(action, by=by, request_id=pk)
                outcomes.append(action.__name__)
            except NotAsked:
                outcomes.append("too late")
            connections.close_all()

        pairs = ((accept_request, scene.partner), (withdraw_request, scene.dispatcher))
        threads = [threading.Thread(target=go, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        won = "accept_request" in outcomes
        assert len(outcomes) == 2 and "too late" in outcomes
        assert scene.unit.assignments.open().exists() == won
        if won:
            act(release_request, by=scene.dispatcher, request_id=request.pk)
            act(return_request, by=scene.partner, request_id=request.pk)


def test_nobody_is_asked_any_more_when_the_call_has_ended(scene: Scene) -> None:
    request = scene.ask()
    scene.do(close_call, call_id=scene.call.pk, closed_as="advised", not_sent_reason="all_busy")
    request.refresh_from_db()
    assert request.status == "withdrawn" and not Due.objects.filter(kind=ANSWER).exists()
    assert not CallShare.objects.filter(call=scene.call, ended_at__isnull=True).exists()
    with pytest.raises(NotAsked):
        scene.do(accept_request, by=scene.partner, request_id=request.pk)
