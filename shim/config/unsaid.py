"""What option classes do not say of themselves: words for a few fields, what their texts look like, and the least value
where it is not 0."""

from __future__ import annotations

from typing import Final

from shim.backends.options import PythonOptions
from shim.backends.rest_upstream import RestUpstream
from shim.backends.websocket import WebSocketUpstream
from shim.config.lambda_options import LambdaOptions
from shim.dualrun.cutover.options import CutoverOptions, FallBackRules
from shim.faces.console_access import ConsoleOptions
from shim.faces.forwarding import ForwardingOptions
from shim.gateway.definition import ApiDefinition
from shim.gateway.limits import GatewayLimits, Throttle
from shim.logs import LogOptions
from shim.recording import RecordingOptions
from shim.streams import StreamLimits
from shim.streams.redis.lua import KEEP_EVERY_S
from shim.streams.redis.options import MOST_PARTITIONS, RedisOptions

WORDS: Final[dict[type, dict[str, str]]] = {
    ApiDefinition: {
        "name": "What the API is called. Default: as declared.",
        "selection_expression": "What selects the route of a message. Default: as declared.",
        "stage": "First part of the path. Default: as declared.",
        "api_id": "What events say the API's id is.",
        "region": "What events, ARNs and contexts say the region is. Default: as declared.",
        "account_id": "What ARNs say the account is.",
        "stage_variables": "Variable -> value. Default: as declared.",
        "domains": "Custom domains: tables with `host` and `base_path` (empty: the whole host). Default: as declared.",
        "event_profile": "`current`: events as API Gateway sends them today; `legacy-nulls`: as in 2020.",
    },
    Throttle: {
        "rate_per_s": "So many on average; 0 turns it off.",
        "burst": "So many at once.",
    },
    ForwardingOptions: {"connect_s": "What opening a connection to the upstream may take. Default 3."},
    WebSocketUpstream: {
        "url": "Its address: `wss://…/stage` or `ws://…`. A query string comes before the client's.",
        "keepalive_interval_s": "How long it may be silent before `keepalive_message` is sent. Default 9 min 30 s.",
    },
    RestUpstream: {"url": "Its address: `https://…` or `http://…`, to which the paths are added."},
}

TEXTS: Final[dict[type, dict[str, tuple[str, str]]]] = {
    RedisOptions: {"prefix": (r"^[A-Za-z0-9_.:-]{1,64}$", "1 to 64 letters, digits, _, ., : and -")},
    ApiDefinition: {
        "stage": (
            r"^(?:\$default|[A-Za-z0-9_-]{0,63}[A-Za-z0-9_][A-Za-z0-9_-]{0,64})$",
            "up to 128 letters, digits, _ and -",
        )
    },
}
"""Field -> pattern, and the same in words. The stage `-` would hide the shim's own pages."""

LEAST: Final[dict[type, dict[str, float]]] = {
    ConsoleOptions: {"feeds": 1, "session_s": 1},
    CutoverOptions: {"check_s": 0.05, "session_s": 1, "settle_s": 0.05, "shadow_timeout_s": 0.001},
    FallBackRules: {"checks": 1, "least_messages": 75, "window_s": 1},
    ForwardingOptions: {"calls_at_once": 1, "connect_s": 0.001, "timeout_s": 0.001},
    GatewayLimits: {"frame_bytes": 1, "payload_bytes": 1, "url_characters": 1, "messages_at_once": 1},
    LambdaOptions: {"concurrency": 1, "timeout_s": 0.001},
    LogOptions: {"longest": 80},
    RecordingOptions: {"max_mb": 1},
    PythonOptions: {"threads": 1, "most_calls": 1, "start_timeout_s": 0.001},
    RestUpstream: {"attempts": 1, "requests_at_once": 1},
    RedisOptions: {"partitions": 1, "timeout_s": 0.05, "lease_s": 1, "check_s": 0.1},
    StreamLimits: {"replay_events": 1, "replay_bytes": 1, "idempotency_keys": 1, "connections": 1, "heartbeat_s": 0.1},
    WebSocketUpstream: {"frame_bytes": 4, "keepalive_interval_s": 0.001},
}

MOST: Final[dict[type, dict[str, float]]] = {RedisOptions: {"partitions": MOST_PARTITIONS, "check_s": KEEP_EVERY_S}}
"""What expires after a day is renewed when positions are compared."""
