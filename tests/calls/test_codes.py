"""Code lists: the product's codes with a center's own words, and a code in use that is retired and never lost."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from calls.closing import close_call, hold_call
from calls.codes import CORE, KEPT, in_words, lists_of, seed_codes
from calls.crew_codes import codes_owed
from calls.dispatch import UnitNotAvailable, set_mode
from calls.downtime import write_kit
from calls.exchange import exchange_unit
from calls.fetch import CallClosed
from calls.models import Assignment, Code
from calls.recommending import recommendation_for
from calls.stages import free_unit, record_disposition, report_stage, set_unit_status
from calls.unmet import explain_unmet
from care_dispatch.refusal import Invalid
from tests.cast import act, last_event, make_call, make_center, make_unit, make_user, put_on_shift, send
from tests.config_cast import as_user, errors, list_of, make_admin, opened, page_of, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db: None) -> Any:
    class Desk:
        admin = make_admin()
        center: Any = admin.center
        client = as_user(admin)

        def menu(self, name: str) -> dict[str, str]:
            return {one["value"]: one["label"] for one in lists_of(self.center.pk)[name]}

        def code(self, name: str, code: str) -> Code:
            return Code.objects.get(center=self.center, list=name, code=code)

        def add(self, **fields: str) -> Any:
            page = list_of(Code, "add")
            return self.client.post(page, opened(self.client, page) | fields)

    return Desk()


def test_a_center_without_rows_has_the_products_lists_and_so_has_one_that_was_given_them(desk: Any) -> None:
    before = lists_of(desk.center.pk)
    assert {name: [(one["value"], one["label"]) for one in menu] for name, menu in before.items()} == dict(CORE)
    assert seed_codes() and not seed_codes()
    assert lists_of(desk.center.pk) == before


def test_a_code_gets_the_centers_own_words_in_its_menus_alone(desk: Any) -> None:
    seed_codes()
    assert saved(desk.client, page_of(desk.code("not_sent", "all_busy")), label="Everybody is out").status_code == 302
    assert desk.menu("not_sent")["all_busy"] == "Everybody is out"
    assert dict(CORE["not_sent"])["all_busy"] != "Everybody is out"
    assert lists_of(make_center().pk)["not_sent"] != lists_of(desk.center.pk)["not_sent"]


def test_a_retired_code_is_offered_no_more_and_kept(desk: Any) -> None:
    seed_codes()
    row = desk.code("dispositions", "cited")
    assert saved(desk.client, page_of(row), retired="on").status_code == 302
    assert "cited" not in desk.menu("dispositions") and desk.code("dispositions", "cited").retired


@pytest.mark.parametrize(("name", "code"), sorted(KEPT))
def test_the_way_out_of_a_list_is_not_retired(desk: Any, name: str, code: str) -> None:
    seed_codes()
    assert "stays in use" in errors(saved(desk.client, page_of(desk.code(name, code)), retired="on"))[0]


def test_the_last_code_of_a_list_is_not_retired(desk: Any) -> None:
    seed_codes()
    first, *others = Code.objects.filter(center=desk.center, list="take_reasons")
    Code.objects.filter(pk__in=[row.pk for row in others]).update(retired=True)
    assert "the last one" in errors(saved(desk.client, page_of(first), retired="on"))[0]


def test_an_open_list_takes_a_centers_own_code_and_a_closed_one_does_not(desk: Any) -> None:
    own = {"code": "moved_away", "label": "Moved away"}
    assert desk.add(list="cancel_reasons", **own).status_code == 302
    assert desk.menu("cancel_reasons")["moved_away"] == "Moved away"
    assert "This list is closed" in errors(desk.add(list="outcomes", **own))[0]
    assert "has this code already" in " ".join(errors(desk.add(list="cancel_reasons", **own)))


@pytest.mark.parametrize("change", [{"code": "other"}, {"list": "outcomes"}])
def test_a_code_keeps_its_list_and_its_name_and_is_never_deleted(desk: Any, change: dict[str, str]) -> None:
    seed_codes()
    row = desk.code("cancel_reasons", "false_call")
    with pytest.raises(IntegrityError, match="keeps its list"), transaction.atomic():
        Code.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(IntegrityError, match="retired, not deleted"), transaction.atomic():
        row.delete()


# --- what an action takes ------------------------------------------------------------------------------
@pytest.fixture
def floor(desk: Any) -> Any:
    desk.dispatcher = make_user(desk.center, "dispatcher")
    desk.call = make_call(desk.dispatcher, triaged=False)
    desk.care = make_unit(desk.center, "CARE-1")
    return desk


def retire(desk: Any, name: str, code: str) -> None:
    Code.objects.create(center=desk.center, list=name, code=code, label="Ours", retired=True)


def on_scene(floor: Any) -> Assignment:
    send(floor.dispatcher, floor.call, floor.care, override_reason="crew_request")
    act(report_stage, by=floor.dispatcher, unit_id=floor.care.pk, stage="on_scene")
    return Assignment.objects.get()


def close(floor: Any, **said: Any) -> None:
    act(close_call, by=floor.dispatcher, call_id=floor.call.pk, **said)


def free(floor: Any, **said: Any) -> None:
    on_scene(floor)
    act(free_unit, by=floor.dispatcher, unit_id=floor.care.pk, **said)


def take(floor: Any, reason: str) -> None:
    on_scene(floor)
    act(exchange_unit, by=floor.dispatcher, unit_id=floor.care.pk, reason=reason)


def away(floor: Any, reason: str, by: Any = None) -> None:
    said = {"unit_id": floor.care.pk, "status": "unavailable", "reason": reason}
    act(set_unit_status, by=by or floor.dispatcher, **said)


NEW_CHOICES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("closed_as", "advised"): lambda floor: close(floor, closed_as="advised"),
    ("not_sent", "all_busy"): lambda floor: close(floor, not_sent_reason="all_busy"),
    ("cancel_reasons", "false_call"): lambda floor: close(floor, closed_as="cancelled", reason="false_call: twice"),
    ("mode_reasons", "crew_request"): on_scene,
    ("outcomes", "declined"): lambda floor: free(floor, outcome="declined"),
    ("dispositions", "referral"): lambda floor: free(floor, disposition="referral"),
    ("take_reasons", "nearer"): lambda floor: take(floor, "nearer"),
    ("away_reasons", "meal"): lambda floor: away(floor, "meal: twenty minutes"),
}


@pytest.mark.parametrize(("name", "code"), NEW_CHOICES)
def test_a_new_choice_of_a_retired_code_is_refused_with_what_may_be_chosen(floor: Any, name: str, code: str) -> None:
    retire(floor, name, code)
    retire(SimpleNamespace(center=make_center()), name, dict(CORE)[name][-1][0])  # another center's says nothing here
    with pytest.raises(Invalid, match="not used any more") as refused:
        NEW_CHOICES[name, code](floor)
    assert str(refused.value).endswith(f"give one of {', '.join(floor.menu(name))}.")


@pytest.mark.parametrize(("name", "code"), NEW_CHOICES)
def test_a_code_in_use_is_taken(floor: Any, name: str, code: str) -> None:
    NEW_CHOICES[name, code](floor)


def test_why_care_was_not_sent_is_a_code_in_use_and_the_question_names_those_alone(floor: Any) -> None:
    retire(floor, "not_sent", "all_busy")
    with pytest.raises(Invalid, match="not used any more"):
        act(explain_unmet, by=floor.dispatcher, call_id=floor.call.pk, reason="all_busy")
    with pytest.raises(Invalid) as refused:
        act(explain_unmet, by=floor.dispatcher, call_id=floor.call.pk, reason="nonsense")
    assert "all_busy" not in str(refused.value) and "rule_override" in str(refused.value)


def test_words_that_are_no_code_are_taken_where_the_list_only_helps(floor: Any) -> None:
    retire(floor, "cancel_reasons", "false_call")
    close(floor, closed_as="cancelled", reason="It was a false_call after all")
    floor.call.refresh_from_db()
    assert floor.call.closed_as == "cancelled"


def test_what_is_stored_stays_when_the_rest_is_corrected(floor: Any) -> None:
    row = on_scene(floor)
    said: dict[str, Any] = {"assignment_id": row.pk, "disposition": "referral"}
    act(record_disposition, by=floor.dispatcher, **said)
    retire(floor, "dispositions", "referral")
    act(record_disposition, by=floor.dispatcher, **said, destination="Clinic")
    row.refresh_from_db()
    assert (row.disposition, row.destination) == ("referral", "Clinic")


def test_a_record_of_the_past_is_taken_as_it_is_and_nobody_owes_a_look_at_it(floor: Any) -> None:
    row = on_scene(floor)
    retire(floor, "dispositions", "referral")
    act(record_disposition, by=None, assignment_id=row.pk, disposition="referral")
    row.refresh_from_db()
    assert (row.disposition, row.code_owed_at) == ("referral", None)


# --- what a crew says from a page that was open before ---------------------------------------------------
@pytest.fixture
def porch(floor: Any) -> Any:
    """The CARE unit on scene with its clinician; referral and declined went out of use meanwhile."""
    floor.row = on_scene(floor)
    floor.clinician = make_user(floor.center, "clinician", agency=floor.care.agency)
    floor.supervisor = make_user(floor.center, "supervisor")
    put_on_shift(floor.clinician, floor.care)
    retire(floor, "dispositions", "referral")
    retire(floor, "outcomes", "declined")
    return floor


def said_of(floor: Any) -> tuple[str, str, str]:
    floor.row.refresh_from_db()
    floor.care.refresh_from_db()
    return floor.care.status, floor.row.outcome, floor.row.disposition


def owed_of(floor: Any) -> list[tuple[str, str]]:
    return [(row["outcome"], row["disposition"]) for row in codes_owed(floor.supervisor)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [({"outcome": "declined"}, ("declined", "")), ({"disposition": "referral"}, ("engaged", "referral"))],
)
def test_a_crew_that_clears_with_a_code_retired_meanwhile_is_free_and_its_word_is_kept_and_owed(
    porch: Any, said: dict[str, Any], kept: tuple[str, str]
) -> None:
    act(free_unit, by=porch.clinician, unit_id=porch.care.pk, **said)
    assert said_of(porch) == ("available", *kept) and owed_of(porch) == [kept]
    assert last_event("unit.code_owed").payload["ref"]["codes"] == list(said.values())


def test_a_disposition_given_later_is_kept_and_owed_too(porch: Any) -> None:
    act(free_unit, by=porch.clinician, unit_id=porch.care.pk, outcome="engaged")
    act(record_disposition, by=porch.clinician, assignment_id=porch.row.pk, disposition="referral")
    assert said_of(porch) == ("available", "engaged", "referral") and owed_of(porch) == [("engaged", "referral")]


def test_what_a_device_heard_before_is_kept_and_owed_on_whatever_the_unit_is_now(porch: Any) -> None:
    act(free_unit, by=porch.dispatcher, unit_id=porch.care.pk)
    at = porch.row.dispatched_at
    act(free_unit, by=porch.clinician, unit_id=porch.care.pk, assignment_id=porch.row.pk, outcome="declined", at=at)
    assert said_of(porch) == ("available", "declined", "") and owed_of(porch) == [("declined", "")]


@pytest.mark.parametrize("now_said", ["referral", "cited"])
def test_a_supervisor_keeps_what_was_said_or_gives_another_and_owes_nothing_more(porch: Any, now_said: str) -> None:
    act(free_unit, by=porch.clinician, unit_id=porch.care.pk, disposition="referral")
    act(record_disposition, by=porch.supervisor, assignment_id=porch.row.pk, disposition=now_said)
    assert said_of(porch) == ("available", "engaged", now_said) and owed_of(porch) == []


def test_a_crew_that_says_it_again_settles_nothing(porch: Any) -> None:
    act(free_unit, by=porch.clinician, unit_id=porch.care.pk, disposition="referral")
    act(record_disposition, by=porch.clinician, assignment_id=porch.row.pk, disposition="referral")
    assert owed_of(porch) == [("engaged", "referral")]


def test_only_a_supervisor_of_the_center_is_asked_about_it(porch: Any) -> None:
    act(free_unit, by=porch.clinician, unit_id=porch.care.pk, disposition="referral")
    assert codes_owed(porch.dispatcher) == codes_owed(make_user(make_center(), "supervisor")) == []


# --- what a code is called where a page is read ----------------------------------------------------------
@pytest.fixture
def told(porch: Any) -> Any:
    """A call that ended with codes out of use, each with the center's words; pages read as people read them."""
    act(free_unit, by=porch.clinician, unit_id=porch.care.pk, disposition="referral")
    for name, code in (("closed_as", "handled"), ("not_sent", "all_busy"), ("mode_reasons", "crew_request")):
        Code.objects.create(center=porch.center, list=name, code=code, label=f"Here {code}", retired=True)
    porch.call.refresh_from_db()
    return porch


