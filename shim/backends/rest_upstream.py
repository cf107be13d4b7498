"""What a REST application behind the shim is like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult

from shim.backends.upstream import Upstream, UpstreamAddressInvalid, check_address
from shim.gateway.selection import select_route


@dataclass(frozen=True, slots=True)
class RestRoute:
    """Where the messages of a route go.

    `reply`: the body of the answer, whatever its status, is sent to the client. `repeatable`: the application takes
    an `Idempotency-Key` there, so that a request whose answer was lost may be sent again.
    """

    path: str
    method: str = "POST"
    reply: bool = False
    repeatable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RestUpstream(Upstream):
    """`url`: `https://…` or `http://…`, to which the paths are added. Times in seconds."""

    stream_path: str = "/stream"
    """Where the event stream is; messages without a route of their own are posted there. Default `/stream`."""

    routes: Mapping[str, RestRoute] = field(default_factory=dict)
    """Route key, which the API's selection expression gives, -> where its messages go. Default none: all go to the
    stream's path, where a migrated application selects the route itself."""

    plain: bool = False
    """Whether it is not a migrated application: there is no session and no `open` event, each request has the query
    string of the handshake, and its events are told by `event_names`. Default no."""

    event_names: frozenset[str] = frozenset({"message"})
    """Events of a plain application whose data are messages; others are dropped. Default unnamed ones only."""

    silence_s: float = 45.0
    """A stream on which nothing came for so long, not even a heartbeat, is lost; 0 waits for ever. Default 45."""

    resume_s: float = 60.0
    """How long it is tried to take a lost stream up again; then clients are closed with 1011. Default 60, for which a
    migrated application keeps a connection."""

    answer_timeout_s: float = 29.0
    """What a message may take, with all attempts. Default 29, API Gateway's limit."""

    attempts: int = 8
    """Most attempts for one message, where another one does no harm: 0.1 s apart, then twice as long each time. Default
    8, which spans the restart of an application."""

    requests_at_once: int = 100
    """Most requests with messages at the same time, of all clients. Default 100."""


class RestAddresses:
    """Addresses of an upstream. Raises UpstreamAddressInvalid."""

    def __init__(self, upstream: RestUpstream, selection_expression: str) -> None:
        self._base = check_address(upstream.url, ("http", "https"))
        self._expression = selection_expression
        self.stream = self._at(upstream.stream_path)
        self._otherwise = (RestRoute(upstream.stream_path, repeatable=not upstream.plain), self.stream)
        self._routes = {key: (route, self._at(route.path)) for key, route in upstream.routes.items()}

    def of_message(self, text: str) -> tuple[str | None, RestRoute, SplitResult]:
        """The route key, when the message has a route of its own, the route, and its address."""
        key = select_route(self._expression, text, self._routes)
        route, address = self._otherwise if key is None else self._routes[key]
        return key, route, address

    def _at(self, path: str) -> SplitResult:
        if not path.startswith("/") or any(not 0x21 <= ord(char) <= 0x7E or char in "?#" for char in path):
            raise UpstreamAddressInvalid(path, "a path begins with / and has no query string")
        return self._base._replace(path=self._base.path.rstrip("/") + path)
