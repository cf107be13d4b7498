"""One run, from a seed. The same seed gives the same troubles at the same times, not the same interleaving."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from templates.client.sse_socket import _LONGEST_PAUSE_S
from tests.chaos.checker import Verdict, check
from tests.chaos.clients import Client
from tests.chaos.front import front_of
from tests.chaos.history import History, Rules, Settled
from tests.chaos.network import is_own
from tests.chaos.one_way import drops_one_way
from tests.chaos.plans import Possible, carry_out, draw
from tests.chaos.redis_under_test import Keeps, Servers
from tests.chaos.troubles import Planned
from tests.chaos.world import CHECK_S, LEASE_S, WINDOW_S, Ground, World, new_folder
from tests.frontends.front_ends import Name

OPEN_WITHIN_S: Final = 20.0
SETTLE_WITHIN_S: Final = 15.0
BACK_WITHIN_S: Final = 5.0
"""After its pause."""
ENDS_WITHIN_S: Final = 9.0
"""After a window."""
SERVERS: Final[tuple[Servers, ...]] = ("one", "sentinel", "cluster")
SHARES: Final = (60, 20, 20)
"""Of runs whose seed chooses."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a run. `seconds`: for which things break. `window_s`: in which a client may come back."""

    seconds: float = 4.0
    clients: int = 20
    pushers: int = 6
    pause_s: float = 0.02
    """Between two pushes of one pusher, on average."""
    window_s: float = WINDOW_S
    settings: Mapping[str, object] = field(default_factory=dict)
    """Others than those of `tests/chaos/world.py`."""
    only_plain: bool = False
    """Whether all clients are plain ones, whose history tells when they were without a stream."""
    stay: bool = False
    """Whether nobody comes or leaves meanwhile, and all say so in the end."""
    behind: Name | None = None
    """What clients and pushers find the nodes through; None: directly."""


@dataclass
class Result:
    seed: int
    plan: list[Planned]
    keeps: Keeps
    servers: Servers
    verdict: Verdict
    history: History = field(repr=False)
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)


async def run(
    seed: int,
    folder: Path,
    ground: Ground,
    size: Size | None = None,
    *,
    keeps: Keeps | None = None,
    servers: Servers | None = None,
    nodes: int | None = None,
    plan: list[Planned] | None = None,
) -> Result:
    """`folder`: for what the processes write; emptied first. `keeps`, `servers`, `nodes`, `plan` None: as the seed has
    them."""
    size = size or Size()
    began = time.monotonic()
    rng = random.Random(seed)
    drawn_nodes = rng.choice([2, 3, 3, 4, 5])
    nodes = nodes or drawn_nodes
    drawn: Keeps = rng.choice(["all", "all", "old", "nothing"])
    keeps = keeps or drawn
    servers = servers or random.Random(f"{seed} servers").choices(SERVERS, SHARES)[0]
    turned = ground.clock is not None and seed % 4 == 3
    possible = Possible(servers, turned, is_own() or servers == "one", is_own() and drops_one_way())
    drawn_plan = draw(seed, rng, nodes, size.seconds, keeps, possible)
    plan = drawn_plan if plan is None else plan
    rules = Rules(seed, size.window_s, LEASE_S, CHECK_S, keeps == "all", nodes)
    world = await World.begin(rules, rng, new_folder(folder), ground, keeps, servers, size.settings)
    world.only_plain = size.only_plain
    try:
        with ExitStack() as stack:
            if size.behind is not None:
                world.front = stack.enter_context(front_of(size.behind, world.addresses(), folder))
            await _live_through(world, plan, size)
    finally:
        await world.close()
    history = world.recorder.history
    history.lines += world.ran_lines()
    history.save(folder / "history.jsonl")
    verdict = check(history)
    return Result(seed, plan, keeps, servers, verdict, history, time.monotonic() - began, world.notes)


