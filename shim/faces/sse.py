"""Clients on Server-Sent Events and POST: `docs/protocol.md` is what this file speaks."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from shim.faces.coming_back import ComingBack
from shim.faces.cookies import check_not_a_form, check_site, clear_cookie, read_cookie, set_cookie, stream_name
from shim.faces.cors import METHODS, Cors
from shim.faces.handshake import (
    SESSION_HEADER,
    chosen_subprotocol,
    header_pairs,
    query_pairs,
    read_handshake,
    refuse_long_url,
)
from shim.faces.idempotency import idempotency_key
from shim.faces.messages import Messages
from shim.faces.options import FaceOptions
from shim.faces.origins import may_open, request_origin
from shim.faces.posted import bounded_body, read_posted
from shim.faces.prefer import preferred_wait_s
from shim.faces.proxies import read_peer
from shim.faces.refusal import Refusal
from shim.faces.shared_tickets import SharedTickets
from shim.faces.stream_lifetimes import StreamLifetimes
from shim.faces.ticket_store import Captured, LocalTickets, TicketStore
from shim.faces.tickets import Tickets, take_ticket
from shim.service import ConnectRefused, Service
from shim.streams import BrokerUnavailable, ConnectionGone, Streams
from shim.streams.requests import close_words, last_event_id
from shim.streams.response import event_stream_response
from shim.streams.spreading import AWAY_S, retry_after

logger = logging.getLogger(__name__)

Handler = Callable[[Request], Awaitable[Response]]

CLOSE_BYTES = 1_024
"""Longest body of a DELETE."""


class SseFace:
    """The endpoints, each a function of the request. `clock`: that of the service's streams."""

    def __init__(
        self, service: Service, options: FaceOptions | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._service = service
        self._options = options or FaceOptions()
        self._cors = Cors(self._options.allowed_origins)
        self._messages = Messages(service, self._options)
        self._tickets = Tickets(self._options, _ticket_store(self._options, service.streams, clock))
        self._coming_back = ComingBack(service.streams, self._tickets)
        self._lifetimes = StreamLifetimes(service.streams, service.api.limits, clock)
        self._methods: dict[str, Handler] = {
            "GET": self._open_or_resume,
            "POST": self._send,
            "DELETE": self._close,
            "OPTIONS": self._preflight,
        }
        self._ticket_methods: dict[str, Handler] = {"POST": self._issue_ticket, "OPTIONS": self._preflight}

    def router(self) -> APIRouter:
        """GET, POST, DELETE and OPTIONS on `/{stage}`, and POST on `/{stage}/ticket`."""
        router = APIRouter()
        path = f"/{self._service.api.stage}"
        router.add_route(path, self.serve, methods=["GET", "POST", "DELETE", "OPTIONS"])
        router.add_route(f"{path}/ticket", self.serve_tickets, methods=["POST", "OPTIONS"])
        return router

    async def serve(self, request: Request) -> Response:
        """Any method on `/{stage}`."""
        return await self._answer(self._methods.get(request.method, partial(_not_allowed, METHODS)), request)

    async def serve_tickets(self, request: Request) -> Response:
        """Any method on `/{stage}/ticket`."""
        return await self._answer(self._ticket_methods.get(request.method, partial(_not_allowed, "POST")), request)

    async def open_or_resume(self, request: Request) -> Response:
        """GET on `/{stage}`: the stream, or why there is none."""
        return await self._answer(self._open_or_resume, request)

    async def _answer(self, handler: Handler, request: Request) -> Response:
        try:
            response = await handler(request)
        except Refusal as refusal:
            response = refusal.response()
        except BrokerUnavailable as error:
            response = Refusal(503, error.told, retry_after(AWAY_S)).response()
        return self._cors.apply(request.headers, response)

    async def _open_or_resume(self, request: Request) -> Response:
        if "text/event-stream" not in request.headers.get("accept", "").lower():
            raise Refusal(
                426, "Upgrade Required: ask for text/event-stream, or for a WebSocket", {"Upgrade": "websocket"}
            )
        refuse_long_url(request, self._service.api.limits)
        seen = last_event_id(request)
        session = request.headers.get(SESSION_HEADER)
        if session is not None:
            return await self._coming_back.with_session(session, seen)
        ticket = take_ticket(request)
        if ticket is not None:
            return await self._open_with_ticket(request, ticket, seen)
        name = self._cookie_name(request)
        if name is None:
            return await self._open(request)
        return await self._open_with_cookie(request, name, seen)

    async def _open(
        self,
        request: Request,
        *,
        captured: Captured | None = None,
        opened_with: Callable[[Response, str, str, str], Awaitable[None]] | None = None,
    ) -> Response:
        """`opened_with` is told the response, the connection, its session and its epoch."""
        self._check_origin(request)
        handshake = read_handshake(request, self._options, face="sse", captured=captured)
        try:
            accepted = await self._service.connect(handshake)
        except ConnectRefused as refused:
            return Response(refused.body(), refused.status, refused.headers, "application/json")
        connection_id, session = accepted.connection_id, accepted.session
        self._lifetimes.watch(connection_id)
        protocol = chosen_subprotocol(handshake, accepted)
        streams = self._service.streams
        try:
            response = await event_stream_response(streams, connection_id, session=session, protocol=protocol)
            if opened_with is not None:
                await opened_with(response, connection_id, session, (await streams.awaiting.info(connection_id)).epoch)
        except ConnectionGone:  # closed by its own $connect, or since
            return Response(status_code=204)
        return response

    async def _open_with_ticket(self, request: Request, ticket: str, seen: str | None) -> Response:
        own = self._own_origin(request)
        origin = request_origin(request.headers, own)
        spent = await self._tickets.spend(ticket, origin, own)
        if spent is None:
            return await self._coming_back.with_ticket(ticket, seen, origin, own)

        async def opened(_response: Response, connection_id: str, _session: str, epoch: str) -> None:
            await self._tickets.opened(ticket, spent.origin, connection_id, epoch)

        return await self._open(request, captured=spent.captured, opened_with=opened)

    async def _open_with_cookie(self, request: Request, name: str, seen: str | None) -> Response:
        """An EventSource that comes back says what it saw last; one that doesn't is new."""
        self._check_site(request)
        if seen is not None:
            return await self._coming_back.with_cookie(request, name, seen)

        async def opened(response: Response, _connection_id: str, session: str, epoch: str) -> None:
            set_cookie(response, name, session, epoch)

        return await self._open(request, opened_with=opened)

    async def _send(self, request: Request) -> Response:
        connection_id = await self._speaker(request)
        key = idempotency_key(request)
        wait_s = preferred_wait_s(request.headers.getlist("prefer"), self._options.wait_s)
        limit = min(self._service.api.limits.payload_bytes, self._service.streams.limits.payload_bytes)
        posted = await read_posted(request, self._options, limit)
        return await self._messages.accept(connection_id, posted, key=key, wait_s=wait_s, request=request)

    async def _close(self, request: Request) -> Response:
        connection_id = await self._speaker(request)
        try:
            words = await bounded_body(request, CLOSE_BYTES, self._options.body_s)
        except Refusal:
            words = b""  # a client that wants to leave may
        await self._service.streams.awaiting.close(connection_id, *close_words(words))
        response = Response(status_code=204)
        name = self._cookie_name(request)
        if name is not None and SESSION_HEADER not in request.headers:
            clear_cookie(response, name)
        return response

    async def _preflight(self, request: Request) -> Response:
        return self._cors.preflight(request.headers)

    async def _issue_ticket(self, request: Request) -> Response:
        refuse_long_url(request, self._service.api.limits)
        self._check_origin(request)
        own = self._own_origin(request)
        ticket = await self._tickets.issue(
            header_pairs(request),
            query_pairs(request),
            request_origin(request.headers, own),
            read_peer(request, self._options).source_ip,
        )
        words = {"ticket": ticket, "expiresIn": int(self._options.ticket_s)}
        return JSONResponse(words, 201, {"Cache-Control": "no-store"})

    async def _speaker(self, request: Request) -> str:
        """The connection for which a request speaks. Raises Refusal."""
        session = request.headers.get(SESSION_HEADER)
        if not session:
            session = self._session_of_cookie(request)
        try:
            return await self._service.streams.awaiting.connection_of(session)
        except ConnectionGone as error:
            raise Refusal(410, "the connection is closed") from error

    def _session_of_cookie(self, request: Request) -> str:
        name = self._cookie_name(request)
        if name is None:
            raise Refusal(401, f"the header {SESSION_HEADER} is missing; its value came with the open event")
        self._check_site(request)
        if request.method == "POST":
            check_not_a_form(request)
        cookie = read_cookie(request, name)
        if cookie is None:
            raise Refusal(401, "there is no cookie of this stream")
        return cookie[0]

    def _cookie_name(self, request: Request) -> str | None:
        return stream_name(request) if self._options.cookies else None

    def _check_origin(self, request: Request) -> None:
        """A page that could not read the answer opens nothing: `$connect` would run for nobody."""
        if not may_open(request.headers, self._own_origin(request), self._options.allowed_origins):
            logger.info("refused a page of %r: faces.allowed_origins does not name it", request.headers.get("origin"))
            raise Refusal(
                403, "pages of this origin may not use the service: faces.allowed_origins names those that may"
            )

    def _check_site(self, request: Request) -> None:
        check_site(request, self._own_origin(request), self._options.allowed_origins)

    def _own_origin(self, request: Request) -> str | None:
        return read_peer(request, self._options).origin(request.headers.get("host"))


def _ticket_store(options: FaceOptions, streams: Streams, clock: Callable[[], float]) -> TicketStore:
    if streams.tickets is None:
        return LocalTickets(options, streams, clock)
    return SharedTickets(options, streams.tickets)


async def _not_allowed(methods: str, request: Request) -> Response:
    raise Refusal(405, f"{request.method} is not allowed here", {"Allow": methods})
