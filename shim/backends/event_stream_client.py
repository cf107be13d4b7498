"""One upstream event stream, taken up again whenever it is lost, until it is over."""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import cast

import httpx

from shim.backends.event_stream_parser import EventStreamParser, EventTooLarge, ServerSentEvent
from shim.backends.retrying import Jitter, pause_s
from shim.backends.upstream import UpstreamRefused, encoded
from shim.gateway.events import Pairs

logger = logging.getLogger(__name__)

IDS_REMEMBERED = 256
"""Latest ids of a stream whose ids do not count, by which repeats are known."""

_TRY_AGAIN = frozenset({408, 425, 429})
"""Statuses that say "not now", as all of 500 to 599 do."""


class StreamOver(Exception):
    """Raised when the upstream has ended the connection, or did not come back. `told`: by the upstream itself, so that
    it need not be told."""

    def __init__(self, code: int, reason: str, *, told: bool = False) -> None:
        self.code, self.reason, self.told = code, reason, told
        super().__init__(code, reason)


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """Where a stream is read. `headers`: of every request for it. `silence_s`: how long nothing, not even a comment,
    may come; None for ever. `resume_s`: how long it is tried to take a lost stream up again. `counted`: ids are
    `<epoch>-<sequence number>`."""

    url: str
    headers: Pairs
    tls: ssl.SSLContext
    connect_timeout_s: float
    silence_s: float | None
    resume_s: float
    max_event_bytes: int
    counted: bool


class EventStreamClient:
    """Reads one stream over a connection of its own. `resume_headers` go with every request after the first."""

    def __init__(self, address: StreamAddress, *, jitter: Jitter = random.uniform) -> None:
        self.resume_headers: Pairs = ()
        self._address = address
        self._jitter = jitter
        self._transport = httpx.AsyncHTTPTransport(
            verify=address.tls, limits=httpx.Limits(max_connections=1, max_keepalive_connections=0)
        )
        self._parser = self._new_parser("", None)
        self._response: httpx.Response | None = None
        self._chunks: AsyncGenerator[bytes, None]
        self._seen = Seen(counted=address.counted)

    async def open(self) -> None:
        """The first request; the caller limits its time. Raises UpstreamRefused."""
        try:
            response = await self._request(self._address.headers)
        except httpx.TimeoutException as error:
            raise UpstreamRefused.slow() from error
        except (httpx.TransportError, OSError) as error:
            raise UpstreamRefused.unreachable() from error
        if not _is_stream(response):
            await response.aclose()
            raise UpstreamRefused.answered(response.status_code, response.headers)
        self._begin(response)

    async def read(self) -> list[ServerSentEvent]:
        """The next events, at least one, without repeats. Raises StreamOver."""
        while True:
            if self._response is None:
                await self._resume()
            try:
                chunk = await anext(self._chunks)
                events = self._parser.feed(chunk)
            except EventTooLarge as error:
                logger.warning("%s", error)
                raise StreamOver(1009, "a message of the upstream is too large") from error
            except (StopAsyncIteration, httpx.TransportError, OSError):
                await self.close()
                continue
            new = [event for event in events if event.id is None or self._seen.first_time(event.id)]
            if new:
                return new

    async def close(self) -> None:
        """Ends the request that is open."""
        if self._response is not None:
            response, self._response = self._response, None
            await self._chunks.aclose()
            await response.aclose()

    async def aclose(self) -> None:
        """For good."""
        await self.close()
        await self._transport.aclose()

    async def _resume(self) -> None:
        """Raises StreamOver when there is nothing to be taken up, or not in time."""
        loop = asyncio.get_running_loop()
        gives_up = loop.time() + self._address.resume_s
        retry_after: str | None = None
        attempt = 0
        while True:
            pause = pause_s(attempt, self._parser.retry_ms, retry_after, self._jitter)
            if loop.time() + pause > gives_up:
                raise StreamOver(1011, "the upstream did not come back")
            await asyncio.sleep(pause)
            attempt += 1
            retry_after = None
            last_id = self._parser.last_event_id
            known = [("Last-Event-ID", last_id)] if last_id else []
            try:
                async with asyncio.timeout(self._address.connect_timeout_s):
                    response = await self._request([*self._address.headers, *self.resume_headers, *known])
            except (TimeoutError, httpx.TransportError, OSError) as error:
                logger.info("an upstream stream could not be taken up again: %s", type(error).__name__)
                continue
            if _is_stream(response):
                self._seen.resumed()
                self._begin(response)
                return
            await response.aclose()
            status = response.status_code
            if status >= 500 or status in _TRY_AGAIN:
                retry_after = response.headers.get("Retry-After")
                continue
            if status == 204:
                raise StreamOver(1000, "", told=True)
            raise StreamOver(1008, f"the upstream answered {status}", told=True)

    async def _request(self, headers: Pairs) -> httpx.Response:
        """Raises httpx.TransportError."""
        request = httpx.Request(
            "GET",
            self._address.url,
            headers=encoded([*headers, ("Accept", "text/event-stream"), ("Cache-Control", "no-store")]),
            extensions={"timeout": {"connect": self._address.connect_timeout_s, "read": self._address.silence_s}},
        )
        return await self._transport.handle_async_request(request)

    def _begin(self, response: httpx.Response) -> None:
        self._response = response
        self._chunks = cast(AsyncGenerator[bytes, None], response.aiter_raw())
        self._parser = self._new_parser(self._parser.last_event_id, self._parser.retry_ms)

    def _new_parser(self, last_event_id: str, retry_ms: int | None) -> EventStreamParser:
        return EventStreamParser(
            max_event_bytes=self._address.max_event_bytes, last_event_id=last_event_id, retry_ms=retry_ms
        )


class Seen:
    """Which events a stream has told already, by their ids.

    `counted` ids tell a repeat by their number. Others need not be unique, so they tell one only after a resume, and
    until the first that is new.
    """

    def __init__(self, *, counted: bool) -> None:
        self._counted = counted
        self._epoch = ""
        self._number = -1
        self._ids: deque[str] = deque(maxlen=IDS_REMEMBERED)
        self._replaying = False

    def resumed(self) -> None:
        self._replaying = True

    def first_time(self, event_id: str) -> bool:
        if self._counted:
            return self._counts_on(event_id)
        if self._replaying and event_id in self._ids:
            return False
        self._replaying = False
        self._ids.append(event_id)
        return True

    def _counts_on(self, event_id: str) -> bool:
        epoch, _dash, number = event_id.rpartition("-")
        if not (number.isascii() and number.isdigit() and len(number) <= 18):
            return True
        if epoch == self._epoch and int(number) <= self._number:
            return False
        self._epoch, self._number = epoch, int(number)
        return True


def _is_stream(response: httpx.Response) -> bool:
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return response.status_code == 200 and kind == "text/event-stream"
