"""The door: one transaction, numbered events, repeats that change nothing, a log nobody can rewrite."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from calls import kinds
from calls.intake import create_call
from care_dispatch.log import Key, record
from care_dispatch.log.door import KeyReused
from care_dispatch.log.keys import forget_old_keys
from care_dispatch.log.models import Event, Head, IdempotencyKey
from tests.cast import act, later, make_call, make_center, make_user

pytestmark = pytest.mark.django_db


def seqs() -> list[int]:
    return list(Event.objects.order_by("seq").values_list("seq", flat=True))


def test_every_change_ends_in_events_numbered_without_a_gap() -> None:
    dispatcher = make_user(make_center())
    for _ in range(3):
        make_call(dispatcher, triaged=False)
    assert seqs() == list(range(1, Head.objects.get().seq + 1))


def test_a_refused_change_leaves_no_event_and_no_number() -> None:
    def fails(*, actor: Any, now: Any) -> dict[str, Any]:
        record(kinds.CALL_CHANGED, center_id=1)
        raise ValueError("no")

    before = Head.objects.get().seq
    with pytest.raises(ValueError, match="no"):
        act(fails, by=None)
    assert Head.objects.get().seq == before


def test_the_same_key_again_gives_the_first_answer_and_changes_nothing() -> None:
    dispatcher = make_user(make_center())
    key = Key(dispatcher.pk, "k1", "h")
    args: dict[str, Any] = {"center": dispatcher.center, "nature": "Welfare check", "location": "1 MAIN ST"}
    first = act(create_call, by=dispatcher, key=key, **args)
    again = act(create_call, by=dispatcher, key=key, **args)
    assert again.repeated and again.result == first.result and again.seq == first.seq


def test_the_same_key_with_another_request_is_refused() -> None:
    dispatcher = make_user(make_center())
    args: dict[str, Any] = {"center": dispatcher.center, "nature": "Welfare check", "location": "1 MAIN ST"}
    act(create_call, by=dispatcher, key=Key(dispatcher.pk, "k2", "one"), **args)
    with pytest.raises(KeyReused) as refused:
        act(create_call, by=dispatcher, key=Key(dispatcher.pk, "k2", "two"), **args)
    assert refused.value.details["result"]["number"] == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE log_event SET kind = 'x'", "DELETE FROM log_event", "TRUNCATE log_event"],
)
def test_the_log_refuses_to_be_rewritten(statement: str) -> None:
    make_call(make_user(make_center()), triaged=False)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_event_that_does_not_follow_the_last_one_is_refused() -> None:
    with pytest.raises(DatabaseError, match="does not follow"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO log_event (seq, kind, position, source, payload) VALUES (999999, 'x', '', 'test', '{}')"
        )


def test_an_unknown_field_is_refused_before_it_reaches_the_log() -> None:
    def strays(*, actor: Any, now: Any) -> dict[str, Any]:
        record(kinds.CALL_HELD, center_id=1, sets={"call.narrative": "text"})
        return {}

    with pytest.raises(ValueError, match=r"call\.narrative"):
        act(strays, by=None)


def test_each_event_carries_the_hash_of_the_one_before() -> None:
    dispatcher = make_user(make_center())
    make_call(dispatcher, triaged=False)
    make_call(dispatcher, triaged=False)
    *_, before, after = Event.objects.order_by("seq")
    assert bytes(after.prev_hash) == bytes(before.hash) and len(after.hash) == 32


def test_a_change_that_was_so_already_keeps_its_answer_without_an_event() -> None:
    def nothing_to_do(*, actor: Any, now: Any) -> dict[str, Any]:
        return {"call_id": 7}

    dispatcher = make_user(make_center())
    key, before = Key(dispatcher.pk, "so", "h"), seqs()
    assert act(nothing_to_do, by=dispatcher, key=key).result == act(nothing_to_do, by=dispatcher, key=key).result
    assert seqs() == before


def test_keys_are_kept_for_three_days_and_then_forgotten() -> None:
    dispatcher = make_user(make_center())
    args: dict[str, Any] = {"center": dispatcher.center, "nature": "Welfare check", "location": "1 MAIN ST"}
    act(create_call, by=dispatcher, key=Key(dispatcher.pk, "old", "h"), **args)
    assert forget_old_keys(later(hours=71)) == 0
    assert forget_old_keys(later(hours=73)) == 1 and not IdempotencyKey.objects.exists()
