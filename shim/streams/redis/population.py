"""How many connections each partition has, as this process knows it."""

from __future__ import annotations

from collections.abc import Sequence

from shim.streams.redis.keys import partition_of


class Population:
    """What other nodes opened since a partition was counted last, a second ago, is not in it."""

    def __init__(self, partitions: int) -> None:
        self._counts = [0] * partitions
        self._open = [0] * partitions

    @property
    def is_spread(self) -> bool:
        return len(self._counts) > 1

    def counted(self, counts: Sequence[int]) -> None:
        self._counts[:] = counts

    def counted_one(self, partition: int, count: int, pending: int) -> None:
        """`count`: of open ones."""
        self._open[partition] = count
        self._counts[partition] = count + pending

    @property
    def open(self) -> int:
        """In all partitions, when they were counted last."""
        return sum(self._open)

    def opened(self, connection_id: str) -> None:
        self._counts[partition_of(connection_id, len(self._counts))] += 1

    def elsewhere(self, connection_id: str) -> int:
        """In the partitions that this connection is not in."""
        return sum(self._counts) - self._counts[partition_of(connection_id, len(self._counts))]
