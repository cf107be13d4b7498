"""What every service does alike, whoever stands behind it: @connections, counters, observers."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from shim.gateway.definition import ApiDefinition
from shim.gateway.frames import TOO_MANY_REQUESTS
from shim.observing import Happening, Observer, PushCounts
from shim.rates import rate_of
from shim.service import Problem
from shim.streams import (
    BrokerUnavailable,
    Closed,
    ConnectionGone,
    ConnectionInfo,
    PayloadTooLarge,
    Streams,
    StreamsError,
)

logger = logging.getLogger(__name__)

CLOSED_NORMALLY = "Connection Closed Normally"
"""What API Gateway says to a client whose connection was deleted."""


class StreamConnections(ABC):
    """The part of `Service` that is about `streams` alone. Times are from `clock`, seconds since the epoch."""

    def __init__(self, api: ApiDefinition, streams: Streams, clock: Callable[[], float]) -> None:
        self.api = api
        self.streams = streams
        self.observers: list[Observer] = []
        self.pushes = PushCounts()
        self.awaiting = AwaitedConnections(self)
        self.accepting = True
        self.messages_running = 0
        self._clock = clock
        self._push_limit = (
            rate_of("pushes", api.limits.pushes, streams, clock) if api.limits.pushes.rate_per_s else None
        )

    @abstractmethod
    def identity(self, connection_id: str) -> dict[str, str] | None:
        """`sourceIp` and `userAgent` of a client; None when it is not connected."""

    async def awaited_identity(self, connection_id: str) -> dict[str, str] | None:
        """The same, where it may have to be asked for."""
        return self.identity(connection_id)

    @abstractmethod
    async def disconnected(self, closed: Closed) -> None:
        """Tells whoever stands behind the service of a connection that ended."""

    @abstractmethod
    async def let_go(self) -> None:
        """Ends what connections shared, after the last of them was told of."""

    @property
    def wait(self) -> bool:
        return self.streams.shared

    async def run(self) -> None:
        """For the life of the service: tells whoever stands behind it of connections that end; at the end, of all."""
        try:
            await self.streams.run(self.disconnected)
        except asyncio.CancelledError:
            self.accepting = False
            await self.streams.shutdown(self.disconnected)
            await self.let_go()
            raise

    def post(self, connection_id: str, data: bytes) -> None:
        """PostToConnection. Raises Problem."""
        if self._push_limit is not None and not self._push_limit.take_blocking():
            raise self.push_throttled()
        try:
            self.streams.send(connection_id, data)
        except StreamsError as error:
            raise self.push_failed(error) from error
        self.pushes.sent += 1

    def get(self, connection_id: str) -> dict[str, Any]:
        """GetConnection. Raises Problem."""
        try:
            identity = self.identity(connection_id)
            info = self.streams.info(connection_id)
        except ConnectionGone as error:
            raise _gone() from error
        except BrokerUnavailable as error:
            raise unavailable(error) from error
        return shown(info, identity)

    def delete(self, connection_id: str) -> None:
        """DeleteConnection. Raises Problem."""
        try:
            closed = self.streams.close(connection_id, 1000, CLOSED_NORMALLY)
        except BrokerUnavailable as error:
            raise unavailable(error) from error
        if not closed:
            raise _gone()

    async def check_push_limit(self) -> None:
        """Raises Problem: 429 for a push that comes too soon."""
        if self._push_limit is not None and not await self._push_limit.take():
            raise self.push_throttled()

    def push_throttled(self) -> Problem:
        """Counts it."""
        self.pushes.slow += 1
        return Problem(429, "LimitExceededException", TOO_MANY_REQUESTS)

    def push_failed(self, error: StreamsError) -> Problem:
        """What is answered to a push that `streams` did not take. Counts it."""
        if isinstance(error, ConnectionGone):
            self.pushes.gone += 1
            return _gone()
        if isinstance(error, PayloadTooLarge):
            self.pushes.too_large += 1
            return Problem(413, "PayloadTooLargeException", str(error))
        if isinstance(error, BrokerUnavailable):
            return unavailable(error)
        self.pushes.slow += 1
        return Problem(429, "LimitExceededException", str(error))

    async def _reply(self, connection_id: str, text: str) -> None:
        """An answer of the service itself, such as a route response or an error frame."""
        try:
            await self.streams.awaiting.send(connection_id, text)
        except StreamsError as error:
            logger.info("an answer was not delivered: %s", error)

    def _tell(self, happening: Happening) -> None:
        for observer in self.observers:
            observer(happening)


class AwaitedConnections:
    """Implements `AwaitingConnections` for a service."""

    def __init__(self, service: StreamConnections) -> None:
        self._service = service

    async def post(self, connection_id: str, data: bytes, invocation: str = "") -> None:
        service = self._service
        await service.check_push_limit()
        try:
            seq = await service.streams.awaiting.send(connection_id, data, invocation=invocation)
        except StreamsError as error:
            raise service.push_failed(error) from error
        service.pushes.sent += seq > 0

    async def get(self, connection_id: str) -> dict[str, Any]:
        try:
            identity = await self._service.awaited_identity(connection_id)
            info = await self._service.streams.awaiting.info(connection_id)
        except ConnectionGone as error:
            raise _gone() from error
        except BrokerUnavailable as error:
            raise unavailable(error) from error
        return shown(info, identity)

    async def delete(self, connection_id: str) -> None:
        try:
            closed = await self._service.streams.awaiting.close(connection_id, 1000, CLOSED_NORMALLY)
        except BrokerUnavailable as error:
            raise unavailable(error) from error
        if not closed:
            raise _gone()


def shown(info: ConnectionInfo, identity: dict[str, str] | None) -> dict[str, Any]:
    """What GetConnection tells. Raises Problem: 410 for a client that is not known."""
    if identity is None:
        raise _gone()
    return {"connectedAt": _iso(info.opened_at), "identity": identity, "lastActiveAt": _iso(info.last_active_at)}


def unavailable(error: BrokerUnavailable) -> Problem:
    return Problem(503, "ServiceUnavailableException", error.told)


def _gone() -> Problem:
    return Problem(410, "GoneException")


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
