"""Clients that take up a connection that they had: by its session, its ticket, or its cookie."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from shim.faces.cookies import clear_cookie, read_cookie
from shim.faces.refusal import Refusal
from shim.faces.tickets import UNKNOWN_TICKET, Tickets
from shim.streams import ConnectionGone, Streams
from shim.streams.requests import epoch_of
from shim.streams.response import event_stream_response


class ComingBack:
    """Each answers with the stream, or with 204 when the connection is closed, or not known any more. Raises Refusal or
    BrokerUnavailable. `seen`: the last event that the client has."""

    def __init__(self, streams: Streams, tickets: Tickets) -> None:
        self._streams = streams
        self._tickets = tickets

    async def with_session(self, session: str, seen: str | None) -> Response:
        try:
            return await self._stream(await self._streams.awaiting.connection_of(session), seen)
        except ConnectionGone:
            return Response(status_code=204)

    async def _stream(self, connection_id: str, seen: str | None) -> Response:
        """204 tells a client not to come back: https://html.spec.whatwg.org/multipage/server-sent-events.html"""
        try:
            return await event_stream_response(self._streams, connection_id, last_event_id=seen)
        except ConnectionGone:
            return Response(status_code=204)

    async def with_ticket(self, ticket: str, seen: str | None, origin: str | None, own_origin: str | None) -> Response:
        used = await self._tickets.find_used(ticket, origin, own_origin)
        if seen is None:
            raise Refusal(403, UNKNOWN_TICKET)
        if used is None:  # it may be Redis that does not know it any more, and whoever was connected is told so
            return Response(status_code=204)
        try:
            if not await self._is_of(used.connection_id, seen, used.epoch):
                raise Refusal(403, UNKNOWN_TICKET)
        except ConnectionGone:
            return Response(status_code=204)
        return await self._stream(used.connection_id, seen)

    async def _is_of(self, connection_id: str, seen: str, epoch: str) -> bool:
        """Whether an event was one of this connection, whose epoch was `epoch` when it began. What Redis lost, and a
        node wrote again, has another one since. Raises ConnectionGone."""
        found = epoch_of(seen)
        return found == epoch or found == (await self._streams.awaiting.info(connection_id)).epoch

    async def with_cookie(self, request: Request, name: str, seen: str) -> Response:
        cookie = read_cookie(request, name)
        if cookie is None:
            return Response(status_code=204)
        session, epoch = cookie
        try:
            connection_id = await self._streams.awaiting.connection_of(session)
            if not await self._is_of(connection_id, seen, epoch):
                raise Refusal(403, "the cookie is that of another connection; pages need different names")
            response = await self._stream(connection_id, seen)
        except ConnectionGone:
            response = Response(status_code=204)
        if response.status_code == 204:
            clear_cookie(response, name)
        return response
