"""A consult becomes a dispatch with every statement kept, and ends, and is confirmed, only as what it was."""

import json
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls.closing import close_call
from calls.consults import (
    answer_consult,
    ask_consult,
    become_dispatch,
    confirm_outcome,
    consults,
    end_consult,
    read_back,
)
from calls.consults.answering import NotSentThere
from calls.consults.dispatching import ABOUT_ASKING, AlreadyDispatched
from calls.consults.ending import CONFIRM, AlreadyConfirmed, NotCovered, NotEnded
from calls.dispatch import CareNeedsPolice
from calls.fetch import CallClosed
from calls.models import Assignment, Call, Consult, ConsultPolicy, FactStatement
from calls.selectors import call_detail
from calls.verdicts import run_triage
from care_dispatch.due.models import Due
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from tests.calls.consult_cast import SAID, Floor
from tests.cast import NOW, act, later, make_agency, make_call, make_user, send
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db
DANGER: dict[str, Any] = {"weapon": "in_hand", "suicide": "intent"}
COPIED = ("fact", "value", "source", "informant", "stated_by", "stated_at")


@pytest.fixture
def floor(db: None) -> Floor:
    return Floor(clinicians=1)


def face(floor: Floor, consult: Consult) -> dict[str, Any]:
    return next(row for row in consults(floor.dispatcher, NOW) if row["id"] == consult.pk)


# --- facts -----------------------------------------------------------------------------------------
def test_what_the_requester_says_is_judged_and_what_is_missing_is_shown(floor: Floor) -> None:
    consult = floor.ask(facts=DANGER)
    shown = face(floor, consult)
    assert shown["becomes_dispatch"]
    assert shown["missing"] == ["Police with you?", "EMS with you?", "Weapon secured?"]
    assert shown["said"] == ["Weapon: in hand", "Suicide: intent"]


def test_the_facts_are_said_back_and_judged_again(floor: Floor) -> None:
    consult = floor.ask(facts={"weapon": "in_reach", "suicide": "passive"})
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    with board_in_step(floor.center):
        act(
            read_back, by=floor.clinicians["CARE1"], now=later(minutes=1), consult_id=consult.pk,
            facts={"weapon": "secured"}, with_person=["police"],
        )  # fmt: skip
    shown = face(floor, consult)
    assert (shown["missing"], shown["read_back_at"] is not None) == ([], True)
    with pytest.raises(Invalid, match="weapon is one of"):
        act(read_back, by=floor.dispatcher, consult_id=consult.pk, facts={"weapon": "laser"})
    with pytest.raises(Forbidden, match="reads the facts back"):
        act(read_back, by=floor.officer, consult_id=consult.pk)


# --- becoming a call -------------------------------------------------------------------------------
def test_a_consult_becomes_a_call_with_every_statement_as_it_stood(floor: Floor) -> None:
    consult = floor.ask(facts=DANGER, details="He holds a knife on the porch.", location="300 W BELT LINE RD")
    with board_in_step(floor.center):
        done = act(become_dispatch, by=floor.clinicians["CARE1"], now=later(minutes=2), consult_id=consult.pk)
    call = Call.objects.get(pk=done.result["call_id"])
    stated = set(consult.facts.values_list(*COPIED))
    copied = set(FactStatement.objects.filter(call=call).exclude(fact="need").values_list(*COPIED))
    assert copied == stated
    assert {("weapon", "in_hand", "question", "P901")} <= {row[:4] for row in copied}
    assert (call.origin, call.location) == ("police_request", "300 W BELT LINE RD")
    assert call.narrative.get().text == "He holds a knife on the porch."
    run_triage(call.pk, 0, later(minutes=2), "worker")
    call.refresh_from_db()
    assert (call.level, call.response) == (4, "police_first")
    consult.refresh_from_db()
    assert consult.call == call


@pytest.mark.parametrize(
    ("kind", "origin"),
    [("fire_ems", "fire_ems_request"), ("hospital", "hospital"), ("partner", "partner"), ("dispatch", "911")],
)
def test_the_call_says_where_it_came_from(kind: str, origin: str, floor: Floor) -> None:
    consult = floor.ask(by=floor.dispatcher, requester_kind=kind)
    with pytest.raises(Invalid, match="Say where"):
        act(become_dispatch, by=floor.dispatcher, consult_id=consult.pk)
    done = act(become_dispatch, by=floor.dispatcher, consult_id=consult.pk, location="1 MAIN ST")
    assert Call.objects.get(pk=done.result["call_id"]).origin == origin


def test_it_becomes_one_call_only(floor: Floor) -> None:
    consult = floor.ask(location="1 MAIN ST")
    act(become_dispatch, by=floor.dispatcher, consult_id=consult.pk)
    number = Call.objects.get().number
    with pytest.raises(AlreadyDispatched, match=f"It is call {number} since 14:00:00"):
        act(become_dispatch, by=floor.dispatcher, consult_id=consult.pk)
    with pytest.raises(Forbidden, match="Dispatch or the clinician"):
        act(become_dispatch, by=floor.officer, consult_id=consult.pk)


