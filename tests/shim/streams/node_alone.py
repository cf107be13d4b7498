"""A node's streams, of which Redis is asked for nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shim.streams import StreamLimits
from shim.streams.connection import Event, Gap, Message
from shim.streams.redis.batches import Batches
from shim.streams.redis.broadcasts import Broadcast
from shim.streams.redis.counts import RedisCounts
from shim.streams.redis.following import Following
from shim.streams.redis.hosted import Hosted
from shim.streams.redis.keys import Keys
from shim.streams.redis.options import RedisOptions
from shim.streams.redis.registry import Registry
from shim.streams.redis.servers import servers_of

LIFE: Final = "l1"


class NodeAlone:
    """`last`: number of the last broadcast before it began. `woken`: who was, as often as it was."""

    def __init__(self, last: int = 0) -> None:
        options = RedisOptions("redis://127.0.0.1:1")
        batches = Batches(servers_of(options), Keys(options.prefix, 0, 1), options, lambda: 0, RedisCounts())
        self.registry = Registry(StreamLimits(), batches)
        self.registry.hears(True)
        self.registry.know_life(LIFE)
        self.registry.know_log(last)
        self.woken: list[str] = []

    def stream(self, name: str, last: int | None = None) -> Hosted:
        """One that is at broadcast `last`; None: where the node is."""
        log = self.registry.log
        hosted = Hosted(
            id=name,
            epoch="e",
            life=log.life,
            generation=1,
            digest="",
            window_ms=1_000,
            opened_ms=0,
            broadcasts=Following(log, last=log.last if last is None else last, taken=0, first=0),
            wake=self._wake(name),
            known=0,
            read_own=0,
            read_bytes=0,
            state=b"",
            compared_in=log.subscription,
            annotations=[],
        )
        self.registry.add(hosted)
        return hosted

    def broadcast(self, *recipients: str) -> int:
        """To all without any; its number."""
        one = self.next(*recipients)
        self.registry.broadcast(one, self.registry.log.life)
        return one.number

    def next(self, *recipients: str) -> Broadcast:
        number = self.registry.log.last + 1
        return Broadcast(number, Message(f"{number}", 0.0, shared=True), "\n".join(recipients).encode())

    def taken(self, hosted: Hosted) -> list[int]:
        """Numbers of broadcasts; -1 for a gap."""
        found: list[Event | Gap] = []
        while (one := hosted.next()) is not None:
            found.append(one)
        self.registry.feed(hosted)
        return [int(one.message.data) if isinstance(one, Event) else -1 for one in found]

    def _wake(self, name: str) -> Callable[[], None]:
        return lambda: self.woken.append(name)
