"""What all that goes on in a second costs, for so many nodes."""

from __future__ import annotations

from math import expm1

from checklists.capacity.broadcasts import kept_broadcasts, recipients, recipients_bytes
from checklists.capacity.demand import Demand
from checklists.capacity.flat import Cost, Flat
from checklists.capacity.limits import REPLAY_BYTES, REPLAY_EVENTS, REPLAY_S


def in_a_second(flat: Flat, demand: Demand, nodes: int) -> Cost:
    """All nodes together, and Redis."""
    return by_clients(flat, demand).plus(pushes(flat, demand, nodes))


def by_clients(flat: Flat, demand: Demand) -> Cost:
    """What connections and their messages cost, however many nodes there are."""
    handler = _handler(demand)
    start_and_end = begin(flat, demand).plus(flat.act("close"), handler)
    return (
        flat.act("idle_second")
        .times(demand.connections)
        .plus(start_and_end.times(demand.opened_s), flat.act("receive").plus(handler).times(demand.received_s))
    )


def begin(flat: Flat, demand: Demand) -> Cost:
    """A connection, with its `$connect`."""
    return flat.act("open").plus(_handler(demand))


def _handler(demand: Demand) -> Cost:
    return Cost(node_cpu_s=demand.handler_cpu_s if demand.handlers == "nodes" else 0.0)


def pushes(flat: Flat, demand: Demand, nodes: int) -> Cost:
    more_bytes = max(0, demand.message_bytes - flat.constants.message_bytes)
    if demand.broadcasts:
        each = flat.act("delivery").plus(flat.act("delivery_byte").times(more_bytes)).times(demand.delivered_s)
        return broadcasts(flat, demand, nodes).plus(each)
    here = 1 / nodes
    one = (
        flat.act("push_here")
        .times(here)
        .plus(flat.act("push_elsewhere").times(1 - here), flat.act("push_byte").times(more_bytes))
    )
    return one.times(demand.delivered_s)


def broadcasts(flat: Flat, demand: Demand, nodes: int) -> Cost:
    """Without their deliveries. Each goes into Redis once, and out to every node; to some, with their ids, which Redis
    looks up and every node reads."""
    more_bytes = max(0, demand.message_bytes - flat.constants.message_bytes)
    carried = Cost(redis_in_bytes=more_bytes, redis_out_bytes=(more_bytes + recipients_bytes(demand)) * nodes)
    looked_up = flat.act("recipient")
    looked_up = looked_up._replace(node_cpu_s=looked_up.node_cpu_s * nodes).times(recipients(demand))
    heard = flat.act("broadcast_heard").times(nodes)
    return flat.act("broadcast").plus(heard, looked_up, carried).times(demand.pushes_s)


def kept_bytes(flat: Flat, demand: Demand) -> float:
    """What Redis keeps of messages for those who come back."""
    whole = demand.message_bytes + flat.bytes("redis_message_bytes")
    if demand.broadcasts:
        return kept_broadcasts(demand) * (whole + recipients_bytes(demand))
    of_each = max(1, min(REPLAY_EVENTS, REPLAY_BYTES // demand.message_bytes))
    messages = min(demand.delivered_s * REPLAY_S, demand.connections * of_each)
    reached = demand.connections * -expm1(-messages / demand.connections)
    return messages * whole + reached * flat.bytes("redis_first_bytes")


def redis_bytes(flat: Flat, demand: Demand) -> float:
    return flat.bytes("redis_bytes") + demand.connections * flat.bytes("redis_stream_bytes") + kept_bytes(flat, demand)
