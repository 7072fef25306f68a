"""Cautions: what may stand in one, which calls it concerns, what it raises, and how it ends by itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls.cautions.entering import (
    CautionOver,
    NotACaution,
    end_caution,
    enter_caution,
    know_caution,
    review_caution,
    run_caution,
)
from calls.cautions.selectors import cautions
from calls.facts import state_facts
from calls.intake import add_caller, change_call
from calls.merging import merge_calls
from calls.models import Alert, Call, Caution, CautionOnCall
from calls.phone_page import page
from calls.selectors import call_detail
from calls.verdicts import run_triage
from care_dispatch.due.models import Due
from care_dispatch.log.models import Event, Head
from care_dispatch.refusal import Forbidden, Invalid, NotFound
from tests.cast import (
    NOW,
    act,
    later,
    make_call,
    make_center,
    make_unit,
    make_user,
    put_on_shift,
    send,
    use_default_rules,
)

pytestmark = pytest.mark.django_db
SAID = "Threw a chair at two officers on 3 February, seen by P12"


class Scene:
    def __init__(self) -> None:
        use_default_rules()
        self.center = make_center(caution_days=30, caution_days_at_most=60)
        self.dispatcher = make_user(self.center)

    def enter(self, now: datetime = NOW, **fields: Any) -> Caution:
        about = {} if "phone" in fields else {"location": "300 W BELT LINE RD"}
        values = {
            "severity": "danger",
            "text": SAID,
            "seen_by": "officer",
            "evidence": "P12, call 7",
            **about,
            **fields,
        }
        found = act(enter_caution, by=self.dispatcher, now=now, **values).result["caution_id"]
        run_caution(found, 0, now, "sweep")
        return Caution.objects.get(pk=found)

    def call(self, **fields: Any) -> Call:
        return make_call(self.dispatcher, **fields)

    def judge(self, call: Call, now: datetime = NOW) -> Call:
        run_triage(call.pk, 0, now, "worker")
        return Call.objects.get(pk=call.pk)

    def shown(self, call: Call) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = call_detail(self.dispatcher, call.pk, NOW)["cautions"]
        return found


@pytest.fixture
def scene() -> Scene:
    return Scene()


# --- entering --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    ["mental illness", "Mental patient", "EDP lives here", "known psych subject, off meds", "A confirmed mentally ill person resides",
     "schizophrenia", "bipolar, caution", "Paranoid schizophrenic, swung a bat at officers on 3 February", "caution", "!!"],
)  # fmt: skip
def test_an_illness_is_no_caution_and_the_answer_says_what_to_write(scene: Scene, text: str) -> None:
    with pytest.raises(NotACaution, match="what was done or seen, when, and by whom"):
        scene.enter(text=text)


@pytest.mark.parametrize(
    "text",
    [SAID, "Mentally ill resident pointed a rifle at EMS 12 January", "Large dog loose in the yard", "Gate code 4471",
     "Swings a bat when uniforms come in; asks for plain clothes"],
)  # fmt: skip
def test_what_was_done_or_is_there_may_stand(scene: Scene, text: str) -> None:
    assert scene.enter(text=text).text == text


def test_it_ends_by_the_centers_days_and_never_later_than_the_most(scene: Scene) -> None:
    assert scene.enter().expires_at == NOW + timedelta(days=30)
    assert scene.enter(days=60).expires_at == NOW + timedelta(days=60)
    with pytest.raises(Invalid, match="60 days at most"):
        scene.enter(days=61)


@pytest.mark.parametrize("about", [{"location": "1 A ST", "phone": "214 555 0142"}, {"location": ""}, {"phone": "12"}])
def test_it_is_about_one_place_or_one_number_that_can_be_known(scene: Scene, about: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        scene.enter(**about)


def test_a_caution_without_an_end_does_not_get_into_the_database(scene: Scene) -> None:
    caution = scene.enter()
    with pytest.raises(IntegrityError), transaction.atomic():
        Caution.objects.filter(pk=caution.pk).update(expires_at=NOW)


def test_only_dispatch_enters_one(scene: Scene) -> None:
    scene.dispatcher = make_user(scene.center, "clinician")
    with pytest.raises(Forbidden):
        scene.enter()


# --- on calls --------------------------------------------------------------------------------------
def test_a_danger_makes_police_go_with_care_and_only_as_a_suggestion(scene: Scene) -> None:
    scene.enter()
    call = scene.call()
    assert call.response == "care_police"
    statement = call.facts.get(source="premise_history")
    assert (statement.value, statement.confirmed, statement.evidence) == (["officer_safety_flag"], False, "")


def test_it_never_lowers_what_is_sent(scene: Scene) -> None:
    call = scene.call(facts={"weapon": "in_hand"})
    before = call.response
    scene.enter()
    assert scene.judge(call).response == before == "police_first"


def test_good_to_know_is_shown_and_raises_nothing(scene: Scene) -> None:
    scene.enter(severity="note", text="Gate code 4471")
    call = scene.call()
    assert [one["text"] for one in scene.shown(call)] == ["Gate code 4471"]
    assert call.response == "care_only" and not call.facts.filter(source="premise_history")


def test_the_unit_number_of_a_call_decides_and_one_not_known_may_be_it(scene: Scene) -> None:
    scene.enter(location_detail="Apt 4")
    this, another, unknown = (scene.call(location_detail=detail) for detail in ("#4", "Apt 9", ""))
    assert [one["unit_unknown"] for one in scene.shown(this)] == [False]
    assert scene.shown(another) == [] and another.response == "care_only"
    assert [one["unit_unknown"] for one in scene.shown(unknown)] == [True] and unknown.response == "care_police"


def test_a_caller_is_known_by_the_number_however_it_is_written(scene: Scene) -> None:
    scene.enter(phone="+1 (214) 555-0142")
    call = scene.call(caller={"phone": "214.555.0142"})
    assert [one["about"] for one in scene.shown(call)] == ["caller"]
    late = scene.call()
    act(add_caller, by=scene.dispatcher, call_id=late.pk, phone="2145550142")
    assert Due.objects.filter(kind="triage", subject_id=late.pk).exists()
    assert scene.shown(scene.judge(late)) != []


def test_a_call_that_moves_leaves_its_cautions_behind_and_keeps_that_it_showed_them(scene: Scene) -> None:
    scene.enter()
    call = scene.call()
    base = Head.objects.get().seq
    act(change_call, by=scene.dispatcher, call_id=call.pk, base=base, changes={"location": "12 OTHER RD"})
    call = scene.judge(call, later(minutes=1))
    assert scene.shown(call) == [] and call.response == "care_only"
    assert CautionOnCall.objects.get(call=call).gone_at == later(minutes=1)


def test_a_caution_entered_while_the_call_is_open_reaches_it_and_whoever_is_on_it(scene: Scene) -> None:
    call = scene.call()
    unit = make_unit(scene.center, "P1", "police")
    send(scene.dispatcher, call, unit)
    scene.enter()
    assert Due.objects.filter(kind="triage", subject_id=call.pk).exists()
    assert scene.shown(scene.judge(call)) != []
    alert = Alert.objects.get(call=call, kind="safety_worsened")
    assert [told.unit_id for told in alert.told.all()] == [unit.pk] and "chair" not in alert.text


def test_a_duplicates_cautions_come_with_it(scene: Scene) -> None:
    scene.enter(phone="214 555 0142")
    call, double = scene.call(), scene.call(caller={"phone": "214 555 0142"})
    act(merge_calls, by=scene.dispatcher, call_id=double.pk, into=call.pk)
    assert scene.shown(scene.judge(call)) != []


def test_another_center_hears_nothing_of_it(scene: Scene) -> None:
    caution, stranger = scene.enter(), make_user(make_center())
    assert scene.shown(scene.call()) and cautions(stranger, NOW) == []
    assert call_detail(stranger, make_call(stranger).pk, NOW)["cautions"] == []
    with pytest.raises(NotFound):
        act(end_caution, by=stranger, caution_id=caution.pk, reason="x")


def test_dispatch_says_once_that_it_knows_it(scene: Scene) -> None:
    caution, call = scene.enter(), scene.call()
    for minute in (1, 2):
        act(know_caution, by=scene.dispatcher, now=later(minutes=minute), call_id=call.pk, caution=caution.pk)
    assert CautionOnCall.objects.get().acknowledged_at == later(minutes=1)
    assert Event.objects.filter(kind="caution.known", call_id=call.pk).count() == 1
    with pytest.raises(NotFound):
        act(know_caution, by=scene.dispatcher, call_id=scene.call(location="2 B ST").pk, caution=caution.pk)


def test_a_unit_report_on_the_call_clears_what_the_caution_said(scene: Scene) -> None:
    scene.enter()
    call, unit, officer = scene.call(), make_unit(scene.center, "P12", "police"), make_user(scene.center, "officer")
    put_on_shift(officer, unit, "officer")
    send(scene.dispatcher, call, unit)
    act(state_facts, by=officer, call_id=call.pk, facts={"history": []})
    assert scene.judge(call).response == "care_only"


# --- its end ---------------------------------------------------------------------------------------
def test_it_expires_by_itself_and_stays_on_record(scene: Scene) -> None:
    caution, call = scene.enter(), scene.call()
    due = Due.objects.get(kind="caution", subject_id=caution.pk)
    assert due.due_at == caution.expires_at
    for _ in range(2):
        run_caution(caution.pk, 0, caution.expires_at, "sweep")
        call = scene.judge(call, caution.expires_at)
    assert scene.shown(call) == [] and call.response == "care_only"
    assert CautionOnCall.objects.get(call=call).gone_at == caution.expires_at and Caution.objects.count() == 1
    assert cautions(scene.dispatcher, caution.expires_at) == []
    assert not Due.objects.filter(kind="caution")


def test_ended_it_goes_from_its_calls_and_is_not_ended_twice(scene: Scene) -> None:
    caution, call = scene.enter(), scene.call()
    act(end_caution, by=scene.dispatcher, caution_id=caution.pk, reason="They moved away")
    run_caution(caution.pk, 0, NOW, "sweep")
    assert scene.shown(scene.judge(call)) == []
    with pytest.raises(CautionOver):
        act(end_caution, by=scene.dispatcher, caution_id=caution.pk, reason="again")
    assert "moved" not in str(list(Event.objects.values_list("payload", flat=True)))


def test_reviewed_it_stands_from_that_day_on(scene: Scene) -> None:
    caution = scene.enter()
    act(review_caution, by=scene.dispatcher, now=later(days=29), caution_id=caution.pk, days=10)
    run_caution(caution.pk, 0, later(days=29), "sweep")
    assert Due.objects.get(kind="caution").due_at == later(days=39)
    with pytest.raises(CautionOver):
        act(review_caution, by=scene.dispatcher, now=later(days=39), caution_id=caution.pk)


def test_those_that_end_soon_stand_first_and_are_marked(scene: Scene) -> None:
    scene.enter(days=50), scene.enter(days=20)
    assert [one["soon"] for one in cautions(scene.dispatcher, NOW)] == [False, False]
    assert [one["soon"] for one in cautions(scene.dispatcher, later(days=6))] == [True, False]


def test_a_replayed_center_gets_no_reminder(scene: Scene) -> None:
    scene.center.timers_run = False
    scene.center.save(update_fields=["timers_run"])
    scene.enter()
    assert not Due.objects.filter(kind="caution")


# --- on the phone ----------------------------------------------------------------------------------
def test_the_crew_that_is_sent_reads_it_on_its_phone_and_a_crew_elsewhere_does_not(scene: Scene) -> None:
    scene.enter(location_detail="Apt 4")
    call = scene.call()
    found = {}
    for callsign, on in (("P1", call), ("P2", scene.call(location="9 ELM ST"))):
        unit, officer = make_unit(scene.center, callsign, "police"), make_user(scene.center, "officer")
        put_on_shift(officer, unit, "officer")
        send(scene.dispatcher, on, unit)
        found[callsign] = [(row.caution.text, row.unit_unknown) for row in page(officer, NOW)["cautions"]]
    assert found == {"P1": [(SAID, True)], "P2": []}
