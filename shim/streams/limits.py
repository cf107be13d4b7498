"""Bounds of a connection. Everything that grows has one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """What a connection may hold and how long it outlives its stream."""

    replay_events: int = 1_000
    """Most events kept for one connection, delivered or not. Default 1,000."""

    replay_bytes: int = 1_048_576
    """Most payload bytes kept for one connection. Default 1 MiB."""

    replay_s: float = 300.0
    """Seconds for which a message is kept after a stream has taken it; one that none has taken is kept on. Default
    300."""

    broadcast_events: int = 10_000
    """Most broadcasts kept for all connections together, where several processes serve them: to all, to groups and to
    lists of ids. A client that needs an older one is told of a gap. Default 10,000."""

    broadcast_bytes: int = 16_777_216
    """Most bytes of them, payload and recipients: of each recipient that a broadcast to a group or a list has, its id.
    Each process keeps as many. Default 16 MiB."""

    slow_reader_s: float = 30.0
    """Seconds for which pushes to a client that does not read are refused before the connection is closed with 1008.
    Default 30."""

    resume_window_s: float = 60.0
    """Seconds that a connection lives without a stream; 0 ends it with its stream. Default 60."""

    heartbeat_s: float = 15.0
    """Seconds between comments on a silent stream. WHATWG advises about 15:
    https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes"""

    retry_ms: int = 1_000
    """What `retry:` tells the client: milliseconds before it reconnects, and up to half more by chance, so that not
    all come back at once. Default 1,000."""

    drain_spread_ms: int = 5_000
    """When the service ends, each client comes back at another time, up to so many milliseconds later. `retry:` tells
    it; over Redis, where another node has the connection, the streams end one after the other. Default 5,000."""

    ending_s: float = 25.0
    """Seconds in which the application is told of its connections' ends when the service itself ends. What is owed
    after that is given up, and said in the log. Default 25."""

    rotation_s: float = 0.0
    """Seconds after which a stream ends on an event boundary, up to a tenth earlier by chance, and the client resumes.
    For front ends that cut every response after some time: 100 for one that cuts at 120. Default 0: never."""

    idempotency_keys: int = 256
    """Keys of a client's latest messages that are remembered for one connection. Default 256."""

    connections: int = 10_000
    """Most connections of one process, or, over Redis, of all processes together; more are refused. Default 10,000."""

    payload_bytes: int = 131_072
    """Largest message. API Gateway's WebSocket payload quota is 128 KB:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html"""
