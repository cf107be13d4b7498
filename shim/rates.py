"""Throttles of a service: of one process, or of all nodes that serve the same connections."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Protocol

from shim.gateway.limits import Throttle
from shim.gateway.throttling import TokenBucket
from shim.streams import BrokerUnavailable, Streams

LEASE_S: Final = 1.0
"""How long a node may use tokens that it took out of the common bucket. In any t seconds all nodes together let through
at most `burst + rate_per_s * (t + LEASE_S)`."""

PART_OF_A_SECOND: Final = 0.1
"""A node takes at most what the rate brings in this time, so that there is something left for others."""

SHORTEST_PAUSE_S: Final = 0.005
"""Before an empty bucket is looked at again."""

Take = Callable[[int], Awaitable[tuple[int, float]]]
"""Takes at most so many tokens out of the common bucket: how many they were, and in how many seconds there is more.
Raises BrokerUnavailable."""


class Rate(Protocol):
    async def take(self) -> bool:
        """Whether one more is allowed now."""

    def take_blocking(self) -> bool:
        """The same for worker threads."""


class OwnRate:
    """Of this process alone. `clock`: seconds."""

    def __init__(self, throttle: Throttle, clock: Callable[[], float]) -> None:
        self._bucket = TokenBucket(throttle)
        self._clock = clock

    async def take(self) -> bool:
        return self._bucket.take(self._clock())

    def take_blocking(self) -> bool:
        return self._bucket.take(self._clock())


class SharedRate:
    """Of all nodes together. A node takes tokens in advance, about as many as it used lately, so that not each message
    is a round trip; those that it does not use within `LEASE_S` are lost. While what they share is away each node goes
    by the whole rate alone.
    """

    def __init__(
        self,
        throttle: Throttle,
        take: Take,
        take_blocking: Callable[[int], tuple[int, float]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock`: seconds, never set back."""
        self._most = max(1, int(throttle.rate_per_s * PART_OF_A_SECOND))
        self._take = take
        self._take_blocking = take_blocking
        self._alone = TokenBucket(throttle)
        self._clock = clock
        self._guard = threading.Lock()
        self._asking = asyncio.Lock()
        self._left = 0
        self._wanted = 1
        self._leased_at = float("-inf")
        self._empty_until = float("-inf")

    async def take(self) -> bool:
        known = self._known()
        if known is not None:
            return known
        async with self._asking:
            known = self._known()
            if known is not None:
                return known
            try:
                leased = await self._take(self._wanted)
            except BrokerUnavailable:
                return self._alone.take(self._clock())
            return self._begin(*leased)

    def take_blocking(self) -> bool:
        known = self._known()
        if known is not None:
            return known
        try:
            leased = self._take_blocking(self._wanted)
        except BrokerUnavailable:
            return self._alone.take(self._clock())
        return self._begin(*leased)

    def _known(self) -> bool | None:
        """Without asking anybody; None when that can't be said."""
        with self._guard:
            now = self._clock()
            if self._left and now - self._leased_at < LEASE_S:
                self._left -= 1
                return True
            return False if now < self._empty_until else None

    def _begin(self, taken: int, more_in_s: float) -> bool:
        """With new tokens, the first of which is used at once. How many are wanted next time goes by how many of the
        last were used within their time."""
        with self._guard:
            now = self._clock()
            in_time = now - self._leased_at < LEASE_S
            used = self._wanted - self._left
            self._wanted = min(2 * self._wanted, self._most) if in_time else max(1, min(used, self._most))
            if not taken:
                self._empty_until = now + max(more_in_s, SHORTEST_PAUSE_S)
                return False
            self._left = (self._left if in_time else 0) + taken - 1
            self._leased_at = now
            return True


def rate_of(name: str, throttle: Throttle, streams: Streams, clock: Callable[[], float]) -> Rate:
    """`name`: of what is throttled, the same on all nodes. `clock`: seconds, for a process alone."""
    together = streams.together
    if together is None or throttle.rate_per_s == 0 or throttle.burst < 1:
        return OwnRate(throttle, clock)
    of = (name, throttle.rate_per_s, throttle.burst)
    return SharedRate(throttle, partial(together.take_tokens, *of), partial(streams.take_tokens, *of))
