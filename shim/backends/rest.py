"""An application on Server-Sent Events and REST serves clients that still speak WebSocket.

Its events become messages, and messages become requests by route. `docs/protocol.md` is what a migrated application
speaks; any other application with an event stream is `plain`.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from shim.backends.bridge import Bridge
from shim.backends.event_stream_client import EventStreamClient, StreamAddress
from shim.backends.rest_link import RestLink
from shim.backends.rest_requests import RestRequests
from shim.backends.rest_upstream import RestAddresses, RestUpstream
from shim.backends.upstream import forwarded_headers, offered_subprotocols, verified_tls, with_query
from shim.gateway.definition import ApiDefinition
from shim.service import Handshake
from shim.streams import Streams

WRITTEN_BY_THE_BRIDGE = frozenset({"accept", "accept-encoding", "cache-control", "pragma"})

BYTES_OF_A_BYTE = 6
"""What a byte of a message takes at most in an event: `\\u0000`."""


class RestBridge(Bridge):
    """Implements `Service` over event streams and requests to `upstream`. Raises UpstreamAddressInvalid, or OSError
    for a `ca_file` that can't be read."""

    def __init__(
        self, api: ApiDefinition, upstream: RestUpstream, streams: Streams, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(api, upstream, streams, clock=clock)
        self._upstream = upstream
        self._addresses = RestAddresses(upstream, api.selection_expression)
        self._tls = verified_tls(upstream.ca_file)
        self._sender = RestRequests(
            self._tls,
            at_once=upstream.requests_at_once,
            timeout_s=upstream.answer_timeout_s,
            attempts=upstream.attempts,
            body_bytes=streams.limits.payload_bytes,
        )

    async def open_link(self, handshake: Handshake) -> RestLink:
        offered = offered_subprotocols(handshake)
        headers = [
            *forwarded_headers(handshake, self._upstream.headers, without=WRITTEN_BY_THE_BRIDGE),
            *([("Stream-Protocol", ", ".join(offered))] if offered else []),
            ("Accept-Encoding", "identity"),
        ]
        stream = EventStreamClient(
            StreamAddress(
                url=with_query(self._addresses.stream, handshake.query),
                headers=headers,
                tls=self._tls,
                connect_timeout_s=self._upstream.connect_timeout_s,
                silence_s=self._upstream.silence_s or None,
                resume_s=self._upstream.resume_s,
                max_event_bytes=self.streams.limits.payload_bytes * BYTES_OF_A_BYTE + 1024,
                counted=not self._upstream.plain,
            )
        )
        link = RestLink(
            stream,
            self._sender,
            self._addresses,
            headers=headers,
            query=handshake.query if self._upstream.plain else (),
            event_names=self._upstream.event_names if self._upstream.plain else None,
            ordered=self.api.ordered,
            close_timeout_s=self._upstream.close_timeout_s,
        )
        try:
            await link.open(self._upstream.connect_timeout_s)
        except BaseException:
            await stream.aclose()
            raise
        return link

    async def close_shared(self) -> None:
        await self._sender.aclose()
