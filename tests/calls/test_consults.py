"""A consult: police ask CARE by phone, CARE answers, it ends with a result; each with its time."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls import board, consults
from calls.consults import (
    ConsultAnswered,
    ConsultEnded,
    NotYetAnswered,
    answer_consult,
    ask_consult,
    end_consult,
)
from calls.models import Consult
from calls.selectors import call_detail
from care_dispatch.access import Tier
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from teams.models import User
from tests.calls.consult_cast import SAID
from tests.cast import (
    NOW,
    act,
    last_event,
    later,
    make_agency,
    make_call,
    make_center,
    make_unit,
    make_user,
    put_on_shift,
    send,
    use_default_rules,
)

pytestmark = pytest.mark.django_db
CANARY = "canary-lithium-level"


@pytest.fixture
def scene() -> Any:
    use_default_rules()

    class Scene:
        center = make_center()
        police = make_unit(center, "P901", "police", agency=make_agency(center, "police", code="city-pd"))
        care = make_unit(center, "CARE9")
        dispatcher = make_user(center)
        clinician = make_user(center, "clinician", agency=care.agency)
        officer = make_user(center, "officer", agency=police.agency)

    scene = Scene()
    put_on_shift(scene.officer, scene.police, "officer")
    put_on_shift(scene.clinician, scene.care)
    return scene


def asked(scene: Any, **fields: Any) -> Consult:
    done = act(ask_consult, by=scene.officer, **{"question": "capacity", **fields})
    return Consult.objects.get(pk=done.result["consult_id"])


def test_an_officer_asks_for_the_own_unit_and_care_answers_as_theirs(scene: Any) -> None:
    consult = asked(scene)
    assert (consult.requester_agency, consult.requester_unit) == (scene.police.agency, scene.police)
    assert (consult.mode, consult.asked_at) == ("phone", NOW)
    act(answer_consult, by=scene.clinician, now=later(seconds=40), consult_id=consult.pk)
    act(
        end_consult, by=scene.clinician, now=later(minutes=9), consult_id=consult.pk, result="requester_handled", **SAID
    )
    consult.refresh_from_db()
    assert (consult.answered_at, consult.ended_at) == (later(seconds=40), later(minutes=9))
    assert (consult.answering_unit, consult.answered_by) == (scene.care, scene.clinician)


def test_each_step_is_an_event_with_ids_only(scene: Any) -> None:
    consult = asked(scene)
    act(answer_consult, by=scene.clinician, consult_id=consult.pk)
    act(end_consult, by=scene.clinician, consult_id=consult.pk, result="follow_up", advice=CANARY, **SAID)
    for kind in ("consult.asked", "consult.answered", "consult.ended"):
        assert last_event(kind).payload == {"v": 1, "set": {}, "ref": {"consult_id": consult.pk}}


def test_dispatch_writes_down_who_asked_and_who_answered(scene: Any) -> None:
    done = act(ask_consult, by=scene.dispatcher, question="resource", requester_agency="city-pd")
    consult = Consult.objects.get(pk=done.result["consult_id"])
    assert (consult.requester_agency, consult.requester_unit) == (scene.police.agency, None)
    with pytest.raises(Invalid, match="Name the CARE unit that answers"):
        act(answer_consult, by=scene.dispatcher, consult_id=consult.pk)
    with pytest.raises(Invalid, match="P901 is not a CARE unit"):
        act(answer_consult, by=scene.dispatcher, consult_id=consult.pk, unit_id=scene.police.pk)
    act(answer_consult, by=scene.dispatcher, consult_id=consult.pk, unit_id=scene.care.pk)
    consult.refresh_from_db()
    assert consult.answering_unit == scene.care


def test_who_asks_must_be_known_and_fit_together(scene: Any) -> None:
    with pytest.raises(Invalid, match="Say who asks: an agency, or one of police"):
        act(ask_consult, by=scene.dispatcher, question="resource")
    with pytest.raises(Invalid, match="There is no agency 'nowhere'"):
        act(ask_consult, by=scene.dispatcher, question="resource", requester_agency="nowhere")
    other = make_agency(scene.center, "police", code="other-pd")
    with pytest.raises(Invalid, match="the one of the unit that asks"):
        act(ask_consult, by=scene.officer, question="resource", requester_agency=other.code)
    with pytest.raises(NotFound, match="no such unit"):
        act(ask_consult, by=scene.officer, question="resource", requester_unit_id=scene.care.pk)


def test_the_second_to_answer_reads_who_was_first(scene: Any) -> None:
    consult = asked(scene)
    act(answer_consult, by=scene.clinician, consult_id=consult.pk)
    other = make_user(scene.center, "clinician")
    with pytest.raises(ConsultAnswered, match=r"CARE9 answered at 14:00:00\."):
        act(answer_consult, by=other, consult_id=consult.pk)


def test_nothing_but_handled_ends_a_consult_that_nobody_answered(scene: Any) -> None:
    consult = asked(scene)
    with pytest.raises(NotYetAnswered, match="Nobody has answered"):
        act(end_consult, by=scene.clinician, consult_id=consult.pk, result="care_en_route")
    act(end_consult, by=scene.dispatcher, consult_id=consult.pk, result="requester_handled")
    with pytest.raises(ConsultEnded, match="ended at 14:00:00: requester handled"):
        act(answer_consult, by=scene.clinician, consult_id=consult.pk)
    with pytest.raises(ConsultEnded):
        act(end_consult, by=scene.clinician, consult_id=consult.pk, result="follow_up")


def test_the_advice_is_written_and_read_by_care_alone(scene: Any) -> None:
    call = make_call(scene.dispatcher, triaged=False)
    send(scene.dispatcher, call, scene.police)
    consult = asked(scene, call_id=call.pk)
    act(answer_consult, by=scene.clinician, consult_id=consult.pk)
    with pytest.raises(Forbidden, match="Only CARE writes the advice"):
        act(end_consult, by=scene.dispatcher, consult_id=consult.pk, result="follow_up", advice=CANARY)
    act(end_consult, by=scene.clinician, consult_id=consult.pk, result="follow_up", advice=CANARY, **SAID)
    assert consults.consults(scene.clinician, NOW, call.pk)[0]["advice"] == CANARY
    for user in (scene.dispatcher, scene.officer):
        (row,) = consults.consults(user, NOW, call.pk)
        assert row["result"] == "follow_up"
        assert CANARY not in json.dumps(row)
        assert CANARY not in json.dumps(call_detail(user, call.pk, NOW), default=str)


def test_the_board_shows_open_consults_to_dispatch_and_care_without_advice(scene: Any) -> None:
    consult = asked(scene)
    for tier, count in ((Tier.DISPATCH, 1), (Tier.CARE, 1), (Tier.FIELD, 0), (Tier.PARTNER, 0)):
        cards = board.consult_cards(scene.center.pk, tier, None)
        assert len(cards) == count
        assert all("advice" not in card.data for card in cards)
    act(end_consult, by=scene.clinician, consult_id=consult.pk, result="requester_handled")
    assert board.consult_cards(scene.center.pk, Tier.DISPATCH, [consult.pk]) == []
    assert board.consults_touched(last_event("consult.ended")) == [consult.pk]


def test_who_may_not_ask_answer_end_or_read(scene: Any) -> None:
    consult = asked(scene)
    partner, admin = make_user(scene.center, "partner"), make_user(scene.center, "admin")
    stranger = make_user(make_center(), "clinician")
    with pytest.raises(Forbidden, match="does not ask"):
        act(ask_consult, by=admin, question="resource")
    with pytest.raises(Forbidden, match="configures the system"):
        consults.consults(admin, NOW)
    assert consults.consults(partner, NOW) == []
    with pytest.raises(Forbidden, match="CARE answers consults"):
        act(answer_consult, by=scene.officer, consult_id=consult.pk)
    with pytest.raises(Forbidden, match="CARE ends consults"):
        act(end_consult, by=scene.officer, consult_id=consult.pk, result="requester_handled")
    with pytest.raises(NotFound, match="no such consult"):
        act(answer_consult, by=stranger, consult_id=consult.pk)
    assert consults.consults(stranger, NOW) == []
    other_officer = make_user(scene.center, "officer", agency=scene.police.agency)
    assert consults.consults(other_officer, NOW) == []


def test_a_consult_on_a_call_the_officer_is_not_on_looks_like_no_call(scene: Any) -> None:
    call = make_call(scene.dispatcher, triaged=False)
    with pytest.raises(NotFound, match="no such call"):
        asked(scene, call_id=call.pk)


# --- the API -----------------------------------------------------------------------------------
def post(user: User, path: str, body: Any, key: str = "") -> Any:
    client = Client()
    client.force_login(user, backend="teams.sign_in.Backend")
    headers = {"Idempotency-Key": key or str(uuid.uuid4())}
    return client.post(path, body, content_type="application/json", headers=headers)


def test_a_consult_goes_from_question_to_end_by_the_api(scene: Any) -> None:
    body = {"question": "capacity", "requester_agency": "city-pd", "requester_unit": "p901"}
    made = post(scene.dispatcher, "/api/consults/", body)
    assert made.status_code == 201
    path = f"/api/consults/{made.json()['consult_id']}/"
    assert post(scene.dispatcher, f"{path}answer/", {"unit": "care9"}).status_code == 200
    late = post(scene.clinician, f"{path}answer/", {})
    assert (late.status_code, late.json()["error"]) == (409, "consult_answered")
    assert post(scene.clinician, f"{path}end/", {"result": "follow_up", "advice": "x", **SAID}).status_code == 200
    client = Client()
    client.force_login(scene.dispatcher, backend="teams.sign_in.Backend")
    assert client.get("/api/consults/").json() == {"consults": []}


def test_an_officer_on_no_unit_does_not_ask(scene: Any) -> None:
    with pytest.raises(Forbidden, match="on no unit"):
        act(ask_consult, by=scene.officer, now=later(hours=11), question="capacity")


def test_the_same_key_asks_once(scene: Any) -> None:
    put_on_shift(scene.officer, scene.police, "officer", start=timezone.now())
    key = str(uuid.uuid4())
    body = {"question": "capacity"}
    first, second = (post(scene.officer, "/api/consults/", body, key).json() for _ in range(2))
    assert (first["consult_id"], first["repeated"], second["repeated"]) == (second["consult_id"], False, True)
    assert Consult.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": "why"},
        {"question": "capacity", "call": 0},
        {"question": "capacity", "requester_unit": {"a": 1}},
        {"question": "capacity", "mode": "letter"},
        {"question": "capacity", "extra": 1},
        [],
    ],
)
def test_bad_questions_are_400_with_a_sentence(scene: Any, body: Any) -> None:
    answer = post(scene.officer, "/api/consults/", body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_unknown_ids_are_404(scene: Any) -> None:
    assert post(scene.clinician, f"/api/consults/{2**61}/answer/", {}).status_code == 404
    assert post(scene.officer, "/api/consults/", {"question": "capacity", "call": 2**61}).status_code == 404
    assert post(scene.officer, "/api/consults/", {"question": "capacity", "requester_unit": "X1"}).status_code == 404
