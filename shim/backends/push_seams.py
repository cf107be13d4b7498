"""The one place of each HTTP library where every request passes, and where some are answered instead of sent.

What the seam doesn't catch passes untouched. Libraries that are not installed are left out. In front of urllib3 there
are two more: moto answers for @connections too, and does so above urllib3 for botocore and for requests.
"""

from __future__ import annotations

import http.client
from importlib.util import find_spec
from typing import Any, Protocol

from shim.backends.aiohttp_seam import catch_aiohttp
from shim.backends.push_answers import LocalSocket, aio_response, aws_response, httpx_response, urllib3_response
from shim.backends.pushes import PushAnswer
from shim.backends.undoing import Undo, all_of, replaced, when_imported
from shim.outgoing import uncaught

_BEFORE_SEND = "before-send.apigatewaymanagementapi"


class Seam(Protocol):
    """Which requests are caught, by their absolute address, and how they are answered."""

    def catches(self, url: str) -> bool: ...

    def answer(self, method: str, url: str, body: bytes) -> PushAnswer | None:
        """None: it is to be sent after all."""


def install(seam: Seam) -> Undo:
    """Returns what puts the libraries back as they were. Of several seams the one that was installed last is first."""
    places = {"urllib3": _urllib3, "requests": _requests, "httpx": _httpx}
    undos = [place(seam) for library, place in places.items() if find_spec(library) is not None]
    aiohttp = when_imported("aiohttp.connector", lambda: catch_aiohttp(seam))
    return all_of([*undos, _http_client(seam), aiohttp])


def install_all(seam: Seam) -> Undo:
    """The same, and in front of moto for clients of @connections."""
    first = [_botocore(seam)] if find_spec("botocore") is not None else []
    return all_of([*first, install(seam)])


def _urllib3(seam: Seam) -> Undo:
    from urllib3.connectionpool import HTTPConnectionPool  # noqa: PLC0415 - perhaps not installed

    original = HTTPConnectionPool.urlopen

    def urlopen(pool: Any, method: str, url: str, body: Any = None, *rest: Any, **options: Any) -> Any:  # noqa: ANN401
        address = f"{pool.scheme}://{_host(pool)}{url}" if url.startswith("/") else url
        if not seam.catches(address):
            return original(pool, method, url, body, *rest, **options)
        body = whole(body)
        answer = seam.answer(method, address, body)
        if answer is not None:
            return urllib3_response(answer, method, url, options.get("preload_content", True))
        with uncaught():
            return original(pool, method, url, body, *rest, **options)

    return replaced(HTTPConnectionPool, "urlopen", urlopen)


def _requests(seam: Seam) -> Undo:
    from requests import PreparedRequest, Response, Session  # noqa: PLC0415 - perhaps not installed
    from requests.adapters import BaseAdapter, HTTPAdapter  # noqa: PLC0415

    original = Session.get_adapter

    class PushAdapter(BaseAdapter):
        def __init__(self, real: BaseAdapter) -> None:
            super().__init__()
            self._real = real

        def send(self, request: PreparedRequest, *rest: Any, **options: Any) -> Response:  # noqa: ANN401
            method, url = str(request.method), str(request.url)
            request.body = whole(request.body)
            answer = seam.answer(method, url, request.body)
            if answer is None:
                with uncaught():
                    return self._real.send(request, *rest, **options)
            return HTTPAdapter().build_response(request, urllib3_response(answer, method, url, preload=False))

        def close(self) -> None:
            """The real one belongs to the session."""

    def get_adapter(session: Session, url: str) -> BaseAdapter:
        real = original(session, url)
        return PushAdapter(real) if seam.catches(url) else real

    return replaced(Session, "get_adapter", get_adapter)


def _botocore(seam: Seam) -> Undo:
    """Every client has event handlers of its own, copied when its session was made; so they are added when it calls."""
    from botocore.endpoint import Endpoint  # noqa: PLC0415 - perhaps not installed

    original = Endpoint.make_request

    def make_request(endpoint: Any, operation_model: Any, request_dict: Any) -> Any:  # noqa: ANN401
        if operation_model.service_model.service_name == "apigatewaymanagementapi":
            is_async = type(endpoint).__module__.partition(".")[0] == "aiobotocore"
            # More specific than moto's handler, so it is asked first.
            endpoint._event_emitter.register(  # noqa: SLF001
                _BEFORE_SEND, before_send_aio if is_async else before_send, unique_id=_BEFORE_SEND
            )
        return original(endpoint, operation_model, request_dict)

    def before_send(request: Any, **_: object) -> Any:  # noqa: ANN401 - types of botocore
        answer = answer_to(request)
        return None if answer is None else aws_response(answer, request.url)

    def before_send_aio(request: Any, **_: object) -> Any:  # noqa: ANN401 - types of aiobotocore
        answer = answer_to(request)
        return None if answer is None else aio_response(answer, request.url)

    def answer_to(request: Any) -> PushAnswer | None:  # noqa: ANN401
        if not seam.catches(request.url):
            return None
        request.body = whole(request.body)
        return seam.answer(request.method, request.url, request.body)

    return replaced(Endpoint, "make_request", make_request)


def _httpx(seam: Seam) -> Undo:
    import httpx  # noqa: PLC0415 - perhaps not installed

    original, original_async = httpx.HTTPTransport.handle_request, httpx.AsyncHTTPTransport.handle_async_request

    def handle(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        if not seam.catches(str(request.url)):
            return original(transport, request)
        answer = seam.answer(request.method, str(request.url), request.read())
        if answer is not None:
            return httpx_response(answer)
        with uncaught():
            return original(transport, request)

    async def handle_async(transport: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        if not seam.catches(str(request.url)):
            return await original_async(transport, request)
        answer = seam.answer(request.method, str(request.url), await request.aread())
        if answer is not None:
            return httpx_response(answer)
        with uncaught():
            return await original_async(transport, request)

    return all_of(
        [
            replaced(httpx.HTTPTransport, "handle_request", handle),
            replaced(httpx.AsyncHTTPTransport, "handle_async_request", handle_async),
        ]
    )


def _http_client(seam: Seam) -> Undo:
    """Also urllib.request. A connection that is asked for a push talks to a socket of ours instead of connecting."""
    original = http.client.HTTPConnection.putrequest

    def putrequest(connection: Any, method: str, url: str, *rest: Any, **options: Any) -> None:  # noqa: ANN401
        scheme = "https" if isinstance(connection, http.client.HTTPSConnection) else "http"
        address = f"{scheme}://{_host(connection)}{url}" if url.startswith("/") else url
        if seam.catches(address):
            connection.close()
            connection.sock = LocalSocket(connection, method, address, seam.answer)
        original(connection, method, url, *rest, **options)

    return replaced(http.client.HTTPConnection, "putrequest", putrequest)


def _host(connection: Any) -> str:  # noqa: ANN401 - of urllib3 or http.client
    host = f"[{connection.host}]" if ":" in connection.host else connection.host
    return f"{host}:{connection.port}" if connection.port else host


def whole(body: Any) -> bytes:  # noqa: ANN401 - a text, bytes, a file, or pieces
    """A request's body, in whichever form libraries take it."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body)
    if hasattr(body, "read"):
        read = body.read()
        return read.encode() if isinstance(read, str) else bytes(read)
    return b"".join(chunk.encode() if isinstance(chunk, str) else chunk for chunk in body)
