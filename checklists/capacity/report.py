"""A capacity plan as text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from checklists.capacity.demand import Demand
from checklists.capacity.plan import CapacityPlan
from checklists.capacity.simulation.run import EVENTS
from checklists.capacity.sizing import Size
from checklists.cost.model import Estimate

_MIB: Final = 1024.0**2

WHY: Final[Mapping[str, str]] = {
    "vCPU": "with one node less, vCPU would not do",
    "memory": "with one node less, memory would not do",
    "two zones": "one in each of two zones; the load alone takes no more",
}
"""`NodeSize.bound_by` -> what that means."""


def to_text(plan: CapacityPlan) -> str:
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: CapacityPlan) -> Iterator[str]:
    yield _load(plan.demand)
    yield ""
    yield from _nodes(plan)
    yield ""
    yield from _redis(plan)
    yield ""
    yield f"A month in {plan.region}, at {_prices(plan)}"
    yield from (f"  {one}" for one in dict.fromkeys((*plan.before.assumptions, *plan.after["median"].assumptions)))
    yield from _bill("API Gateway, with functions and table", plan.before)
    yield from _bill("nodes and Redis", plan.after["median"])
    yield ""
    yield plan.words
    yield plan.break_even
    if plan.broadcast:
        yield plan.broadcast
    if plan.simulated:
        yield ""
        yield f"When much goes wrong at once (simulated, seed {plan.simulated[0].seed})"
        for one in plan.simulated:
            yield f"  {one.event}: {EVENTS[one.event]}"
            yield f"    {one.words}"
    yield ""
    yield "With ws2sse deploy"
    yield from (f"  - {one}" for one in plan.kits)
    if plan.warnings:
        yield ""
        yield "To set, and to watch"
        yield from (f"  - {one}" for one in plan.warnings)
    yield ""
    yield "What this rests on"
    yield from (f"  - {one.words} ({one.source})" for one in plan.assumptions)


def _load(demand: Demand) -> str:
    several = "" if demand.fan_out == 1 else f" to {demand.fan_out:,.4g} connections each"
    how = {"loop": ", one by one", "broadcast": ", each as one broadcast"}[demand.pushed] if several else ""
    average = "" if demand.average == 1 else f", {demand.average:.0%} of it on average"
    return (
        f"{demand.connections:,} connections, {demand.pushes_s:,.4g} pushes a second of {demand.message_bytes:,} bytes"
        f"{several}{how}, {demand.received_s:,.4g} messages of clients a second{average}"
    )


def _nodes(plan: CapacityPlan) -> Iterator[str]:
    one = plan.size
    shape, nodes = one.shape, one.nodes
    yield f"Nodes: {_span(plan, lambda size: size.nodes.nodes)} of {shape.vcpu:g} vCPU and {shape.memory_gb:g} GB"
    yield f"  connections each    {nodes.connections:>12,}  with a node missing {nodes.connections_one_lost:,}"
    yield f"  vCPU busy           {nodes.core_busy:>12.0%}  with a node missing {nodes.core_busy_one_lost:.0%}"
    yield f"  memory each         {'':>12}  with a node missing {nodes.memory_bytes / _MIB:,.0f} MiB"
    yield f"  why so many: {WHY[nodes.bound_by]}"


def _redis(plan: CapacityPlan) -> Iterator[str]:
    redis = plan.size.redis
    shards = "" if redis.shards == 1 else f", a Cluster of {redis.shards} shards"
    yield f"Redis: {redis.nodes} {redis.node} (each shard has a replica){shards}"
    yield f"  operations a second {redis.operations_s:>12,.0f}"
    yield f"  its core busy       {redis.core_busy:>12.1%}  {_share(plan)}".rstrip()
    yield f"  memory              {redis.memory_bytes / _MIB:>8,.0f} MiB"
    into, out = _mbit(redis.in_bytes_s), _mbit(redis.out_bytes_s)
    yield f"  network             {into:>5,.2f} Mbit/s in, {out:,.2f} Mbit/s out"


def _prices(plan: CapacityPlan) -> str:
    if plan.own_prices:
        return f"prices of your own, and list prices where you gave none; the oldest of {plan.prices_of}"
    return f"list prices of {plan.prices_of}"


def _bill(title: str, estimate: Estimate) -> Iterator[str]:
    yield f"  {title:<52} {'$' + format(estimate.usd, ',.2f'):>12}"
    for line in estimate.lines:
        yield f"    {line.item:<38} {line.quantity:>11,.2f} {line.unit:<18} {'$' + format(line.usd, ',.2f'):>12}"


def _span(plan: CapacityPlan, number: Callable[[Size], float]) -> str:
    """With the range, where there is one."""
    least, middle, most = (number(plan.sizes[level]) for level in ("least", "median", "most"))
    low, high = min(least, middle, most), max(least, middle, most)
    return f"{middle:,.0f}" if round(low) == round(high) else f"{middle:,.0f} ({low:,.0f} to {high:,.0f})"


def _share(plan: CapacityPlan) -> str:
    busy = sorted(size.redis.core_busy for size in plan.sizes.values())
    least, most = f"{busy[0]:.1%}", f"{busy[-1]:.1%}"
    return f"{least} to {most} by what was measured" if least != most else ""


def _mbit(bytes_s: float) -> float:
    return bytes_s * 8 / 1e6