def test_a_call_that_is_there_gets_the_facts(floor: Floor) -> None:
    call = make_call(floor.dispatcher)
    consult = floor.ask(facts=DANGER)
    act(become_dispatch, by=floor.dispatcher, consult_id=consult.pk, call_id=call.pk)
    assert FactStatement.objects.filter(call=call, fact="weapon", value="in_hand", informant="P901").exists()
    assert Call.objects.count() == 1
    closed = make_call(floor.dispatcher)
    act(close_call, by=floor.dispatcher, call_id=closed.pk, not_sent_reason="all_busy")
    with pytest.raises(CallClosed, match="reopen it first"):
        act(become_dispatch, by=floor.dispatcher, consult_id=floor.ask().pk, call_id=closed.pk)
    elsewhere = floor.ask(by=floor.dispatcher, call_id=closed.pk, requester_kind="police", location="2 OAK ST")
    act(become_dispatch, by=floor.dispatcher, consult_id=elsewhere.pk)
    assert Call.objects.latest("pk").location == "2 OAK ST", "a closed call is not worked: a new one is"


def test_what_is_said_in_a_consult_on_a_call_is_said_on_the_call_at_once_and_once(floor: Floor) -> None:
    call = make_call(floor.dispatcher)
    send(floor.dispatcher, call, floor.police)
    consult = floor.ask(call_id=call.pk, facts={"suicide": "ideation"}, with_person=["police"])
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    act(read_back, by=floor.clinicians["CARE1"], now=later(minutes=1), consult_id=consult.pk, facts=DANGER)
    act(become_dispatch, by=floor.dispatcher, now=later(minutes=2), consult_id=consult.pk)
    stated = FactStatement.objects.filter(call=call, informant="P901").order_by("pk")
    assert list(stated.values_list("fact", "value", "source")) == [
        ("suicide", "ideation", "unit_report"), ("weapon", "in_hand", "question"), ("suicide", "intent", "question"),
    ]  # fmt: skip
    assert not FactStatement.objects.filter(call=call, fact__in=ABOUT_ASKING).exists()
    run_triage(call.pk, 0, later(minutes=2), "worker")
    call.refresh_from_db()
    assert call.level == 4


def test_what_is_heard_after_it_became_a_call_reaches_the_call(floor: Floor) -> None:
    consult = floor.ask(location="1 MAIN ST")
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    act(become_dispatch, by=floor.dispatcher, consult_id=consult.pk)
    with board_in_step(floor.center):
        act(
            read_back, by=floor.clinicians["CARE1"], now=later(minutes=1), consult_id=consult.pk,
            facts={"weapon": "in_hand"},
        )  # fmt: skip
    assert FactStatement.objects.filter(call=Call.objects.get(), fact="weapon", value="in_hand").exists()


def test_care_consults_on_a_call_without_being_assigned(floor: Floor) -> None:
    call = make_call(floor.dispatcher)
    send(floor.dispatcher, call, floor.police)
    consult = floor.ask(call_id=call.pk)
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    shown = call_detail(floor.officer, call.pk, NOW)
    (row,) = shown["consulting"]
    assert (row["callsign"], row["role"], row["eido_role"]) == ("CARE1", "consulting", "Assisting")
    assert Assignment.objects.filter(call=call).count() == 1
    act(end_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk, result="requester_handled", **SAID)
    assert call_detail(floor.officer, call.pk, NOW)["consulting"] == []


def test_care_at_the_scene_is_sent_like_to_any_call(floor: Floor) -> None:
    with pytest.raises(Invalid, match="Say where"):
        floor.ask(mode="scene")
    consult = floor.ask(mode="scene", facts=DANGER, location="300 W BELT LINE RD")
    assert consult.call is not None
    assert not consult.offers.exists(), "nobody is asked to go but by dispatch"
    with pytest.raises(NotSentThere, match="dispatch sends CARE1"):
        act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    run_triage(consult.call.pk, 0, NOW, "worker")
    with pytest.raises(CareNeedsPolice):
        send(floor.dispatcher, consult.call, floor.care["CARE1"])
    send(floor.dispatcher, consult.call, floor.care["CARE1"], floor.police)
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)


# --- the end ---------------------------------------------------------------------------------------
def test_a_danger_nobody_covers_is_not_ended_away(floor: Floor) -> None:
    consult = floor.ask(facts={"medical": "life_threat"})
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    end = {"by": floor.clinicians["CARE1"], "consult_id": consult.pk, "result": "requester_handled", **SAID}
    with pytest.raises(NotCovered, match=r"EMS with you\? Make it a call, or say why nobody is sent"):
        act(end_consult, **end)
    act(end_consult, **end, uncovered_reason="help_coming")
    consult.refresh_from_db()
    assert consult.uncovered_reason == "help_coming"


