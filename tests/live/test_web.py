"""The live board through a real uvicorn: sockets, a slow peer, Redis gone, and half-sent requests."""

import json
import socket
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from calls.models import Call
from care_dispatch.live import tickets
from care_dispatch.log.models import Head
from teams.models import User
from tests.cast import make_call, make_center, make_user
from tests.conftest import MakeStack
from tests.live.consoles import identity, signed_in
from tests.live.in_step import Store
from tests.services import Stack


@pytest.fixture(scope="module")
def web(make_stack: MakeStack) -> Stack:
    """Only the web process: no worker, no sweep."""
    return make_stack(names=("web",), own_servers=True)


@pytest.fixture
def web_db(web: Stack, django_db_blocker: Any) -> Iterator[Stack]:
    from tests.services import pointed_at

    with django_db_blocker.unblock(), pointed_at(web.database, web.services.postgres):
        yield web


@contextmanager
def opened(web: Stack, user: User) -> Iterator[ClientConnection]:
    """A websocket that has said hello."""
    ticket = tickets.issue(identity(user))[1]
    with connect(f"ws://127.0.0.1:{web.port}/ws/live/", origin=Origin(web.url), compression=None, max_size=None) as ws:
        ws.send(json.dumps({"type": "hello", "ticket": ticket, "epoch": None, "seq": None}))
        yield ws


def follow(ws: ClientConnection, store: Store, seq: int, within: float = 20.0) -> float:
    """Take messages until the store has ``seq``; returns the seconds it took."""
    start = time.monotonic()
    while store.to is None or store.to < seq:
        store.take(str(ws.recv(timeout=within)))
    return time.monotonic() - start


def head() -> int:
    return Head.objects.get().seq


def test_a_change_made_in_another_process_reaches_a_socket_and_a_poll(web_db: Stack) -> None:
    user = make_user(make_center())
    with opened(web_db, user) as ws:
        store = Store()
        follow(ws, store, head())
        make_call(user, triaged=False)
        follow(ws, store, head())
        client = Client()
        client.cookies["sessionid"] = signed_in(user).session_key or ""
        fresh = Store()
        fresh.take(client.get("/api/board/").content.decode())
        # With no worker the web process itself gives the verdict a moment later.
        follow(ws, store, fresh.to or 0)
    assert fresh.to == store.to
    assert fresh.faces() == store.faces()


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1:1"])
def test_uvicorn_refuses_a_foreign_origin_with_403(web: Stack, origin: str | None) -> None:
    given = Origin(origin) if origin is not None else None
    with pytest.raises(InvalidStatus) as refused, connect(f"ws://127.0.0.1:{web.port}/ws/live/", origin=given):
        pass
    assert refused.value.response.status_code == 403


def test_a_message_beyond_the_servers_size_closes_with_1009(web_db: Stack) -> None:
    with opened(web_db, make_user(make_center())) as ws:
        ws.recv(timeout=20)
        ws.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            follow(ws, Store(), 10**15)
        assert ws.close_code == 1009


