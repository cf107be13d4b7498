"""Nodes and a Redis that serve who comes back, in short steps of time.

Each node serves all who wait at once, and shares out what its vCPU and its share of Redis allow beside what they have
to do anyhow: so those who came together are served together, and late. Clients are drawn one by one; what waits is
counted.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Final, NamedTuple

from checklists.capacity.flat import Cost

STEP_S: Final = 0.05
LEAST_ROOM: Final = 0.1
"""Of a core, for who comes back: an event loop takes turns, so pushes never keep all of it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Who left at one step and came at one: served when each of them was given as much as one takes."""

    served_at: float
    left: int
    count: int


@dataclass
class Node:
    """`busy`: share of a core that goes to other things. `given`: how much each has been given who waits since the
    beginning, in what one takes."""

    busy: float
    streams: int = 0
    up: bool = True
    queue: deque[Group] = field(default_factory=deque)
    waiting: int = 0
    given: float = 0.0

    def take_in(self, left: int, count: int) -> None:
        self.queue.append(Group(self.given + 1, left, count))
        self.waiting += count


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

    @property
    def up(self) -> list[Node]:
        return [node for node in self.nodes if node.up]

    def arrive(self, left: int, count: int, rng: Random) -> None:
        """So many who left at that step, at nodes chosen by chance, as a load balancer without stickiness does."""
        for place, some in Counter(rng.choices(range(len(up := self.up)), k=count)).items():
            up[place].take_in(left, some)
        self.waiting += count

    def turn(self, now: int) -> Turn:
        """One step."""
        busiest = max((node.busy for node in self.nodes if node.up), default=0.0)
        waiting = [node for node in self.nodes if node.queue]
        served, given, redis_room = 0, 0.0, self._redis_room()
        for node in waiting:
            room = min(self._room(node), redis_room / len(waiting), node.waiting)
            served += self._serve(node, now, room)
            given += room
            busiest = max(busiest, node.busy + room * self.each.node_cpu_s / self.vcpu / STEP_S)
        redis = self.redis_busy + given * self.each.redis_cpu_s / self.redis_cores / STEP_S
        return Turn(served, min(1.0, busiest), min(1.0, redis) if self.redis_is_there else 0.0)

    def _room(self, node: Node) -> float:
        """How many a node can serve in a step."""
        return max(LEAST_ROOM, 1 - node.busy) * self.vcpu * STEP_S / self.each.node_cpu_s

    def _redis_room(self) -> float:
        """How many Redis can serve in a step."""
        if not self.redis_is_there:
            return 0.0
        if not self.each.redis_cpu_s:
            return inf
        return max(LEAST_ROOM, 1 - self.redis_busy) * self.redis_cores * STEP_S / self.each.redis_cpu_s

    def _serve(self, node: Node, now: int, room: float) -> int:
        """Who came first has been given most."""
        node.given += room / node.waiting
        done = 0
        while node.queue and node.queue[0].served_at <= node.given + 1e-9:
            group = node.queue.popleft()
            self.pauses[now - group.left] += group.count
            done += group.count
        node.waiting -= done
        node.streams += done
        self.waiting -= done
        return done