def test_once_it_is_a_call_the_call_covers_it(floor: Floor) -> None:
    consult = floor.ask(facts={"medical": "life_threat"}, location="1 MAIN ST")
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    act(become_dispatch, by=floor.dispatcher, consult_id=consult.pk)
    act(end_consult, by=floor.dispatcher, consult_id=consult.pk, result="care_en_route", **SAID)


def test_an_answered_consult_ends_with_a_kind_of_advice_and_words_for_the_requester(floor: Floor) -> None:
    consult = floor.ask()
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    for said in ({}, {"advice_type": "calming"}, {"recommendation": "Wait."}, {**SAID, "recommendation": " "}):
        with pytest.raises(Invalid, match="what the requester was told"):
            act(end_consult, by=floor.dispatcher, consult_id=consult.pk, result="follow_up", **said)
    for wrong in ({"advice": "x"}, {"ended_at": NOW, "result": "follow_up"}, {"confirmation": "helped"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Consult.objects.filter(pk=consult.pk).update(**wrong)


# --- confirming ------------------------------------------------------------------------------------
def ended(floor: Floor) -> Consult:
    consult = floor.ask()
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    act(end_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk, result="requester_handled", **SAID)
    return consult


def test_the_requester_reads_what_they_were_told_and_says_what_came_of_it(floor: Floor) -> None:
    consult = ended(floor)
    (row,) = consults(floor.officer, NOW)
    assert row["recommendation"] == SAID["recommendation"]
    with pytest.raises(Forbidden, match="The requester says what came of it"):
        act(confirm_outcome, by=floor.clinicians["CARE1"], consult_id=consult.pk, confirmation="helped")
    act(confirm_outcome, by=floor.officer, consult_id=consult.pk, confirmation="unit_not_needed")
    assert consults(floor.officer, NOW) == []
    with pytest.raises(AlreadyConfirmed, match="no unit was needed"):
        act(confirm_outcome, by=floor.dispatcher, consult_id=consult.pk, confirmation="helped")
    with pytest.raises(NotEnded):
        act(confirm_outcome, by=floor.dispatcher, consult_id=floor.ask().pk, confirmation="helped")


def test_after_a_day_the_board_asks_for_it_once(floor: Floor) -> None:
    consult = ended(floor)
    assert consults(floor.dispatcher, NOW) == []
    floor.sweep(later(hours=23))
    assert consults(floor.dispatcher, NOW) == []
    with board_in_step(floor.center):
        floor.sweep(later(hours=24))
    assert [row["id"] for row in consults(floor.dispatcher, NOW)] == [consult.pk]
    assert Event.objects.filter(kind="consult.confirm_due").count() == 1
    act(confirm_outcome, by=floor.dispatcher, now=later(hours=25), consult_id=consult.pk, confirmation="not_reached")
    assert consults(floor.dispatcher, NOW) == []


def test_a_center_sets_when_it_asks(floor: Floor) -> None:
    ConsultPolicy.objects.create(center=floor.center, confirm_after_hours=2)
    ended(floor)
    assert Due.objects.get(kind=CONFIRM).due_at == later(hours=2)


# --- who -------------------------------------------------------------------------------------------
def test_a_partner_asks_for_its_own_agency_and_reads_no_advice(floor: Floor) -> None:
    city = make_agency(floor.center, "partner", code="next-city")
    partner = make_user(floor.center, "partner", agency=city)
    done = act(ask_consult, by=partner, question="resource")
    consult = Consult.objects.get(pk=done.result["consult_id"])
    assert (consult.requester_agency, consult.requester_kind) == (city, "partner")
    act(answer_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk)
    act(
        end_consult, by=floor.clinicians["CARE1"], consult_id=consult.pk, result="requester_handled",
        advice="hears-voices", **SAID,
    )  # fmt: skip
    (row,) = consults(partner, NOW)
    assert row["recommendation"] == SAID["recommendation"]
    assert "hears-voices" not in json.dumps(row)
    act(confirm_outcome, by=partner, consult_id=consult.pk, confirmation="helped")
    stranger = make_user(floor.center, "partner", agency=make_agency(floor.center, "partner"))
    with pytest.raises(NotFound):
        act(confirm_outcome, by=stranger, consult_id=consult.pk, confirmation="helped")


def test_a_consult_names_nobody(floor: Floor) -> None:
    consult = floor.ask(by=floor.dispatcher, requester_kind="hospital")
    assert (consult.requester_agency, consult.call) == (None, None)
    columns = {field.name for field in Consult._meta.get_fields()}
    assert columns.isdisjoint({"person", "patient", "name", "phone", "date_of_birth"})
