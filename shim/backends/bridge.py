"""A service whose clients are each given a connection of their own to a server behind the shim."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from shim.admission import Admission, NotAdmitted, ending, not_opened
from shim.backends.upstream import Upstream, UpstreamRefused
from shim.connections import StreamConnections
from shim.gateway.definition import ApiDefinition
from shim.gateway.frames import TOO_MANY_REQUESTS, error_frame
from shim.gateway.ids import new_connection_id, new_id
from shim.observing import Connected, Disconnected, MessageHandled, Outcome, Refused
from shim.rates import rate_of
from shim.service import Accepted, ConnectRefused, Handshake
from shim.streams import GOING_AWAY, Closed, ConnectionGone, PayloadTooLarge, SlowReader, Streams, StreamsError

logger = logging.getLogger(__name__)

LONGEST_PAUSE_S = 0.25
"""Between two looks at whether a slow client has read something."""

Deliver = Callable[[str | bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a client's message. `reply`: what it is answered at once; None: nothing."""

    outcome: Outcome = "handled"
    reply: str | None = None
    route_key: str | None = None


class Link(Protocol):
    """One client's connection to the upstream."""

    subprotocol: str | None

    async def receive(self, deliver: Deliver) -> tuple[int, str]:
        """Hands on what the upstream sends, in order, until it ends the connection; its close code and reason."""

    async def send(self, connection_id: str, body: str | bytes, message_id: str) -> Handled:
        """One message of the client. Raises BinaryRefused."""

    async def end(self, code: int, reason: str) -> bool:
        """Tells the upstream that the client is gone; whether it took it. `receive` does not run any more.

        Leaves nothing open, also when it is cancelled because it took too long.
        """


@dataclass(frozen=True, slots=True)
class _Bridged:
    link: Link
    receiving: asyncio.Task[None]
    source_ip: str
    user_agent: str | None


