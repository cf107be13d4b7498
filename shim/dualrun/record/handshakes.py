"""What of a recorded handshake belongs to the application, and not to the connection that carried it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shim.dualrun.record.scenario import Pairs

_OF_THE_CONNECTION: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "cache-control",
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "last-event-id",
        "pragma",
        "proxy-connection",
        "stream-session",
        "te",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "via",
    }
)
_PREFIXES: Final = (":", "sec-fetch-", "sec-websocket-", "x-forwarded-", "x-amzn-", "cf-", "sec-ch-")
_KEPT: Final = frozenset({"sec-websocket-protocol"})


def application_headers(headers: Iterable[tuple[str, str]]) -> Pairs:
    """Those that a client of another run sends again."""
    return tuple((name, value) for name, value in headers if _is_kept(name.lower()))


def _is_kept(name: str) -> bool:
    return name in _KEPT or not (name in _OF_THE_CONNECTION or name.startswith(_PREFIXES))
