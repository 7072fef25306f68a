"""Calls linked side by side, and one caller's part split off."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from calls import selectors
from calls.closing import close_call
from calls.intake import add_caller
from calls.linking import NotLinked, link_calls, split_call, unlink_calls
from calls.models import Call, CallLink
from calls.narrative import add_note
from calls.verdicts import record_verdict
from care_dispatch.refusal import Conflict, Invalid, NotFound
from tests.cast import NOW, act, make_call, make_center, make_user, use_default_rules
from tests.live.in_step import board_in_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Any:
    class Scene:
        use_default_rules()
        center = make_center()
        dispatcher = make_user(center)
        first, second = make_call(dispatcher), make_call(dispatcher)

        def do(self, action: Any, **args: Any) -> Any:
            with board_in_step(self.center):
                return act(action, by=args.pop("by", self.dispatcher), **args).result

        def links(self, call: Call) -> list[tuple[str, str]]:
            shown = selectors.call_detail(self.dispatcher, call.pk, NOW)["links"]
            return [(one["number"], one["kind"]) for one in shown]

    return Scene()


def test_a_link_is_shown_on_both_calls_and_holds_nobody_up(scene: Any) -> None:
    scene.do(link_calls, call_id=scene.second.pk, other=scene.first.pk, kind="same_person")
    assert scene.links(scene.first) == [(str(scene.second.number), "same_person")]
    assert scene.links(scene.second) == [(str(scene.first.number), "same_person")]
    assert {call.status for call in Call.objects.all()} == {"pending"}


def test_a_pair_has_one_link_whoever_names_it_and_its_kind_can_change(scene: Any) -> None:
    scene.do(link_calls, call_id=scene.second.pk, other=scene.first.pk)
    scene.do(link_calls, call_id=scene.first.pk, other=scene.second.pk, kind="cause")
    assert CallLink.objects.count() == 1 and scene.links(scene.first) == [(str(scene.second.number), "cause")]
    low, high = sorted((scene.first, scene.second), key=lambda call: call.pk)
    for one, two in ((low, high), (high, low)):
        with pytest.raises(IntegrityError), transaction.atomic():
            CallLink.objects.create(call=one, other=two, kind="other", linked_at=NOW)


def test_a_closed_call_can_be_linked_and_a_link_taken_back(scene: Any) -> None:
    act(close_call, by=scene.dispatcher, call_id=scene.second.pk, closed_as="advised", not_sent_reason="all_busy")
    scene.do(link_calls, call_id=scene.first.pk, other=scene.second.pk)
    scene.do(unlink_calls, call_id=scene.second.pk, other=scene.first.pk)
    assert scene.links(scene.first) == [] and CallLink.objects.count() == 1
    with pytest.raises(NotLinked):
        act(unlink_calls, by=scene.dispatcher, call_id=scene.second.pk, other=scene.first.pk)


def test_a_call_is_not_linked_to_itself_or_to_another_centers(scene: Any) -> None:
    with pytest.raises(Conflict):
        act(link_calls, by=scene.dispatcher, call_id=scene.first.pk, other=scene.first.pk)
    with pytest.raises(NotFound):
        act(link_calls, by=scene.dispatcher, call_id=scene.first.pk, other=make_call(make_user(make_center())).pk)


def test_a_caller_and_what_was_written_are_split_off_into_a_call_of_its_own(scene: Any) -> None:
    caller = act(add_caller, by=scene.dispatcher, call_id=scene.first.pk, name="Ann Example").result["caller_id"]
    note = act(add_note, by=scene.dispatcher, call_id=scene.first.pk, text="next door he has a knife").result["note_id"]
    made = scene.do(
        split_call, call_id=scene.first.pk, nature="Trouble next door", location="302 W BELT LINE RD", callers=[caller],
        notes=[note],
    )  # fmt: skip
    scene.do(record_verdict, by=None, call_id=made["call_id"], engine="worker")
    new, old = (selectors.call_detail(scene.dispatcher, pk, NOW) for pk in (made["call_id"], scene.first.pk))
    for detail in (new, old):
        assert [one["name"] for one in detail["callers"]] == ["Ann Example"]
        assert [one["text"] for one in detail["narrative"]] == ["next door he has a knife"]
    assert new["location"] == "302 W BELT LINE RD" and new["flags"]["W"] == "yes"
    assert scene.links(scene.first) == [(new["number"], "split")]


def test_what_was_answered_on_the_old_call_is_not_known_on_the_new_one(scene: Any) -> None:
    call = make_call(scene.dispatcher, facts={"weapon": "denied"})
    caller = act(add_caller, by=scene.dispatcher, call_id=call.pk, name="Ann Example").result["caller_id"]
    made = scene.do(split_call, call_id=call.pk, nature="Welfare check", callers=[caller])
    new = selectors.call_detail(scene.dispatcher, made["call_id"], NOW)
    assert new["facts"] == {} and new["location"] == call.location


def test_only_what_the_call_has_and_the_dispatcher_reads_is_split_off(scene: Any) -> None:
    clinician = make_user(scene.center, "clinician")
    care = act(add_note, by=clinician, call_id=scene.first.pk, text="in care since May").result["note_id"]
    elsewhere = act(add_note, by=scene.dispatcher, call_id=scene.second.pk, text="x").result["note_id"]
    for notes in ([care], [elsewhere], []):
        with pytest.raises(Invalid):
            act(split_call, by=scene.dispatcher, call_id=scene.first.pk, nature="x", notes=notes)
