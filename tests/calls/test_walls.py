"""The walls between crews, tiers and centers: what a unit did is its crew's, what is sealed is gone everywhere."""

import json
from datetime import timedelta
from typing import Any

import pytest

from calls import board, selectors
from calls.alerts import raise_alert, tell_unit
from calls.consults import ask_consult, end_consult
from calls.facts import state_facts
from calls.models import Alert, Assignment, Call, FactStatement, NarrativeEntry
from calls.narrative import add_note, seal_note
from calls.stages import clear_to_enter, free_unit, record_disposition, release_unit, report_stage
from calls.verdicts import run_triage
from care_dispatch.access import Tier
from care_dispatch.refusal import Forbidden, NotFound
from teams.models import User
from tests.cast import (
    NOW,
    act,
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
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db
CANARY = "canary keeps a knife"
QUOTED = "keeps a knife"  # the words triage rests a fact on


@pytest.fixture
def scene(db: None) -> Any:
    """A call with CARE and police on it, and another officer on a unit of the same agency elsewhere."""
    use_default_rules()

    class Scene:
        center = make_center()
        dispatcher, supervisor = make_user(center), make_user(center, "supervisor")
        care, police = make_unit(center, "CARE9"), make_unit(center, "P901", "police")
        elsewhere = make_unit(center, "P902", "police", agency=police.agency)
        clinician = make_user(center, "clinician", agency=care.agency)
        officer = make_user(center, "officer", agency=police.agency)
        colleague = make_user(center, "officer", agency=police.agency)
        call = make_call(dispatcher)

    scene = Scene()
    crews = ((scene.clinician, scene.care), (scene.officer, scene.police), (scene.colleague, scene.elsewhere))
    for user, unit in crews:
        put_on_shift(user, unit)
    send(scene.dispatcher, scene.call, scene.care, scene.police)
    return scene


def listed(user: User, now: Any = NOW) -> set[int]:
    return {row["id"] for row in selectors.call_list(user, now, day=None, status="", query="")}


def detail(user: User, call: Call, now: Any = NOW) -> dict[str, Any]:
    return selectors.call_detail(user, call.pk, now)


def assignment(unit: Any) -> Assignment:
    return Assignment.objects.get(unit=unit)


# --- whose calls ---------------------------------------------------------------------------------
def test_a_crew_that_comes_on_does_not_read_what_the_unit_did_before(scene: Any) -> None:
    act(free_unit, by=scene.dispatcher, now=later(hours=1), unit_id=scene.police.pk)
    tomorrow = later(hours=20)
    put_on_shift(scene.colleague, scene.police, "officer", start=tomorrow - timedelta(hours=1))
    put_on_shift(scene.officer, scene.police, "officer", start=tomorrow - timedelta(hours=1))
    for user in (scene.colleague, scene.officer):
        assert listed(user, tomorrow) == set()
        with pytest.raises(NotFound):
            detail(user, scene.call, tomorrow)


def test_a_crew_keeps_the_calls_of_its_own_shift(scene: Any) -> None:
    act(free_unit, by=scene.dispatcher, now=later(hours=1), unit_id=scene.police.pk)
    assert listed(scene.officer, later(hours=2)) == {scene.call.pk}
    assert detail(scene.officer, scene.call, later(hours=2))["id"] == scene.call.pk


def test_who_has_gone_home_lists_nothing(scene: Any) -> None:
    assert listed(scene.officer) == {scene.call.pk}
    assert listed(scene.officer, later(hours=11)) == set()
    assert listed(scene.colleague) == set()


def test_a_partner_on_a_crew_lists_no_calls_either(scene: Any) -> None:
    partner = make_user(scene.center, "partner")
    put_on_shift(partner, scene.police, "officer")
    assert listed(partner) == set()


# --- what is shown of a call -------------------------------------------------------------------
def test_an_officer_does_not_read_what_came_of_cares_contact(scene: Any) -> None:
    act(report_stage, by=scene.clinician, unit_id=scene.care.pk, stage="contact")
    act(free_unit, by=scene.clinician, unit_id=scene.care.pk, outcome="engaged", disposition="detox_sobering")
    assert "detox_sobering" in json.dumps(detail(scene.dispatcher, scene.call))
    shown = json.dumps(detail(scene.officer, scene.call))
    assert "detox_sobering" not in shown and "engaged" not in shown


def test_an_officer_sees_the_consults_of_the_own_unit_only(scene: Any) -> None:
    hospital = make_agency(scene.center, "partner")
    act(
        ask_consult, by=scene.dispatcher, question="medication", requester_agency=hospital.code, call_id=scene.call.pk
    )  # fmt: skip
    act(ask_consult, by=scene.officer, question="capacity", call_id=scene.call.pk)
    assert [row["question"] for row in detail(scene.officer, scene.call)["consults"]] == ["capacity"]
    for user in (scene.dispatcher, scene.clinician):
        assert len(detail(user, scene.call)["consults"]) == 2


def test_a_label_of_the_mind_is_not_shown_to_the_field(scene: Any) -> None:
    act(state_facts, by=scene.dispatcher, call_id=scene.call.pk, facts={"is_behavioral": "yes"})
    run_triage(scene.call.pk, 0, NOW, "worker")
    assert detail(scene.dispatcher, scene.call)["behavioral"] == "yes"
    assert detail(scene.officer, scene.call)["behavioral"] == "unknown"


@pytest.mark.parametrize("tier", [Tier.FIELD, Tier.PARTNER])
def test_a_unit_card_does_not_name_a_call_its_reader_may_not_open(scene: Any, tier: str) -> None:
    cards = {card.id: card.data for card in board.unit_cards(scene.center.pk, tier, None)}
    assert cards[scene.police.pk]["status"] == "dispatched"
    assert cards[scene.police.pk]["assignment"] is None


def test_a_partner_is_not_shown_where_units_are(scene: Any) -> None:
    from teams.actions import place_unit

    act(place_unit, by=scene.dispatcher, unit_id=scene.police.pk, lat=32.5, lng=-96.9)
    shown = {tier: board.unit_cards(scene.center.pk, tier, [scene.police.pk])[0].data["position"] for tier in Tier}
    assert shown[Tier.PARTNER] is None
    assert shown[Tier.DISPATCH] is not None and shown[Tier.FIELD] is not None


# --- alerts ----------------------------------------------------------------------------------------
def warn(scene: Any, *tell: Any) -> Alert:
    def worry(*, actor: Any, now: Any) -> dict[str, Any]:
        kind = Alert.Kind.VERDICT_CHANGED
        alert = raise_alert(center=scene.center, kind=kind, text=CANARY, now=now, call=scene.call, tell=tell)
        return {"id": alert.pk}

    return Alert.objects.get(pk=act(worry, by=None).result["id"])


def test_an_alert_no_unit_must_hear_of_is_on_no_field_board(scene: Any) -> None:
    warn(scene)
    assert len(board.alert_cards(scene.center.pk, Tier.DISPATCH, None)) == 1
    assert board.alert_cards(scene.center.pk, Tier.FIELD, None) == []


def test_an_alert_goes_to_the_units_still_to_be_told(scene: Any) -> None:
    alert = warn(scene, scene.care, scene.police)
    (card,) = board.alert_cards(scene.center.pk, Tier.FIELD, None)
    assert card.topics == {f"unit:{scene.care.pk}", f"unit:{scene.police.pk}"}
    with board_in_step(scene.center):
        act(tell_unit, by=scene.officer, alert_id=alert.pk, unit_id=scene.police.pk, by_radio=False)
    (card,) = board.alert_cards(scene.center.pk, Tier.FIELD, None)
    assert card.topics == {f"unit:{scene.care.pk}"}


def test_a_unit_that_leaves_the_call_takes_its_alert_off_its_board(scene: Any) -> None:
    warn(scene, scene.care, scene.police)
    with board_in_step(scene.center):
        act(free_unit, by=scene.dispatcher, unit_id=scene.police.pk)
    (card,) = board.alert_cards(scene.center.pk, Tier.FIELD, None)
    assert card.topics == {f"unit:{scene.care.pk}"}


# --- quotes and seals ------------------------------------------------------------------------------
def quotes(user: User, call: Call) -> str:
    return " | ".join(row["evidence"] for row in detail(user, call)["statements"])


def noted(scene: Any, **fields: Any) -> int:
    """A note of the dispatcher that triage has read."""
    note_id = act(add_note, by=scene.dispatcher, call_id=scene.call.pk, text=CANARY, **fields).result["note_id"]
    run_triage(scene.call.pk, 0, NOW, "worker")
    return int(note_id)


def test_a_fact_from_an_entry_for_dispatch_comes_to_care_without_its_words(scene: Any) -> None:
    noted(scene, audience="dispatch")
    assert QUOTED in quotes(scene.dispatcher, scene.call)
    assert QUOTED not in json.dumps(detail(scene.clinician, scene.call))
    assert detail(scene.clinician, scene.call)["facts"]["weapon"] == "access"


def test_a_sealed_entry_is_quoted_nowhere(scene: Any) -> None:
    note_id = noted(scene)
    assert QUOTED in quotes(scene.clinician, scene.call)
    act(seal_note, by=scene.supervisor, note_id=note_id, reason="wrong person")
    for user in (scene.dispatcher, scene.supervisor, scene.clinician, scene.officer):
        assert QUOTED not in json.dumps(detail(user, scene.call))
    assert not FactStatement.objects.filter(evidence__contains=QUOTED).exists()
    assert not NarrativeEntry.objects.filter(text__contains=CANARY).exists()


def test_the_words_a_clinician_rests_a_fact_on_stay_with_care(scene: Any) -> None:
    facts = {"suicide": "ideation"}
    act(state_facts, by=scene.clinician, call_id=scene.call.pk, facts=facts, evidence=CANARY)
    assert CANARY in quotes(scene.clinician, scene.call)
    assert CANARY not in json.dumps(detail(scene.dispatcher, scene.call))
    assert detail(scene.dispatcher, scene.call)["facts"]["suicide"] == "ideation"


# --- who speaks for whom -------------------------------------------------------------------------
def test_a_crew_releases_no_other_unit(scene: Any) -> None:
    put_on_shift(make_user(scene.center, "clinician"), make_unit(scene.center, "CARE8"))
    for user in (scene.clinician, User.objects.get(shifts__unit__callsign="CARE8")):
        with pytest.raises(NotFound):
            act(release_unit, by=user, assignment_id=assignment(scene.police).pk)
    act(release_unit, by=scene.officer, assignment_id=assignment(scene.police).pk)


def test_a_crew_gives_no_other_units_disposition(scene: Any) -> None:
    with pytest.raises(NotFound):
        act(record_disposition, by=scene.officer, assignment_id=assignment(scene.care).pk, disposition="arrested")
    act(record_disposition, by=scene.clinician, assignment_id=assignment(scene.care).pk, disposition="referral")
    assert assignment(scene.care).disposition == "referral"


def test_only_police_who_are_there_wave_care_in(scene: Any) -> None:
    medic, engine = make_user(scene.center, "officer"), make_unit(scene.center, "M71", "ems")
    put_on_shift(medic, engine, "firefighter")
    send(scene.dispatcher, scene.call, engine)
    act(free_unit, by=scene.dispatcher, now=later(minutes=1), unit_id=scene.police.pk)
    for user in (medic, scene.officer, scene.clinician):
        with pytest.raises(Forbidden, match="officer on the call"):
            act(clear_to_enter, by=user, now=later(minutes=2), assignment_id=assignment(scene.care).pk)
    assert assignment(scene.care).cleared_to_enter_at is None


def test_a_clinician_who_is_not_on_the_call_clears_no_danger(scene: Any) -> None:
    act(state_facts, by=scene.dispatcher, call_id=scene.call.pk, facts={"weapon": "in_hand"})
    by_phone = make_user(scene.center, "clinician")
    act(state_facts, by=by_phone, call_id=scene.call.pk, facts={"weapon": "denied"})
    assert detail(scene.dispatcher, scene.call)["facts"]["weapon"] == "in_hand"
    act(state_facts, by=scene.clinician, call_id=scene.call.pk, facts={"weapon": "denied"})
    assert detail(scene.dispatcher, scene.call)["facts"]["weapon"] == "denied"


@pytest.mark.parametrize("role", ["admin", "partner"])
def test_a_seat_on_a_unit_makes_no_crew_of_an_admin_or_a_partner(scene: Any, role: str) -> None:
    guest = make_user(scene.center, role)
    put_on_shift(guest, scene.police, "officer")
    with pytest.raises(NotFound):
        act(report_stage, by=guest, unit_id=scene.police.pk, stage="on_scene")


# --- another center ------------------------------------------------------------------------------
def test_what_is_another_centers_is_refused_in_the_words_of_what_is_missing(scene: Any) -> None:
    stranger = make_user(make_center(), "supervisor")
    note_id = act(add_note, by=scene.dispatcher, call_id=scene.call.pk, text="x").result["note_id"]
    consult_id = act(ask_consult, by=scene.officer, question="capacity").result["consult_id"]
    alert_id = warn(scene, scene.police).pk
    asked: list[tuple[Any, str, int, dict[str, Any]]] = [
        (seal_note, "note_id", note_id, {"reason": "x"}),
        (clear_to_enter, "assignment_id", assignment(scene.care).pk, {}),
        (release_unit, "assignment_id", assignment(scene.police).pk, {}),
        (record_disposition, "assignment_id", assignment(scene.care).pk, {"disposition": "cited"}),
        (report_stage, "unit_id", scene.police.pk, {"stage": "on_scene"}),
        (end_consult, "consult_id", consult_id, {"result": "requester_handled"}),
        (tell_unit, "alert_id", alert_id, {"unit_id": scene.police.pk, "by_radio": True}),
        (state_facts, "call_id", scene.call.pk, {"facts": {"weapon": "denied"}}),
    ]
    for action, name, known, fields in asked:
        said = []
        for found in (known, 2**61):
            named: dict[str, Any] = {name: found}
            with pytest.raises(NotFound) as refused:
                act(action, by=stranger, **fields, **named)
            said.append(refused.value.message)
        assert said[0] == said[1], action.__name__
