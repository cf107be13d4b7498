"""One-time tickets, with which EventSource, which can't send a header, opens a connection.

A ticket stands for the headers and the query of the request that asked for it. It opens one connection, and from then
on only takes up that one again: EventSource always comes back to the address that it was made with.
"""

from __future__ import annotations

import secrets
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from shim.faces.options import FaceOptions
from shim.faces.refusal import Refusal
from shim.faces.ticket_store import Captured, TicketStore, Unused, Used
from shim.gateway.events import Pairs

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

UNKNOWN_TICKET = "the ticket is not known, was used, or is too old"


class Tickets:
    """Only their hashes are kept, in `store`."""

    def __init__(self, options: FaceOptions, store: TicketStore) -> None:
        self._options = options
        self._store = store

    async def issue(self, headers: Pairs, query: Pairs, origin: str | None, source_ip: str) -> str:
        """A new ticket. Raises Refusal: 404 when there are none, 413 when it would stand for too much, 429."""
        if not self._options.tickets:
            raise Refusal(404, "there are no tickets here")
        kept = [(name, value) for name, value in headers if _of_the_connection(name.lower())]
        if sum(len(name) + len(value) for name, value in [*kept, *query]) > CAPTURED_BYTES:
            raise Refusal(413, f"a ticket stands for at most {CAPTURED_BYTES} bytes of headers and query")
        ticket = PREFIX + secrets.token_urlsafe(32)
        if not await self._store.issue(ticket, Unused(Captured(kept, list(query)), origin, source_ip)):
            raise Refusal(429, "too many tickets are out", {"Retry-After": str(round(self._options.ticket_s))})
        return ticket

    async def spend(self, ticket: str, origin: str | None, own_origin: str | None) -> Unused | None:
        """What the ticket stands for; None: it can't be spent (any more), see `find_used`. Raises Refusal: 403."""
        unused = await self._store.find(ticket)
        if not isinstance(unused, Unused):
            return None
        _check_origin(unused.origin, origin, own_origin)
        return unused if await self._store.spend(ticket, unused) else None

    async def opened(self, ticket: str, origin: str | None, connection_id: str, epoch: str) -> None:
        """The spent ticket now takes up this connection again, and no other. `origin`: of the ticket."""
        await self._store.opened(ticket, Used(origin, connection_id, epoch))

    async def find_used(self, ticket: str, origin: str | None, own_origin: str | None) -> Used | None:
        """What a spent ticket stands for; None for one that is not known. Raises Refusal: 403."""
        used = await self._store.find(ticket)
        if not isinstance(used, Used):
            return None
        if not used.connection_id:
            raise Refusal(403, UNKNOWN_TICKET)
        _check_origin(used.origin, origin, own_origin)
        return used


def _of_the_connection(name: str) -> bool:
    return name not in _OF_THE_REQUEST and not name.startswith(("sec-", "access-control-"))


def _check_origin(of_ticket: str | None, of_request: str | None, own: str | None) -> None:
    """A ticket works for the page that asked for it. Browsers without fetch metadata name no origin in a GET of the
    same origin."""
    if of_request != of_ticket and not (of_request is None and of_ticket == own):
        raise Refusal(403, "the ticket belongs to another origin")


def take_ticket(request: Request) -> str | None:
    """The ticket in the query, None without one. It is taken out of the scope, so that no access log has it."""
    query: list[tuple[str, str]] = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    found = [value for name, value in query if name == TICKET_PARAMETER and value.startswith(PREFIX)]
    if not found:
        return None
    left = [(name, value) for name, value in query if name != TICKET_PARAMETER or not value.startswith(PREFIX)]
    request.scope["query_string"] = urlencode(left).encode("ascii")
    return found[0]
