"""HTTP and HTTP_PROXY: the message is the body of a request.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-integration-requests.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import httpx

from shim.gateway.definition import ApiDefinition, Http
from shim.integrations.call import Answer, Call, IntegrationFailed
from shim.integrations.errors import Unusable
from shim.integrations.mapping import converted_to_bytes, converted_to_text, mapped_answer, request_payload
from shim.integrations.options import IntegrationOptions
from shim.integrations.parameters import header_value, request_parameters
from shim.integrations.sources import Response, Sources
from shim.outgoing import no_cookies

_STAGE_VARIABLE: Final = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")
_PATH_PARAMETER: Final = re.compile(r"\{([A-Za-z0-9._$-]+)\+?\}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NOT_FORWARDED: Final = re.compile(
    r"host|accept-encoding|connection|upgrade|content-length|transfer-encoding|te|trailer|keep-alive|proxy-.*|expect|sec-websocket-.*",
    re.IGNORECASE,
)
"""Headers of the handshake that say something about its own connection."""


class HttpEndpoints:
    """The pool of connections to the HTTP endpoints of one API. No redirect is followed, and no proxy is asked."""

    def __init__(self, api: ApiDefinition, options: IntegrationOptions) -> None:
        self._api = api
        self._options = options
        self._client: httpx.AsyncClient | None = None

    async def call(self, integration: Http, sources: Sources) -> Answer:
        """Raises IntegrationFailed or TimeoutError."""
        request = self._request(integration, sources)
        try:
            response = await self._send(request, integration)
        except httpx.TimeoutException as error:
            raise TimeoutError from error
        except httpx.HTTPError as error:
            raise IntegrationFailed(f"{request.method} {request.url.host}: {error or type(error).__name__}") from error
        if integration.proxy:
            return Answer(response.status, response.body or None, response.headers)
        return mapped_answer(integration.mapping, response, sources)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _pool(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(
                cookies=no_cookies(),
                timeout=httpx.Timeout(None, connect=self._options.connect_timeout_s),
                limits=httpx.Limits(max_connections=self._options.http_connections),
                follow_redirects=False,
                trust_env=False,
            )
        return self._client

    def _request(self, integration: Http, sources: Sources) -> httpx.Request:
        mapped, call = integration.mapping, sources.call
        parameters = request_parameters(mapped.request_parameters, sources)
        payload = call.body if integration.proxy else request_payload(mapped, sources)
        headers = httpx.Headers(
            {
                "Content-Type": "application/json",
                "User-Agent": f"AmazonAPIGateway_{self._api.api_id}",
                "X-Amzn-Apigateway-Api-Id": self._api.api_id,
                "Accept-Encoding": "identity",
            },
            encoding="utf-8",
        )
        query = list(parameters.query)
        if integration.proxy:
            query = [*call.query, *query]
            headers.update(httpx.Headers(_forwarded(call), encoding="utf-8"))
        headers.update(httpx.Headers(parameters.headers, encoding="utf-8"))
        address = resolved_address(integration.uri, self._api.stage_variables)
        try:
            url = httpx.URL(_PATH_PARAMETER.sub(lambda found: _segment(found[1], parameters.path), address))
            return self._pool().build_request(
                request_method(integration.method),
                url.copy_with(params=httpx.QueryParams([*url.params.multi_items(), *query])) if query else url,
                headers=headers,
                content=converted_to_bytes(mapped, payload) or None,
            )
        except (httpx.InvalidURL, ValueError) as error:
            raise IntegrationFailed(f"the request can't be made: {error}") from error

    async def _send(self, request: httpx.Request, integration: Http) -> Response:
        response = await self._pool().send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._options.response_bytes:
                    raise IntegrationFailed(
                        f"{request.url.host} answered with more than {self._options.response_bytes} bytes"
                    )
        finally:
            await response.aclose()
        text = converted_to_text(integration.mapping, bytes(body))
        return Response(response.status_code, text, {name.lower(): value for name, value in response.headers.items()})


def check_http(integration: Http, stage_variables: Mapping[str, str]) -> None:
    """Raises Unusable."""
    request_method(integration.method)
    address = resolved_address(integration.uri, stage_variables)
    scheme, _, rest = address.partition("://")
    authority, _, path = rest.partition("/")
    if scheme.lower() not in {"http", "https"} or not authority:
        raise Unusable(f"{address!r} is no address that begins with http:// or https://")
    if "{" in authority:
        raise Unusable(f"{address!r} takes its host from a parameter")
    try:
        httpx.URL(_PATH_PARAMETER.sub("x", address))
    except httpx.InvalidURL as error:
        raise Unusable(f"{address!r} is no address: {error}") from error
    given = {target.removeprefix("integration.request.path.") for target in integration.mapping.request_parameters}
    for name in _PATH_PARAMETER.findall(path):
        if name not in given:
            raise Unusable(f"{address!r} needs the request parameter integration.request.path.{name}")


def resolved_address(uri: str, stage_variables: Mapping[str, str]) -> str:
    """The address with stage variables in it. Raises Unusable for one that the stage has not."""

    def value(found: re.Match[str]) -> str:
        if found[1] not in stage_variables:
            raise Unusable(f"{uri!r} names the stage variable {found[1]}, which the stage has not")
        return stage_variables[found[1]]

    return _STAGE_VARIABLE.sub(value, uri)


def request_method(method: str) -> str:
    """A message has no method of its own, so ANY is POST. Raises Unusable."""
    name = method.upper()
    if name not in {*_METHODS, "ANY"}:
        raise Unusable(f"{method!r} is no HTTP method")
    return "POST" if name == "ANY" else name


def _forwarded(call: Call) -> dict[str, str]:
    return {name: header_value(name, value) for name, value in call.headers if not _NOT_FORWARDED.fullmatch(name)}


def _segment(name: str, values: Mapping[str, str]) -> str:
    """A client's value can't leave its place in the path. Raises IntegrationFailed."""
    value = values.get(name, "")
    if value in {"", ".", ".."}:
        raise IntegrationFailed(f"the path parameter {name} has no usable value")
    return quote(value, safe="", errors="replace")
