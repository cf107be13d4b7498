"""What happened lately, within bounds, for people who look."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from shim.faces.metric_counts import NO_ROUTE
from shim.gateway.definition import ApiDefinition
from shim.gateway.selection import CONNECT_ROUTE, DISCONNECT_ROUTE
from shim.observing import Connected, Disconnected, Face, Happening, MessageHandled, Refused

HAPPENINGS: Final = 200
FAILURES: Final = 50
MESSAGES: Final = 5_000
LATENCIES: Final = 512
"""Latest messages of a route that its latencies are taken of."""


@dataclass(frozen=True, slots=True)
class Noted:
    """`number` counts from 1 and never repeats; `at`: seconds since the epoch."""

    number: int
    at: float
    happening: Happening


@dataclass(slots=True)
class ConnectionFigures:
    """What an open connection's client did."""

    face: Face
    source_ip: str
    messages: int = 0
    failures: int = 0


@dataclass(slots=True)
class RouteFigures:
    """`latencies_s`: of the latest calls, in seconds; of `$connect` with the authorizer's."""

    calls: int = 0
    failures: int = 0
    last_at: float | None = None
    latencies_s: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCIES))

    def add(self, at: float, *, failed: bool, latency_s: float | None) -> None:
        """`latency_s` None: it is not known, or nothing was called."""
        self.calls += 1
        self.failures += failed
        self.last_at = at
        if latency_s is not None:
            self.latencies_s.append(latency_s)

    def quantiles_s(self, *shares: float) -> list[float | None]:
        """The smallest latency that so large a share of the calls did not exceed; None without any."""
        ordered = sorted(self.latencies_s)
        if not ordered:
            return [None for _ in shares]
        return [ordered[max(0, ceil(share * len(ordered)) - 1)] for share in shares]


@dataclass(slots=True)
class Totals:
    """Since the start."""

    connected: int = 0
    refused: int = 0
    messages: int = 0
    failures: int = 0
    disconnected: int = 0


class Recent:
    """An observer. Used on the event loop only. `clock`: seconds since the epoch."""

    def __init__(self, api: ApiDefinition, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._number = 0
        self.totals = Totals()
        self.routes = {key: RouteFigures() for key in (*api.routes, NO_ROUTE)}
        self.connections: dict[str, ConnectionFigures] = {}
        self.happenings: deque[Noted] = deque(maxlen=HAPPENINGS)
        self.failures: deque[Noted] = deque(maxlen=FAILURES)
        """Those of `happenings` that went wrong; they stay longer."""
        self._messages: deque[Noted] = deque(maxlen=MESSAGES)

    def __call__(self, happening: Happening) -> None:
        self._number += 1
        noted = Noted(self._number, self._clock(), happening)
        self.happenings.append(noted)
        if went_wrong(happening):
            self.totals.failures += 1
            self.failures.append(noted)
        match happening:
            case Connected(connection_id, face, source_ip, latency_s):
                self.totals.connected += 1
                self.connections[connection_id] = ConnectionFigures(face, source_ip)
                self._called(CONNECT_ROUTE, noted, latency_s)
            case Refused():
                self.totals.refused += 1
                self._called(CONNECT_ROUTE, noted, None)
            case MessageHandled():
                self._message(noted, happening)
            case Disconnected(connection_id):
                self.totals.disconnected += 1
                self.connections.pop(connection_id, None)
                self._called(DISCONNECT_ROUTE, noted, None)

    def messages_of(self, connection_id: str, most: int) -> list[Noted]:
        """The connection's latest messages, newest first, as far as the latest of all clients reach."""
        found = []
        for noted in reversed(self._messages):
            if noted.happening.connection_id == connection_id:
                found.append(noted)
                if len(found) == most:
                    break
        return found

    def _message(self, noted: Noted, message: MessageHandled) -> None:
        self._messages.append(noted)
        self.totals.messages += 1
        key = message.route_key if message.route_key in self.routes else NO_ROUTE
        called = message.outcome not in {"forbidden", "bad_request", "throttled"}
        self._called(key, noted, message.latency_s if called else None)
        connection = self.connections.get(message.connection_id)
        if connection is not None:
            connection.messages += 1
            connection.failures += went_wrong(message)

    def _called(self, key: str, noted: Noted, latency_s: float | None) -> None:
        route = self.routes.get(key)
        if route is not None:
            route.add(noted.at, failed=went_wrong(noted.happening), latency_s=latency_s)


def went_wrong(happening: Happening) -> bool:
    """Whether somebody should look at it."""
    match happening:
        case Refused():
            return True
        case MessageHandled(outcome=outcome):
            return outcome != "handled"
        case Disconnected(failed=failed):
            return failed
    return False