def read(user: Any, path: str) -> str:
    return str(as_user(user).get(path).content.decode())


def test_a_call_sheet_says_the_centers_words_also_of_a_code_out_of_use(told: Any) -> None:
    page = read(told.dispatcher, f"/paper/calls/{told.call.pk}/")
    assert "as Here handled" in page and "Engaged: Ours" in page


def test_the_phone_offers_the_codes_in_use_by_the_centers_words(porch: Any) -> None:
    Code.objects.create(center=porch.center, list="outcomes", code="cancelled", label="Turned back")
    put_on_shift(porch.clinician, porch.care, start=timezone.now() - timedelta(hours=1))
    page = read(porch.clinician, "/unit/")
    assert "Turned back" in page and 'value="declined"' not in page and 'value="none"' not in page


def test_the_ledger_and_its_table_say_the_centers_words_and_the_table_the_code_as_well(told: Any) -> None:
    other = make_call(told.dispatcher, triaged=False)
    act(set_mode, by=told.dispatcher, call_id=other.pk, response="care_only", reason="other", note="asked for")
    Code.objects.filter(center=told.center, list="not_sent").update(retired=False)
    act(close_call, by=told.dispatcher, call_id=other.pk, closed_as="advised", not_sent_reason="all_busy")
    days = f"first={other.received_at:%Y-%m-%d}&last={other.received_at:%Y-%m-%d}"
    assert "Here all_busy" in read(told.supervisor, f"/ledger/?{days}")
    assert ",all_busy,Here all_busy," in read(told.supervisor, f"/ledger/table/?{days}")


