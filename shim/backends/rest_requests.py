"""Requests that carry a client's messages to a REST application, tried again where that is harmless."""

from __future__ import annotations

import asyncio
import random
import ssl
from dataclasses import dataclass

import httpx

from shim.backends.retrying import Jitter, pause_s
from shim.backends.upstream import encoded
from shim.gateway.events import Pairs
from shim.observing import Outcome

FIRST_PAUSE_MS = 100
IDLE_S = 2.0
"""How long a connection is kept for the next request: less than servers keep it, so that none is sent into a
connection that is being closed."""

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_HANDLED = frozenset({503})
_PERHAPS_HANDLED = frozenset({502, 503, 504})


class RequestFailed(Exception):
    """Raised when there is no answer. `outcome`: `timed_out` or `integration_error`."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        super().__init__(outcome)


@dataclass(frozen=True, slots=True)
class Answered:
    """An HTTP response. `body` None: it was longer than what is read."""

    status: int
    body: bytes | None


class RestRequests:
    """One pool of connections for all clients. It keeps no cookies, follows no redirect and writes no log, since all
    of these would mix or tell what clients sent."""

    def __init__(
        self,
        tls: ssl.SSLContext,
        *,
        at_once: int,
        timeout_s: float,
        attempts: int,
        body_bytes: int,
        jitter: Jitter = random.uniform,
    ) -> None:
        limits = httpx.Limits(max_connections=at_once, keepalive_expiry=IDLE_S)
        self._transport = httpx.AsyncHTTPTransport(verify=tls, limits=limits)
        self._timeout_s = timeout_s
        self._attempts = attempts
        self._body_bytes = body_bytes
        self._jitter = jitter

    async def send(self, method: str, url: str, headers: Pairs, body: bytes, *, repeatable: bool) -> Answered:
        """The upstream's answer. Raises RequestFailed.

        `repeatable`: the upstream handles a repeated request once, so it is sent again also when it may have arrived.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._attempt(method, url, headers, body, repeatable=repeatable)
        except TimeoutError as error:
            raise RequestFailed("timed_out") from error
        except (httpx.TransportError, OSError) as error:
            raise RequestFailed("integration_error") from error

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _attempt(self, method: str, url: str, headers: Pairs, body: bytes, *, repeatable: bool) -> Answered:
        """Raises httpx.TransportError."""
        again = (httpx.TransportError, OSError) if repeatable else _NOT_SENT
        for attempt in range(self._attempts - 1):
            retry_after = None
            try:
                response = await self._request(method, url, headers, body)
                if not _is_not_now(response, repeatable=repeatable):
                    return await self._read(response)
                retry_after = response.headers.get("Retry-After")
                await response.aclose()
            except again:
                pass
            await asyncio.sleep(pause_s(attempt, FIRST_PAUSE_MS, retry_after, self._jitter))
        return await self._read(await self._request(method, url, headers, body))

    async def _request(self, method: str, url: str, headers: Pairs, body: bytes) -> httpx.Response:
        return await self._transport.handle_async_request(
            httpx.Request(method, url, headers=encoded(headers), content=body)
        )

    async def _read(self, response: httpx.Response) -> Answered:
        body = bytearray()
        try:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._body_bytes:
                    return Answered(response.status_code, None)
        finally:
            await response.aclose()
        return Answered(response.status_code, bytes(body))


def _is_not_now(response: httpx.Response, *, repeatable: bool) -> bool:
    """409 with `Retry-After`: it is still at the first attempt, which had no answer. Other conflicts are answers."""
    if not repeatable:
        return response.status_code in _NOT_HANDLED
    at_it = response.status_code == 409 and "Retry-After" in response.headers
    return at_it or response.status_code in _PERHAPS_HANDLED
