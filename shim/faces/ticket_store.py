"""Which tickets are out, and what became of those that were used."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from shim.faces.options import FaceOptions
from shim.gateway.events import Pairs
from shim.streams import ConnectionGone, Streams


@dataclass(frozen=True, slots=True)
class Captured:
    """Headers and query of the request for a ticket."""

    headers: Pairs
    query: Pairs

    def merged(self, headers: Pairs, query: Pairs) -> tuple[Pairs, Pairs]:
        """Those of the request that opens the connection; where both name something, what was captured holds."""
        names = {name.lower() for name, _value in self.headers}
        parameters = {name for name, _value in self.query}
        return (
            [*((name, value) for name, value in headers if name.lower() not in names), *self.headers],
            [*((name, value) for name, value in query if name not in parameters), *self.query],
        )


@dataclass(frozen=True, slots=True)
class Unused:
    captured: Captured
    origin: str | None
    source_ip: str


@dataclass(frozen=True, slots=True)
class Used:
    """`connection_id` empty: its `$connect` has not been answered yet, or was refused."""

    origin: str | None
    connection_id: str = ""
    epoch: str = ""


class TicketStore(Protocol):
    """Keeps only what tickets hash to. Each method raises BrokerUnavailable where others keep them too."""

    async def issue(self, ticket: str, unused: Unused) -> bool:
        """False when too many are out, of all or of this address."""

    async def find(self, ticket: str) -> Unused | Used | None:
        """None for one that was not issued, or is not known any more."""

    async def spend(self, ticket: str, unused: Unused) -> bool:
        """True for the one call that did."""

    async def opened(self, ticket: str, used: Used) -> None:
        """What a spent ticket stands for from now on."""


def digest_of(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class _Out:
    unused: Unused
    expires_at: float


class LocalTickets:
    """Those of one process. Times are seconds of `clock`."""

    def __init__(self, options: FaceOptions, streams: Streams, clock: Callable[[], float]) -> None:
        self._options = options
        self._streams = streams
        self._clock = clock
        self._out: OrderedDict[bytes, _Out] = OrderedDict()
        self._of_address: dict[str, int] = {}
        self._used: dict[bytes, Used] = {}

    async def issue(self, ticket: str, unused: Unused) -> bool:
        self._expire()
        own = self._of_address.get(unused.source_ip, 0)
        if len(self._out) >= self._options.tickets or own >= self._options.tickets_of_one_address:
            return False
        self._out[digest_of(ticket)] = _Out(unused, self._clock() + self._options.ticket_s)
        self._of_address[unused.source_ip] = own + 1
        return True

    async def find(self, ticket: str) -> Unused | Used | None:
        self._expire()
        digest = digest_of(ticket)
        out = self._out.get(digest)
        return self._used.get(digest) if out is None else out.unused

    async def spend(self, ticket: str, unused: Unused) -> bool:
        digest = digest_of(ticket)
        if digest not in self._out:
            return False
        self._forget(digest)
        self._make_room()
        self._used[digest] = Used(unused.origin)
        return True

    async def opened(self, ticket: str, used: Used) -> None:
        digest = digest_of(ticket)
        if digest in self._used:
            self._used[digest] = used

    def _expire(self) -> None:
        """All live equally long, so the oldest are the first."""
        now = self._clock()
        while self._out:
            digest, oldest = next(iter(self._out.items()))
            if oldest.expires_at > now:
                return
            self._forget(digest)

    def _forget(self, digest: bytes) -> None:
        source_ip = self._out.pop(digest).unused.source_ip
        left = self._of_address[source_ip] - 1
        if left:
            self._of_address[source_ip] = left
        else:
            del self._of_address[source_ip]

    def _make_room(self) -> None:
        """Spent tickets are kept as long as their connections, and then until they are as many as may be."""
        if len(self._used) >= 2 * self._streams.limits.connections:
            self._used = {digest: used for digest, used in self._used.items() if self._is_open(used.connection_id)}

    def _is_open(self, connection_id: str) -> bool:
        try:
            self._streams.info(connection_id)
        except ConnectionGone:
            return False
        return True