def test_the_kit_lists_the_words_for_its_forms(told: Any, settings: Any, tmp_path: Any) -> None:
    settings.DOWNTIME_KIT_DIR = str(tmp_path)
    page = write_kit(told.center, timezone.now()).read_text()
    assert "Voluntary transport" in page and "Here" not in page


def test_a_call_that_is_closed_says_as_what_in_the_centers_words(told: Any) -> None:
    with pytest.raises(CallClosed, match="as here handled"):
        act(hold_call, by=told.dispatcher, call_id=told.call.pk, minutes=5, reason="x")


def test_the_console_is_given_the_words_of_codes_out_of_use_beside_its_menus(told: Any) -> None:
    words = as_user(told.dispatcher).get("/api/vocabulary/").json()
    assert words["retired"]["dispositions"] == [{"value": "referral", "label": "Ours"}]
    assert "referral" not in [one["value"] for one in words["dispositions"]]


@pytest.mark.parametrize(
    ("said", "read"), [("nearer", "Closest"), ("nearer: by far", "Closest: by far"), ("a friend: he", "a friend: he")]
)
def test_words_behind_a_code_stay_behind_its_words(said: str, read: str) -> None:
    assert in_words({"nearer": "Closest"}, said) == read


# --- why a unit is out of service ------------------------------------------------------------------------
@pytest.fixture
def resting(floor: Any) -> Any:
    """The unit is at its meal, which the center calls a break and has put out of use since."""
    floor.clinician = make_user(floor.center, "clinician", agency=floor.care.agency)
    put_on_shift(floor.clinician, floor.care, start=timezone.now() - timedelta(hours=1))
    away(floor, "meal: twenty minutes")
    Code.objects.create(center=floor.center, list="away_reasons", code="meal", label="Break", retired=True)
    return floor


