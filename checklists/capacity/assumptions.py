"""What an answer rests on beside what was measured, each with its source; and what has to be set or watched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil

from pydantic import Field

from checklists.capacity.constants import Constants
from checklists.capacity.demand import Demand
from checklists.capacity.limits import CONNECTIONS, REPLAY_EVENTS, REPLAY_S, RESUME_WINDOW_S
from checklists.capacity.simulation.outcome import Outcome
from checklists.capacity.sizing import (
    CORE_BUSY,
    CORE_BUSY_WITH_ONE_LOST,
    MEMORY_FULL,
    REDIS_BUSY,
    Size,
)
from checklists.cost.load import HANDLER_GB, HANDLER_S
from migrator.inventory.record import Record

API_GATEWAY_CALLS_S = 10_000
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""


class Assumption(Record):
    words: str
    source: str = Field(description="an address, how it was measured, or 'chosen'")


def assumptions(demand: Demand, constants: Constants) -> Iterator[Assumption]:
    measured = f"{constants.rounds} rounds on {constants.machine}, {constants.measured_on}, {constants.redis}"
    fargate = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"
    yield _of(f"What an act costs was measured with {constants.streams:,} streams.", measured)
    yield _of(
        "A vCPU of Fargate, and a core of ElastiCache, do what a core of that machine does.", "chosen: measure it"
    )
    yield _of("TLS to Redis and between load balancer and node, and logs, cost nothing more.", "chosen: not measured")
    yield _of("A process uses one vCPU at most, so a task has one at most.", fargate)
    yield _of(
        f"A core is busy for at most {CORE_BUSY:.0%}, and for {CORE_BUSY_WITH_ONE_LOST:.0%} while a node is missing; "
        f"memory is full to {MEMORY_FULL:.0%}; the core of Redis is busy for {REDIS_BUSY:.0%}.",
        "chosen",
    )
    yield _of(
        "25 % of a Redis node's memory are reserved; T4g nodes are used up to what they have for good.",
        "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/redis-memory-management.html",
    )
    yield _of(
        "Each shard of Redis has a replica in another zone; half of what nodes exchange with it crosses.", "chosen"
    )
    yield _of(
        "Prices of ElastiCache are list prices of Redis OSS less a fifth, as Valkey costs; those, and prices of data "
        "transfer, are as they were known, and were not read off the page.",
        "to be compared with https://aws.amazon.com/elasticache/pricing/",
    )
    yield _of(
        f"Messages are kept for {REPLAY_S:g} s, {REPLAY_EVENTS:,} of a connection at most.", "defaults of [streams]"
    )
    if demand.handlers == "nodes":
        words = f"A handler takes {demand.handler_cpu_s * 1000:.3g} ms of a core"
        source = f"{HANDLER_S * 1000:g} ms of a function with {HANDLER_GB * 1024:g} MB, which has 1/14 of a vCPU"
        yield _of(f"{words}, for each message, connect and disconnect.", source)
        yield _of("The application's own modules, and what it keeps, take no memory of a node.", "chosen: measure it")
    yield _of(
        "Behind the WebSocket API there is a function for each message, connect and disconnect, and a table of "
        "connections: one row written at each of the latter two, half a unit read for each client of a push.",
        "docs/cost.md",
    )
    yield _of("As many nodes as the peak takes run all the month; free tiers and discounts are left out.", "chosen")


def warnings(demand: Demand, size: Size) -> Iterator[str]:
    if demand.connections > CONNECTIONS:
        yield (
            f"Set streams.connections to {demand.connections:,} or more: "
            f"its default, {CONNECTIONS:,}, is for all nodes together."
        )
    if demand.broadcasts:
        needed = demand.pushes_s * RESUME_WINDOW_S
        if needed > REPLAY_EVENTS:
            yield (
                f"{REPLAY_EVENTS:,} broadcasts are kept, which is {REPLAY_EVENTS / demand.pushes_s:.3g} s of them: set "
                f"streams.replay_events to {needed:,.0f}, or whoever is away for longer is told of a gap."
            )
    if size.redis.shards > 1:
        yield f"One Redis does not hold it: it takes a Cluster of {size.redis.shards} shards."
    calls = demand.delivered_s + demand.received_s + demand.opened_s
    if calls > API_GATEWAY_CALLS_S:
        yield (
            f"API Gateway allows {API_GATEWAY_CALLS_S:,} calls a second in an account and region by default; this "
            f"load has {calls:,.0f}."
        )


def too_late(simulated: Iterable[Outcome]) -> Iterator[str]:
    """Who comes back after the resume window has lost its connection."""
    slow = [one for one in simulated if one.late]
    if slow:
        worst = max(slow, key=lambda one: one.pause_most_s)
        yield (
            f"After a {worst.event} {worst.late:,} of {worst.moved:,} come back later than streams.resume_window_s, "
            f"{RESUME_WINDOW_S:g} s: set it to {ceil(worst.pause_most_s * 1.5 / 10) * 10} or more, or take more nodes."
        )


def _of(words: str, source: str) -> Assumption:
    return Assumption(words=words, source=source)
