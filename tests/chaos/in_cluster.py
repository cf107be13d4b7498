"""A Redis Cluster of three masters."""

from __future__ import annotations

import asyncio
import signal

from redis.exceptions import RedisError

from tests.chaos.redis_under_test import KEPT, Keeps, RedisUnderTest
from tests.redis_cluster import RedisCluster

MASTERS = 3


class InCluster(RedisUnderTest):
    """`goes_on`: whether the slots of the others are served while a master is away, which is not Redis's default."""

    def __init__(self, keeps: Keeps, host: str, *, goes_on: bool) -> None:
        self.host = host
        self._words = [*KEPT[keeps], "--cluster-require-full-coverage", "no" if goes_on else "yes"]

    @property
    def ports(self) -> list[int]:
        return self._servers.ports

    def url_at(self, place: tuple[str, int]) -> str:
        return self._servers.url

    async def begin(self) -> None:
        self._servers = await asyncio.to_thread(lambda: RedisCluster(MASTERS, host=self.host, words=self._words))

    def victim(self, place: int) -> int:
        return self.ports[place % MASTERS]

    async def kill(self, port: int) -> None:
        await asyncio.to_thread(self._servers.kill, self.ports.index(port))

    async def start(self, port: int) -> None:
        await asyncio.to_thread(self._servers.start, self.ports.index(port))
        await self._until_it_answers(port)

    def send_signal(self, port: int, number: signal.Signals) -> None:
        self._servers.send_signal(self.ports.index(port), number)

    async def move_slot(self, place: int) -> str:
        """One that has keys, to the next master; says which."""
        client = self._servers.client(place % MASTERS)
        try:
            key = await asyncio.to_thread(client.randomkey)
            if key is None:
                return "nothing is there"
            slot = int(await asyncio.to_thread(client.execute_command, "CLUSTER KEYSLOT", key))
            await asyncio.to_thread(self._servers.move, slot)
        except RedisError as error:
            raise OSError(error) from error
        return f"slot {slot}"

    async def whole(self) -> None:
        await asyncio.to_thread(self._servers.whole)

    async def close(self) -> None:
        await asyncio.to_thread(self._servers.close)
