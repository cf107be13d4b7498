"""Nodes and a Redis that serve who comes back, and let in who has to connect anew, in short steps of time.

Each node serves all who wait at once, and shares out what its vCPU and its share of Redis allow beside what they have
to do anyhow: so those who came together are served together, and late. Whose resumption is answered after the resume
window has to connect anew, at most so many a second at all nodes together, with what those who resume leave. Clients
are drawn one by one; what waits is counted.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Final, NamedTuple

from checklists.capacity.flat import Cost
from checklists.capacity.limits import CONNECTS_BURST, RESUME_WINDOW_S

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
    costs to serve one who comes back; `connect`: one who begins. `connects_s`: how many of these are allowed a second.
    """

    def __init__(
        self,
        nodes: list[Node],
        *,
        vcpu: float,
        redis_cores: float,
        redis_busy: float,
        each: Cost,
        connect: Cost,
        connects_s: float,
    ) -> None:
        self.nodes, self.vcpu, self.each, self.connect = nodes, vcpu, each, connect
        self.redis_cores, self.redis_busy = redis_cores, redis_busy
        self.redis_is_there = True
        self.pauses: Counter[int] = Counter()
        """How many were away for so many steps."""
        self.waiting = 0
        self.connecting = 0
        """Of those who wait: who has to connect anew."""
        self.late = 0
        """Whose resumption was answered after the resume window."""
        self.longest = 0
        """Steps until a resumption was answered."""
        self._connects_s = connects_s
        self._anew: deque[tuple[int, int]] = deque()
        """At which step they left, and how many."""
        self._tokens, self._tokens_at = float(CONNECTS_BURST), 0
        self._begun = 0.0
        """What there was room for of one more."""

    @property
    def up(self) -> list[Node]:
        return [node for node in self.nodes if node.up]

    def arrive(self, left: int, count: int, rng: Random) -> None:
        """So many who left at that step, at nodes chosen by chance, as a load balancer without stickiness does."""
        for place, some in Counter(rng.choices(range(len(up := self.up)), k=count)).items():
            up[place].take_in(left, some)
        self.waiting += count

    def begin_anew(self, left: int, count: int) -> None:
        """So many who left at that step have no connection."""
        self._anew.append((left, count))
        self.connecting += count
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
        begun = self._let_in(now, given) if self._anew and self.redis_is_there else 0
        if begun:
            busiest += begun / len(self.up) * self.connect.node_cpu_s / self.vcpu / STEP_S
        spent = given * self.each.redis_cpu_s + begun * self.connect.redis_cpu_s
        redis = self.redis_busy + spent / self.redis_cores / STEP_S
        return Turn(served + begun, min(1.0, busiest), min(1.0, redis) if self.redis_is_there else 0.0)

    def _let_in(self, now: int, given: float) -> int:
        """Who waits longest first. `given`: to those who resume, in what one takes."""
        self._tokens = min(CONNECTS_BURST, self._tokens + (now - self._tokens_at) * STEP_S * self._connects_s)
        self._tokens_at = now
        up = self.up
        cores = STEP_S * self.vcpu * sum(max(LEAST_ROOM, 1 - node.busy) for node in up) - given * self.each.node_cpu_s
        redis = self._redis_s() - given * self.each.redis_cpu_s
        room = min(_fit(cores, self.connect.node_cpu_s), _fit(redis, self.connect.redis_cpu_s))
        self._begun = min(self._begun, 1.0) + max(0.0, room)
        count = left_over = int(min(self._tokens, self._begun, self.connecting))
        while left_over:
            left, some = self._anew[0]
            taken = min(some, left_over)
            self.pauses[now - left] += taken
            left_over -= taken
            if taken == some:
                self._anew.popleft()
            else:
                self._anew[0] = (left, some - taken)
        self._tokens -= count
        self._begun -= count
        self.connecting -= count
        self.waiting -= count
        up[now % len(up)].streams += count
        return count

    def _room(self, node: Node) -> float:
        """How many a node can serve in a step."""
        return _fit(max(LEAST_ROOM, 1 - node.busy) * self.vcpu * STEP_S, self.each.node_cpu_s)

    def _redis_room(self) -> float:
        """How many Redis can serve in a step."""
        return _fit(self._redis_s(), self.each.redis_cpu_s) if self.redis_is_there else 0.0

    def _redis_s(self) -> float:
        """Seconds of its cores that are left in a step."""
        return max(LEAST_ROOM, 1 - self.redis_busy) * self.redis_cores * STEP_S

    def _serve(self, node: Node, now: int, room: float) -> int:
        """Who came first has been given most."""
        node.given += room / node.waiting
        done = late = 0
        while node.queue and node.queue[0].served_at <= node.given + 1e-9:
            group = node.queue.popleft()
            done += group.count
            self.longest = max(self.longest, now - group.left)
            if (now - group.left) * STEP_S > RESUME_WINDOW_S:
                late += group.count
                self.begin_anew(group.left, group.count)
            else:
                self.pauses[now - group.left] += group.count
        node.waiting -= done
        node.streams += done - late
        self.waiting -= done
        self.late += late
        return done - late


def _fit(seconds: float, each_s: float) -> float:
    """How many do."""
    return seconds / each_s if each_s else inf
