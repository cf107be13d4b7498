"""Who is let in before `$connect` is asked: rates, and how many connections one client, or all, may have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

from shim.gateway.definition import ApiDefinition
from shim.gateway.frames import TOO_MANY_REQUESTS
from shim.observing import RefusalReason
from shim.rates import rate_of
from shim.streams import BrokerUnavailable, Streams, StreamsError, TooManyConnections
from shim.streams.spreading import AWAY_S, FULL_S, spread_s


class NotAdmitted(Exception):
    """Raised for a client that is turned away; `status` is the HTTP status that it sees."""

    def __init__(self, status: int, message: str, reason: RefusalReason, retry_after_s: int) -> None:
        self.status, self.message, self.reason, self.retry_after_s = status, message, reason, retry_after_s
        super().__init__(status, message, reason)

    def __str__(self) -> str:
        return self.message

    @property
    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after_s)}


class Seats(Protocol):
    """Raises BrokerUnavailable where others keep them."""

    async def take_seat(self, name: str, connection_id: str, most: int) -> bool:
        """False when `most` connections have one."""

    async def leave_seat(self, name: str, connection_id: str) -> None: ...


class OwnSeats:
    """Of one process."""

    def __init__(self) -> None:
        self._taken: defaultdict[str, set[str]] = defaultdict(set)

    async def take_seat(self, name: str, connection_id: str, most: int) -> bool:
        taken = self._taken[name]
        if len(taken) >= most and connection_id not in taken:
            return False
        taken.add(connection_id)
        return True

    async def leave_seat(self, name: str, connection_id: str) -> None:
        taken = self._taken.get(name, set())
        taken.discard(connection_id)
        if not taken:
            self._taken.pop(name, None)


class Admission:
    """`clock`: seconds since the epoch."""

    def __init__(self, api: ApiDefinition, streams: Streams, clock: Callable[[], float]) -> None:
        self._limits = api.limits
        self._connects = rate_of("connects", api.limits.connects, streams, clock)
        self._seats: Seats = OwnSeats() if streams.together is None else streams.together

    async def arrive(self, connection_id: str, source_ip: str) -> None:
        """Before anything is asked of anybody. Raises NotAdmitted; then there is nothing to `depart` from."""
        if not await self._connects.take():
            raise NotAdmitted(429, TOO_MANY_REQUESTS, "rate", spread_s(1))
        most = self._limits.connections_of_one_address
        await self._sit(_of_address(source_ip), connection_id, most, "address")

    async def be_known(self, connection_id: str, principal: str) -> None:
        """`principal`: whom the authorizer named; empty when nobody was. Raises NotAdmitted."""
        if principal:
            most = self._limits.connections_of_one_principal
            await self._sit(_of_principal(principal), connection_id, most, "principal")

    async def depart(self, connection_id: str, source_ip: str, principal: str) -> None:
        """Of a connection that ended, or was refused. Whose place is not given back, is found out when it is wanted."""
        try:
            if self._limits.connections_of_one_address:
                await self._seats.leave_seat(_of_address(source_ip), connection_id)
            if self._limits.connections_of_one_principal and principal:
                await self._seats.leave_seat(_of_principal(principal), connection_id)
        except BrokerUnavailable:
            return

    async def _sit(self, name: str, connection_id: str, most: int, reason: RefusalReason) -> None:
        try:
            seated = not most or await self._seats.take_seat(name, connection_id, most)
        except BrokerUnavailable as error:
            raise not_opened(error) from error
        if not seated:
            raise NotAdmitted(429, TOO_MANY_REQUESTS, reason, spread_s(5))


def not_opened(error: StreamsError) -> NotAdmitted:
    """`Streams.open` did not open a connection."""
    if isinstance(error, TooManyConnections):
        return NotAdmitted(503, str(error), "full", spread_s(FULL_S))
    return NotAdmitted(503, BrokerUnavailable.told, "away", spread_s(AWAY_S))


def ending(message: str) -> NotAdmitted:
    """For who comes while the service ends: another node takes it at once, and this one's successor soon."""
    return NotAdmitted(503, message, "ending", spread_s(1))


def _of_address(source_ip: str) -> str:
    return f"address:{source_ip}"


def _of_principal(principal: str) -> str:
    return f"principal:{principal}"
