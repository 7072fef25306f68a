"""People nobody knows who hold on to the web process."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

HALF = 100


@contextmanager
def half_sent(port: int) -> Iterator[None]:
    """A hundred strangers who each sent half a request and keep the line open."""
    head = f"POST /api/calls/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    half = f'{head}Content-Length: 1000\r\n\r\n{{"nature": "Welfare check"'.encode()
    with ExitStack() as ends:
        for _ in range(HALF):
            line = ends.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
            line.sendall(half)
        time.sleep(0.2)
        yield
