"""Nodes and a Redis that serve who comes back, in short steps of time.

Each node serves its queue in order, as fast as its vCPU and its share of Redis allow beside what they have to do
anyhow. Clients are drawn one by one; what waits is counted.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from random import Random
from typing import Final, NamedTuple

from checklists.capacity.flat import Cost

STEP_S: Final = 0.05
LEAST_ROOM: Final = 0.1
"""Of a core, for who comes back: an event loop takes turns, so pushes never keep all of it."""


@dataclass
class Node:
    """`busy`: share of a core that goes to other things. `queue`: when they left, and how many, in order."""

    busy: float
    streams: int = 0
    up: bool = True
    queue: deque[list[int]] = field(default_factory=deque)
    credit: float = 0.0


class Turn(NamedTuple):
    """How many were served in one step, and the shares of the busiest node's vCPU and of Redis."""

    served: int
    node_busy: float
    redis_busy: float


class Site:
    """`vcpu` of each node; `redis_cores`, of which `redis_busy` is the share that other things take. `each`: what it
    costs to serve one who comes back."""

    def __init__(self, nodes: list[Node], *, vcpu: float, redis_cores: float, redis_busy: float, each: Cost) -> None:
        self.nodes, self.vcpu, self.each = nodes, vcpu, each
        self.redis_cores, self.redis_busy = redis_cores, redis_busy
        self.redis_is_there = True
        self.pauses: Counter[int] = Counter()
        """How many were away for so many steps."""
        self.waiting = 0
        self._redis_credit = 0.0

    @property
    def up(self) -> list[Node]:
        return [node for node in self.nodes if node.up]

    def arrive(self, left: int, count: int, rng: Random) -> None:
        """So many who left at that step, at nodes chosen by chance, as a load balancer without stickiness does."""
        for place, some in Counter(rng.choices(range(len(up := self.up)), k=count)).items():
            up[place].queue.append([left, some])
        self.waiting += count

    def turn(self, now: int) -> Turn:
        """One step."""
        self._redis_credit = min(self._redis_credit, 1.0) + self._redis_room()
        busiest = max((node.busy for node in self.nodes if node.up), default=0.0)
        waiting = [node for node in self.nodes if node.queue]
        served, share = 0, self._redis_credit / max(1, len(waiting))
        for node in waiting:
            done = self._serve(node, now, share)
            served += done
            busiest = max(busiest, node.busy + done * self.each.node_cpu_s / self.vcpu / STEP_S)
        self._redis_credit = max(0.0, self._redis_credit - served)
        redis = min(1.0, self.redis_busy + served * self.each.redis_cpu_s / self.redis_cores / STEP_S)
        return Turn(served, min(1.0, busiest), redis if self.redis_is_there else 0.0)

    def _redis_room(self) -> float:
        """How many Redis can serve in a step."""
        if not self.redis_is_there or not self.each.redis_cpu_s:
            return 0.0 if not self.redis_is_there else float("inf")
        free = max(LEAST_ROOM, 1 - self.redis_busy) * self.redis_cores
        return free * STEP_S / self.each.redis_cpu_s

    def _serve(self, node: Node, now: int, redis_share: float) -> int:
        room = max(LEAST_ROOM, 1 - node.busy) * self.vcpu * STEP_S / self.each.node_cpu_s
        node.credit = min(node.credit, 1.0) + min(room, redis_share)
        done = 0
        while node.queue and node.credit >= 1:
            left, count = node.queue[0]
            some = min(count, int(node.credit))
            node.credit -= some
            done += some
            self.pauses[now - left] += some
            if some == count:
                node.queue.popleft()
            else:
                node.queue[0][1] = count - some
        node.streams += done
        self.waiting -= done
        return done
