"""Hints from other processes through Redis: each only wakes the tail. Redis may be gone, hung or empty: no harm."""

import asyncio
import json
import logging
from collections.abc import Callable

import redis.asyncio
from django.conf import settings

from care_dispatch.log.nudge import CHANNEL

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
RETRY_SECONDS_MOST = 5.0


async def follow_redis(heard: Callable[[int], None]) -> None:
    """Call ``heard(head)`` for each hint, for ever; reconnects by itself."""
    wait = RETRY_SECONDS
    while True:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
            socket_timeout=5,
            health_check_interval=10,
            retry=None,
        )
        try:
            async with client.pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(CHANNEL)
                while True:
                    message = await pubsub.get_message(timeout=5)
                    wait = RETRY_SECONDS
                    if message is not None:
                        heard(_head(message["data"]))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            logger.info("no hints from Redis, the log is looked at every second: %s", error)
        finally:
            await _close(client)
        await asyncio.sleep(wait)
        wait = min(wait * 2, RETRY_SECONDS_MOST)


def _head(data: bytes) -> int:
    """The number in a hint; one that cannot be read still means that something happened."""
    try:
        return int(json.loads(data)["head"])
    except (ValueError, KeyError, TypeError):
        return 2**63 - 1


async def _close(client: redis.asyncio.Redis) -> None:
    try:
        async with asyncio.timeout(1):
            await client.aclose()
    except Exception as error:  # it is gone either way
        logger.debug("connection to Redis was already gone: %s", error)
