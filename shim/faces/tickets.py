"""One-time tickets, with which EventSource, which can't send a header, opens a connection.

A ticket stands for the headers and the query of the request that asked for it. It opens one connection, and from then
on only takes up that one again: EventSource always comes back to the address that it was made with.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from shim.faces.options import FaceOptions
from shim.faces.refusal import Refusal
from shim.gateway.events import Pairs
from shim.streams import ConnectionGone, Streams
from shim.streams.requests import epoch_of

TICKET_PARAMETER = "ticket"
PREFIX = "st1."
"""Begins every ticket, so that a parameter `ticket` of the application's own is left to the application."""

CAPTURED_BYTES = 16_384
"""Most bytes of headers and query that one ticket stands for."""

_OF_THE_REQUEST = frozenset(
    {
        *("accept", "connection", "content-encoding", "content-length", "content-type", "expect", "host"),
        *("idempotency-key", "keep-alive", "last-event-id", "origin", "prefer", "referer", "te", "trailer"),
        *("stream-session", "transfer-encoding", "upgrade", "proxy-connection"),
        *("x-forwarded-for", "x-forwarded-port", "x-forwarded-proto"),
    }
)
"""Headers that say something of the request for the ticket, and nothing of the connection."""

_UNKNOWN = "the ticket is not known, was used, or is too old"


@dataclass(frozen=True, slots=True)
class Captured:
    """Headers and query of the request for a ticket."""

    headers: Pairs
    query: Pairs

    def merged(self, headers: Pairs, query: Pairs) -> tuple[Pairs, Pairs]:
        """Those of the request that opens the connection; where both name something, what was captured holds."""
        names = {name.lower() for name, _value in self.headers}
        parameters = {name for name, _value in self.query}
        return (
            [*((name, value) for name, value in headers if name.lower() not in names), *self.headers],
            [*((name, value) for name, value in query if name not in parameters), *self.query],
        )


@dataclass(frozen=True, slots=True)
class _Unused:
    captured: Captured
    origin: str | None
    source_ip: str
    expires_at: float


@dataclass(slots=True)
class _Used:
    """`connection_id` None: its `$connect` has not been answered yet, or was refused."""

    origin: str | None
    connection_id: str | None = None
    epoch: str = ""


class Tickets:
    """Those of one process. Only hashes are kept. Times are seconds of `clock`."""

    def __init__(self, options: FaceOptions, streams: Streams, clock: Callable[[], float]) -> None:
        self._options = options
        self._streams = streams
        self._clock = clock
        self._unused: OrderedDict[bytes, _Unused] = OrderedDict()
        self._of_address: dict[str, int] = {}
        self._used: dict[bytes, _Used] = {}

    def issue(self, headers: Pairs, query: Pairs, origin: str | None, source_ip: str) -> str:
        """A new ticket. Raises Refusal: 404 when there are none, 413 when it would stand for too much, 429."""
        if not self._options.tickets:
            raise Refusal(404, "there are no tickets here")
        kept = [(name, value) for name, value in headers if _of_the_connection(name.lower())]
        if sum(len(name) + len(value) for name, value in [*kept, *query]) > CAPTURED_BYTES:
            raise Refusal(413, f"a ticket stands for at most {CAPTURED_BYTES} bytes of headers and query")
        self._expire()
        own = self._of_address.get(source_ip, 0)
        if len(self._unused) >= self._options.tickets or own >= self._options.tickets_of_one_address:
            raise Refusal(429, "too many tickets are out", {"Retry-After": str(round(self._options.ticket_s))})
        ticket = PREFIX + secrets.token_urlsafe(32)
        expires_at = self._clock() + self._options.ticket_s
        self._unused[_digest(ticket)] = _Unused(Captured(kept, list(query)), origin, source_ip, expires_at)
        self._of_address[source_ip] = own + 1
        return ticket

    def spend(self, ticket: str, origin: str | None, own_origin: str | None) -> Captured | None:
        """What the ticket stands for; None: it was spent before, see `resume`. Raises Refusal: 403."""
        self._expire()
        digest = _digest(ticket)
        unused = self._unused.get(digest)
        if unused is None:
            if digest not in self._used:
                raise Refusal(403, _UNKNOWN)
            return None
        _check_origin(unused.origin, origin, own_origin)
        self._forget(digest)
        self._make_room()
        self._used[digest] = _Used(unused.origin)
        return unused.captured

    def opened(self, ticket: str, connection_id: str, epoch: str) -> None:
        """The spent ticket now takes up this connection again, and no other."""
        used = self._used.get(_digest(ticket))
        if used is not None:
            used.connection_id, used.epoch = connection_id, epoch

    def resume(self, ticket: str, last_event_id: str | None, origin: str | None, own_origin: str | None) -> str:
        """The connection that the spent ticket opened, open or not. Raises Refusal: 403."""
        used = self._used.get(_digest(ticket))
        if used is None or used.connection_id is None:
            raise Refusal(403, _UNKNOWN)
        _check_origin(used.origin, origin, own_origin)
        if last_event_id is None or epoch_of(last_event_id) != used.epoch:
            raise Refusal(403, _UNKNOWN)
        return used.connection_id

    def _expire(self) -> None:
        """All live equally long, so the oldest are the first."""
        now = self._clock()
        while self._unused:
            digest, oldest = next(iter(self._unused.items()))
            if oldest.expires_at > now:
                return
            self._forget(digest)

    def _forget(self, digest: bytes) -> None:
        gone = self._unused.pop(digest)
        left = self._of_address[gone.source_ip] - 1
        if left:
            self._of_address[gone.source_ip] = left
        else:
            del self._of_address[gone.source_ip]

    def _make_room(self) -> None:
        """Spent tickets of connections that ended are kept, for the sake of a 204, until they are as many as may be."""
        if len(self._used) >= 2 * self._streams.limits.connections:
            self._used = {digest: used for digest, used in self._used.items() if self._is_open(used.connection_id)}

    def _is_open(self, connection_id: str | None) -> bool:
        try:
            self._streams.info(connection_id or "")
        except ConnectionGone:
            return False
        return True


def _of_the_connection(name: str) -> bool:
    return name not in _OF_THE_REQUEST and not name.startswith(("sec-", "access-control-"))


def _check_origin(of_ticket: str | None, of_request: str | None, own: str | None) -> None:
    """A ticket works for the page that asked for it. Browsers without fetch metadata name no origin in a GET of the
    same origin."""
    if of_request != of_ticket and not (of_request is None and of_ticket == own):
        raise Refusal(403, "the ticket belongs to another origin")


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).digest()


def take_ticket(request: Request) -> str | None:
    """The ticket in the query, None without one. It is taken out of the scope, so that no access log has it."""
    query: list[tuple[str, str]] = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    found = [value for name, value in query if name == TICKET_PARAMETER and value.startswith(PREFIX)]
    if not found:
        return None
    left = [(name, value) for name, value in query if name != TICKET_PARAMETER or not value.startswith(PREFIX)]
    request.scope["query_string"] = urlencode(left).encode("ascii")
    return found[0]
