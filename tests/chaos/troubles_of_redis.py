"""What is done to Redis: to the one server, to the master behind Sentinels, or to one master of several."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from tests.chaos.behind_sentinels import BehindSentinels
from tests.chaos.in_cluster import InCluster
from tests.chaos.troubles import Planned

if TYPE_CHECKING:
    from tests.chaos.world import World


async def kill_redis(world: World, planned: Planned) -> str:
    """A master comes back as a replica when another one took over."""
    port = world.redis.victim(planned.server)
    await world.redis.kill(port)
    await asyncio.sleep(planned.lasts)
    await world.redis.start(port)
    await world.redis.whole()
    return f"server {port}"


async def stop_redis(world: World, planned: Planned) -> str:
    port = world.redis.victim(planned.server)
    world.redis.send_signal(port, signal.SIGSTOP)
    await asyncio.sleep(planned.lasts)
    world.redis.send_signal(port, signal.SIGCONT)
    await world.redis.whole()
    return f"server {port}"


async def pause_redis(world: World, planned: Planned) -> None:
    """It takes commands, and answers when the pause is over."""
    port = world.redis.victim(planned.server)
    await world.redis.ask(port, b"CLIENT PAUSE %d ALL\r\n" % int(planned.lasts * 1000))
    await asyncio.sleep(planned.lasts)
    await world.redis.whole()


async def save_redis(world: World, planned: Planned) -> None:
    await world.redis.save()


async def drop_subscriptions(world: World, planned: Planned) -> None:
    await world.redis.ask(world.redis.victim(planned.server), b"CLIENT KILL TYPE pubsub\r\n")


async def turn_redis_clock(world: World, planned: Planned) -> None:
    """Back and forth, less than a window; forward beyond it ends connections, as documented."""
    world.clocks[-1].turn(world.rng.choice([-30, -2, 1]))
    await asyncio.sleep(planned.lasts)
    world.clocks[-1].turn(0)


async def stop_sentinel(world: World, planned: Planned) -> None:
    assert isinstance(world.redis, BehindSentinels)
    world.redis.signal_sentinel(planned.server, signal.SIGSTOP)
    await asyncio.sleep(planned.lasts)
    world.redis.signal_sentinel(planned.server, signal.SIGCONT)


async def fail_over(world: World, planned: Planned) -> None:
    """As operators do, with nothing broken."""
    assert isinstance(world.redis, BehindSentinels)
    await world.redis.fail_over()
    await asyncio.sleep(planned.lasts)
    await world.redis.whole()


async def move_slot(world: World, planned: Planned) -> str:
    """One that has keys, to the next master."""
    assert isinstance(world.redis, InCluster)
    return await world.redis.move_slot(planned.server)
