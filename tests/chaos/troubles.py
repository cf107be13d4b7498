"""What is done to the nodes, to the network and to the clients. Each trouble begins, lasts and is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.chaos import one_way
from tests.chaos.history import KILLED
from tests.chaos.network import Cable, end_of
from tests.chaos.one_way import Way

if TYPE_CHECKING:
    from tests.chaos.world import World


END_WITHIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Planned:
    """`at`: seconds after the beginning; `lasts`: seconds; `node`: which one, where it is done to one. `server`: which
    of several masters of Redis."""

    what: str
    at: float
    lasts: float
    node: int
    server: int = 0

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


async def cut_back(world: World, planned: Planned) -> None:
    await world.network.cut(planned.node, "back")
    await asyncio.sleep(planned.lasts)
    await world.network.mend(planned.node, "back")


async def cut_front(world: World, planned: Planned) -> None:
    await world.network.cut(planned.node, "front")
    await asyncio.sleep(planned.lasts)
    await world.network.mend(planned.node, "front")


async def cut_back_out(world: World, planned: Planned) -> None:
    """Redis hears nothing from the node, which hears Redis."""
    await _one_way(planned, "back", "out")


async def cut_back_in(world: World, planned: Planned) -> None:
    """Redis does what the node asks for, and its answers are lost."""
    await _one_way(planned, "back", "in")


async def cut_front_out(world: World, planned: Planned) -> None:
    """Clients hear nothing from the node."""
    await _one_way(planned, "front", "out")


async def cut_front_in(world: World, planned: Planned) -> None:
    await _one_way(planned, "front", "in")


async def cut_server(world: World, planned: Planned) -> str:
    """The node can't reach one server: the master, or one of them. It reaches Sentinels, and the other masters."""
    port = world.redis.victim(planned.server)
    await _one_way(planned, "back", "both", port)
    return f"server {port}"


async def _one_way(planned: Planned, cable: Cable, way: Way, port: int | None = None) -> None:
    end = end_of(cable, planned.node)
    await one_way.drop(end, way, port)
    await asyncio.sleep(planned.lasts)
    await one_way.drop_no_more(end, way, port)


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
