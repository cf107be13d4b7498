"""Runs an event: `simulate(...)`."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from random import Random
from statistics import fmean
from typing import Final

from checklists.capacity.connects import spare_connects_s
from checklists.capacity.demand import Demand
from checklists.capacity.flat import Flat
from checklists.capacity.limits import DRAIN_SPREAD_S, RETRY_S
from checklists.capacity.rates import begin, in_a_second
from checklists.capacity.simulation.outcome import Event, Moment, Outcome, quantile
from checklists.capacity.simulation.site import STEP_S, Node, Site
from checklists.capacity.sizing import Size

EVENTS: Final[dict[Event, str]] = {
    "reconnect-storm": "all streams end at once, as when a load balancer or a network goes, and all clients come back",
    "node-loss": "a node dies, and its clients come back to the others",
    "redis-failover": "Redis is away, streams are held, pushes and new streams are refused",
    "rolling-restart": "node after node is replaced, a new one first; each lets go of its streams one after the other",
}

RETRY_SPREAD: Final = 0.5
"""Clients wait for what `retry:` says, and up to half more."""
REDIS_AWAY_S: Final = 30.0
"""Less kind than the few seconds of https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html"""
BETWEEN_NODES_S: Final = 60.0
LONGEST_S: Final = 3_600.0
MOMENTS: Final = 240


def simulate(flat: Flat, demand: Demand, size: Size, event: Event, *, seed: int = 1) -> Outcome:
    """`size`: of the service, as `sizing.size` gave it. What takes longer than an hour is cut off there."""
    run = _Run(flat, demand, size, Random(seed))  # noqa: S311 - it has to be the same again
    _BEGIN[event](run)
    run.play()
    return run.outcome(event, seed)


@dataclass
class _Run:
    flat: Flat
    demand: Demand
    size: Size
    rng: Random
    due: dict[int, list[tuple[int, int, bool]]] = field(default_factory=dict)
    """At a step: when they left, how many come, and whether to begin."""
    at: deque[tuple[int, Callable[[int], None]]] = field(default_factory=deque)
    """What happens at a step, in order."""
    moved: int = 0
    refused: int = 0
    away: int = 0
    steps: list[tuple[int, int, float, float]] = field(default_factory=list)
    """Its number, who is away after it, and how busy the busiest node and Redis were."""

    def __post_init__(self) -> None:
        nodes, redis = self.size.nodes, self.size.redis
        streams = _evenly(self.demand.connections, nodes.nodes)
        self.site = Site(
            [Node(busy=nodes.core_busy, streams=count) for count in streams],
            vcpu=self.size.shape.vcpu,
            redis_cores=float(redis.shards),
            redis_busy=redis.core_busy,
            each=self.flat.act("resume"),
            connect=begin(self.flat, self.demand),
            connects_s=spare_connects_s(self.demand),
        )

    def leave(self, count: int, now: int, wait_s: float, spread_s: float, *, anew: bool = False) -> None:
        """So many lose their stream now, and come after `wait_s` and up to `spread_s` more. `anew`: they had none."""
        first, steps = now + round(wait_s / STEP_S), max(1, round(spread_s / STEP_S))
        for step, some in Counter(int(self.rng.random() * steps) for _ in range(count)).items():
            self.due.setdefault(first + step, []).append((now, some, anew))
        self.moved += count
        self.away += count

    def play(self) -> None:
        now, end = 0, int(LONGEST_S / STEP_S)
        while now < end and (self.at or self.due or self.site.waiting):
            while self.at and self.at[0][0] <= now:
                self.at.popleft()[1](now)
            for left, count, anew in self.due.pop(now, ()):
                if anew:
                    self.site.begin_anew(left, count)
                else:
                    self.site.arrive(left, count, self.rng)
            turn = self.site.turn(now)
            self.away -= turn.served
            self.steps.append((now, self.away, turn.node_busy, turn.redis_busy))
            now += 1
            if (
                not self.site.waiting
                and (coming := min([*self.due, *(step for step, _ in islice(self.at, 1))], default=now)) > now
            ):
                now = coming

    def outcome(self, event: Event, seed: int) -> Outcome:
        pauses = self.site.pauses
        return Outcome(
            event=event,
            seed=seed,
            moved=self.moved,
            pause_median_s=quantile(pauses, 0.5),
            pause_p99_s=quantile(pauses, 0.99),
            pause_most_s=quantile(pauses, 1),
            seconds=self.steps[-1][0] * STEP_S if self.steps else 0.0,
            late=self.site.late + self.site.waiting - self.site.connecting,
            answered_most_s=self.site.longest * STEP_S,
            not_back=self.site.waiting,
            node_busy=_busiest_second([busy for _, _, busy, _ in self.steps]),
            redis_busy=_busiest_second([busy for _, _, _, busy in self.steps]),
            refused=self.refused,
            moments=tuple(
                Moment(second=number * STEP_S, away=away, node_busy=node_busy, redis_busy=redis_busy)
                for number, away, node_busy, redis_busy in self.steps[:: max(1, len(self.steps) // MOMENTS)]
            ),
        )


def _storm(run: _Run) -> None:
    for node in run.site.nodes:
        node.streams = 0
    run.leave(run.demand.connections, 0, RETRY_S, RETRY_S * RETRY_SPREAD)


def _node_loss(run: _Run) -> None:
    lost = run.site.nodes[0]
    lost.up = False
    others = len(run.site.nodes) - 1
    each = in_a_second(run.flat, run.demand, others).node_cpu_s / others / run.size.shape.vcpu
    for node in run.site.up:
        node.busy = each
    run.leave(lost.streams, 0, RETRY_S, RETRY_S * RETRY_SPREAD)


def _redis_failover(run: _Run) -> None:
    """Who would begin meanwhile comes again and again, and in the end soon after it is back."""
    run.site.redis_is_there = False
    back = round(REDIS_AWAY_S / STEP_S)
    pushed_s = run.demand.pushes_s if run.demand.broadcasts else run.demand.delivered_s
    run.refused = round(pushed_s * REDIS_AWAY_S)
    owed = 0.0
    for step in range(back):
        owed += run.demand.opened_s * STEP_S
        if owed >= 1:
            run.leave(int(owed), step, (back - step) * STEP_S, RETRY_S * (1 + RETRY_SPREAD), anew=True)
            owed -= int(owed)

    def is_back(_now: int) -> None:
        run.site.redis_is_there = True

    run.at.append((back, is_back))


def _rolling_restart(run: _Run) -> None:
    for number, old in enumerate(list(run.site.nodes)):

        def replace(_now: int, old: Node = old) -> None:
            old.up = False
            run.site.nodes.append(Node(busy=old.busy))

        def let_go(now: int, old: Node = old, slices: int = 1) -> None:
            """Of one of so many parts of those that are left."""
            count = math.ceil(old.streams / slices)
            old.streams -= count
            run.leave(count, now, RETRY_S, RETRY_S * RETRY_SPREAD)

        first, slices = round(number * BETWEEN_NODES_S / STEP_S), round(DRAIN_SPREAD_S / STEP_S)
        run.at.append((first, replace))
        run.at += [(first + done, partial(let_go, slices=slices - done)) for done in range(slices)]


_BEGIN: Final[dict[Event, Callable[[_Run], None]]] = {
    "reconnect-storm": _storm,
    "node-loss": _node_loss,
    "redis-failover": _redis_failover,
    "rolling-restart": _rolling_restart,
}


def _evenly(count: int, places: int) -> list[int]:
    return [count // places + (place < count % places) for place in range(places)]


def _busiest_second(shares: list[float]) -> float:
    """The highest mean of the steps of a second."""
    length = round(1 / STEP_S)
    if len(shares) < length:
        return max(shares, default=0.0)
    # not a running sum: what is rounded adds up, and a node that is busy all the time is busy to more than 100 %
    return max(fmean(shares[place : place + length]) for place in range(len(shares) - length + 1))
