"""A message as it travels. Under uvicorn one prebuilt websocket frame is written to every socket.

uvicorn builds a frame per socket and per message; the server's frames are not masked, so they are all the same bytes.
Anything but a plain, open uvicorn socket (another server, compression, a full buffer) takes the ordinary way.
"""

from functools import cached_property
from typing import Any

from websockets.protocol import State

_TEXT = 0x81  # final frame, text


class Text(str):  # noqa: SLOT000 - the frame is kept beside the text
    """A message's JSON; ``frame`` is the same as one websocket frame, made once for all sockets."""

    @cached_property
    def frame(self) -> bytes:
        body = self.encode()
        size = len(body)
        if size < 126:
            head = bytes([_TEXT, size])
        elif size < 65536:
            head = bytes([_TEXT, 126]) + size.to_bytes(2, "big")
        else:
            head = bytes([_TEXT, 127]) + size.to_bytes(8, "big")
        return head + body


class Wire:
    """The connection under an ASGI ``send`` of uvicorn."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self._write = protocol.transport.write

    @classmethod
    def under(cls, send: Any) -> "Wire | None":
        """None when ``send`` is not a method of a uvicorn socket as we know it."""
        protocol: Any = getattr(send, "__self__", None)
        parts = ("transport", "conn", "writable", "close_sent", "disconnected")
        if type(protocol).__name__ != "WebSocketsSansIOProtocol" or not all(hasattr(protocol, p) for p in parts):
            return None
        return None if protocol.conn.extensions else cls(protocol)

    @property
    def free(self) -> bool:
        """Whether a frame may be written right now: open, and the peer takes what it is sent."""
        protocol = self._protocol
        return (
            protocol.writable.is_set()
            and protocol.conn.state is State.OPEN
            and not protocol.close_sent
            and not protocol.disconnected
        )

    def write(self, text: Text) -> None:
        self._write(text.frame)

    def cut_off(self) -> None:
        """Drop the connection; a peer that reads nothing would hold it for ever."""
        self._protocol.transport.abort()
