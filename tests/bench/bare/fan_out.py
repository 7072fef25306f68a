"""The limit of a fan-out: one Redis subscription, and one prebuilt frame written to every open socket.

python -m tests.bench.bare.fan_out PORT REDIS_URL
"""

import sys

import redis.asyncio
import uvloop
from websockets.asyncio.server import ServerConnection, serve

from care_dispatch.live.wire import Text

CHANNEL = "bench.fan_out"


async def main(port: int, url: str) -> None:
    sockets: set[ServerConnection] = set()

    async def stay(socket: ServerConnection) -> None:
        sockets.add(socket)
        try:
            await socket.wait_closed()
        finally:
            sockets.discard(socket)

    async with (
        serve(stay, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096),
        redis.asyncio.Redis.from_url(url) as client,
        client.pubsub(ignore_subscribe_messages=True) as heard,
    ):
        await heard.subscribe(CHANNEL)
        async for message in heard.listen():
            frame = Text(message["data"].decode()).frame
            for socket in sockets:
                socket.transport.write(frame)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2]))
