"""The hostile through the real server: what only a socket can send, and who may not open the live board."""

import http.client
import json
import socket
import uuid
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from care_dispatch.access import Role
from tests.bench.town import sign_in
from tests.cast import make_center, make_user, use_default_rules
from tests.faults import hostile
from tests.faults.desk import CSRF, Desk
from tests.live.consoles import signed_in
from tests.services import Stack

pytestmark = [pytest.mark.faults]
THREE_MEGABYTES = json.dumps({"nature": "x" * 3_000_000, "location": "y"}).encode()


@pytest.fixture
def desk(stack_db: Stack) -> Iterator[Desk]:
    use_default_rules()
    desk = Desk(stack_db.port, sign_in([make_user(make_center())])[0])
    yield desk
    desk.close()


def send(desk: Desk, path: str, body: bytes, method: str = "POST") -> tuple[int, str]:
    """Status and the sentence of the answer."""
    headers = {
        "Cookie": f"sessionid={desk.person.session}; csrftoken={CSRF}", "X-CSRFToken": CSRF,
        "Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4()),
    }  # fmt: skip
    talk = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=20)
    try:
        talk.request(method, path, body, headers)
        answer = talk.getresponse()
        return answer.status, str(json.loads(answer.read()).get("message", ""))
    except (BrokenPipeError, ConnectionResetError):
        return 413, "cut off while it was still sending"
    finally:
        talk.close()


@pytest.mark.parametrize("path", ["/api/calls/", "/api/calls/1/dispatch/", "/api/triage/preview/", "/live/ticket"])
def test_no_body_makes_the_server_fall_over(path: str, desk: Desk, stack: Stack) -> None:
    before = len(stack.log("web"))
    for name, body in {**hostile.BODIES, "three-megabytes": THREE_MEGABYTES}.items():
        status, message = send(desk, path, body)
        assert status < 500, (name, status)
        assert status < 400 or len(message) > 3, (name, status, message)
    assert desk.ask("GET", "/api/me/").status == 200
    assert "Traceback" not in stack.log("web")[before:]


def raw(stack: Stack, request: bytes) -> int:
    """The status of a request as it stands; 0 when the server just hangs up."""
    with socket.create_connection(("127.0.0.1", stack.port), timeout=20) as talk:
        talk.sendall(request)
        talk.shutdown(socket.SHUT_WR)
        answer = b""
        while part := talk.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /api/calls/\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"GET /api/../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"GET /api/board/ HTTP/1.1\r\nHost: evil.example\r\n",
        b"GET http://evil.example/api/me/ HTTP/1.1\r\nHost: evil.example\r\n",
        b"TRACE /api/calls/ HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"BREW /api/calls/ HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST /api/calls/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-HTTP-Method-Override: DELETE\r\nContent-Length: 0\r\n",
        b"POST /api/calls/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"GET /api/me/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid=" + b"\xff" * 500 + b"\r\n",
        b"GET /api/me/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid=%00'; DROP TABLE\r\n",
    ],
)
def test_no_odd_request_makes_the_server_fall_over(request_line: bytes, stack: Stack) -> None:
    assert raw(stack, request_line + b"Connection: close\r\n\r\n") < 500
    assert stack.healthy()


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1.evil.example"])
def test_a_socket_of_another_origin_is_refused_even_with_a_good_ticket(
    origin: str | None, desk: Desk, stack: Stack
) -> None:
    assert desk.post("/live/ticket", {}).status == 200
    cookie = {"Cookie": f"sessionid={desk.person.session}"}
    url, given = f"ws://127.0.0.1:{stack.port}/ws/live/", Origin(origin) if origin is not None else None
    with pytest.raises(InvalidStatus) as refused, connect(url, origin=given, additional_headers=cookie):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "hello",
    [
        '{"type": "hello", "ticket": "", "epoch": null, "seq": null}',
        '{"type": "hello", "ticket": "W10:forged:ticket", "epoch": null, "seq": null}',
        '{"type": "hello"}',
        '{"type": "resync", "epoch": null, "seq": 0}',
        "[" * 2000,
        '{"type": "hello", "ticket": {"a": 1}, "seq": 1e999}',
        "\x00",
    ],
)
def test_a_socket_without_a_ticket_is_told_nothing(hello: str, desk: Desk, stack: Stack) -> None:
    """The origin is right; the cookie of a signed-in dispatcher does not stand for a ticket either."""
    cookie = {"Cookie": f"sessionid={desk.person.session}"}
    url = f"ws://127.0.0.1:{stack.port}/ws/live/"
    with connect(url, origin=Origin(stack.url), additional_headers=cookie) as talk:
        talk.send(hello)
        with pytest.raises(ConnectionClosed):
            talk.recv(timeout=10)
        assert talk.close_code in {4401, 1008}


def test_nobody_gets_a_ticket_without_a_sign_in_that_reads_calls(desk: Desk, stack: Stack) -> None:
    admin = signed_in(make_user(make_center(), Role.ADMIN)).session_key or ""
    for session, status in (("x" * 32, 401), (admin, 403)):
        desk.person.session = session
        assert desk.post("/live/ticket", {}).status == status
