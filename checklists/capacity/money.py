"""A month of both paths under a load: the WebSocket API with what is usual behind it, and nodes with their Redis."""

from __future__ import annotations

import math
from typing import Final

from checklists.capacity.demand import MONTH_S, Demand
from checklists.capacity.limits import HEARTBEAT_S
from checklists.capacity.sizing import Size
from checklists.cost.load import LONGEST_LIFE_MINUTES, Load, websocket_usage
from checklists.cost.model import Estimate
from checklists.cost.prices import Prices
from checklists.cost.target import METERED_KB, Target, target_usage
from checklists.cost.things import metered
from checklists.cost.usage import HOURS, Amount, Usage, estimate, together

EVENT_BYTES: Final = 48
"""Of an event beside its data: its id, the names of both lines, and the size of its chunk."""

HEARTBEAT_BYTES: Final = 8
FRAME_BYTES: Final = 4
"""Of a WebSocket frame with 126 to 65,535 bytes. https://www.rfc-editor.org/rfc/rfc6455#section-5.2"""

GB: Final = 1e9
OTHER_ZONE: Final = 0.5
"""Of what nodes and Redis exchange, with tasks evenly in two zones."""


def month(demand: Demand, longest_life_minutes: float = math.inf) -> Load:
    """What the clients do, where connections end after so long."""
    average, life = demand.average, min(demand.life_minutes, longest_life_minutes)
    return Load(
        connections=demand.connections * average,
        connects=demand.connections * average * MONTH_S / (life * 60),
        messages=(demand.delivered_s + demand.received_s) * average * MONTH_S,
    )


def before(demand: Demand, prices: Prices, region: str) -> Estimate:
    """The WebSocket path, where none lives longer than two hours."""
    load = month(demand, LONGEST_LIFE_MINUTES)
    parts = metered(demand.message_bytes / 1000, METERED_KB)
    pushed, received = (one * demand.average * MONTH_S for one in (demand.delivered_s, demand.received_s))
    whole = load.model_copy(update={"messages": pushed * parts + received})
    usage = websocket_usage(whole, received, pushed / received if received and demand.fan_out > 1 else 0.0)
    usage = together((usage, _out(pushed * (demand.message_bytes + FRAME_BYTES))))
    return estimate(_in(usage, region), prices)


def after(demand: Demand, size: Size, prices: Prices, region: str) -> Estimate:
    """Nodes and Redis, all the month as many as the peak takes."""
    load, average = month(demand), demand.average
    target = Target(
        vcpu=size.shape.vcpu,
        memory_gb=size.shape.memory_gb,
        tasks=size.nodes.nodes,
        connections_per_task=max(size.nodes.connections, 1),
        mean_message_kb=min(128.0, demand.message_bytes / 1000),
    )
    usage = target_usage(target, load, region).model_copy(update={"assumptions": ()})
    beats = load.connections * MONTH_S / HEARTBEAT_S * HEARTBEAT_BYTES
    pushed = demand.delivered_s * average * MONTH_S * (demand.message_bytes + EVENT_BYTES)
    redis = size.redis
    between = (redis.in_bytes_s + redis.out_bytes_s) * average * MONTH_S * OTHER_ZONE
    more = (
        Amount(key=redis.price, quantity=redis.nodes * HOURS, source="assumed"),
        Amount(key="transfer.zone", quantity=between / GB, source="assumed"),
    )
    kept = _handlers(demand, load) if demand.handlers == "lambda" else Usage()
    return estimate(_in(together((usage, Usage(amounts=more), _out(beats + pushed), kept)), region), prices)


def _handlers(demand: Demand, load: Load) -> Usage:
    """At Lambda, as before."""
    received = demand.received_s * demand.average * MONTH_S
    usage = websocket_usage(load, received, 0.0)
    return Usage(amounts=tuple(one for one in usage.amounts if one.key.startswith("lambda.")))


def _out(bytes_: float) -> Usage:
    return Usage(amounts=(Amount(key="transfer.out", quantity=bytes_ / GB, source="assumed", grows=True),))


def _in(usage: Usage, region: str) -> Usage:
    return usage.model_copy(
        update={"amounts": tuple(one.model_copy(update={"region": region}) for one in usage.amounts)}
    )
