"""API Gateway's quotas for WebSocket APIs, each of which a team may change.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Throttle:
    """A token bucket. `rate_per_s` 0 turns it off."""

    rate_per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """Times in seconds, sizes in bytes; 0 turns a limit of time off."""

    frame_bytes: int = 32_768
    """Largest WebSocket frame of a client; larger ones close with 1009. Default 32 KB."""

    payload_bytes: int = 131_072
    """Largest message, in either direction; larger ones close with 1009, or are 413. Default 128 KB."""

    idle_s: float = 600.0
    """A WebSocket on which neither side sent a message for so long is closed with 1001. Default 10 minutes."""

    duration_s: float = 7_200.0
    """The longest that a WebSocket lives; it is closed with 1001. Default 2 hours."""

    stream_idle_s: float = 0.0
    """As `idle_s`, for clients on event streams. Default 0: the limit is one of the reasons to leave."""

    stream_duration_s: float = 0.0
    """As `duration_s`, for clients on event streams. Default 0."""

    ping_resets_idle: bool = True
    """Whether a WebSocket ping counts as a sign of life. AWS does not say."""

    integration_timeout_s: float = 29.0
    """What an integration may take at most. Default 29 s."""

    url_characters: int = 4_096
    """Longest address of a handshake."""

    authorizer_result_bytes: int = 8_192
    """Largest answer of an authorizer, as JSON."""

    messages_at_once: int = 64
    """Integrations that may run for one connection at the same time. A WebSocket is not read while so many do; a POST
    is answered with 429. API Gateway names no such bound."""

    connects: Throttle = field(default_factory=lambda: Throttle(500, 500))
    """New connections. Default 500 a second, as for an account and region."""

    requests: Throttle = field(default_factory=lambda: Throttle(10_000, 5_000))
    """Messages of clients. Default 10,000 a second with a burst of 5,000, as for an account and region."""

    connections_of_one_address: int = 0
    """Most open connections of one client address; more are refused with 429. API Gateway has no such limit. Default
    0: none, for many clients may stand behind one address."""

    connections_of_one_principal: int = 0
    """Most open connections of one `principalId` of the authorizer; more are refused with 429. API Gateway has no such
    limit. Default 0: none."""

    pushes: Throttle = field(default_factory=lambda: Throttle(0, 0))
    """Calls of PostToConnection. Default: no limit, where API Gateway counts them with the messages."""