@pytest.mark.parametrize("sheet", ["board", "handover"])
def test_a_sheet_says_why_a_unit_is_out_of_service_in_the_centers_words(resting: Any, sheet: str) -> None:
    assert "Break: twenty minutes" in read(resting.dispatcher, f"/paper/{sheet}/")


def test_the_phone_says_it_too_and_offers_the_reasons_in_use(resting: Any) -> None:
    assert "CARE-1 is unavailable: Break: twenty minutes." in read(resting.clinician, "/unit/")
    act(free_unit, by=resting.dispatcher, unit_id=resting.care.pk)
    page = read(resting.clinician, "/unit/")
    assert 'value="fuel">Fuel' in page and 'value="meal"' not in page


def test_whoever_would_send_the_unit_reads_it_in_the_centers_words(resting: Any) -> None:
    with pytest.raises(UnitNotAvailable, match="unavailable: Break: twenty minutes"):
        send(resting.dispatcher, resting.call, resting.care)
    act(set_mode, by=resting.dispatcher, call_id=resting.call.pk, response="care_police", reason="other", note="x")
    found = recommendation_for(resting.dispatcher, resting.call.pk, timezone.now())
    assert [one["reason"] for one in found["excluded"] if one["callsign"] == "CARE-1"] == [
        "unavailable: Break: twenty minutes"
    ]


def test_a_crew_goes_out_of_service_for_a_reason_its_page_still_had_and_words_alone_are_taken(resting: Any) -> None:
    put_on_shift(resting.clinician, resting.care)
    for reason in ("meal", "flat tire"):
        act(free_unit, by=resting.dispatcher, unit_id=resting.care.pk)
        away(resting, reason, by=resting.clinician)
        resting.care.refresh_from_db()
        assert (resting.care.status, resting.care.unavailable_reason) == ("unavailable", reason)