async def _live_through(world: World, plan: list[Planned], size: Size) -> None:
    for _ in range(size.clients):
        world.add_client()
    await _until(lambda: len(world.living) == size.clients, OPEN_WITHIN_S)
    busy = [asyncio.ensure_future(_push(world, size)) for _ in range(size.pushers)]
    busy.append(asyncio.ensure_future(_speak(world)))
    if not size.stay:
        busy.append(asyncio.ensure_future(_come_and_go(world)))
    try:
        await asyncio.gather(carry_out(world, plan), asyncio.sleep(size.seconds))
    finally:
        for task in busy:
            task.cancel()
        for task in busy:
            with suppress(asyncio.CancelledError):
                await task
    await world.redis.whole()
    world.failed()
    healed = world.recorder.now()
    await _last_word(world)
    world.recorder.add(Settled(healed, world.recorder.now()))
    await _all_leave(world, with_a_word=size.stay)
    world.failed()


async def _push(world: World, size: Size) -> None:
    """One pusher: to any connection, at any node, one push after the other."""
    links = world.links()
    try:
        while True:
            await asyncio.sleep(world.rng.expovariate(1 / size.pause_s))
            node = world.rng.randrange(len(links))
            living = world.living
            if not living:
                continue
            to = None if world.rng.random() < 0.05 else world.rng.choice(living).connection
            await world.push(links[node], node, to)
    finally:
        for link in links:
            link.close()


async def _speak(world: World) -> None:
    """Clients say something."""
    number = 0
    under_way: set[asyncio.Task[None]] = set()
    try:
        while True:
            await asyncio.sleep(world.rng.expovariate(20))
            if len(under_way) < 16 and (living := world.living):
                number += 1
                task = asyncio.ensure_future(world.rng.choice(living).say(number))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _come_and_go(world: World) -> None:
    while True:
        await asyncio.sleep(world.rng.uniform(0.2, 0.8))
        world.add_client()
        if living := world.living:
            leaver: Client = world.rng.choice(living)
            await (leaver.vanish() if world.rng.random() < 0.6 else leaver.leave())


async def _last_word(world: World) -> None:
    """One push to each client that is there, and one to all, taken by the service and heard by them."""
    links = world.links()
    loop = asyncio.get_running_loop()
    ends = loop.time() + _settles_within_s(world.recorder.history.rules.window_s)

    async def to(client: Client | None) -> None:
        while loop.time() < ends and (client is None or not client.over):
            node = world.rng.randrange(len(links))
            push = await world.push(links[node], node, None if client is None else client.connection)
            if push.status == 200:
                return
            await asyncio.sleep(0.1)

    await _until(lambda: all(client.connection or client.over for client in world.clients), SETTLE_WITHIN_S)
    for client in [*world.living, None]:
        await to(client)
    for link in links:
        link.close()
    wanted = world.taken()
    await _until(lambda: all(wanted[one.connection] <= one.has for one in world.living), max(1.0, ends - loop.time()))


def _settles_within_s(window_s: float) -> float:
    """A client with our library may come back as late as it may wait between two tries, where its window is so long."""
    return max(SETTLE_WITHIN_S, min(window_s, _LONGEST_PAUSE_S) + BACK_WITHIN_S)


async def _all_leave(world: World, *, with_a_word: bool) -> None:
    for client in world.living:
        await (client.leave() if with_a_word or world.rng.random() < 0.5 else client.vanish())

    def all_are_told() -> bool:
        ran = world.ran()
        connected = {line["connection"] for line in ran if line["route"] == "$connect"}
        return connected <= {line["connection"] for line in ran if line["route"] == "$disconnect"}

    await _until(all_are_told, world.recorder.history.rules.window_s + ENDS_WITHIN_S)
    await asyncio.sleep(0.3)  # for what must not come


async def _until(holds: Callable[[], bool], within_s: float) -> bool:
    loop = asyncio.get_running_loop()
    ends = loop.time() + within_s
    while not holds():
        if loop.time() > ends:
            return False
        await asyncio.sleep(0.05)
    return True
