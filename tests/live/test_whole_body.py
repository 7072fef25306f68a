"""The wrapper that reads a request whole, within limits, before anybody behind it sees it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from care_dispatch import asgi
from care_dispatch.asgi import WholeBody, plain


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """An app that answers with the length of the body it got."""
    message = await receive()
    assert not message["more_body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(len(message["body"])).encode()})


async def ask(
    app: WholeBody, receive: Callable[[], Any], length: bytes | None = None, path: str = "/"
) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"content-length", length)] if length is not None else []
    await app({"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}, receive, send)
    return (sent[0]["status"], sent[1]["body"]) if sent else (0, b"")


def parts(*bodies: bytes, more: bool = False) -> Callable[[], Any]:
    """A client that sends these; with ``more`` it then keeps everybody waiting."""
    left = list(bodies)

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.sleep(3600)
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": more or bool(left)}

    return receive


async def gone() -> dict[str, Any]:
    return {"type": "http.disconnect"}


@pytest.mark.asyncio
async def test_a_body_in_parts_arrives_whole() -> None:
    assert await ask(WholeBody(behind), parts(b"a" * 10, b"b" * 20, b"")) == (200, b"30")


@pytest.mark.asyncio
@pytest.mark.parametrize(("length", "sent"), [(b"2621441", b""), (b"minus one", b""), (None, b"x" * 2_621_441)])
async def test_too_much_is_refused_with_413(length: bytes | None, sent: bytes) -> None:
    status, body = await ask(WholeBody(behind), parts(sent), length)
    assert status == 413 and json.loads(body)["error"] == "too_large"


@pytest.mark.asyncio
async def test_too_slow_is_refused_with_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "BODY_SECONDS", 0.05)
    status, body = await ask(WholeBody(behind), parts(b"a", more=True))
    assert status == 408 and json.loads(body)["error"] == "too_slow"


@pytest.mark.asyncio
async def test_the_oldest_half_sent_request_makes_room_for_a_whole_one() -> None:
    app = WholeBody(behind)
    halves = [asyncio.create_task(ask(app, parts(b"a", more=True))) for _ in range(asgi.BODIES_AT_ONCE)]
    await asyncio.sleep(0)
    assert await ask(app, parts(b"whole")) == (200, b"5")
    status, body = await asyncio.wait_for(halves[0], 5)
    assert status == 503 and json.loads(body)["error"] == "unavailable"
    assert not any(half.done() for half in halves[1:])
    for half in halves:
        half.cancel()
    await asyncio.gather(*halves, return_exceptions=True)
    assert not app._arriving


@pytest.mark.asyncio
async def test_who_hangs_up_gets_no_answer() -> None:
    assert await ask(WholeBody(behind), gone) == (0, b"")


def test_the_scope_tells_wsgi_the_true_length_and_an_ascii_address() -> None:
    headers = [(b"transfer-encoding", b"chunked"), (b"host", b"x")]
    scope = plain({"type": "http", "headers": headers, "query_string": b"q=\xff%41"}, 7)
    assert scope["headers"] == [(b"host", b"x"), (b"content-length", b"7")]
    assert scope["query_string"] == b"q=%FF%41"


@pytest.mark.asyncio
async def test_only_a_page_that_takes_in_a_file_takes_more() -> None:
    file = b"x" * 2_621_441
    assert (await ask(WholeBody(behind), parts(file), path="/admin/calls/gazetteerentry/upload/"))[0] == 200
    assert (await ask(WholeBody(behind), parts(file * 3), path="/admin/calls/gazetteerentry/upload/"))[0] == 413
    assert (await ask(WholeBody(behind), parts(file), path="/admin/calls/gazetteerentry/add/"))[0] == 413
