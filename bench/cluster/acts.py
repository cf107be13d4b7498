"""One round of measuring what each act costs two nodes and their Redis. All streams are at the first node; pushes are
asked of either. Pushes come at a fixed rate, as they do in a service that is not at its limit: there each costs more
than where many are waiting."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.at_once import all_of
from bench.cluster.posting import post
from bench.cluster.recipients import for_each_recipient
from bench.cluster.site import SETTLED_S, Reading, Site
from bench.generator import Generator
from bench.measure import PAYLOAD_BYTES, Session
from bench.servers.base import Started
from bench.servers.shim import Shim
from bench.soak_client import Client, Tally
from checklists.capacity.flat import Cost

LARGE_BYTES = 4_200
FEW = 10
"""Streams of the session that tells what a broadcast costs beside its deliveries."""
PUSHERS = {"unicast": 64, "broadcast": 16}
AT_ONCE = 32
"""As come when much goes wrong."""
SENDERS = 8

Costs = dict[str, float]
"""Of one act, by the names of checklists.capacity.constants.Act."""


@dataclass(frozen=True)
class Plan:
    """`streams` at the first node, `back` of them cut off and resumed at the second, `posts` messages of clients.
    `seconds` of each phase that pushes, at these rates a second."""

    streams: int = 2_000
    back: int = 500
    posts: int = 1_500
    seconds: float = 4.0
    idle_s: float = 30.0
    pushes: float = 1_000.0
    broadcasts: float = 15.0


def measured(site: Site, plan: Plan, folder: Path) -> dict[str, Any]:
    """By the names of checklists.capacity.constants.Constants, with a number for each Measured and Costs for an act."""
    round_ = Round(site, plan, folder)
    round_.few()
    round_.many()
    asyncio.run(round_.clients())
    round_.acts["recipient"] = asyncio.run(for_each_recipient(site))._asdict()
    return round_.found | {"acts": round_.acts}


class Round:
    def __init__(self, site: Site, plan: Plan, folder: Path) -> None:
        self.site, self.plan, self.folder = site, plan, folder
        self.found: dict[str, float] = {}
        self.acts: dict[str, Costs] = {}
        self._to_few: tuple[Reading, int] | None = None
        self._idle: Reading | None = None
        """What nothing costs, with the streams of the session."""

    def few(self) -> None:
        """What is imported and allocated at the first of each is nobody's."""
        with self._streams(FEW) as session:
            self._pushed(session, asked=1)  # the first of each stream
            before = self.site.read().memory
            _, sent = self._pushed(session, asked=1)
            more = (self.site.read().memory - before) / sent
            self.found["redis_message_bytes"] = max(0.0, more - PAYLOAD_BYTES)
            session.generator.ask("idle", seconds=SETTLED_S)
            settled = self.site.read()
            session.generator.ask("idle", seconds=self.plan.idle_s)
            self._idle = self.site.read().since(settled)
            self._to_few = self._broadcast(session)
        self.found["node_bytes"] = self.site.resident(0)
        self.found["redis_bytes"] = self.site.read().memory

    def many(self) -> None:
        plan, before = self.plan, self.site.read()
        with self._streams(plan.streams) as session:
            opened = self.site.read()
            self.acts["open"] = _each(opened.since(before), plan.streams)
            self.found["stream_bytes"] = (self.site.resident(0) - self.found["node_bytes"]) / plan.streams
            self.found["redis_stream_bytes"] = (opened.memory - before.memory) / plan.streams
            session.generator.ask("idle", seconds=plan.idle_s)
            idle = self.site.read()
            self._idle = idle.since(opened)
            self.acts["idle_second"] = _each(self._idle, plan.streams * self._idle.at)
            here, sent_here = self._pushed(session, asked=0)
            elsewhere, sent = self._pushed(session, asked=1)
            kept = self.site.read().memory - idle.memory
            first = kept - (sent_here + sent) * (PAYLOAD_BYTES + self.found["redis_message_bytes"])
            self.found["redis_first_bytes"] = max(0.0, first) / _reached(plan.streams, sent_here + sent)
            self.acts |= {"push_here": _each(here, sent_here), "push_elsewhere": _each(elsewhere, sent)}
            large, sent = self._pushed(session, asked=1, size=LARGE_BYTES)
            difference = LARGE_BYTES - PAYLOAD_BYTES
            self.acts["push_byte"] = _more(_each(large, sent), self.acts["push_elsewhere"], difference)
            self._tell_apart(self._broadcast(session), self._broadcast(session, size=LARGE_BYTES))

    async def clients(self) -> None:
        """Those who send, those who come back, and those who leave."""
        plan, tally = self.plan, Tally()
        clients = [Client(self.site.ports[0], tally) for _ in range(plan.back)]
        await all_of(clients, Client.open, at_once=AT_ONCE)
        senders = clients[:SENDERS]
        await all_of(senders, lambda one: post(one.port, one.session, 20), at_once=AT_ONCE)
        before = self.site.read()
        await all_of(senders, lambda one: post(one.port, one.session, plan.posts // SENDERS), at_once=AT_ONCE)
        self.acts["receive"] = _each(self.site.read().since(before), plan.posts // SENDERS * SENDERS)
        await asyncio.sleep(1)  # so that no node has anything left to do for what was posted
        for client in clients:
            client.cut()
            client.port = self.site.ports[1]
        before = self.site.read()
        await all_of(clients, Client.resume, at_once=AT_ONCE)
        self.acts["resume"] = _each(self.site.read().since(before), plan.back)
        before = self.site.read()
        await all_of(clients, Client.delete, at_once=AT_ONCE)
        await asyncio.sleep(1)  # ends are told after the answer
        self.acts["close"] = _each(self.site.read().since(before), plan.back)

    @contextmanager
    def _streams(self, count: int) -> Iterator[Session]:
        with Generator() as generator:
            at = Started(self.site.pids[0], self.site.ports[0], self.site.ports[0])
            session = Session(Shim(), at, generator, self.folder)
            session.open(count)
            yield session

    def _pushed(self, session: Session, *, asked: int, size: int = PAYLOAD_BYTES) -> tuple[Reading, int]:
        """`asked`: which node. What it took, and how many there were."""
        return self._phase(session, "unicast", self.plan.pushes, asked, size)

    def _broadcast(self, session: Session, *, size: int = PAYLOAD_BYTES) -> tuple[Reading, int]:
        """Of the second node, which has no streams."""
        return self._phase(session, "broadcast", self.plan.broadcasts, 1, size)

    def _phase(self, session: Session, kind: str, rate: float, asked: int, size: int) -> tuple[Reading, int]:
        session.at = Started(self.site.pids[0], self.site.ports[0], self.site.ports[asked])
        session.payload_bytes = size
        count = int(rate * self.plan.seconds) + 1
        before = self.site.read()
        phase = getattr(session, kind)
        found = phase(f"{kind} of {size} B", count, outstanding=PUSHERS[kind], rate=rate, seconds=self.plan.seconds)
        took = self.site.read().since(before)
        return took.without(self._idle) if self._idle else took, found["sent"]

    def _tell_apart(self, to_many: tuple[Reading, int], large: tuple[Reading, int]) -> None:
        """What a broadcast costs: at the node that is asked, at each node that has streams, and for each stream."""
        assert self._to_few is not None
        streams = self.plan.streams
        (few, few_sent), (many, many_sent), (much, much_sent) = self._to_few, to_many, large
        at_few, at_many, at_much = few.cpu_s[0] / few_sent, many.cpu_s[0] / many_sent, much.cpu_s[0] / much_sent
        delivery = max(0.0, at_many - at_few) / (streams - FEW)
        heard = max(0.0, at_few - FEW * delivery)
        whole = _each(few, few_sent)  # Redis has as much to do for many, and less beside it
        asked = max(0.0, (few.cpu_s[1] + many.cpu_s[1]) / (few_sent + many_sent) - heard)
        nodes = len(self.site.ports)
        self.acts["broadcast"] = whole | {"node_cpu_s": asked, "redis_out_bytes": 0.0}
        self.acts["broadcast_heard"] = Cost(
            node_cpu_s=heard, redis_out_bytes=whole["redis_out_bytes"] / nodes
        )._asdict()
        self.acts["delivery"] = Cost(node_cpu_s=delivery)._asdict()
        per_byte = max(0.0, at_much - at_many) / streams / (LARGE_BYTES - PAYLOAD_BYTES)
        self.acts["delivery_byte"] = Cost(node_cpu_s=per_byte)._asdict()


def _each(reading: Reading, count: float) -> Costs:
    return {name: value / count for name, value in reading.cost._asdict().items()}


def _reached(streams: int, messages: int) -> float:
    """How many of the streams get one at least, of messages that go to streams chosen by chance."""
    return streams * -math.expm1(-messages / streams)


def _more(large: Costs, small: Costs, difference: int) -> Costs:
    """For each byte; what is not more is noise."""
    return {name: max(0.0, value - small[name]) / difference for name, value in large.items()}
