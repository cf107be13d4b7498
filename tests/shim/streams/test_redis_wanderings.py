"""Servers that go back, follow each other and take over, at random, and a client that moves between nodes meanwhile: it
gets nothing twice and all in order, and whatever it does not get a gap tells of after it was sent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis

from shim.streams import Gap
from shim.streams.redis.streams import RedisStreams
from shim.streams.subscription import Subscription
from tests.shim.streams.promising import opened
from tests.shim.streams.redis_two import Two
from tests.shim.streams.redis_world import RedisWorld, at_last

Data = dict[bytes, bytes]

WEIGHTS = {
    "say": 6,
    "say_to_all": 3,
    "hear": 4,
    "leave": 3,
    "save": 2,
    "go_back": 2,
    "follow": 2,
    "move": 3,
    "begin_anew": 1,
    "lose_all": 1,
}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    found = Two(tmp_path_factory.mktemp("two"))
    yield found
    for server in found.servers:
        server.close()


class Client:
    """Follows one connection, and keeps what it got."""

    def __init__(self, connection: str, node: RedisStreams) -> None:
        self.connection = connection
        self.node = node
        self.stream: Subscription | None = None
        self.has: list[int] = []
        self.gaps = 0
        self._last_id: str | None = None
        self._since_gap = 0

    async def come(self, node: RedisStreams) -> None:
        if self.stream is None:
            self.node = node
            self.stream = await at_last(lambda: node.awaiting.subscribe(self.connection, self._last_id))

    def leave(self) -> None:
        if self.stream is not None:
            self.stream.end()
            self.stream = None

    async def hear_up_to(self, number: int) -> None:
        assert self.stream is not None
        while number not in self.has[-1:]:
            async with asyncio.timeout(30):
                one = await anext(self.stream)
            if isinstance(one, Gap):
                self.gaps += 1
                self._since_gap = 0
                continue
            got = int(one.payload)
            assert got not in self.has, f"{got} again"
            assert got > self._since_gap, f"{got} after {self._since_gap}"
            self.has.append(got)
            self._since_gap = got
            self._last_id = self.stream.encode(one).partition(b"\n")[0].removeprefix(b"id: ").decode()


class Wandering:
    """Two servers, two nodes, one client. `sent`: of what was acknowledged, of how many gaps the client was told before
    that."""

    def __init__(self, two: Two, rng: random.Random) -> None:
        self._two, self._rng = two, rng
        self._world = RedisWorld(two.url, lease_s=1e6, check_s=1e6)
        self._saved: list[list[Data]] = [[], []]
        self._place = 0
        self._number = 0
        self.lost_all = False
        self.sent: dict[int, int] = {}

    async def begin(self) -> None:
        self._two.lead_to(0)
        self._nodes = [await self._world.streams(resume_window_s=1e5) for _ in range(2)]
        self._at = dict.fromkeys(self._nodes, 0)
        self.client = Client(await opened(self._nodes[0]), self._nodes[0])
        await self._nodes[1].members()
        await self.save()

    async def say(self) -> None:
        await self._say(self._rng.choice(self._nodes))

    async def say_to_all(self) -> None:
        await self._say(self._rng.choice(self._nodes), to_all=True)

    async def hear(self) -> None:
        """All that there is where the client is, up to something new."""
        await self.client.come(self._rng.choice(self._nodes))
        number = await self._say(self.client.node)
        for _ in range(2):  # what was heard by nobody is known by the second one
            await self._check(self.client.node)
        await self.client.hear_up_to(number)

    async def leave(self) -> None:
        self.client.leave()

    async def save(self) -> None:
        self._saved[self._place].append(await self._data(self._place))

    async def go_back(self) -> None:
        """As a server that is started again with what it had when it saved, at some time."""
        place = self._rng.choice([place for place in range(2) if self._saved[place]])
        await self._put(place, self._rng.choice(self._saved[place]))

    async def follow(self) -> None:
        """The other server gets all that this one has."""
        other = 1 - self._place
        self._saved[other] = [await self._data(self._place)]
        await self._put(other, self._saved[other][0])

    async def move(self) -> None:
        """The other server takes over. Some nodes hear of it at once, others stay with the former."""
        if self._saved[1 - self._place]:
            self._place = 1 - self._place
            self._two.lead_to(self._place)
            for node in self._rng.sample(self._nodes, self._rng.randint(1, 2)):
                await self._drop(node)

    async def begin_anew(self) -> None:
        """As when a server is started again with all that it had."""
        await self._put(self._place, await self._data(self._place))

    async def lose_all(self) -> None:
        """What a node has a stream of is written again."""
        if self.client.stream is not None and self._at[self.client.node] == self._place:
            self.lost_all = True
            await self._put(self._place, {})
            await self._say(self.client.node)
            self._saved[self._place] = [await self._data(self._place)]

    async def end(self) -> None:
        for node in self._nodes:
            await self._drop(node)
        await self.hear()

    async def left(self) -> set[int]:
        """What Redis has in the end."""
        client = Redis.from_url(self._two.servers[self._place].url)
        found = set()
        for key in (f"{self._world.tag}:{self.client.connection}:s", f"{self._world.tag}:b"):
            found |= {int(fields[b"d"]) for _number, fields in await client.xrange(key)}
        await client.aclose()
        return found

    async def close(self) -> None:
        self.client.leave()
        await self._world.close()

    async def _say(self, node: RedisStreams, *, to_all: bool = False) -> int:
        """A call that had no answer may have been done: whoever tries again says something else."""

        async def said() -> int:
            self._number += 1
            number = self._number
            if to_all:
                await node.awaiting.broadcast(str(number))
            else:
                await node.awaiting.send(self.client.connection, str(number))
            return number

        number = await at_last(said)
        self.sent[number] = self.client.gaps
        return number

    async def _check(self, node: RedisStreams) -> None:
        (member,) = await node.members()
        await at_last(member.node.check)

    async def _drop(self, node: RedisStreams) -> None:
        """Its connections break, so that it looks where the name leads."""
        (member,) = await node.members()
        if member.batches._wire is not None:
            member.batches._wire._transport.abort()
        if member._listening.listening:
            member._listening._connection._writer.transport.abort()
        self._at[node] = self._place
        await self._check(node)

    async def _data(self, place: int) -> Data:
        client = Redis.from_url(self._two.servers[place].url)
        found = {key: await client.dump(key) async for key in client.scan_iter(f"*{self._world.options.prefix}*")}
        await client.aclose()
        return {key: value for key, value in found.items() if value is not None}  # it expired

    async def _put(self, place: int, data: Data) -> None:
        client = Redis.from_url(self._two.servers[place].url)
        async with client.pipeline(transaction=True) as at_once:
            at_once.flushall()
            for key, value in data.items():
                at_once.restore(key, 0, value)
            at_once.execute_command("SCRIPT", "FLUSH")
            await at_once.execute()
        await client.aclose()
        await self._two.drop_connections(place)
        for node in [node for node, at in self._at.items() if at == place]:
            self._at[node] = self._place
            await self._check(node)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.slow] if seed >= 6 else []) for seed in range(60)]
)
async def test_a_client_gets_nothing_twice_and_hears_of_all_that_is_lost(two: Two, seed: int) -> None:
    rng = random.Random(seed)
    wandering = Wandering(two, rng)
    await wandering.begin()
    try:
        for act in rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=25):
            await getattr(wandering, act)()
        await wandering.end()
        client = wandering.client
        lost = [number for number in wandering.sent if number not in client.has]
        assert [number for number in lost if wandering.sent[number] == client.gaps] == []
        if not wandering.lost_all:
            assert await wandering.left() <= {*client.has}
    finally:
        await wandering.close()
