"""A call from intake to its end: numbers, narrative with audiences, facts, verdicts, alerts, closing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from calls import rules_in_force, selectors, verdicts
from calls.alerts import UnitsNotTold, acknowledge_alert, tell_unit
from calls.closing import UnitsStillAssigned, close_call, reopen_call
from calls.dispatch import set_mode
from calls.facts import state_facts
from calls.fetch import CallClosed
from calls.intake import SameFieldChanged, add_caller, change_call
from calls.models import Alert, Call, FactStatement, NarrativeEntry, Verdict
from calls.narrative import add_note, seal_note
from care_dispatch.due.models import Due
from care_dispatch.due.work import run_once
from care_dispatch.log.changes import fold
from care_dispatch.log.models import Event
from care_dispatch.refusal import Forbidden, Invalid, NotFound
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

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rules(db: None) -> None:
    use_default_rules()


def triage_now(call: Call, now: datetime = NOW) -> Call:
    verdicts.run_triage(call.pk, 0, now, "worker")
    return Call.objects.get(pk=call.pk)


def test_a_call_needs_only_a_nature_and_a_location() -> None:
    call = make_call(make_user(make_center()), triaged=False)
    assert (call.status, call.number, str(call)) == ("in_triage", 1, "2026-03-02-0001")
    assert call.urn.startswith("urn:emergency:uid:incidentid:")


def test_numbers_start_again_on_the_centers_own_day() -> None:
    dispatcher = make_user(make_center(time_zone="America/Los_Angeles"))
    before = make_call(dispatcher, now=datetime(2026, 3, 3, 7, 59, tzinfo=UTC))
    after = make_call(dispatcher, now=datetime(2026, 3, 3, 8, 1, tzinfo=UTC))
    assert (str(before), str(after)) == ("2026-03-02-0001", "2026-03-03-0001")


def test_a_feed_that_repeats_itself_makes_one_call() -> None:
    dispatcher = make_user(make_center())
    source: dict[str, Any] = {"source_system": "cad", "source_id": "77"}
    assert make_call(dispatcher, **source).pk == make_call(dispatcher, **source).pk


def test_a_call_is_triaged_by_due_work_within_one_look() -> None:
    call = make_call(make_user(make_center()), triaged=False)
    run_once(older_than=NOW - NOW, now=NOW, source="sweep")
    call.refresh_from_db()
    assert call.status == "pending" and call.verdict is not None and call.verdict.engine == "sweep"
    assert not Due.objects.filter(kind="triage").exists()


def test_a_verdict_holds_the_rules_the_facts_and_every_rules_truth() -> None:
    call = make_call(make_user(make_center()), facts={"weapon": "in_hand", "is_behavioral": "yes"})
    verdict = Verdict.objects.get(call=call)
    assert verdict.rule_set is not None and verdict.facts["weapon"] == "in_hand"
    assert {"R0", "R1", "R3", "R10"} <= set(verdict.proof["truth"])
    assert call.level == 4 and "police" in call.services


def test_words_typed_in_a_note_change_the_verdict_unconfirmed() -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, nature="Mental health, non-violent")
    act(add_note, by=dispatcher, call_id=call.pk, text="he has a knife in his hand now")
    call = triage_now(call)
    fact = FactStatement.objects.get(call=call, fact="weapon")
    assert call.level == 4 and not fact.confirmed and "knife" in fact.evidence


def test_a_neutral_note_makes_no_new_verdict_and_no_alert() -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher)
    act(add_note, by=dispatcher, call_id=call.pk, text="side gate is green")
    triage_now(call)
    assert Verdict.objects.filter(call=call).count() == 1 and not Alert.objects.exists()


def test_a_clinicians_entry_stays_with_care() -> None:
    center = make_center()
    dispatcher, clinician, officer = make_user(center), make_user(center, "clinician"), make_user(center, "officer")
    call, police = make_call(dispatcher), make_unit(center, discipline="police")
    put_on_shift(officer, police, "officer")
    send(dispatcher, call, police)
    act(add_note, by=clinician, call_id=call.pk, text="CANARY diagnosis")
    read = {user.role: str(selectors.call_detail(user, call.pk, NOW)) for user in (dispatcher, clinician, officer)}
    assert "CANARY" in read["clinician"]
    assert "CANARY" not in read["dispatcher"] and "CANARY" not in read["officer"]


def test_a_clinicians_entry_is_not_read_by_triage() -> None:
    center = make_center()
    call = make_call(make_user(center))
    act(add_note, by=make_user(center, "clinician"), call_id=call.pk, text="he has a gun in his hand")
    assert triage_now(call).level != 4


def test_a_dispatcher_cannot_write_where_they_cannot_read() -> None:
    dispatcher = make_user(make_center())
    with pytest.raises(Forbidden):
        act(add_note, by=dispatcher, call_id=make_call(dispatcher).pk, text="x", audience="care")


def test_a_sealed_entry_loses_its_text_and_keeps_its_hash() -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, narrative="wrong person")
    entry = NarrativeEntry.objects.get(call=call)
    act(seal_note, by=dispatcher, note_id=entry.pk, reason="wrong call")
    sealed = NarrativeEntry.objects.get(pk=entry.pk)
    assert sealed.text == "" and sealed.text_hash == entry.text_hash


def test_a_caller_who_asks_not_to_be_named_is_known_to_the_center_only() -> None:
    center = make_center()
    dispatcher, clinician = make_user(center), make_user(center, "clinician")
    call = make_call(dispatcher)
    act(add_caller, by=dispatcher, call_id=call.pk, name="CANARY NAME", do_not_disclose=True)
    assert "CANARY" in str(selectors.call_detail(dispatcher, call.pk, NOW))
    assert "CANARY" not in str(selectors.call_detail(clinician, call.pk, NOW))


def test_a_fact_that_is_no_fact_is_refused_with_what_is() -> None:
    dispatcher = make_user(make_center())
    with pytest.raises(Invalid, match="in_hand"):
        act(state_facts, by=dispatcher, call_id=make_call(dispatcher).pk, facts={"weapon": "big"})


def test_a_worse_fact_while_units_roll_alerts_until_each_is_told() -> None:
    center = make_center()
    dispatcher = make_user(center)
    care, police = make_unit(center, "CARE2"), make_unit(center, "P102", "police")
    call = make_call(dispatcher, facts={"weapon": "in_reach", "suicide": "ideation"})
    send(dispatcher, call, care, police)
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand"})
    triage_now(call)
    alert = Alert.objects.get(kind="safety_worsened")
    assert "IN_HAND" in alert.text and "tell CARE2, P102" in alert.text
    act(tell_unit, by=dispatcher, alert_id=alert.pk, unit_id=care.pk, by_radio=True)
    with pytest.raises(UnitsNotTold, match="P102"):
        act(acknowledge_alert, by=dispatcher, alert_id=alert.pk)
    act(tell_unit, by=dispatcher, alert_id=alert.pk, unit_id=police.pk, by_radio=True)
    assert Alert.objects.get(pk=alert.pk).closed_at == NOW


def test_an_alert_nobody_answers_goes_to_the_supervisor() -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, nature="Mental health, non-violent", location_confirmed=True)
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand", "is_behavioral": "yes"})
    triage_now(call)
    run_once(older_than=NOW - NOW, now=later(seconds=31), source="sweep")
    assert Alert.objects.get(kind="verdict_changed").escalated_at == later(seconds=31)


def test_broken_rules_mean_police_fire_and_ems_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any) -> Any:
        raise RuntimeError("rules are broken")

    monkeypatch.setattr(rules_in_force, "_parsed", broken)
    call = make_call(make_user(make_center()))
    assert {"police", "fire", "ems"} <= set(call.services) and call.response != "care_only"
    assert call.verdict is not None and call.verdict.engine == "fallback"
    assert Alert.objects.filter(kind="triage_fallback").exists()
    monkeypatch.undo()
    run_once(older_than=NOW - NOW, now=later(seconds=61), source="sweep")
    call.refresh_from_db()
    assert call.verdict is not None and call.verdict.engine == "sweep"


def test_the_same_field_changed_by_two_shows_both_values() -> None:
    center = make_center()
    one, two = make_user(center), make_user(center)
    call = make_call(one)
    base = Event.objects.order_by("-seq").values_list("seq", flat=True)[0]
    act(change_call, by=one, call_id=call.pk, base=base, changes={"priority": "1"})
    with pytest.raises(SameFieldChanged) as refused:
        act(change_call, by=two, call_id=call.pk, base=base, changes={"priority": "3"})
    clash = refused.value.details["fields"]["priority"]
    assert (clash["yours"], clash["theirs"], clash["by"]) == ("3", "1", one.pk)
    at = center.local(datetime.fromisoformat(clash["at"]))
    assert refused.value.message.startswith(f"Priority was set to 1 by D1 at {at:%H:%M:%S}.")


def test_a_city_changed_by_two_shows_both_by_their_codes() -> None:
    center = make_center()
    one, two = make_user(center), make_user(center)
    mine, theirs = make_agency(center), make_agency(center)
    call = make_call(one)
    act(change_call, by=one, call_id=call.pk, base=2**40, changes={"jurisdiction": theirs.code})
    with pytest.raises(SameFieldChanged, match=f"Jurisdiction was set to {theirs.code} by D1") as refused:
        act(change_call, by=two, call_id=call.pk, base=0, changes={"jurisdiction": mine.code})
    clash = refused.value.details["fields"]["jurisdiction"]
    assert (clash["yours"], clash["theirs"]) == (mine.code, theirs.code)


def test_a_field_that_is_by_now_what_is_asked_for_is_no_conflict() -> None:
    center = make_center()
    one, two = make_user(center), make_user(center)
    call = make_call(one)
    base = Event.objects.order_by("-seq").values_list("seq", flat=True)[0]
    for priority in ("1", "3"):
        act(change_call, by=one, call_id=call.pk, base=base + 2**40, changes={"priority": priority})
    act(change_call, by=two, call_id=call.pk, base=base, changes={"priority": "3"})
    with pytest.raises(SameFieldChanged):
        act(change_call, by=two, call_id=call.pk, base=base, changes={"priority": "4"})


def test_different_fields_changed_by_two_are_both_kept() -> None:
    center = make_center()
    call = make_call(make_user(center))
    base = Event.objects.order_by("-seq").values_list("seq", flat=True)[0]
    act(change_call, by=make_user(center), call_id=call.pk, base=base, changes={"priority": "1"})
    act(change_call, by=make_user(center), call_id=call.pk, base=base, changes={"location_detail": "#204"})
    call.refresh_from_db()
    assert (call.priority, call.location_detail) == ("1", "#204")


def test_a_call_is_cancelled_only_with_a_reason_and_without_units() -> None:
    center = make_center()
    dispatcher, police = make_user(center), make_unit(center, "P103", "police")
    call = make_call(dispatcher)
    with pytest.raises(Invalid, match="Say why"):
        act(close_call, by=dispatcher, call_id=call.pk, closed_as="cancelled")
    send(dispatcher, call, police)
    with pytest.raises(UnitsStillAssigned, match="P103"):
        act(close_call, by=dispatcher, call_id=call.pk, closed_as="cancelled", reason="caller says no")


def test_a_reopened_call_keeps_its_number_and_is_triaged_again() -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher)
    act(close_call, by=dispatcher, call_id=call.pk, closed_as="advised", not_sent_reason="all_busy")
    with pytest.raises(CallClosed, match="was closed at 14:00:00 as advised, nobody sent; reopen it first"):
        act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "denied"})
    act(reopen_call, by=dispatcher, call_id=call.pk, reason="called again")
    call.refresh_from_db()
    assert (call.status, call.number, call.closed_at) == ("pending", 1, None)
    assert Due.objects.filter(kind="triage", subject_id=call.pk).exists()


def test_another_centers_call_looks_like_no_call() -> None:
    call = make_call(make_user(make_center()))
    with pytest.raises(NotFound):
        act(add_note, by=make_user(make_center()), call_id=call.pk, text="hello")


def test_the_log_alone_rebuilds_the_call() -> None:
    center = make_center()
    dispatcher, police = make_user(center), make_unit(center, discipline="police")
    call = make_call(dispatcher, facts={"weapon": "in_hand"})
    send(dispatcher, call, police)
    call.refresh_from_db()
    rebuilt = fold(Event.objects.order_by("seq"))
    told = rebuilt[("call", call.pk)]
    for field in ("status", "number", "nature", "location", "priority", "level", "response", "verdict_id"):
        assert told[field] == getattr(call, field), field
    assert rebuilt[("assignment", police.assignments.get().pk)]["status"] == "dispatched"
    assert rebuilt[("unit", police.pk)]["status"] == "dispatched"


def test_a_response_set_by_hand_ends_when_the_danger_grows() -> None:
    dispatcher = make_user(make_center())
    safe = {"weapon": "denied", "violence": "denied", "suicide": "denied", "is_behavioral": "yes"}
    call = make_call(dispatcher, nature="Mental health, non-violent", facts=safe, location_confirmed=True)
    act(set_mode, by=dispatcher, call_id=call.pk, response="phone", reason="caller_request")
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand"})
    call = triage_now(call)
    assert call.mode_override == "" and "police" in call.services


def test_closing_a_call_answers_its_alerts() -> None:
    dispatcher = make_user(make_center())
    call = make_call(dispatcher, nature="Mental health, non-violent", location_confirmed=True)
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand", "is_behavioral": "yes"})
    triage_now(call)
    assert Alert.objects.filter(call=call, closed_at__isnull=True).exists()
    act(close_call, by=dispatcher, call_id=call.pk, closed_as="advised", not_sent_reason="all_busy")
    assert not Alert.objects.filter(call=call, closed_at__isnull=True).exists()
