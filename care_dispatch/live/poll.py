"""GET /live/poll: the same messages as the socket for a console whose socket does not work, answered from memory."""

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings

from care_dispatch.live import tickets
from care_dispatch.live.hub import Refusal, hub
from care_dispatch.live.stream import Board
from care_dispatch.live.tickets import Ticket
from care_dispatch.security import RAW_HEADERS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

FRAMES_MOST = 64  # more than these: the whole board is shorter
PER_SECOND = 5
_EPOCH = re.compile(r"[0-9a-f]{1,64}")
_SEQ = re.compile(r"[0-9]{1,18}")
_seen: dict[int, tuple[int, int]] = {}

SENTENCES = {
    400: ("invalid", "epoch and since name what you have: both come from the last message you got."),
    401: ("signed_out", "The ticket is missing, too old, or its sign-in has ended; sign in again."),
    403: ("forbidden", "Your role or center has changed, or this page is not one of ours; load it again."),
    405: ("method_not_allowed", "The board is read with GET."),
    429: ("too_often", "Ask for the board at most five times a second."),
    503: ("unavailable", "The database does not answer, so the board cannot be shown. Try again or use the radio."),
}


class Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


async def poll(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    """ASGI: ``{"messages": [snapshot | frame..., beat?]}``; no beat while the log cannot be read."""
    try:
        body = (await _answer(scope)).encode()
        status = 200
    except Refused as error:
        status = error.status
        code, sentence = SENTENCES[status]
        body = f'{{"error":"{code}","message":"{sentence}"}}'.encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *RAW_HEADERS,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _answer(scope: MutableMapping[str, Any]) -> str:
    if scope["method"] not in ("GET", "HEAD"):
        raise Refused(405)
    ticket = _ticket(scope)
    epoch, since = _place(scope)
    _not_too_often(ticket.identity.user_id)
    try:
        await hub.admit(ticket.identity)
        board = await hub.board((ticket.identity.center_id, ticket.identity.tier))
        # A ticket may be older than the shift: what a field user follows is asked anew.
        ticket = replace(ticket, topics=await hub.topics(ticket.identity))
    except Refusal as error:
        raise Refused({4401: 401, 4403: 403}.get(error.code, 503)) from None
    return await _messages(board, ticket, epoch, since)


async def _messages(board: Board, ticket: Ticket, epoch: str | None, since: int | None) -> str:
    topics = board.topics(ticket.topics)
    index = board.index_after(since) if since is not None and epoch == board.stream(topics) else None
    if index is None or board.end - index > FRAMES_MOST:
        messages: list[str] = [board.snapshot(topics)]
    else:
        messages = [board.frame(i).text(topics) for i in range(index, board.end)]
    to = board.to
    messages += await hub.beat_for(ticket, to)
    return '{"messages":[' + ",".join(messages) + "]}"


def _ticket(scope: MutableMapping[str, Any]) -> Ticket:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    if "origin" in {name.decode("latin-1") for name in headers} and headers[b"origin"] not in settings.ALLOWED_ORIGINS:
        raise Refused(403)
    scheme, _, text = headers.get(b"authorization", "").partition(" ")
    if scheme.lower() != "bearer" or len(text) > 4096 or not hub.running:
        raise Refused(401 if hub.running else 503)
    try:
        return tickets.read(text.strip())
    except tickets.BadTicket:
        raise Refused(401) from None


def _place(scope: MutableMapping[str, Any]) -> tuple[str | None, int | None]:
    query = scope.get("query_string", b"").decode("latin-1")
    try:
        given = parse_qs(query, strict_parsing=bool(query), keep_blank_values=True, max_num_fields=4)
    except ValueError:
        raise Refused(400) from None
    epoch, since = given.pop("epoch", [""])[-1], given.pop("since", [""])[-1]
    if given or (epoch and not _EPOCH.fullmatch(epoch)) or (since and not _SEQ.fullmatch(since)):
        raise Refused(400)
    return epoch or None, int(since) if since else None


def _not_too_often(user_id: int) -> None:
    second = int(time.monotonic())
    if len(_seen) > 10_000:
        _seen.clear()
    at, count = _seen.get(user_id, (second, 0))
    count = count + 1 if at == second else 1
    _seen[user_id] = (second, count)
    if count > PER_SECOND:
        raise Refused(429)
