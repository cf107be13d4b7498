"""What each metric is measured in, and what to do when it moves, for the reference: a collector says what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """`then`: what to do when it moves."""

    unit: str
    then: str


_MEMORY: Final = "Lower `streams.replay_bytes` or `streams.connections`, or give the process more memory."
_OF_AWS: Final = "As at API Gateway: put it beside what CloudWatch had."

OF_A_SERVICE: Final = {
    "ConnectCount": Words("clients", _OF_AWS),
    "MessageCount": Words("messages", f"{_OF_AWS} Pushes have an empty `Route`."),
    "ClientError": Words("clients and messages", "Look at `ws2sse_refused` and `ws2sse_messages`, which say why."),
    "IntegrationError": Words(
        "messages and ends",
        "The log names the route and the error of the handler; `$disconnect` that failed counts too.",
    ),
    "ExecutionError": Words(
        "messages and clients", "A function timed out or could not be called. The log says which; `$none` has no route."
    ),
    "IntegrationLatency": Words("milliseconds", "The handler or what it asks is slow. Above 29,000 calls time out."),
    "ws2sse_streams_detached": Words(
        "connections",
        "Clients lose streams and stay away: look at the front end's timeouts and at `streams.rotation_s`.",
    ),
    "ws2sse_streams_kept_bytes": Words("bytes", _MEMORY),
    "ws2sse_streams_kept_events": Words("messages", _MEMORY),
    "ws2sse_streams_waiting_bytes": Words(
        "bytes", 'Clients read too slowly, or are away. `ws2sse_pushes{result="slow"}` says whether pushes are refused.'
    ),
    "ws2sse_connections_limit": Words(
        "connections", "It is `streams.connections`, of all nodes together; it moves when the setting does."
    ),
    "ws2sse_connect_seconds": Words("seconds", "The authorizer or `$connect` is slow, or Redis is."),
    "ws2sse_refused": Words(
        "clients",
        "`full`: raise `streams.connections`, or add nodes. `away`: see `ws2sse_redis_up`. `rate`, `address` and "
        "`principal`: limits of `[limits]`. `connect` and `authorizer`: the log says what the handler answered.",
    ),
    "ws2sse_disconnects": Words(
        "connections", "1006: clients that did not come back. 1008: slow readers. 1001: the service or the time limit."
    ),
    "ws2sse_messages": Words(
        "messages",
        "`throttled`: a rate of `[limits]` or of the route. `forbidden` and `bad_request`: what clients send has no "
        "route, or does not match its model. The last three are errors of handlers, which the log names.",
    ),
    "ws2sse_message_bytes": Words("bytes", "Clients send more, or larger messages."),
    "ws2sse_messages_running": Words(
        "messages", "It stays high when handlers hang: look at `IntegrationLatency` and at `backend.python.threads`."
    ),
    "ws2sse_pushes": Words(
        "pushes",
        "`gone`: the back end keeps ids of connections that ended. `slow`: a client does not read. `too_large`: more "
        "than `limits.payload_bytes`. `refused`: a signature is not right, or somebody tries.",
    ),
    "ws2sse_connections": Words("connections", "Over Redis each node counts the streams that it writes."),
}

OF_REDIS: Final = {
    "ws2sse_connections_everywhere": Words(
        "connections", "Near `ws2sse_connections_limit` nobody new is taken: raise `streams.connections`, or add nodes."
    ),
    "ws2sse_redis_resumed": Words("streams", "Clients lose their streams: a front end cuts them, or a node ended."),
    "ws2sse_redis_ends": Words(
        "ends", "`lost`: a node died while it ran `$disconnect`, which is not run again. The log names the connection."
    ),
    "ws2sse_redis_round_trip_seconds": Words(
        "seconds", "Pushes wait as long. Look at the CPU of Redis, and at whether it is in the same region."
    ),
    "ws2sse_redis_calls": Words("calls", "Its rate is the load of this node on Redis."),
    "ws2sse_redis_failures": Words(
        "round trips and calls",
        "`away`: see `ws2sse_redis_up`. `refused`: the log has the error, such as a right that lacks.",
    ),
    "ws2sse_redis_up": Words(
        "0 or 1", "At 0 streams are held, and pushes and new clients get 503. At one node only: look at its network."
    ),
    "ws2sse_redis_away_seconds": Words("seconds", "The same, summed up: what was missed between two scrapes."),
    "ws2sse_redis_late_renewals": Words(
        "renewals", "The node stood still for longer than `redis.lease_s`: it has too little CPU, or swaps."
    ),
    "ws2sse_redis_gaps": Words(
        "gaps", "Clients read too slowly for what `streams` keeps of them, or Redis lost what was written last."
    ),
    "ws2sse_redis_deliveries": Words(
        "messages", "More `read` for each `straight`: clients come back, or wake-ups are lost."
    ),
    "ws2sse_redis_positions_compared": Words("positions", "It grows by itself: each stream, every `redis.check_s`."),
    "ws2sse_redis_positions_found": Words(
        "positions",
        "`lost`: Redis lost data, or its `maxmemory-policy` evicts. `missed`: subscriptions break; "
        "`client-output-buffer-limit pubsub` may be too small. `moved`, `ended`: the node was cut off or slow.",
    ),
}

OF_A_CUT_OVER: Final = {
    "ws2sse_cutover_stage": Words("0 or 1", "It went on, or back by itself: the journal says why."),
    "ws2sse_cutover_share_percent": Words("percent", "An operator changed it, or it went back by itself."),
    "ws2sse_cutover_frozen": Words("0 or 1", "At 1 nothing goes back by itself any more: look, then unfreeze."),
    "ws2sse_cutover_connections": Words("connections", "Clients move at the rate of `cutover.moves_per_s`."),
    "ws2sse_cutover_sessions": Words("sessions", "`differ`: look at the differences. `lost`: could not be compared."),
    "ws2sse_cutover_unexplained": Words(
        "differences", "The report shows each; an expected one goes into the noise file."
    ),
    "ws2sse_cutover_leaks": Words("messages", "Go back at once: somebody got what was for somebody else."),
    "ws2sse_cutover_evidence_against": Words("", "At 1 / `cutover.fall_back.alpha` it goes back by itself."),
    "ws2sse_cutover_observed": Words("clients", "At 0 nothing is compared, and nothing can be proven."),
    "ws2sse_cutover_shadow_problems": Words("shadows", "The new service refuses or loses shadows: its log says why."),
}

OF_THE_PROCESS: Final = {
    "process_virtual_memory_bytes": Words("bytes", "Of no use here: `process_resident_memory_bytes` is."),
    "process_resident_memory_bytes": Words("bytes", _MEMORY),
    "process_start_time_seconds": Words("seconds since 1970", "The process was started again: its log says why."),
    "process_cpu_seconds": Words("seconds", "Near one for each second the node is full: add nodes."),
    "process_open_fds": Words("files", "Each client is one. Near `process_max_fds`: raise the limit, or add nodes."),
    "process_max_fds": Words("files", "It is the limit `nofile` of the process."),
}

VALUES: Final = {
    ("ConnectCount", "Route"): "`$connect`",
    ("MessageCount", "Route"): "route keys of the API, `$none`, empty",
    ("ClientError", "Route"): "route keys of the API, `$connect`, `$none`",
    ("IntegrationError", "Route"): "route keys of the API, `$disconnect`",
    ("ExecutionError", "Route"): "route keys of the API, `$connect`",
    ("IntegrationLatency", "Route"): "route keys of the API",
    ("ws2sse_messages", "Route"): "route keys of the API, `$none`",
    ("ws2sse_refused", "status"): "`401` and so on; `4xx` and so on where a handler chose it",
    ("ws2sse_disconnects", "code"): "`1000` to `1015`, `3xxx`, `4xxx`, `other`",
    ("ws2sse_cutover_unexplained", "class"): "as in the [differences](dual-run-differences.md)",
    ("ws2sse_cutover_shadow_problems", "reason"): "as the log says it",
}
"""Of labels whose values come from an API or a client. The others are said by the code."""
