"""What the consoles are sent: contiguous, in step with the database, narrowed by tier, and never twice built."""

import json
import time
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from calls.closing import close_call
from calls.stages import free_unit, set_unit_status
from care_dispatch.live import tail
from care_dispatch.live.hub import snapshot_bytes
from care_dispatch.log.models import Head
from teams.models import Center, Unit
from tests.cast import NOW, act, make_call, make_center, make_unit, make_user, send
from tests.live.consoles import Console, Live, eventually, identity, take_call
from tests.live.in_step import Store, board_in_step


def change(unit: Unit, by: Any, reason: str = "meal") -> int:
    """One event about one unit; returns its number."""
    return act(set_unit_status, by=by, unit_id=unit.pk, status="unavailable", reason=reason).seq


def test_ranges_join_and_the_frames_lead_to_the_board(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console = live.console(dispatcher)
    start = console.store.to
    for _ in range(12):
        call = make_call(dispatcher, triaged=False)
        change(unit, dispatcher)
        time.sleep(0.02)
    last = act(close_call, by=dispatcher, call_id=call.pk, closed_as="cancelled", reason="duplicate").seq
    console.reached(last)
    assert not console.gaps
    edges = console.store.ranges
    assert edges[0][0] == start and edges[-1][1] == last
    assert all(before[1] == after[0] for before, after in pairwise(edges))
    fresh = live.console(make_user(center))
    assert console.store.faces() == fresh.store.faces()
    database = Store()
    database.take(snapshot_bytes(center.pk, "dispatch").decode())
    assert console.store.faces() == database.faces()


def test_the_frames_of_every_tier_lead_to_its_board(db: None) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center, discipline="police")
    call = make_call(dispatcher, triaged=False)
    with board_in_step(center):
        send(dispatcher, call, unit)
    with board_in_step(center):
        act(
            close_call,
            by=dispatcher,
            call_id=make_call(dispatcher, triaged=False).pk,
            closed_as="cancelled",
            reason="duplicate",
        )


def test_a_change_no_event_tells_of_is_found_by_the_helper(db: None) -> None:
    center = make_center()
    unit = make_unit(center)
    with pytest.raises(AssertionError), board_in_step(center):
        Unit.objects.filter(pk=unit.pk).update(home="elsewhere")


def test_another_center_is_told_that_the_log_moved_but_not_what(live: Live) -> None:
    here, there = make_center(), make_center()
    console = live.console(make_user(here))
    console.reached(take_call(make_user(there)))
    assert all(not frame["cards"] for frame in console.of("frame"))


def test_a_closed_call_goes_and_comes_no_more(live: Live) -> None:
    center = make_center()
    dispatcher = make_user(center)
    call = make_call(dispatcher, triaged=False)
    console = live.console(dispatcher)
    assert ("call", call.pk) in console.store.cards
    console.reached(act(close_call, by=dispatcher, call_id=call.pk, closed_as="cancelled", reason="duplicate").seq)
    assert ("call", call.pk) not in console.store.cards
    assert console.of("frame")[-1]["cards"] == [
        {"type": "call", "id": call.pk, "version": console.store.to, "gone": True}
    ]


