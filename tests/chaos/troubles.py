"""What is done to the nodes, to Redis, to the network and to the clients. Each trouble begins, lasts and is over."""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.chaos.history import KILLED, Trouble
from tests.chaos.servers import Keeps

if TYPE_CHECKING:
    from tests.chaos.world import World


END_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Planned:
    """`at`: seconds after the beginning; `lasts`: seconds; `node`: which one, where it is done to one."""

    what: str
    at: float
    lasts: float
    node: int

    def __str__(self) -> str:
        return f"{self.what}({self.node}) {self.at:.1f}-{self.at + self.lasts:.1f}"


async def kill_node(world: World, planned: Planned) -> None:
    node = world.nodes[planned.node]
    await node.kill()
    await asyncio.sleep(planned.lasts)
    await node.start()


async def end_node(world: World, planned: Planned) -> str:
    """As a rolling update does."""
    node = world.nodes[planned.node]
    in_time = await node.end(within_s=END_WITHIN_S)
    await asyncio.sleep(planned.lasts)
    await node.start()
    if not in_time:
        world.notes.append(f"node {planned.node} did not end within {END_WITHIN_S} s of SIGTERM")
        return KILLED
    return ""


async def roll(world: World, planned: Planned) -> None:
    """All nodes are ended and started anew, one after the other, with pauses of so many seconds."""
    for node in world.nodes:
        begun = world.recorder.now()
        in_time = await node.end(END_WITHIN_S)
        world.notes.append(f"node {node.index} ended within {world.recorder.now() - begun:.1f} s: {in_time}")
        await node.start()
        await asyncio.sleep(planned.lasts)


async def stop_node(world: World, planned: Planned) -> None:
    node = world.nodes[planned.node]
    node.stop()
    await asyncio.sleep(planned.lasts)
    node.go_on()


async def kill_redis(world: World, planned: Planned) -> None:
    await world.redis.kill()
    await asyncio.sleep(planned.lasts)
    await world.redis.start()


async def stop_redis(world: World, planned: Planned) -> None:
    world.redis.signal(signal.SIGSTOP)
    await asyncio.sleep(planned.lasts)
    world.redis.signal(signal.SIGCONT)


async def pause_redis(world: World, planned: Planned) -> None:
    """It takes commands, and answers when the pause is over."""
    await world.redis.ask(b"CLIENT PAUSE %d ALL\r\n" % int(planned.lasts * 1000))
    await asyncio.sleep(planned.lasts)


async def save_redis(world: World, planned: Planned) -> None:
    await world.redis.save()


async def drop_subscriptions(world: World, planned: Planned) -> None:
    await world.redis.ask(b"CLIENT KILL TYPE pubsub\r\n")


async def cut_back(world: World, planned: Planned) -> None:
    await world.network.cut(planned.node, "back")
    await asyncio.sleep(planned.lasts)
    await world.network.mend(planned.node, "back")


async def cut_front(world: World, planned: Planned) -> None:
    await world.network.cut(planned.node, "front")
    await asyncio.sleep(planned.lasts)
    await world.network.mend(planned.node, "front")


async def storm(world: World, planned: Planned) -> None:
    """All clients come back at once."""
    world.drop_streams(1.0)


async def jitter(world: World, planned: Planned) -> None:
    """Some clients are dropped, again and again."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + planned.lasts
    while loop.time() < ends:
        world.drop_streams(0.3)
        await asyncio.sleep(0.15)


async def no_way(world: World, planned: Planned) -> None:
    """All clients are dropped, and find no node for a while."""
    world.unreachable = True
    world.drop_streams(1.0)
    await asyncio.sleep(planned.lasts)
    world.unreachable = False


async def turn_node_clock(world: World, planned: Planned) -> None:
    world.clocks[planned.node].turn(world.rng.choice([-3600, -60, 60, 86_400]))
    await asyncio.sleep(planned.lasts)
    world.clocks[planned.node].turn(0)


async def turn_redis_clock(world: World, planned: Planned) -> None:
    """Back and forth, less than a window; forward beyond it ends connections, as documented."""
    world.clocks[-1].turn(world.rng.choice([-30, -2, 1]))
    await asyncio.sleep(planned.lasts)
    world.clocks[-1].turn(0)


Doing = Callable[["World", Planned], Awaitable[str | None]]
"""Returns the detail of the trouble."""

LASTS: Final[dict[Doing, tuple[float, float]]] = {
    kill_node: (0.0, 2.0),
    end_node: (0.0, 0.5),
    stop_node: (0.2, 4.0),
    kill_redis: (0.0, 1.5),
    stop_redis: (0.2, 2.5),
    pause_redis: (0.2, 2.5),
    drop_subscriptions: (0.0, 0.0),
    cut_back: (0.3, 3.0),
    cut_front: (0.3, 3.0),
    storm: (0.0, 0.0),
    jitter: (1.0, 3.0),
    no_way: (0.2, 2.0),
}
"""Seconds, at least and at most. A lease is 1 s and a window 3 s in these runs."""

CLOCKS: Final[dict[Doing, tuple[float, float]]] = {turn_node_clock: (1.0, 2.0), turn_redis_clock: (1.0, 2.0)}

BY_NAME: Final = {doing.__name__: doing for doing in (*LASTS, *CLOCKS, save_redis, roll)}


def draw(rng: random.Random, nodes: int, seconds: float, keeps: Keeps, *, clocks: bool) -> list[Planned]:
    """Two to six, at any time, and one that kills a Redis that does not keep all."""
    possible = {**LASTS, **(CLOCKS if clocks else {})}
    found = []
    for number in range(rng.randint(2, 6)):
        doing = rng.choice(list(CLOCKS if clocks and not number else possible))
        at = rng.uniform(0, seconds * 0.8)
        found.append(Planned(doing.__name__, at, rng.uniform(*possible[doing]), rng.randrange(nodes)))
    if keeps != "all":
        at = rng.uniform(0, seconds / 2)
        if keeps == "old":
            found.append(Planned(save_redis.__name__, at, 0.0, -1))
        found.append(Planned(kill_redis.__name__, rng.uniform(at, seconds), rng.uniform(*LASTS[kill_redis]), -1))
    return sorted(found, key=lambda one: one.at)


async def carry_out(world: World, plan: list[Planned]) -> None:
    """Those of one node, and those of Redis, follow each other; others overlap."""
    begun = world.recorder.now()
    turns = {place: asyncio.Lock() for place in range(-1, len(world.nodes))}

    async def one(planned: Planned) -> None:
        await asyncio.sleep(max(0.0, begun + planned.at - world.recorder.now()))
        of_redis = "redis" in planned.what or planned.what == drop_subscriptions.__name__
        async with turns[-1 if of_redis else planned.node]:
            pid = 0 if of_redis else world.nodes[planned.node].pid
            since = world.recorder.now()
            detail: str | None = ""
            try:
                detail = await BY_NAME[planned.what](world, planned)
            except OSError as error:
                world.notes.append(f"{planned}: {error}")  # such as a Redis that does not answer
            node = -1 if of_redis else planned.node
            world.recorder.add(Trouble(planned.what, node, since, world.recorder.now(), pid, detail or ""))

    await asyncio.gather(*(one(planned) for planned in plan))
