"""What is counted for the metrics: plain numbers, which cost an observer next to nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final, Literal

from shim.gateway.selection import CONNECT_ROUTE, DISCONNECT_ROUTE
from shim.observing import Connected, Disconnected, Face, Happening, MessageHandled, Outcome, RefusalReason, Refused
from shim.streams.distribution import Distribution

NO_ROUTE: Final = "$none"
"""Route of messages that no declared route took."""

ErrorKind = Literal["ClientError", "IntegrationError", "ExecutionError"]

_ERROR_OF: Final[dict[Outcome, ErrorKind]] = {
    "forbidden": "ClientError",
    "bad_request": "ClientError",
    "throttled": "ClientError",
    "integration_error": "IntegrationError",
    "timed_out": "ExecutionError",
    "execution_error": "ExecutionError",
}
_BEFORE_THE_INTEGRATION: Final = frozenset({"forbidden", "bad_request", "throttled"})
_NAMED_STATUSES: Final = frozenset({401, 403, 429, 500, 502, 503, 504})
_CALLED: Final = frozenset({502, 504})
"""Statuses of a refusal that say that `$connect` was called and gave no answer of its own."""

LATENCY_MS: Final = (
    1.0,
    2.5,
    5.0,
    10.0,
    25.0,
    50.0,
    100.0,
    250.0,
    500.0,
    1_000.0,
    2_500.0,
    5_000.0,
    10_000.0,
    29_000.0,
)
CONNECT_S: Final = tuple(bound / 1000 for bound in LATENCY_MS)


class MetricCounts:
    """An observer. Route keys are those of the API and `$none`, so that no client makes series of its own.

    `mocks`: routes that call nobody. `alone`: no other process tells of the ends of connections that began here.
    """

    def __init__(self, routes: Collection[str], *, mocks: Collection[str] = (), alone: bool = True) -> None:
        self._alone = alone
        self._routes = {*routes, CONNECT_ROUTE, DISCONNECT_ROUTE}
        self.connects = 0
        self.messages: Counter[tuple[str, Outcome]] = Counter()
        self.message_bytes = 0
        self.errors: Counter[tuple[ErrorKind, str]] = Counter()
        self.latencies_ms = {key: Distribution(LATENCY_MS) for key in routes if key not in mocks}
        self.accepted: dict[Face, Distribution] = {"sse": Distribution(CONNECT_S), "websocket": Distribution(CONNECT_S)}
        self.refused: Counter[tuple[Face, str, RefusalReason]] = Counter()
        self.disconnects: Counter[str] = Counter()
        self.faces: dict[str, Face] = {}
        """Of the connections that are open; empty unless `alone`."""

    def __call__(self, happening: Happening) -> None:
        match happening:
            case MessageHandled():
                self._message(happening)
            case Connected():
                self.connects += 1
                self.accepted[happening.face].add(happening.latency_s)
                if self._alone:
                    self.faces[happening.connection_id] = happening.face
            case Refused():
                self._refused(happening)
            case Disconnected():
                self.faces.pop(happening.connection_id, None)
                self.disconnects[code_class(happening.code)] += 1
                if happening.failed:
                    self.errors["IntegrationError", DISCONNECT_ROUTE] += 1

    def _message(self, message: MessageHandled) -> None:
        route = message.route_key if message.route_key in self._routes else NO_ROUTE
        outcome = message.outcome
        self.messages[route, outcome] += 1
        self.message_bytes += message.body_bytes
        kind = _ERROR_OF.get(outcome)
        if kind is not None:
            self.errors[kind, route] += 1
        if outcome not in _BEFORE_THE_INTEGRATION:
            latencies = self.latencies_ms.get(route)
            if latencies is not None:
                latencies.add(message.latency_s * 1000)

    def _refused(self, refused: Refused) -> None:
        self.refused[refused.face, status_class(refused.status), refused.reason] += 1
        if refused.status in _CALLED:
            self.connects += 1
        if refused.status in _CALLED or refused.status == 500:
            self.errors["ExecutionError", CONNECT_ROUTE] += 1
        elif 400 <= refused.status < 500:
            self.errors["ClientError", CONNECT_ROUTE] += 1


def code_class(code: int) -> str:
    """A close code of RFC 6455 as it is; those that applications choose, by thousand: `$connect` ends with any."""
    if 1000 <= code <= 1015:
        return str(code)
    return f"{code // 1000}xxx" if 3000 <= code <= 4999 else "other"


def status_class(status: int) -> str:
    """The status where the shim gives it itself, its class where a handler may choose it."""
    if status in _NAMED_STATUSES:
        return str(status)
    return f"{status // 100}xx" if 300 <= status <= 599 else "other"