def test_one_reading_serves_every_console_of_a_tier(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    consoles = [live.console(dispatcher) for _ in range(5)]
    seq = change(unit, dispatcher)
    texts = [console.reached(seq).of("frame")[-1] for console in consoles]
    assert all(text == texts[0] for text in texts)
    board = live.hub.boards[center.pk, "dispatch"]
    assert board.frames[-1].text(None) is board.frames[-1].text(None)
    assert board.snapshot(None) is board.snapshot(None)


def test_a_burst_travels_together_but_its_first_change_at_once(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console = live.console(dispatcher)
    time.sleep(tail.TOGETHER_SECONDS)
    seqs = [change(unit, dispatcher) for _ in range(20)]
    console.reached(seqs[-1])
    assert console.of("frame")[0]["to"] < seqs[-1]
    assert len(console.of("frame")) < len(seqs)


def test_an_emergency_does_not_wait_for_the_rest(live: Live, hooked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "TOGETHER_SECONDS", 60.0)
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console = live.console(dispatcher)
    console.reached(change(unit, dispatcher))
    held = change(unit, dispatcher)
    time.sleep(0.3)
    assert console.store.to is not None and console.store.to < held
    hooked.register_urgent({"unit.status_set"})
    console.reached(change(unit, dispatcher))


def test_a_console_that_has_part_gets_only_the_rest(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    first = live.console(dispatcher)
    at, epoch = change(unit, dispatcher), first.store.epoch
    first.reached(at)
    last = change(unit, dispatcher)
    first.reached(last)
    again = Console(live)
    again.store.to, again.store.epoch = at, epoch
    again.hello(live.ticket(dispatcher), epoch, at).reached(last)
    assert not again.of("snapshot")
    assert [frame["from"] for frame in again.of("frame")] == [at]


def test_another_epoch_or_an_unknown_place_gets_a_snapshot(live: Live) -> None:
    center = make_center()
    dispatcher = make_user(center)
    epoch = live.console(dispatcher).store.epoch
    for given, seq in (("f" * 24, 0), (epoch, 10**15), (None, 0)):
        console = Console(live).hello(live.ticket(dispatcher), given, seq)
        eventually(partial(console.of, "snapshot"))


def test_a_restored_database_starts_every_console_anew(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console = live.console(dispatcher)
    before = console.store.epoch
    Head.objects.update(epoch="00000000-0000-4000-8000-000000000001")
    eventually(lambda: len(console.of("snapshot")) == 2)
    assert console.store.epoch != before
    console.reached(change(unit, dispatcher))
    assert not console.gaps


def test_a_dump_restored_into_the_same_server_starts_every_console_anew(live: Live) -> None:
    """Cluster, timeline and the head's own epoch are what they were; only the table is another."""
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console = live.console(dispatcher)
    with connection.cursor() as cursor:
        cursor.execute(
            "BEGIN; CREATE TABLE restored (LIKE log_head INCLUDING ALL); INSERT INTO restored SELECT * FROM log_head;"
            " DROP TABLE log_head; ALTER TABLE restored RENAME TO log_head; COMMIT"
        )
    eventually(lambda: len(console.of("snapshot")) == 2)
    console.reached(change(unit, dispatcher))
    assert not console.gaps


def test_a_hub_far_behind_sends_the_board_instead_of_the_frames(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console = live.console(dispatcher)
    monkeypatch.setattr(tail, "FAR_BEHIND", 5)
    monkeypatch.setattr(tail, "TOGETHER_SECONDS", 60.0)
    console.reached(change(unit, dispatcher))
    seqs = [change(unit, dispatcher) for _ in range(8)]
    monkeypatch.setattr(tail, "TOGETHER_SECONDS", 0.05)
    live.hub._tail._sent_at = 0.0
    console.reached(seqs[-1])
    assert len(console.of("snapshot")) == 2 and not console.gaps


def test_a_gap_is_mended_by_asking_again(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console = live.console(dispatcher)
    had = console.store.to
    console.reached(change(unit, dispatcher))
    console.store.to = had  # as if that frame had been lost
    console.say(type="resync", epoch=console.store.epoch, seq=had)
    eventually(lambda: len(console.of("frame")) == 2)
    assert console.store.to is not None and had is not None and console.store.to > had


def test_a_field_user_gets_the_calls_of_the_own_unit_only(live: Live, hooked: Any) -> None:
    center = make_center()
    dispatcher, officer = make_user(center), make_user(center, "officer")
    mine, other = (make_unit(center, discipline="police") for _ in range(2))
    hooked.register_topics(lambda user_id: {f"unit:{mine.pk}"} if user_id == officer.pk else set())
    console = live.console(officer)
    ours, theirs = (make_call(dispatcher, triaged=False) for _ in range(2))
    send(dispatcher, theirs, other)
    console.reached(send(dispatcher, ours, mine).seq)
    assert {key for key in console.store.cards if key[0] == "call"} == {("call", ours.pk)}
    seen = {card["id"] for frame in console.of("frame") for card in frame["cards"] if card["type"] == "call"}
    assert seen == {ours.pk}
    console.reached(act(free_unit, by=dispatcher, unit_id=mine.pk).seq)
    assert ("call", ours.pk) not in console.store.cards


def test_a_poll_says_what_the_socket_says(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    console, ticket = live.console(dispatcher), live.ticket(dispatcher)
    polled = Store()

    def ask() -> dict[str, Any]:
        status, answer = live.poll(ticket, polled.epoch, "" if polled.to is None else polled.to)
        assert status == 200
        for message in answer["messages"]:
            if message["type"] in {"snapshot", "frame"}:
                polled.take(json.dumps(message))
        return answer

    assert [message["type"] for message in ask()["messages"]] == ["snapshot", "beat"]
    console.reached(change(unit, dispatcher))
    assert [message["type"] for message in ask()["messages"]] == ["frame", "beat"]
    assert polled.cards == console.store.cards and polled.to == console.store.to


def test_positions_travel_beside_the_sequence(live: Live, hooked: Any) -> None:
    center = make_center()
    unit = make_unit(center)
    places = [{"id": unit.pk, "lat": 32.5, "lng": -96.9, "at": NOW}]
    hooked.register_positions(lambda center_id, since: places if center_id == center.pk else [])
    console, partner = live.console(make_user(center)), live.console(make_user(center, "partner"))
    eventually(lambda: console.of("positions"))
    at = {**places[0], "at": NOW.isoformat().replace("+00:00", "Z")}
    assert console.of("positions")[0]["units"] == [at]
    time.sleep(2.2)
    assert len(console.of("positions")) == 1, "a unit that stands still is not sent again"
    places[0] = {**places[0], "lat": 32.6}
    eventually(lambda: len(console.of("positions")) == 2)
    assert console.of("positions")[1]["units"][0]["lat"] == 32.6
    assert not partner.of("positions")


def test_a_change_without_an_event_heals_by_itself(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care_dispatch.live.hub.REREAD_SECONDS", 0.5)
    center = make_center()
    unit = make_unit(center)
    console = live.console(make_user(center))
    time.sleep(1.5)
    assert len(console.of("snapshot")) == 1, "nothing changed, so nobody begins anew"
    Unit.objects.filter(pk=unit.pk).update(home="elsewhere")
    eventually(lambda: console.store.cards["unit", unit.pk]["home"] == "elsewhere")


def test_the_snapshot_for_a_thread_is_made_once_per_head(live: Live) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    first = snapshot_bytes(center.pk, "dispatch")
    assert snapshot_bytes(center.pk, "dispatch") is first
    change(unit, dispatcher)
    assert snapshot_bytes(center.pk, "dispatch") is not first


def test_the_number_of_queries_does_not_grow_with_the_calls(live: Live, django_assert_max_num_queries: Any) -> None:
    center: Center = make_center()
    dispatcher = make_user(center)
    for _ in range(25):
        make_call(dispatcher, triaged=False)
    snapshot_bytes(make_center().pk, "dispatch")  # the connection knows its cluster
    with django_assert_max_num_queries(14, connection=connection):  # 12 and the transaction around them
        snapshot_bytes(center.pk, "dispatch")


def test_beats_stop_when_the_log_cannot_be_read(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    console = live.console(identity(make_user(make_center())))
    eventually(lambda: console.of("beat"))
    monkeypatch.setattr("care_dispatch.live.hub.STALE_SECONDS", -1.0)
    time.sleep(0.4)
    count = len(console.of("beat"))
    time.sleep(1.0)
    assert len(console.of("beat")) == count
