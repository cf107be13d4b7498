"""How promises of brokers are written: functions of a `World`. `test_memory.py` and `test_redis.py` run them all.

Everything goes through `streams.awaiting`, as faces and back ends go; time passes by `World.pass_time`, not by waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol

from shim.streams import (
    ConnectionGone,
    Event,
    Gap,
    Streams,
    Subscription,
)


class World(Protocol):
    """Brokers to be tried, and their clock."""

    async def streams(self, **limits: Any) -> Streams:
        """New ones, of which nobody knows anything."""

    def pass_time(self, seconds: float) -> None: ...


Promise = Callable[[World], Awaitable[None]]
PROMISES: list[Promise] = []


def promise(function: Promise) -> Promise:
    PROMISES.append(function)
    return function


async def opened(streams: Streams, **options: Any) -> str:
    connection = (await streams.awaiting.open(**options)).connection_id
    await streams.awaiting.activate(connection)
    return connection


async def take(stream: AsyncIterator[Event | Gap], count: int) -> list[str | bytes | Gap]:
    taken: list[str | bytes | Gap] = []
    async with asyncio.timeout(30):
        while len(taken) < count:
            event = await anext(stream)
            taken.append(event if isinstance(event, Gap) else event.payload)
    return taken


async def rest(stream: AsyncIterator[Event | Gap]) -> list[str | bytes | Gap]:
    async with asyncio.timeout(30):
        return [event if isinstance(event, Gap) else event.payload async for event in stream]


async def last_id(stream: Subscription, count: int) -> str:
    """The id of the last of so many events, as the client has it."""
    found = b""
    async with asyncio.timeout(30):
        for _ in range(count):
            found = stream.encode(await anext(stream))
    return found.partition(b"\n")[0].removeprefix(b"id: ").decode()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


async def until_async(true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.005)


async def epoch_of(streams: Streams, connection: str) -> str:
    return (await streams.awaiting.info(connection)).epoch


async def is_detached(streams: Streams, connection: str) -> bool:
    return not any(one.attached for one in await streams.awaiting.snapshots() if one.connection_id == connection)


async def is_gone(streams: Streams, connection: str) -> bool:
    try:
        await streams.awaiting.info(connection)
    except ConnectionGone:
        return True
    return False
