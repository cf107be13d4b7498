"""What has to be set for a load, and what to watch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil

from checklists.capacity.broadcasts import broadcast_bytes, kept_broadcasts
from checklists.capacity.connects import wanted_connects_s
from checklists.capacity.demand import Demand
from checklists.capacity.limits import BROADCAST_BYTES, BROADCAST_EVENTS, CONNECTIONS, CONNECTS_S, RESUME_WINDOW_S
from checklists.capacity.simulation.outcome import Outcome
from checklists.capacity.sizing import Size

API_GATEWAY_CALLS_S = 10_000
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""


def to_set(demand: Demand, size: Size) -> Iterator[str]:
    if demand.connections > CONNECTIONS:
        yield (
            f"Set streams.connections to {demand.connections:,} or more: "
            f"its default, {CONNECTIONS:,}, is for all nodes together."
        )
    if (connects_s := wanted_connects_s(demand)) > CONNECTS_S:
        yield (
            f"Set limits.connects.rate_per_s to {connects_s:,} or more: {demand.opened_s:,.0f} connections begin a "
            f"second, and its default, {CONNECTS_S:,g}, is for all nodes together."
        )
    if demand.broadcasts:
        yield from _of_broadcasts(demand)
    if size.redis.shards > 1:
        yield f"One Redis does not hold it: it takes a Cluster of {size.redis.shards} shards."
    calls = demand.delivered_s + demand.received_s + demand.opened_s
    if calls > API_GATEWAY_CALLS_S:
        yield (
            f"API Gateway allows {API_GATEWAY_CALLS_S:,} calls a second in an account and region by default; this "
            f"load has {calls:,.0f}."
        )


def _of_broadcasts(demand: Demand) -> Iterator[str]:
    """Where they go out of what is kept sooner than a connection ends."""
    wanted, kept = ceil(demand.pushes_s * RESUME_WINDOW_S), kept_broadcasts(demand)
    if wanted <= kept:
        return
    bytes_ = ceil(wanted * broadcast_bytes(demand))
    settings = {"broadcast_events": (wanted, BROADCAST_EVENTS), "broadcast_bytes": (bytes_, BROADCAST_BYTES)}
    more = [f"streams.{name} to {value:,} or more" for name, (value, now) in settings.items() if value > now]
    yield (
        f"{kept:,} broadcasts are kept, which is {kept / demand.pushes_s:.3g} s of them: set {' and '.join(more)}, or "
        f"whoever is away for longer is told of a gap. Redis and each node then keep up to {bytes_ / 1024**2:,.0f} MiB."
    )


def too_late(demand: Demand, simulated: Iterable[Outcome]) -> Iterator[str]:
    """Who comes back after the resume window has lost its connection."""
    slow = [one for one in simulated if one.late]
    if slow:
        worst = max(slow, key=lambda one: one.answered_most_s)
        yield (
            f"After a {worst.event} {worst.late:,} of {worst.moved:,} come back later than streams.resume_window_s, "
            f"{RESUME_WINDOW_S:g} s: set it to {ceil(worst.answered_most_s * 1.5 / 10) * 10} or more, or take more "
            "nodes. Else each of them has to connect anew, and limits.connects lets in as many a second as its rate "
            f"says, {max(CONNECTS_S, wanted_connects_s(demand)):,g} here, at all nodes together: set it to what "
            "$connect, and what stands behind it, carries."
        )
