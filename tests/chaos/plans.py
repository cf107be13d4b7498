"""Which troubles there are, drawn from a seed, and carried out."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.chaos import troubles, troubles_of_redis
from tests.chaos.history import Trouble
from tests.chaos.redis_under_test import Keeps, Servers
from tests.chaos.troubles import Planned

if TYPE_CHECKING:
    from tests.chaos.world import World

Doing = Callable[["World", Planned], Awaitable[str | None]]
"""Returns the detail of the trouble."""

Lasts = dict[Doing, tuple[float, float]]
"""Seconds, at least and at most. A lease is 1 s and a window 3 s in these runs."""

LASTS: Final[Lasts] = {
    troubles.kill_node: (0.0, 2.0),
    troubles.end_node: (0.0, 0.5),
    troubles.stop_node: (0.2, 4.0),
    troubles_of_redis.kill_redis: (0.0, 1.5),
    troubles_of_redis.stop_redis: (0.2, 2.5),
    troubles_of_redis.pause_redis: (0.2, 2.5),
    troubles_of_redis.drop_subscriptions: (0.0, 0.0),
    troubles.cut_back: (0.3, 3.0),
    troubles.cut_front: (0.3, 3.0),
    troubles.storm: (0.0, 0.0),
    troubles.jitter: (1.0, 3.0),
    troubles.no_way: (0.2, 2.0),
}

CLOCKS: Final[Lasts] = {troubles.turn_node_clock: (1.0, 2.0), troubles_of_redis.turn_redis_clock: (1.0, 2.0)}

ONE_WAY: Final[Lasts] = {
    troubles.cut_back_out: (0.3, 3.0),
    troubles.cut_back_in: (0.3, 3.0),
    troubles.cut_front_out: (0.3, 3.0),
    troubles.cut_front_in: (0.3, 3.0),
}

OF_SEVERAL: Final[dict[Servers, Lasts]] = {
    "one": {},
    "sentinel": {
        troubles_of_redis.kill_redis: (0.0, 3.0),
        troubles_of_redis.stop_redis: (0.3, 3.0),
        troubles_of_redis.fail_over: (0.0, 0.0),
        troubles_of_redis.stop_sentinel: (0.5, 3.0),
        troubles.cut_server: (0.3, 3.0),
    },
    "cluster": {
        troubles_of_redis.kill_redis: (0.0, 2.5),
        troubles_of_redis.stop_redis: (0.3, 2.5),
        troubles_of_redis.move_slot: (0.0, 0.0),
        troubles.cut_server: (0.3, 3.0),
    },
}
"""What only several servers can bear, or bear otherwise than one."""

BY_NAME: Final = {
    doing.__name__: doing
    for doing in (
        *LASTS,
        *CLOCKS,
        *ONE_WAY,
        *(doing for lasts in OF_SEVERAL.values() for doing in lasts),
        troubles_of_redis.save_redis,
        troubles.roll,
    )
}

OF_REDIS: Final = {name for name, doing in BY_NAME.items() if doing.__module__ == troubles_of_redis.__name__}


@dataclass(frozen=True, slots=True)
class Possible:
    """`clocks`: whether wall clocks are to be turned. `back`: whether each node has a cable to all of Redis of its own.
    `one_way`: whether packets of one direction, or of one server, can be dropped."""

    servers: Servers = "one"
    clocks: bool = False
    back: bool = True
    one_way: bool = False

    def __call__(self, doing: Doing) -> bool:
        if doing is troubles_of_redis.turn_redis_clock:
            return self.servers == "one"  # Sentinels and nodes of a Cluster look at their own clocks
        if doing is troubles.cut_back:
            return self.back
        return doing is not troubles.cut_server or self.one_way

    def of(self, lasts: Lasts) -> Lasts:
        return {doing: times for doing, times in lasts.items() if self(doing)}


def draw(seed: int, rng: random.Random, nodes: int, seconds: float, keeps: Keeps, possible: Possible) -> list[Planned]:
    """Two to six, at any time, one that kills a Redis that does not keep all, one that is about several servers where
    there are several, and up to two cuts of one direction. These have a chance of their own: what else a seed does is
    the same wherever they can't be made."""
    clocks = possible.of(CLOCKS) if possible.clocks else {}
    usual = {**possible.of(LASTS), **clocks}
    found = []
    for number in range(rng.randint(2, 6)):
        doing = rng.choice(list(clocks if clocks and not number else usual))
        at = rng.uniform(0, seconds * 0.8)
        found.append(_planned(rng, doing, usual, at, nodes))
    if keeps != "all":
        at = rng.uniform(0, seconds / 2)
        if keeps == "old":
            found.append(Planned(troubles_of_redis.save_redis.__name__, at, 0.0, -1))
        kill = troubles_of_redis.kill_redis
        found.append(Planned(kill.__name__, rng.uniform(at, seconds), rng.uniform(*LASTS[kill]), -1))
    more = random.Random(f"{seed} more")
    for lasts, most in ((possible.of(OF_SEVERAL[possible.servers]), 2), (ONE_WAY if possible.one_way else {}, 2)):
        for _ in range(more.randint(lasts is not ONE_WAY, most) if lasts else 0):
            doing = more.choice(list(lasts))
            found.append(_planned(more, doing, lasts, more.uniform(0, seconds * 0.8), nodes))
    return sorted(found, key=lambda one: one.at)


def _planned(rng: random.Random, doing: Doing, lasts: Lasts, at: float, nodes: int) -> Planned:
    long, node = rng.uniform(*lasts[doing]), rng.randrange(nodes)
    return Planned(doing.__name__, at, long, node, server=random.Random(at).randrange(3))


async def carry_out(world: World, plan: list[Planned]) -> None:
    """Those of one node, and those of Redis, follow each other; others overlap."""
    begun = world.recorder.now()
    turns = {place: asyncio.Lock() for place in range(-1, len(world.nodes))}

    async def one(planned: Planned) -> None:
        await asyncio.sleep(max(0.0, begun + planned.at - world.recorder.now()))
        of_redis = planned.what in OF_REDIS
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
