"""Who may open the live board and for how long, and that nothing said to it can break it. No database in a socket."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from calls.narrative import add_note
from calls.stages import set_unit_status
from care_dispatch.access import Role, Tier
from care_dispatch.live import consumers, tickets
from teams.actions import sign_off
from teams.models import User
from tests.cast import act, make_call, make_center, make_unit, make_user, put_on_shift, send
from tests.live.consoles import ORIGIN, Console, Live, eventually, identity, signed_in, take_call

SECRET = "CANARY-c4b1d6"


def closed(console: Console) -> int:
    return int(eventually(lambda: console.closed))


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ([], b""),
        ([(b"origin", b"null")], b""),
        ([(b"origin", b"https://evil.example")], b""),
        ([(b"origin", ORIGIN.encode() + b".evil.example")], b""),
        ([(b"origin", ORIGIN.encode()), (b"origin", ORIGIN.encode())], b""),
        ([(b"origin", ORIGIN.encode())], b"ticket=x"),
    ],
    ids=["missing", "null", "foreign", "longer", "twice", "query"],
)
def test_a_socket_of_another_origin_is_not_even_accepted(live: Live, headers: Any, query: bytes) -> None:
    console = Console(live, headers, query)
    closed(console)
    assert not console.accepted and not console.messages
    console.leave()
    console.done.result(5)


def test_a_ticket_opens_one_socket(live: Live) -> None:
    ticket = live.ticket(make_user(make_center()))
    first = Console(live).hello(ticket)
    eventually(lambda: first.messages)
    second = Console(live).hello(ticket)
    assert closed(second) == 4401 and not second.messages
    assert first.closed is None


def test_an_old_or_changed_ticket_opens_nothing(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    who = identity(make_user(make_center()))
    good = live.ticket(who)
    monkeypatch.setattr(tickets, "LIFE_SECONDS", -1)
    for bad in (live.ticket(who), good[:-3], good.upper(), "", "x" * 3000):
        console = Console(live).hello(bad)
        assert closed(console) == 4401 and not console.messages
        assert live.poll(bad)[0] == 401


def test_a_ticket_of_a_session_that_ended_opens_nothing(live: Live) -> None:
    user = make_user(make_center())
    session = signed_in(user)
    ticket = live.ticket(identity(user, session))
    session.delete()
    console = Console(live).hello(ticket)
    assert closed(console) == 4401 and not console.messages
    assert live.poll(ticket)[0] == 401


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"role": Role.OFFICER}, 4403),
        ({"access_version": 2}, 4403),
        ({"is_active": False}, 4401),
        ({"password": "another"}, 4401),
    ],
    ids=["role", "access version", "disabled", "password"],
)
def test_what_changes_a_persons_access_closes_the_socket(live: Live, changed: dict[str, Any], code: int) -> None:
    center = make_center()
    user, colleague = make_user(center), make_user(center)
    ticket = live.ticket(user)
    console, other = live.console(user), live.console(colleague)
    assert live.poll(ticket)[0] == 200
    User.objects.filter(pk=user.pk).update(**changed)
    assert closed(console) == code
    seen = len(console.messages)
    other.reached(take_call(colleague))
    assert len(console.messages) == seen and other.closed is None
    assert live.poll(ticket)[0] == code - 4000


def test_signing_out_closes_at_once(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user(make_center())
    client = Client()
    client.force_login(user)
    ticket = client.post("/live/ticket").json()["ticket"]
    console = Console(live).hello(ticket)
    eventually(lambda: console.messages)
    monkeypatch.setattr(live.hub, "_check", None)  # not by the next check, but by itself
    client.post("/sign-out/")
    assert closed(console) == 4401


def test_the_hub_can_be_told_to_look_at_one_user(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care_dispatch.live.hub.BEAT_SECONDS", 60.0)
    user = make_user(make_center())
    time.sleep(0.4)  # the beat that was already counting has passed
    console = live.console(user)
    User.objects.filter(pk=user.pk).update(access_version=7)
    live.hub.close_user(user.pk)
    assert closed(console) == 4403


def test_an_event_about_access_has_everybody_looked_at(
    live: Live, hooked: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("care_dispatch.live.hub.BEAT_SECONDS", 60.0)
    hooked.register_access({"call.created"})
    center = make_center()
    user = make_user(center)
    time.sleep(0.4)
    console = live.console(user)
    User.objects.filter(pk=user.pk).update(access_version=7)
    make_call(make_user(center), triaged=False)
    assert closed(console) == 4403


def test_who_signs_off_is_sent_nothing_more_of_the_units_calls(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not with the next ticket: at once, and an older ticket does not bring it back, by socket or by poll."""
    monkeypatch.setattr("care_dispatch.live.hub.BEAT_SECONDS", 60.0)
    now, center = timezone.now(), make_center()
    dispatcher, officer, police = (
        make_user(center),
        make_user(center, "officer"),
        make_unit(center, discipline="police"),
    )
    put_on_shift(officer, police, "officer", start=now - timedelta(hours=1))
    time.sleep(0.4)  # the beat that was already counting has passed
    console, older = live.console(officer), live.ticket(officer)
    act(sign_off, by=officer, now=now, unit_id=police.pk)
    eventually(lambda: len(console.of("snapshot")) == 2)
    act(set_unit_status, by=dispatcher, now=now, unit_id=police.pk, status="available")
    call = make_call(dispatcher, triaged=False, now=now)
    seq = send(dispatcher, call, police, now=now).seq
    again = Console(live).hello(older)
    for shown in (console, again):
        shown.reached(seq)
        assert ("call", call.pk) not in shown.store.cards
    assert f'"type": "call", "id": {call.pk}' not in json.dumps(live.poll(older)[1])


