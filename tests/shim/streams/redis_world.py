"""Nodes over one Redis, for tests: each world has keys of its own, and a clock that is ahead of the server's."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final, TypeVar

from redis.asyncio import Redis

from shim.streams import BrokerUnavailable, Closed, StreamLimits
from shim.streams.redis.keys import Keys
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.streams import RedisStreams
from tests.shim.streams.redis_rights import rule_for

T = TypeVar("T")

OF_A_CLIENT: Final = {"info", "hello", "client|setinfo"}
"""What the client does that looks at what was done. Nodes do not say hello."""


def own_options(url: str, **options: Any) -> RedisOptions:
    """With a prefix that no other test has."""
    return RedisOptions(url, prefix=f"t{secrets.token_hex(4)}", **options)


class RedisWorld:
    def __init__(self, url: str, **options: Any) -> None:
        self._url = url
        self.options = own_options(url, **options)
        self.tag = Keys(self.options.prefix, 0, self.options.count).tag
        self._later_s = 0.0
        self.nodes: list[RedisStreams] = []

    async def streams(self, **limits: Any) -> RedisStreams:
        """One more node."""
        node = RedisStreams(self.options, StreamLimits(**limits), later_s=lambda: self._later_s)
        self.nodes.append(node)
        return node

    def pass_time(self, seconds: float) -> None:
        self._later_s += seconds

    async def live(self, seconds: float, *nodes: RedisStreams) -> None:
        """Time passes, and these nodes renew their leases meanwhile; the others stand still."""
        while seconds > 0:
            step = min(seconds, self.options.lease_s / 2)
            self.pass_time(step)
            seconds -= step
            for node in nodes:
                for member in await node.members():
                    await member._renew()

    def client(self) -> Any:
        """Of the redis package, to look at what the nodes did."""
        return Redis.from_url(self._url)

    async def restrict(self) -> None:
        """Nodes have no rights but those that they need. For one server at a Unix socket."""
        password = secrets.token_hex(8)
        client = self.client()
        await client.execute_command("ACL", "SETUSER", self.options.prefix, *rule_for(self.options.prefix, password))
        await client.aclose()
        url = self._url.replace("unix://", f"unix://{self.options.prefix}:{password}@")
        self.options = replace(self.options, url=url)

    async def close(self) -> None:
        for node in self.nodes:
            await node.aclose()


async def told_by(*nodes: RedisStreams) -> tuple[list[Closed], list[asyncio.Task[None]]]:
    told: list[Closed] = []

    async def on_disconnect(closed: Closed) -> None:
        told.append(closed)

    return told, [asyncio.create_task(node.run(on_disconnect)) for node in nodes]


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def dead(node: RedisStreams) -> None:
    """Ends a node as a crash does: nothing is detached, and nobody is told."""
    await node.aclose()


async def operations(world: RedisWorld) -> Counter[str]:
    """How often Redis did what, but what is asked for here."""
    client = world.client()
    try:
        stats = await client.info("commandstats")
    finally:
        await client.aclose()
    done = {name.removeprefix("cmdstat_"): one["calls"] for name, one in stats.items()}
    return Counter({name: calls for name, calls in done.items() if name not in OF_A_CLIENT})


async def at_last(asked: Callable[[], Awaitable[T]]) -> T:
    """Asks until Redis answers."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await asked()
            except BrokerUnavailable:
                await asyncio.sleep(0.05)


async def kill_subscriptions(world: RedisWorld) -> None:
    client = world.client()
    try:
        await client.client_kill_filter(_type="pubsub")
    finally:
        await client.aclose()


async def emptied(world: RedisWorld) -> None:
    client = world.client()
    await client.flushall()
    await client.aclose()


async def saved(world: RedisWorld) -> dict[bytes, bytes]:
    client = world.client()
    try:
        return {key: await client.dump(key) async for key in client.scan_iter(f"*{world.options.prefix}*")}
    finally:
        await client.aclose()


async def go_back(world: RedisWorld, to: dict[bytes, bytes], *, drops: bool = True) -> None:
    """As a server that is started again with what it had when it saved. `drops`: also all connections."""
    client = world.client()
    try:
        await client.flushall()
        for key, value in to.items():
            await client.restore(key, 0, value)
        await client.script_flush()
        if drops:
            await client.client_kill_filter(_type="normal", skipme=True)
            await client.client_kill_filter(_type="pubsub")
    finally:
        await client.aclose()