def test_a_peer_that_reads_nothing_is_cut_off_and_the_others_see_every_change(web_db: Stack) -> None:
    """A raw socket with a tiny window says hello, gets a large board, and never reads it."""
    user = make_user(make_center())
    call = make_call(user, triaged=False, location_detail="x" * 500)
    fields = {f.attname: getattr(call, f.attname) for f in Call._meta.concrete_fields if not f.primary_key}
    Call.objects.bulk_create(Call(**fields | {"number": 1000 + n, "urn": uuid.uuid4()}) for n in range(1000))
    ticket = tickets.issue(identity(user))[1]
    hello = json.dumps({"type": "hello", "ticket": ticket, "epoch": None, "seq": None}).encode()
    with socket.socket() as stuck, opened(web_db, user) as good:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", web_db.port))
        stuck.sendall(
            f"GET /ws/live/ HTTP/1.1\r\nHost: 127.0.0.1:{web_db.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\nOrigin: {web_db.url}\r\n\r\n".encode()
        )
        time.sleep(0.2)
        stuck.sendall(b"\x81\xfe" + len(hello).to_bytes(2, "big") + b"\0\0\0\0" + hello)
        store, taken, deadline = Store(), [], time.monotonic() + 100
        follow(good, store, head())
        while not _cut(stuck):
            assert time.monotonic() < deadline, "a peer that reads nothing is still connected"
            make_call(user, triaged=False)
            taken.append(follow(good, store, head()))
            time.sleep(0.1)
        assert sorted(taken)[len(taken) // 2] < 5.0
        assert all(before[1] == after[0] for before, after in pairwise(store.ranges))


def _cut(stuck: socket.socket) -> bool:
    """Whether the server has dropped the connection: a write into it fails."""
    try:
        stuck.send(b"\x8a\x80\0\0\0\0")
    except OSError:
        return True
    return False


@pytest.mark.faults
def test_without_redis_a_change_of_another_process_is_there_within_a_second(web_db: Stack) -> None:
    user = make_user(make_center())
    with opened(web_db, user) as ws:
        store = Store()
        follow(ws, store, head())
        web_db.kill("valkey")
        taken = []
        for _ in range(4):
            make_call(user, triaged=False)
            taken.append(follow(ws, store, head()))
        assert max(taken) < 10.0, "ten times the second between two looks at the log"
        web_db.restart("valkey")
        make_call(user, triaged=False)
        follow(ws, store, head())


def test_a_hundred_and_fifty_idle_consoles_hold_no_thread_that_a_request_needs(web_db: Stack) -> None:
    user = make_user(make_center())
    with ExitStack() as ends:
        consoles = [ends.enter_context(opened(web_db, user)) for _ in range(150)]
        for console in consoles:
            assert json.loads(console.recv(timeout=20))["type"] == "snapshot"
        with urllib.request.urlopen(f"{web_db.url}/sign-in/", timeout=20) as answer:
            assert answer.status == 200


def test_half_sent_requests_hold_no_thread(web_db: Stack) -> None:
    with ExitStack() as ends:
        for _ in range(100):
            half = ends.enter_context(socket.create_connection(("127.0.0.1", web_db.port)))
            half.sendall(b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nusername=")
        start = time.monotonic()
        for _ in range(20):
            assert web_db.healthy()
            assert request(web_db, b"POST /live/ticket HTTP/1.1", b"{}")[0] in {401, 403}
        assert time.monotonic() - start < 10.0


@pytest.mark.parametrize(
    ("line", "extra", "status"),
    [
        (b"GET /api/calls/?q=\xff\xfe HTTP/1.1", b"", {400, 401, 403}),
        (b"GET /\xff\xfe HTTP/1.1", b"", {400, 404}),
        (b"GET /live/poll?since=\xff HTTP/1.1", b"", {400, 401}),
        (b"GET /live/poll?since=1e9&x=1 HTTP/1.1", b"", {401}),
        (b"POST /live/ticket HTTP/1.1", b"Content-Length: 3000000\r\n", {413}),
        (b"POST /live/ticket HTTP/1.1", b"Content-Length: -1\r\n", {400, 413}),
    ],
)
def test_odd_requests_get_a_4xx(web: Stack, line: bytes, extra: bytes, status: set[int]) -> None:
    assert request(web, line, extra=extra)[0] in status


def request(web: Stack, line: bytes, body: bytes = b"", extra: bytes = b"") -> tuple[int, bytes]:
    """One raw request on a connection of its own: status and the rest."""
    length = b"" if b"Content-Length" in extra else b"Content-Length: " + str(len(body)).encode() + b"\r\n"
    with socket.create_connection(("127.0.0.1", web.port), timeout=20) as talk:
        talk.sendall(line + b"\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + length + extra + b"\r\n" + body)
        answer = b""
        while part := talk.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1]), answer
