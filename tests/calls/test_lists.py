"""The list of calls, what a screen may choose from, and the small changes of a call that no other test makes."""

import uuid
from datetime import date
from typing import Any

import pytest

from calls import selectors, vocabulary
from calls.closing import CallOpen, close_call, reopen_call
from calls.intake import add_caller, change_call, create_call, retriage, save_draft
from calls.models import Assignment, Call, Caller, Draft
from calls.natures import NATURES, UNKNOWN_PRIORITY, find
from care_dispatch.due.models import Due
from care_dispatch.refusal import Forbidden, Invalid
from teams.models import Center, User
from tests.cast import NOW, act, later, make_agency, make_call, make_center, make_user, use_default_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def center() -> Center:
    use_default_rules()
    return make_center()


@pytest.fixture
def dispatcher(center: Center) -> User:
    return make_user(center)


def listed(user: User, day: date | None = None, status: str = "", query: str = "") -> list[int]:
    return [row["id"] for row in selectors.call_list(user, NOW, day=day, status=status, query=query)]


# --- the list ----------------------------------------------------------------------------------------
def test_it_holds_the_centers_calls_newest_first_closed_ones_too(dispatcher: User) -> None:
    old, new = make_call(dispatcher), make_call(dispatcher, now=later(minutes=5))
    make_call(make_user(make_center()))
    act(close_call, by=dispatcher, call_id=old.pk, closed_as="advised", not_sent_reason="all_busy")
    assert listed(dispatcher) == [new.pk, old.pk]
    (row,) = (row for row in selectors.call_list(dispatcher, NOW, day=None, status="closed", query=""))
    assert (row["id"], row["closed_as"]) == (old.pk, "advised")


def test_it_is_narrowed_by_day_status_number_and_part_of_an_address(dispatcher: User) -> None:
    first = make_call(dispatcher, location="12 OAK LN")
    second = make_call(dispatcher, location="9 ELM ST", now=later(days=1))
    third = make_call(dispatcher, location="7 Oakland Dr", now=later(days=1))
    assert listed(dispatcher, day=first.day) == [first.pk]
    assert listed(dispatcher, query="oak") == [third.pk, first.pk]
    assert listed(dispatcher, query="2") == [third.pk] and listed(dispatcher, query="1") == [second.pk, first.pk]
    assert listed(dispatcher, status="closed") == []


def test_an_address_is_not_a_pattern(dispatcher: User) -> None:
    make_call(dispatcher, location="100 MAIN ST")
    assert listed(dispatcher, query="%") == [] and listed(dispatcher, query="1_0") == []


def test_it_ends_somewhere(dispatcher: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "LIST_LIMIT", 2)
    for _ in range(3):
        make_call(dispatcher, triaged=False)
    assert len(listed(dispatcher)) == 2


# --- what a screen may choose from ----------------------------------------------------------------------
def test_the_closed_lists_are_those_the_tables_take(center: Center) -> None:
    make_agency(make_center(), code="elsewhere")
    make_agency(center, code="north-pd")
    lists = vocabulary.everything(center.pk)
    assert [agency["code"] for agency in lists["agencies"]] == ["north-pd"]
    assert [row["value"] for row in lists["dispositions"]] == Assignment.Disposition.values
    assert [row["value"] for row in lists["responses"]] == Call.Response.values
    assert all(row["label"] for row in lists["closed_as"] + lists["responses"] + lists["not_sent"])
    assert {fact["name"] for fact in lists["facts"]} >= {"weapon", "suicide"}


def test_a_nature_is_known_by_code_or_label_and_brings_its_priority(dispatcher: User) -> None:
    for nature in NATURES:
        assert find(nature.code.lower()) == find(f" {nature.label.upper()} ") == nature
        assert nature.priority in Call.Priority.values
    known, free = (make_call(dispatcher, nature=nature, triaged=False) for nature in ("Overdose", "goat on the roof"))
    assert (known.type_code, known.priority) == ("OD", "P")
    assert (free.type_code, free.nature, free.priority) == ("", "goat on the roof", UNKNOWN_PRIORITY)


# --- taking a call and changing it ------------------------------------------------------------------------
def test_the_draft_of_a_call_goes_when_it_is_taken_and_nobody_elses(center: Center, dispatcher: User) -> None:
    mine, theirs = uuid.uuid4(), uuid.uuid4()
    for owner, draft in ((dispatcher, mine), (make_user(center), theirs)):
        save_draft(actor=owner, now=NOW, draft_id=draft, form="new", data={"nature": "half"})
    fields: dict[str, Any] = {"center": center, "nature": "Welfare check", "location": "1 MAIN ST"}
    act(create_call, by=dispatcher, draft=mine, **fields)
    act(create_call, by=dispatcher, draft=theirs, **fields)
    assert list(Draft.objects.values_list("pk", flat=True)) == [theirs]


def test_the_newest_words_of_a_draft_win_and_only_its_authors(dispatcher: User) -> None:
    draft = uuid.uuid4()
    save_draft(actor=dispatcher, now=NOW, draft_id=draft, form="new", data={"nature": "a"})
    save_draft(actor=dispatcher, now=later(seconds=5), draft_id=draft, form="new", data={"nature": "ab"})
    save_draft(actor=make_user(make_center()), now=later(seconds=9), draft_id=draft, form="new", data={"nature": "x"})
    row = Draft.objects.get()
    assert (row.data, row.updated_at) == ({"nature": "ab"}, later(seconds=5))


def test_a_city_of_another_center_is_no_city_here(dispatcher: User) -> None:
    make_agency(make_center(), code="elsewhere")
    call = make_call(dispatcher)
    with pytest.raises(Invalid, match="no agency 'elsewhere' in this center"):
        act(change_call, by=dispatcher, call_id=call.pk, base=2**62, changes={"jurisdiction": "elsewhere"})


def test_several_people_call_about_one_call(dispatcher: User) -> None:
    call = make_call(dispatcher, caller={"name": "first", "phone": "214-555-0101"})
    act(add_caller, by=dispatcher, call_id=call.pk, name="second", relation="neighbour")
    assert list(Caller.objects.order_by("pk").values_list("name", flat=True)) == ["first", "second"]


def test_triage_can_be_asked_for_again_by_dispatch_alone(center: Center, dispatcher: User) -> None:
    call = make_call(dispatcher)
    assert not Due.objects.filter(kind="triage").exists()
    with pytest.raises(Forbidden):
        act(retriage, by=make_user(center, "clinician"), call_id=call.pk)
    act(retriage, by=dispatcher, call_id=call.pk)
    assert Due.objects.filter(kind="triage", subject_id=call.pk).exists()


def test_an_open_call_is_not_reopened(dispatcher: User) -> None:
    with pytest.raises(CallOpen):
        act(reopen_call, by=dispatcher, call_id=make_call(dispatcher).pk, reason="again")


def test_a_priority_set_by_hand_stays_through_the_next_verdict(dispatcher: User) -> None:
    from calls.facts import state_facts
    from calls.verdicts import run_triage

    call = make_call(dispatcher, nature="Mental health, non-violent")
    act(change_call, by=dispatcher, call_id=call.pk, base=2**62, changes={"priority": "4"})
    act(state_facts, by=dispatcher, call_id=call.pk, facts={"weapon": "in_hand", "is_behavioral": "yes"})
    run_triage(call.pk, 0, NOW, "worker")
    call.refresh_from_db()
    assert (call.priority, call.level) == ("4", 4)
