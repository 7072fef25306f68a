"""After every action here, what consoles are sent leads to the board a fresh console would read, in every tier."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from calls.consults import answer_consult, ask_consult, end_consult
from referrals.actions import close_follow_up, mark_overdue, move_referral, refer, set_follow_up, try_follow_up
from teams.actions import change_unit, create_unit, extend_shifts, sign_off, sign_on
from tests.cast import act, make_agency, make_call, make_center, make_unit, make_user, use_default_rules
from tests.live.in_step import board_in_step
from tests.referrals.care_cast import make_service

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Any:
    class Scene:
        center = make_center()
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician")
        care = make_unit(center, "CARE9", status="off_duty")
        call = make_call(dispatcher, triaged=False)
        service = make_service(center)

    return Scene()


def test_referrals_keep_the_boards_in_step(scene: Any) -> None:
    by = scene.clinician
    with board_in_step(scene.center):
        done = act(refer, by=by, call_id=scene.call.pk, service_id=scene.service.pk)
    moves = ({"to": "accepted"}, {"to": "completed", "confirmed_with": "desk"}, {"to": "entered_in_error"})
    for move in moves:
        with board_in_step(scene.center):
            act(move_referral, by=by, **move, referral_id=done.result["referral_id"])  # type: ignore[arg-type]


def test_follow_ups_keep_the_boards_in_step(scene: Any) -> None:
    by = scene.clinician
    with board_in_step(scene.center):
        follow_up = act(set_follow_up, by=by, call_id=scene.call.pk, risk="24h").result
    with board_in_step(scene.center):
        act(try_follow_up, by=by, follow_up_id=follow_up["follow_up_id"], mode="phone", result="reached")
    with board_in_step(scene.center):
        act(mark_overdue, by=None, follow_up_id=follow_up["follow_up_id"])
    with board_in_step(scene.center):
        act(close_follow_up, by=by, follow_up_id=follow_up["follow_up_id"], result="reached_declined")


def test_consults_keep_the_boards_in_step(scene: Any) -> None:
    use_default_rules()
    agency = make_agency(scene.center, "police")
    with board_in_step(scene.center):
        done = act(
            ask_consult, by=scene.dispatcher, question="capacity", requester_agency=agency.code, call_id=scene.call.pk
        )
    consult_id = done.result["consult_id"]
    with board_in_step(scene.center):
        act(answer_consult, by=scene.dispatcher, consult_id=consult_id, unit_id=scene.care.pk)
    with board_in_step(scene.center):
        act(
            end_consult, by=scene.clinician, consult_id=consult_id, result="follow_up", advice_type="resource_named",
            recommendation="The walk-in clinic is open.", advice="x",
        )  # fmt: skip


def test_crews_and_units_keep_the_boards_in_step(scene: Any) -> None:
    now = timezone.now()  # a unit's card shows who is aboard by the database's clock
    crew = [(scene.clinician.pk, "clinician")]
    agency = make_agency(scene.center, "care")
    with board_in_step(scene.center):
        made = act(
            create_unit, by=None, center_id=scene.center.pk, agency_id=agency.pk, callsign="CARE8", discipline="care"
        )
    with board_in_step(scene.center):
        act(
            sign_on, by=scene.dispatcher, now=now - timedelta(hours=1), unit_id=scene.care.pk, crew=crew,
            until=now + timedelta(hours=1),
        )  # fmt: skip
    with board_in_step(scene.center):
        act(extend_shifts, by=None, now=now, unit_id=scene.care.pk, until=now + timedelta(hours=9))
    with board_in_step(scene.center):
        act(sign_off, by=scene.dispatcher, now=now, unit_id=scene.care.pk)
    with board_in_step(scene.center):
        act(change_unit, by=None, unit_id=made.result["unit_id"], changes={"retired": True})
