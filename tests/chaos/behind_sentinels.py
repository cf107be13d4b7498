"""A Redis master with replicas and three Sentinels, who say when another one takes over."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.chaos.history import TOOK_OVER, Recorder, Trouble
from tests.chaos.redis_under_test import KEPT, Keeps, RedisUnderTest
from tests.redis_cluster import eventually
from tests.redis_sentinels import NAME, RedisSentinels

HASTE: Final = {
    "INFO-PERIOD": 500,
    "ASK-PERIOD": 200,
    "PUBLISH-PERIOD": 250,
    "MIN-LINK-RECONNECT-PERIOD": 500,
    "TILT-TRIGGER": 20_000,
}
"""Milliseconds: Sentinels look more often than they do by default, and take a busy machine for what it is.
https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/#sentinel-api (`SENTINEL DEBUG`)"""

TRIES, SWITCHES = b"+try-failover", b"+switch-master"


class BehindSentinels(RedisUnderTest):
    """When another server takes over, that is written to the history as `TOOK_OVER`: from when a Sentinel sets about it
    until there is one master, and no server that takes itself for one."""

    def __init__(self, replicas: int, keeps: Keeps, recorder: Recorder, host: str) -> None:
        self.host = host
        self._replicas, self._keeps, self._recorder = replicas, keeps, recorder
        self._tried: float | None = None
        self._settling: asyncio.Task[None] | None = None
        self._watching: list[asyncio.Task[None]] = []

    @property
    def ports(self) -> list[int]:
        return [self._first, *self._servers.replicas]

    def url_at(self, place: tuple[str, int]) -> str:
        return self._servers.url

    async def begin(self) -> None:
        words = KEPT[self._keeps]
        self._servers = await asyncio.to_thread(lambda: RedisSentinels(self._replicas, host=self.host, words=words))
        self._first = self._master = self._servers.master
        haste = [str(word) for pair in HASTE.items() for word in pair]
        for port in self._servers.sentinels:
            await asyncio.to_thread(self._servers.client(port).execute_command, "SENTINEL", "DEBUG", *haste)
            self._watching.append(asyncio.create_task(self._watch(port)))

    def victim(self, place: int) -> int:
        return self._master

    async def kill(self, port: int) -> None:
        await asyncio.to_thread(self._servers.kill, port)

    async def start(self, port: int) -> None:
        """As a replica, when another one is the master by now."""
        more = () if port == self._master else ("--replicaof", f"{self.host} {self._master}")
        await asyncio.to_thread(self._servers.start, port, *more)

    def send_signal(self, port: int, number: signal.Signals) -> None:
        self._servers.send_signal(port, number)

    def signal_sentinel(self, place: int, number: signal.Signals) -> None:
        self._servers.send_signal(self._servers.sentinels[place % len(self._servers.sentinels)], number)

    async def fail_over(self) -> None:
        """As an operator does. It may be refused, as while another one is under way."""
        client = self._servers.client(self._servers.sentinels[0])
        with suppress(RedisError):
            await asyncio.to_thread(client.sentinel_failover, NAME)

    async def whole(self) -> None:
        await asyncio.to_thread(eventually, self._is_whole)
        if self._settling is not None:
            await self._settling

    async def close(self) -> None:
        for task in (*self._watching, *([] if self._settling is None else [self._settling])):
            task.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
        await asyncio.to_thread(self._servers.close)

    def _is_whole(self) -> bool:
        (master, *others) = {self._servers.master_at(port) for port in self._servers.sentinels}
        if others or self._servers.client(master).role()[0] != b"master":
            return False
        roles = [self._servers.client(port).role() for port in self.ports if port != master]
        return all(one[0] == b"slave" and (int(one[2]), one[3]) == (master, b"connected") for one in roles)

    async def _watch(self, sentinel: int) -> None:
        while True:
            client: Redis = Redis(host=self.host, port=sentinel)
            with suppress(RedisError):
                async with client.pubsub(ignore_subscribe_messages=True) as said:
                    await said.subscribe(TRIES, SWITCHES)
                    async for message in said.listen():
                        self._heard(message["channel"], message["data"])
            await client.aclose()
            await asyncio.sleep(0.1)

    def _heard(self, what: bytes, words: bytes) -> None:
        if what == TRIES:
            self._tried = self._tried or self._recorder.now()
            return
        master = int(words.split()[4])  # name, old address, new address
        if master == self._master:
            return
        self._master = master
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle(self._tried or self._recorder.now()))

    async def _settle(self, since: float) -> None:
        await asyncio.to_thread(eventually, self._is_whole)
        self._tried = None
        self._recorder.add(Trouble(TOOK_OVER, -1, since, self._recorder.now(), detail=str(self._master)))