class Bridge(StreamConnections):
    """Implements `Service`; who derives from it opens the links. Times are taken from `clock` (seconds since the
    epoch)."""

    def __init__(
        self, api: ApiDefinition, upstream: Upstream, streams: Streams, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(api, streams, clock)
        self._limits = upstream
        self._bridged: dict[str, _Bridged] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._admission = Admission(api, streams, clock)
        self._requests = rate_of("requests", api.limits.requests, streams, clock)

    @abstractmethod
    async def open_link(self, handshake: Handshake) -> Link:
        """Raises UpstreamRefused."""

    async def close_shared(self) -> None:
        """Ends what the links shared, after the last of them."""

    async def connect(self, handshake: Handshake, *, resume_window_s: float | None = None) -> Accepted:
        """Raises ConnectRefused, with the status that the upstream gave; 502 when it can't be reached, 504 when it
        takes too long."""
        started, connection_id = self._clock(), new_connection_id()
        accepted = None
        try:
            accepted = await self._connect(handshake, connection_id, resume_window_s)
        except (UpstreamRefused, NotAdmitted) as refused:
            reason = refused.reason if isinstance(refused, NotAdmitted) else "upstream"
            if reason == "upstream" and refused.__cause__ is not None:
                logger.warning("no connection to the upstream: %s", refused.__cause__)
            source_ip, status, message = handshake.source_ip, refused.status, refused.message
            self._tell(Refused(connection_id, handshake.face, source_ip, status, message, reason))
            raise ConnectRefused(
                status, message, connection_id, new_id(), refused.headers, reason=reason
            ) from refused.__cause__
        finally:
            if accepted is None:
                await self._admission.depart(connection_id, handshake.source_ip, "")
        self._tell(Connected(connection_id, handshake.face, handshake.source_ip, self._clock() - started))
        return accepted

    async def prepare(self, connection_id: str) -> None:
        return

    async def message(
        self, connection_id: str, body: str | bytes, message_id: str, *, deliver: bool = True
    ) -> str | None:
        """Hands one message on. Messages reach the link in the order in which this is called."""
        bridged = self._bridged.get(connection_id)
        if bridged is None:
            return None
        started = self._clock()
        if await self._requests.take():
            self.messages_running += 1
            try:
                handled = await bridged.link.send(connection_id, body, message_id)
            finally:
                self.messages_running -= 1
        else:
            handled = Handled("throttled", error_frame(TOO_MANY_REQUESTS, connection_id, new_id()))
        latency = self._clock() - started
        size = len(body.encode("utf-8", "replace") if isinstance(body, str) else body)
        self._tell(MessageHandled(connection_id, message_id, handled.route_key, handled.outcome, latency, size))
        if handled.reply is not None and deliver:
            await self._reply(connection_id, handled.reply)
        return handled.reply

    def identity(self, connection_id: str) -> dict[str, str] | None:
        bridged = self._bridged.get(connection_id)
        return None if bridged is None else {"sourceIp": bridged.source_ip, "userAgent": bridged.user_agent or ""}

    async def let_go(self) -> None:
        """After every end was told upstream, each within `close_timeout_s`."""
        while self._ending:
            await asyncio.wait(self._ending)
        await self.close_shared()

    async def _connect(self, handshake: Handshake, connection_id: str, resume_window_s: float | None) -> Accepted:
        """Raises UpstreamRefused or NotAdmitted."""
        self._check_going_on()
        await self._admission.arrive(connection_id, handshake.source_ip)
        try:
            opened = await self.streams.awaiting.open(connection_id, resume_window_s=resume_window_s)
        except StreamsError as error:
            raise not_opened(error) from error
        link = None
        try:
            link = await self.open_link(handshake)
            self._check_going_on()
            await self.streams.awaiting.activate(connection_id)
        except BaseException:
            await self.streams.awaiting.abandon(connection_id)
            if link is not None:
                await self._end_link(link, *GOING_AWAY)
            raise
        receiving = asyncio.create_task(self._receive(connection_id, link))
        self._bridged[connection_id] = _Bridged(link, receiving, handshake.source_ip, handshake.user_agent)
        return Accepted(connection_id, opened.session, link.subprotocol)

    def _check_going_on(self) -> None:
        if not self.accepting:
            raise ending(GOING_AWAY[1])

    async def _receive(self, connection_id: str, link: Link) -> None:
        """Until one side ends the connection."""

        async def deliver(data: str | bytes) -> None:
            await self._deliver(connection_id, data)

        try:
            code, reason = await link.receive(deliver)
        except ConnectionGone:
            return  # the client was first; `disconnected` tells the upstream
        except SlowReader as error:
            logger.warning("closed after %g s: %s", self._limits.slow_reader_s, error)
            code, reason = 1008, "the client reads too slowly"
        except PayloadTooLarge as error:
            logger.warning("connection %s, from upstream: %s", connection_id, error)
            code, reason = 1009, "a message of the upstream is too large"
        except Exception:
            logger.exception("connection %s: reading from the upstream failed", connection_id)
            code, reason = 1011, "the upstream failed"
        await self.streams.awaiting.close(connection_id, code, reason)

    async def _deliver(self, connection_id: str, data: str | bytes) -> None:
        """Waits for a slow client, and so does whoever reads from the upstream. Raises StreamsError."""
        loop = asyncio.get_running_loop()
        pause, patience_ends = 0.005, loop.time() + self._limits.slow_reader_s
        while True:
            try:
                await self.streams.awaiting.send(connection_id, data, binary=isinstance(data, bytes))
            except SlowReader:
                if loop.time() >= patience_ends:
                    raise
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def disconnected(self, closed: Closed) -> None:
        """Returns at once: an upstream that is slow to end one connection must not hold up the others."""
        bridged = self._bridged.pop(closed.connection_id, None)
        if bridged is None:
            return
        await self._admission.depart(closed.connection_id, bridged.source_ip, "")
        task = asyncio.create_task(self._end(bridged, closed))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self, bridged: _Bridged, closed: Closed) -> None:
        bridged.receiving.cancel()
        await asyncio.wait({bridged.receiving})
        ended = await self._end_link(bridged.link, closed.code, closed.reason)
        self._tell(Disconnected(closed.connection_id, closed.code, closed.reason, not ended))

    async def _end_link(self, link: Link, code: int, reason: str) -> bool:
        """Whether the upstream took it."""
        try:
            async with asyncio.timeout(self._limits.close_timeout_s):
                return await link.end(code, reason)
        except TimeoutError:
            return False
        except Exception:
            logger.exception("ending a connection to the upstream failed")
            return False
