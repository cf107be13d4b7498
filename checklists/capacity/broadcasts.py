"""What is kept of broadcasts for those who come back: one list for all connections, in Redis and again in each node.

It is full after some time, however seldom there is a broadcast, since only its bounds end it.
"""

from __future__ import annotations

from typing import Final

from checklists.capacity.demand import Demand
from checklists.capacity.limits import (
    BROADCAST_BYTES,
    BROADCAST_EVENTS,
    BROADCASTS_UNFOLDED,
    RECIPIENT_BYTES,
    UNFOLDED_TIMES,
)

OBJECT_BYTES: Final = 250
"""Of a kept broadcast in a node, beside its payload and recipients: counted by tracemalloc with CPython 3.12."""


def recipients(demand: Demand) -> float:
    """Whom a broadcast names; one to all names nobody."""
    return 0.0 if demand.fan_out >= demand.connections else demand.fan_out


def recipients_bytes(demand: Demand) -> float:
    """Their ids."""
    return recipients(demand) * RECIPIENT_BYTES


def broadcast_bytes(demand: Demand) -> float:
    """What the bound on bytes counts."""
    return demand.message_bytes + recipients_bytes(demand)


def kept_broadcasts(demand: Demand) -> int:
    """How many of a load of broadcasts. The latest is kept however large it is."""
    if not demand.pushes_s:
        return 0
    return max(1, min(BROADCAST_EVENTS, int(BROADCAST_BYTES // broadcast_bytes(demand))))


def kept_by_a_node(demand: Demand) -> float:
    """Bytes. 0 where nothing is broadcast."""
    if not demand.broadcasts:
        return 0.0
    kept, recipients = kept_broadcasts(demand), recipients_bytes(demand)
    unfolded = min(kept, BROADCASTS_UNFOLDED) * recipients * UNFOLDED_TIMES
    return kept * (demand.message_bytes + recipients + OBJECT_BYTES) + unfolded
