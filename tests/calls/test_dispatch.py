"""Sending units: several at once, none twice, CARE never alone past an open danger."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from calls.dispatch import CareNeedsPolice, UnitHeld, UnitNotAvailable, set_mode
from calls.models import Assignment
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from tests.cast import NOW, act, last_event, make_call, make_center, make_unit, make_user, send, use_default_rules

pytestmark = pytest.mark.django_db

SAFE = {"weapon": "denied", "violence": "denied", "suicide": "denied", "is_behavioral": "yes", "need": "in_person"}


@pytest.fixture
def rules(db: None) -> None:
    use_default_rules()


def test_one_command_sends_care_and_police_in_one_transaction(rules: None) -> None:
    center = make_center()
    dispatcher, care, police = make_user(center), make_unit(center), make_unit(center, discipline="police")
    done = send(dispatcher, make_call(dispatcher), care, police)
    assert len(done.result["assignments"]) == 2
    assert {care.assignments.get().call_id, police.assignments.get().call_id} == {done.result["call_id"]}
    assert last_event("unit.sent").seq < last_event().seq == done.seq


def test_when_one_unit_is_held_none_is_sent_and_the_holder_is_named(rules: None) -> None:
    center = make_center()
    dispatcher, care, police = make_user(center), make_unit(center), make_unit(center, "P101", "police")
    first = make_call(dispatcher)
    send(dispatcher, first, police)
    with pytest.raises(UnitHeld, match=f"P101 is dispatched on call {first.number} .sent by D1 at 14:00:00") as refused:
        send(dispatcher, make_call(dispatcher), care, police)
    assert refused.value.details["held_by"]["call_id"] == first.pk
    assert not care.assignments.exists()


def test_a_unit_out_of_service_is_not_sent(rules: None) -> None:
    center = make_center()
    why = {"unavailable_reason": "flat tire", "unavailable_until": NOW + timedelta(hours=1)}
    dispatcher, police = make_user(center), make_unit(center, "P102", "police", status="unavailable", **why)
    with pytest.raises(UnitNotAvailable, match=r"P102 is unavailable: flat tire, until 15:00\."):
        send(dispatcher, make_call(dispatcher), police)


def test_another_centers_unit_looks_like_no_unit(rules: None) -> None:
    dispatcher, stranger = make_user(make_center()), make_unit(make_center())
    with pytest.raises(NotFound):
        send(dispatcher, make_call(dispatcher), stranger)


def test_care_is_not_sent_alone_before_triage(rules: None) -> None:
    center = make_center()
    dispatcher, care = make_user(center), make_unit(center)
    with pytest.raises(CareNeedsPolice, match="not triaged yet"):
        send(dispatcher, make_call(dispatcher, triaged=False), care)


def test_care_goes_alone_once_the_dangers_are_asked_and_denied(rules: None) -> None:
    center = make_center()
    dispatcher, care = make_user(center), make_unit(center)
    call = make_call(dispatcher, nature="Mental health, non-violent", facts=SAFE, location_confirmed=True)
    send(dispatcher, call, care)
    assert care.assignments.get().role == Assignment.Role.PRIMARY


def test_care_alone_to_a_gun_is_refused_and_joined_by_police_it_stages(rules: None) -> None:
    center = make_center()
    dispatcher, care, police = make_user(center), make_unit(center), make_unit(center, discipline="police")
    call = make_call(dispatcher, facts=SAFE | {"weapon": "in_hand", "weapon_type": "firearm"})
    with pytest.raises(CareNeedsPolice, match="asks for police"):
        send(dispatcher, call, care)
    send(dispatcher, call, care, police)
    assert care.assignments.get().role == Assignment.Role.STAGE


def test_an_override_is_kept_with_its_reason(rules: None) -> None:
    center = make_center()
    dispatcher, care = make_user(center), make_unit(center)
    words = "clinician is next door"
    send(dispatcher, make_call(dispatcher, triaged=False), care, override_reason="other", override_note=words)
    sent = care.assignments.get()
    assert (sent.against_triage, sent.override_reason, sent.override_note) == (True, "other", words)
    told = last_event("unit.sent").payload
    assert told["set"]["assignment.override_reason"] == "other" and words not in str(told)


@pytest.mark.parametrize(
    ("reason", "note", "says"),
    [("x", "", "local_knowledge"), ("as recorded", "", "crew_request"), ("other", "  ", "in words")],
)
def test_what_is_no_code_is_no_reason_and_the_answer_names_them(rules: None, reason: str, note: str, says: str) -> None:
    center = make_center()
    dispatcher, care = make_user(center), make_unit(center)
    with pytest.raises(Invalid, match=says):
        send(dispatcher, make_call(dispatcher, triaged=False), care, override_reason=reason, override_note=note)
    call = make_call(dispatcher, facts=SAFE | {"weapon": "historic"}, location_confirmed=True)
    with pytest.raises(Invalid, match=says):
        act(set_mode, by=dispatcher, call_id=call.pk, response="phone", reason=reason, note=note)


def test_the_database_refuses_care_against_triage_without_a_reason(rules: None) -> None:
    center = make_center()
    care, call = make_unit(center), make_call(make_user(center))
    with pytest.raises(IntegrityError, match="against_triage_only_with_a_reason"), transaction.atomic():
        Assignment.objects.create(call=call, unit=care, dispatched_at=NOW, against_triage=True)


def test_a_reason_that_was_not_needed_is_not_kept_as_an_override(rules: None) -> None:
    center = make_center()
    dispatcher, care, police = make_user(center), make_unit(center), make_unit(center, discipline="police")
    send(dispatcher, make_call(dispatcher), care, police, override_reason="crew_request")
    assert not Assignment.objects.filter(against_triage=True).exists()


def test_the_database_refuses_a_second_open_assignment(rules: None) -> None:
    center = make_center()
    dispatcher, police = make_user(center), make_unit(center, discipline="police")
    send(dispatcher, make_call(dispatcher), police)
    other = make_call(dispatcher)
    with pytest.raises(IntegrityError, match="one_open_assignment_per_unit"), transaction.atomic():
        Assignment.objects.create(call=other, unit=police, dispatched_at=NOW)


def test_the_response_is_raised_with_one_key_and_lowered_only_with_a_reason(rules: None) -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, nature="Mental health, non-violent", facts=SAFE, location_confirmed=True)
    act(set_mode, by=dispatcher, call_id=call.pk, response="police_first", reason="")
    with pytest.raises(Invalid, match="Say why"):
        act(set_mode, by=dispatcher, call_id=call.pk, response="care_only", reason="")


def test_what_is_lighter_than_triage_asks_for_keeps_its_reason_however_it_was_reached(rules: None) -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, facts=SAFE | {"weapon": "historic"}, location_confirmed=True)
    assert call.response == "care_police"
    act(set_mode, by=dispatcher, call_id=call.pk, response="phone", reason="caller_request", note="wants to talk")
    with pytest.raises(Invalid, match="Say why"):
        act(set_mode, by=dispatcher, call_id=call.pk, response="care_ems")


def test_a_response_set_by_hand_is_given_back_to_triage(rules: None) -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, nature="Mental health, non-violent", facts=SAFE, location_confirmed=True)
    act(set_mode, by=dispatcher, call_id=call.pk, response="police_first")
    with pytest.raises(Invalid, match="Say why"):
        act(set_mode, by=dispatcher, call_id=call.pk, response="")
    act(set_mode, by=dispatcher, call_id=call.pk, response="", reason="other", note="set by mistake")
    call.refresh_from_db()
    assert (call.mode_override, call.response) == ("", "care_only")
    assert (call.mode_reason, call.mode_note) == ("other", "set by mistake")


def test_a_call_not_yet_triaged_is_given_back_without_a_reason() -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, triaged=False)
    act(set_mode, by=dispatcher, call_id=call.pk, response="fire_police_ems", reason="new_information", note="smoke")
    act(set_mode, by=dispatcher, call_id=call.pk, response="")
    call.refresh_from_db()
    assert (call.mode_override, call.response) == ("", "")


def test_from_level_four_only_a_supervisor_lowers_the_response(rules: None) -> None:
    center = make_center()
    dispatcher, supervisor = make_user(center), make_user(center, "supervisor")
    call = make_call(dispatcher, facts=SAFE | {"weapon": "in_hand"})
    with pytest.raises(Forbidden, match="supervisor"):
        act(set_mode, by=dispatcher, call_id=call.pk, response="care_only", reason="new_information")
    act(set_mode, by=supervisor, call_id=call.pk, response="care_police", reason="new_information")
