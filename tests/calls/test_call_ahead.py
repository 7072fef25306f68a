"""CARE phones ahead: the contact has its time, an unsafe call back is said before it is made, and it can end there."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.call_ahead import NotByPhone, NotSafeToCall, call_ahead
from calls.intake import add_caller
from calls.models import Assignment, Call
from calls.selectors import call_detail
from calls.stages import NotOnACall
from care_dispatch.refusal import NotFound
from tests.calls.consult_cast import Floor
from tests.cast import NOW, act, later, make_call, put_on_shift, send
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db
SAFE: dict[str, Any] = {"weapon": "denied", "violence": "denied", "need": "in_person"}


@pytest.fixture
def floor(db: None) -> Floor:
    return Floor(clinicians=1)


def on_the_way(floor: Floor, safe_to_call: str = "yes", facts: dict[str, Any] | None = None) -> Call:
    call = make_call(floor.dispatcher, facts=SAFE if facts is None else facts)
    act(add_caller, by=floor.dispatcher, call_id=call.pk, phone="555-0100", safe_to_call=safe_to_call)
    send(floor.dispatcher, call, floor.care["CARE1"], floor.police, status="en_route")
    return call


def phone(floor: Floor, now: Any = NOW, **said: Any) -> None:
    with board_in_step(floor.center):
        act(call_ahead, by=floor.clinicians["CARE1"], now=now, unit_id=floor.care["CARE1"].pk, **said)


def test_the_first_time_somebody_was_reached_stays(floor: Floor) -> None:
    call = on_the_way(floor)
    for minute, reached in enumerate((False, True, False, True)):
        phone(floor, now=later(minutes=minute), reached=reached)
    (row,) = [row for row in call_detail(floor.dispatcher, call.pk, NOW)["assignments"] if row["callsign"] == "CARE1"]
    assert (row["called_ahead"], row["called_ahead_at"]) == (
        "reached",
        later(minutes=1).isoformat().replace("+00:00", "Z"),
    )


@pytest.mark.parametrize(("said", "why"), [("no", "is not safe: text"), ("unknown", "Nobody has said")])
def test_no_call_back_that_nobody_said_is_safe(said: str, why: str, floor: Floor) -> None:
    on_the_way(floor, safe_to_call=said)
    with pytest.raises(NotSafeToCall, match=why):
        phone(floor, reached=True)
    phone(floor, reached=True, safe_to_call=True)


def test_it_ends_by_phone_only_where_nobody_else_was_to_see_the_person(floor: Floor) -> None:
    call = on_the_way(floor)
    with pytest.raises(NotByPhone, match="Nobody was reached"):
        phone(floor, reached=False, resolved=True)
    act(call_ahead, by=floor.dispatcher, unit_id=floor.care["CARE1"].pk, reached=True)
    phone(floor, now=later(minutes=3), reached=True, resolved=True)
    assignment = Assignment.objects.get(call=call, unit=floor.care["CARE1"])
    assert (assignment.outcome, assignment.disposition_owed_at) == ("remote_only", None)
    call.refresh_from_db()
    assert call.status != Call.Status.CLOSED, "police are on it still"


def test_the_last_team_closes_the_call(floor: Floor) -> None:
    call = make_call(floor.dispatcher, facts=SAFE)
    send(floor.dispatcher, call, floor.care["CARE1"])
    phone(floor, reached=True, safe_to_call=True, resolved=True)
    call.refresh_from_db()
    assert (call.status, call.closed_as, call.close_reason) == ("closed", "handled", "resolved by phone")


def test_a_call_that_asks_for_police_does_not_end_by_phone(floor: Floor) -> None:
    on_the_way(floor, facts={"weapon": "in_hand"})
    with pytest.raises(NotByPhone, match="asks for Police"):
        phone(floor, reached=True, resolved=True)


def test_who_calls_ahead_and_when(floor: Floor) -> None:
    unit = floor.care["CARE1"]
    with pytest.raises(NotOnACall):
        phone(floor, reached=True)
    on_the_way(floor)
    with pytest.raises(NotByPhone, match="no CARE unit"):
        act(call_ahead, by=floor.dispatcher, unit_id=floor.police.pk, reached=True)
    with pytest.raises(NotFound):
        act(call_ahead, by=floor.officer, unit_id=unit.pk, reached=True)
    Assignment.objects.filter(unit=unit).update(status="on_scene")
    with pytest.raises(NotByPhone, match="is there already"):
        phone(floor, reached=True)


def test_the_phone_page_shows_whom_to_call_and_ends_it_there(floor: Floor) -> None:
    clinician = floor.crew("CARE8", since=timezone.now())
    call = make_call(floor.dispatcher, facts=SAFE, now=timezone.now())
    act(add_caller, by=floor.dispatcher, call_id=call.pk, phone="555-0100", safe_to_call="yes")
    act(add_caller, by=floor.dispatcher, call_id=call.pk, phone="555-0199", do_not_disclose=True)
    send(floor.dispatcher, call, floor.care["CARE8"], now=timezone.now())
    client = Client()
    client.force_login(clinician, backend="teams.sign_in.Backend")

    def tap(**fields: str) -> str:
        answer = client.post("/unit/do/call-ahead/", {"key": str(uuid.uuid4()), **fields}, follow=True)
        return re.sub(r"\s+", " ", answer.content.decode())

    shown = client.get("/unit/").content.decode()
    assert "tel:555-0100" in shown
    assert "555-0199" not in shown
    assert "Resolved by phone" in tap(reached="true")
    assert "CARE8 is available" in tap(reached="true", resolved="true")
    call.refresh_from_db()
    assert call.close_reason == "resolved by phone"


def test_another_centers_unit_looks_like_none(floor: Floor) -> None:
    there = Floor(clinicians=1)
    put_on_shift(there.supervisor, there.care["CARE1"])
    with pytest.raises(NotFound):
        act(call_ahead, by=there.dispatcher, unit_id=floor.care["CARE1"].pk, reached=True)
