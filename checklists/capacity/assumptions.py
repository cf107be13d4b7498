"""What an answer rests on beside what was measured, each with its source."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from checklists.capacity.constants import Constants
from checklists.capacity.demand import Demand
from checklists.capacity.limits import BROADCAST_BYTES, BROADCAST_EVENTS, REPLAY_EVENTS, REPLAY_S
from checklists.capacity.sizing import CORE_BUSY, CORE_BUSY_WITH_ONE_LOST, MEMORY_FULL, REDIS_BUSY
from checklists.cost.load import HANDLER_GB, HANDLER_S
from migrator.inventory.record import Record


class Assumption(Record):
    words: str
    source: str = Field(description="an address, how it was measured, or 'chosen'")


def assumptions(demand: Demand, constants: Constants, *, own_prices: bool) -> Iterator[Assumption]:
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
    where = "Where they are not your own, prices" if own_prices else "Prices"
    yield _of(
        f"{where} of ElastiCache are list prices of Redis OSS less a fifth, as Valkey costs; those, and prices of data "
        "transfer, are as they were known, and were not read off the page.",
        "to be compared with https://aws.amazon.com/elasticache/pricing/",
    )
    if demand.broadcasts:
        yield _of(
            f"Broadcasts are kept by Redis and by each node: the latest {BROADCAST_EVENTS:,}, or "
            f"{BROADCAST_BYTES / 1024**2:g} MiB of them with the ids of those whom they are for.",
            "defaults of [streams]",
        )
        if demand.fan_out < demand.connections:
            yield _of(
                "Whom a broadcast to some is for, Redis finds by an index, and a node reads it; streams that it is not "
                "for cost a node nothing.",
                "docs/decisions/0035-a-group-is-resolved-when-it-is-sent-to.md",
            )
    else:
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


def _of(words: str, source: str) -> Assumption:
    return Assumption(words=words, source=source)
