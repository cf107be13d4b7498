"""What one node does, the other delivers: everything once, in order, and cheaply."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from shim.streams import Closed, Gap, SlowReader, Subscription
from tests.shim.streams.promising import last_id, opened, rest, take, until
from tests.shim.streams.redis_world import RedisWorld, operations, stop, told_by


async def test_a_push_to_one_node_reaches_the_client_of_another(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        for n in range(50):
            await here.awaiting.send(connection, f"{n}")

        assert await take(stream, 50) == [f"{n}" for n in range(50)]


async def test_pushes_from_all_sides_arrive_once_each(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    async with await there.awaiting.subscribe(connection) as stream:
        await asyncio.gather(
            *(
                node.awaiting.send(connection, f"{side} {n}")
                for n in range(50)
                for side, node in enumerate((here, there))
            ),
            asyncio.to_thread(lambda: [there.send(connection, f"thread {n}") for n in range(20)]),
        )
        received = await take(stream, 120)

    assert sorted(map(str, received)) == sorted(
        [f"{side} {n}" for n in range(50) for side in (0, 1)] + [f"thread {n}" for n in range(20)]
    )


async def test_a_stream_with_more_than_a_node_holds_gets_all_of_it(world: RedisWorld) -> None:
    here, there = await world.streams(replay_bytes=8_000_000), await world.streams(replay_bytes=8_000_000)
    connection = await opened(here)
    stream = await there.awaiting.subscribe(connection)
    for n in range(60):
        await here.awaiting.send(connection, f"{n:03}" + "x" * 60_000)
    received = await take(stream, 60)
    stream.end()

    assert [str(text)[:3] for text in received] == [f"{n:03}" for n in range(60)]


async def test_a_client_that_reads_nothing_makes_the_other_node_refuse(world: RedisWorld) -> None:
    here, there = await world.streams(replay_events=4), await world.streams(replay_events=4)
    connection = await opened(here)
    attachment = await there.awaiting.attach(connection, None, lambda: None)
    for n in range(4):
        await here.awaiting.send(connection, str(n))
    with pytest.raises(SlowReader):
        await here.awaiting.send(connection, "5")
    attachment.take()

    assert await here.awaiting.send(connection, "5") == 5


@pytest.mark.parametrize(("group", "most"), [(None, 7), ({"room": "a"}, 8), ({"room": "a", "role": 1}, 11), ({}, 8)])
async def test_one_broadcast_costs_so_many_operations_for_all_streams_of_two_nodes(
    world: RedisWorld, group: dict[str, Any] | None, most: int
) -> None:
    here, there = await world.streams(), await world.streams()
    streams = []
    for n in range(100):
        node = (here, there)[n % 2]
        streams.append(await node.awaiting.subscribe(await opened(node, attributes={"room": "a", "role": 1})))
    await here.awaiting.broadcast("the first one ever sets when it all expires")
    for stream in streams:
        await take(stream, 1)
    costs = []
    for _ in range(4):
        before = await operations(world)
        assert await here.awaiting.broadcast("all", group=group) == 100
        for stream in streams:
            assert await take(stream, 1) == ["all"]
        costs.append((await operations(world) - before).total())
    for stream in streams:
        stream.end()

    assert min(costs) <= most  # the others have what nodes do by the clock


async def test_a_client_resumes_on_another_node_and_the_old_stream_ends(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = await opened(here)
    old = await here.awaiting.subscribe(connection)
    for text in ("1", "2", "3"):
        await here.awaiting.send(connection, text)
    seen = await last_id(old, 2)
    async with await there.awaiting.subscribe(connection, seen) as new:
        await here.awaiting.send(connection, "4")

        assert await take(new, 2) == ["3", "4"]
        await rest(old)
        assert old.superseded
        old.end()
        await here.awaiting.expire()
        await here.awaiting.send(connection, "5")
        assert await take(new, 1) == ["5"]


async def test_what_open_was_given_is_there_for_the_next_node_and_in_the_end(world: RedisWorld) -> None:
    here, there = await world.streams(), await world.streams()
    connection = (await here.awaiting.open(state='{"ip": "192.0.2.7"}')).connection_id
    await here.awaiting.activate(connection)

    assert await there.awaiting.state(connection) == '{"ip": "192.0.2.7"}'
    told, running = await told_by(there)
    await here.awaiting.close(connection, 4000, "bye")
    await until(lambda: bool(told))
    await stop(running)
    assert told == [Closed(connection, 4000, "bye", {}, '{"ip": "192.0.2.7"}')]


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_is_lost_repeated_or_reordered_however_clients_move(world: RedisWorld, seed: int) -> None:
    chance = random.Random(seed)
    nodes = [await world.streams(), await world.streams()]
    connections = [await opened(chance.choice(nodes)) for _ in range(3)]
    expected: dict[str, list[str]] = {connection: [] for connection in connections}
    received: dict[str, list[str]] = {connection: [] for connection in connections}
    seen: dict[str, str | None] = dict.fromkeys(connections)
    streams: dict[str, Subscription] = {}

    async def read(connection: str, most: int) -> None:
        stream = streams[connection]
        while most and len(received[connection]) < len(expected[connection]):
            async with asyncio.timeout(30):
                event = await anext(stream)
            assert not isinstance(event, Gap)
            received[connection].append(str(event.payload))
            seen[connection] = stream.encode(event).partition(b"\n")[0].removeprefix(b"id: ").decode()
            most -= 1

    for n in range(120):
        connection, node = chance.choice(connections), chance.choice(nodes)
        match chance.randrange(6):
            case 0 | 1:
                await node.awaiting.send(connection, f"own {n}")
                expected[connection].append(f"own {n}")
            case 2:
                await node.awaiting.broadcast(f"all {n}")
                for each in connections:
                    expected[each].append(f"all {n}")
            case 3:
                some = chance.sample(connections, 2)
                await node.awaiting.broadcast(f"some {n}", some)
                for each in some:
                    expected[each].append(f"some {n}")
            case 4:
                if connection in streams and chance.random() < 0.5:
                    streams[connection].end()
                streams[connection] = await node.awaiting.subscribe(connection, seen[connection])
                await read(connection, chance.randrange(4))
            case 5 if connection in streams:
                await read(connection, chance.randrange(10))
    for connection in connections:
        streams[connection] = await nodes[0].awaiting.subscribe(connection, seen[connection])
        await read(connection, 1_000)

    assert received == expected