def test_the_ticket_needs_a_signed_in_reader_and_a_csrf_token(committed_db: None) -> None:
    center = make_center()
    client = Client(enforce_csrf_checks=True)
    assert client.post("/live/ticket").status_code == 403
    assert Client().post("/live/ticket").status_code == 401
    assert Client().get("/live/ticket").status_code == 405
    for role, status in (("dispatcher", 200), ("clinician", 200), ("officer", 200), ("partner", 200), ("admin", 403)):
        client = Client()
        client.force_login(make_user(center, role))
        answer = client.post("/live/ticket")
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_beat_brings_the_next_ticket(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("care_dispatch.live.hub.TICKET_EVERY", 2)
    console = live.console(make_user(make_center()))
    beat = eventually(lambda: [beat for beat in console.of("beat") if "ticket" in beat])[0]
    again = Console(live).hello(beat["ticket"])
    eventually(lambda: again.messages)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"bytes": b"{}"}, 1008),
        ({"text": "no json"}, 1008),
        ({"text": "[" * 3000}, 1008),
        ({"text": "\ud800"}, 1008),
        ({"text": '{"type":"hello"}'}, 1008),
        ({"text": '{"type":"hello","ticket":5}'}, 1008),
        ({"text": '{"type":"hello","ticket":"x","seq":"1"}'}, 1008),
        ({"text": '{"type":"hello","ticket":"x","seq":true}'}, 1008),
        ({"text": '{"type":"hello","ticket":"x","seq":1e999}'}, 1008),
        ({"text": '{"type":"frame","from":1}'}, 1008),
        ({"text": "null"}, 1008),
        ({"text": json.dumps({"type": "hello", "ticket": "x" * 5000})}, 1009),
    ],
)
def test_bad_words_close_the_socket_and_nothing_else(live: Live, said: dict[str, Any], code: int) -> None:
    other = live.console(make_user(make_center()))
    console = Console(live)
    console.put({"type": "websocket.receive", **said})
    assert closed(console) == code and not console.messages
    other.reached(take_call(make_user(make_center())))


def test_a_flood_or_an_unknown_word_after_the_hello_closes_the_socket(live: Live) -> None:
    user = make_user(make_center())
    flood, unknown = live.console(user), live.console(user)
    for _ in range(60):
        flood.say(type="resync", epoch=flood.store.epoch, seq=flood.store.to)
    unknown.say(type="dispatch", call=1)
    assert closed(flood) == 1008 and closed(unknown) == 1008


def test_a_silent_socket_is_sent_away(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "HELLO_SECONDS", 0.2)
    console = Console(live)
    assert closed(console) == 1008 and not console.messages


def test_leaving_before_or_during_the_hello_is_harmless(live: Live) -> None:
    before = Console(live)
    before.leave()
    before.done.result(5)
    during = Console(live).hello(live.ticket(make_user(make_center())))
    during.leave()
    during.done.result(5)
    assert live.hub.connections == 0 and not live.hub.sockets


def test_a_process_takes_so_many_sockets_and_no_more(live: Live) -> None:
    user = make_user(make_center())
    live.hub.limit = 1
    first = live.console(user)
    assert closed(Console(live)) == 4403
    first.leave()
    first.done.result(5)
    assert live.console(user).messages


def test_a_console_that_stalls_is_closed_and_costs_the_others_nothing(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("care_dispatch.live.hub.STALL_SECONDS", 0.5)
    center = make_center()
    user = make_user(center)
    stuck, good = live.console(user), live.console(user)
    stuck.blocked.set()
    good.reached(take_call(user))
    (socket,) = [socket for socket in live.hub.sockets if socket.stalled_for(time.monotonic()) > 0]
    eventually(lambda: socket.closed == 4408)
    stuck.blocked.clear()
    assert closed(stuck) == 4408 and good.closed is None


def test_a_console_that_falls_out_of_the_ring_is_closed(live: Live) -> None:
    user = make_user(make_center())
    stuck = live.console(user)
    stuck.blocked.set()
    board = live.hub.boards[user.center_id or 0, "dispatch"]
    for _ in range(3):
        seq = take_call(user)
        while board.to < seq:
            time.sleep(0.01)
    board.frames.clear()
    stuck.blocked.clear()
    assert closed(stuck) == 4408


@pytest.mark.parametrize("role", ["dispatcher", "clinician", "officer", "partner"])
def test_what_a_tier_may_not_read_is_in_nothing_it_is_sent(live: Live, role: str, hooked: Any) -> None:
    center = make_center()
    dispatcher, unit = make_user(center), make_unit(center)
    reader = make_user(center, role)
    hooked.register_topics(lambda user_id: {f"unit:{unit.pk}"})
    console, ticket = live.console(reader), live.ticket(reader)
    call = make_call(dispatcher, triaged=False, narrative=SECRET, caller={"name": SECRET, "phone": SECRET})
    console.reached(act(add_note, by=dispatcher, call_id=call.pk, text=SECRET).seq)
    told = json.dumps(console.messages) + json.dumps(live.poll(ticket)[1])
    assert SECRET not in told, "narrative and caller travel by HTTP only, never on a card"
    if role in {"officer", "partner"}:
        assert f'"type": "call", "id": {call.pk}' not in told
    assert Tier(console.messages[0]["you"]["tier"])
