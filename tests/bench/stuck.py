"""One console that stops reading among fifty: what it costs the others, in alternating blocks with and without it."""

import asyncio
import socket
import time

from tests.bench.board import load_calls
from tests.bench.client import TEXT, Crowd, Http, masked
from tests.bench.figures import over_blocks, percentile, pooled
from tests.bench.ground import Ground
from tests.bench.loop import run
from tests.bench.push import BLOCKS, SAMPLES
from tests.bench.town import Moves, Town

# The system takes about 2.3 MB for a peer that reads nothing (Linux); four snapshots of 0.8 MB are more than that.
CONSOLES, CALLS, RESYNCS = 50, 1000, 3
RESYNC = b'{"type":"resync","epoch":null,"seq":null}'
PAUSE = 0.06


def measure(ground: Ground) -> dict[str, float]:
    town = Town(people=CONSOLES)
    moves = town.moves(2 * BLOCKS * SAMPLES + 10)
    load_calls(town, CALLS)
    ground.wait_until_quiet()
    return run(_blocks(ground, town, moves))


async def _blocks(ground: Ground, town: Town, moves: Moves) -> dict[str, float]:
    crowd = Crowd(ground.stack.port)
    await crowd.join(town.hellos(CONSOLES))
    http = await Http(ground.stack.port, town.people[0].session).open()
    await _changes(crowd, http, moves, 3)
    without: list[list[float]] = []
    beside: list[list[float]] = []
    for _ in range(BLOCKS):
        without.append(await _changes(crowd, http, moves, SAMPLES))
        peer = await _stuck_peer(crowd.port, town.people[1].hello())
        beside.append(await _changes(crowd, http, moves, SAMPLES))
        peer.close()
    covered = {console.covered for console in crowd.consoles}
    crowd.leave()
    return {
        "stuck_peer.ratio": over_blocks(beside, without, 95),
        "stuck_peer.p95_ms": percentile(pooled(beside), 95),
        "stuck_peer.without_p95_ms": percentile(pooled(without), 95),
        "stuck_peer.same_for_all": float(len(covered) == 1),
    }


async def _changes(crowd: Crowd, http: Http, moves: Moves, times: int) -> list[float]:
    found = []
    for _ in range(times):
        crowd.expect(crowd.to + 1)
        start = time.perf_counter()
        answer = await http.post(*next(moves))
        assert answer.status == 200, answer
        found.append(((await crowd.all_there())[0] - start) * 1000)
        await asyncio.sleep(PAUSE)
    return found


async def _stuck_peer(port: int, hello: str) -> socket.socket:
    """A console with the smallest buffer there is, which says hello and then reads nothing."""
    peer = socket.socket()
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    peer.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(peer, ("127.0.0.1", port))
    request = (
        f"GET /ws/live/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await loop.sock_sendall(peer, request.encode())
    await loop.sock_recv(peer, 1000)  # the answer to the upgrade, and nothing after it
    await loop.sock_sendall(peer, masked(TEXT, hello.encode()))
    for _ in range(RESYNCS):
        await asyncio.sleep(1.1)  # more than one in a second is one
        await loop.sock_sendall(peer, masked(TEXT, RESYNC))
    await asyncio.sleep(0.5)
    return peer
