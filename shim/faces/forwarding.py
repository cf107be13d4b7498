"""Calls of @connections for connections that an upstream API Gateway has: signed anew, and sent there."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError
from botocore.session import Session

from shim.outgoing import no_cookies, uncaught
from shim.service import Problem

logger = logging.getLogger(__name__)

FORWARDED_HEADER: Final = "X-Ws2sse-Forwarded"
"""On a call that a shim has forwarded: it is not forwarded again, so that two shims don't play ball with it."""

LARGEST_ANSWER: Final = 65_536
"""Bytes of an upstream answer; GetConnection's has about 200."""


@dataclass(frozen=True, slots=True)
class ForwardingOptions:
    """Where the connections are that the shim does not know. Times in seconds."""

    endpoint_url: str
    """As SDKs are given it, with the stage: https://abcdef.execute-api.eu-west-1.amazonaws.com/prod"""

    region: str
    """Of the signature."""

    profile: str | None = None
    """Of the AWS configuration. None: the credentials that botocore finds first."""

    connect_s: float = 3.0
    timeout_s: float = 10.0
    """From the first byte of a call to the last of its answer."""

    calls_at_once: int = 64
    """More wait for their turn."""


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The upstream's answer. `error_type` None: it is none of an error."""

    status: int
    error_type: str | None
    content_type: str | None
    body: bytes


class Forwarder:
    """Speaks to one upstream with the credentials of the shim, never with those of the caller."""

    def __init__(self, options: ForwardingOptions, session: Session | None = None) -> None:
        self._options = options
        self._session = session or Session(profile=options.profile)
        self._base = options.endpoint_url.rstrip("/")
        self._slots = asyncio.Semaphore(options.calls_at_once)
        self._http = httpx.AsyncClient(
            cookies=no_cookies(),
            timeout=httpx.Timeout(options.timeout_s, connect=options.connect_s),
            follow_redirects=False,
        )

    async def forward(self, method: str, connection_id: str, body: bytes, invocation_id: str | None) -> Forwarded:
        """Raises Problem: 502 or 504, which SDKs retry, when the upstream does not answer; 403 when it does not
        accept the credentials of the shim."""
        url = f"{self._base}/@connections/{quote(connection_id, safe='')}"
        headers = {FORWARDED_HEADER: "1", "Accept-Encoding": "identity"}
        if invocation_id:
            headers["amz-sdk-invocation-id"] = invocation_id
        try:
            async with self._slots, asyncio.timeout(self._options.timeout_s):
                signed = await asyncio.to_thread(self._signed, method, url, headers, body)
                with uncaught():
                    async with self._http.stream(method, url, headers=signed, content=body) as response:
                        answer = bytearray()
                        async for chunk in response.aiter_raw():
                            answer += chunk
                            if len(answer) > LARGEST_ANSWER:
                                raise Problem(502, "BadGatewayException", "the upstream's answer is too long")
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Problem(504, "GatewayTimeoutException", "the upstream did not answer in time") from error
        except (httpx.HTTPError, BotoCoreError) as error:
            logger.warning("forwarding to %s failed: %s", urlsplit(self._base).netloc, error)
            raise Problem(502, "BadGatewayException", "the upstream could not be called") from error
        return self._answer(response, bytes(answer))

    async def close(self) -> None:
        await self._http.aclose()

    def serves(self, url: str) -> bool:
        """Whether the address is one of the upstream's own."""
        return url.startswith(f"{self._base}/")

    def _signed(self, method: str, url: str, headers: dict[str, str], body: bytes) -> dict[str, str]:
        """In a thread, because credentials may have to be fetched. Raises Problem, or a BotoCoreError."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise Problem(502, "BadGatewayException", "the shim has no AWS credentials to forward calls with")
        request = AWSRequest(method=method, url=url, data=body, headers=headers)
        SigV4Auth(credentials.get_frozen_credentials(), "execute-api", self._options.region).add_auth(request)
        return dict(request.headers.items())

    def _answer(self, response: httpx.Response, body: bytes) -> Forwarded:
        error_type = response.headers.get("x-amzn-errortype")
        if response.status_code == 403:
            # The words of a signature's refusal show the session token of the shim
            logger.warning("%s refused the credentials of the shim: %s", urlsplit(self._base).netloc, error_type)
            raise Problem(
                403, error_type or "ForbiddenException", "the upstream does not accept the credentials of the shim"
            )
        if response.is_redirect:
            raise Problem(502, "BadGatewayException", "the upstream answered with a redirection")
        return Forwarded(response.status_code, error_type, response.headers.get("content-type"), body)
