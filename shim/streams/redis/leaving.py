"""A node that ends lets go of its streams one after the other, so that their clients don't all come to the others at
once."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Final

from shim.streams.redis.node import Node

SLICE_S: Final = 0.05
"""From some streams to the next."""

LEAST_AT_ONCE: Final = 10
"""So a hundred have ended after half a second, however long a node may take."""


async def leave_one_by_one(nodes: Sequence[Node], spread_s: float) -> None:
    """Of all partitions, over at most `spread_s` seconds; 0: at once. New streams are sent on from the first moment."""
    for node in nodes:
        node.refuse()
    streams = [(node, hosted) for node in nodes for hosted in node.streams.all()]
    at_once = some_at_once(len(streams), spread_s)
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number, first in enumerate(range(0, len(streams), at_once)):
        await asyncio.sleep(began + number * SLICE_S - loop.time())
        for node, hosted in streams[first : first + at_once]:
            node.let_go(hosted)
    for node in nodes:
        node.leave()


def some_at_once(count: int, spread_s: float) -> int:
    """How many of so many end in each slice."""
    slices = max(1, math.floor(spread_s / SLICE_S))
    return max(1, LEAST_AT_ONCE if spread_s else count, math.ceil(count / slices))
