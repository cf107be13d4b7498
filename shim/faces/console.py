"""The console: a page that shows what the shim does now, and lets people send to a connection and close it."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter
from sse_starlette import EventSourceResponse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from shim.faces.console_access import PATH, ConsoleAccess, ConsoleOptions, check_same_origin
from shim.faces.console_feed import ConsoleFeed, Cutover
from shim.faces.operators import TooManyWrong
from shim.faces.posted import bounded_body
from shim.faces.recent import Recent
from shim.faces.refusal import Refusal
from shim.service import Problem, Service
from shim.streams import ConnectionGone
from shim.streams.spreading import FULL_S, retry_after
from templates import render

__all__ = ["Console", "ConsoleOptions", "console_router"]

INTERVAL_S: Final = 1.0
LOGIN_BYTES: Final = 4_096
BODY_S: Final = 10.0
LONGEST_FIND: Final = 200

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[Request], Awaitable[Response]]


def console_router(
    service: Service, options: ConsoleOptions | None = None, *, cutover: Cutover | None = None
) -> APIRouter:
    """Everything below `/-/console`. Begins to observe the service. `cutover`: where one is under way stands."""
    console = Console(service, options or ConsoleOptions(), cutover)
    router = APIRouter()
    for path, method, handler in (
        ("", "GET", console.page),
        ("/login", "POST", console.log_in),
        ("/logout", "POST", console.log_out),
        ("/events", "GET", console.events),
        ("/connection", "GET", console.connection),
        ("/send", "POST", console.send),
        ("/close", "POST", console.close),
    ):
        router.add_route(f"{PATH}{path}", console.guarded(handler), methods=[method], include_in_schema=False)
    return router


class Console:
    """The endpoints, each a function of the request. Each raises Refusal."""

    def __init__(self, service: Service, options: ConsoleOptions, cutover: Cutover | None = None) -> None:
        self._service = service
        self._access = ConsoleAccess(options)
        self._recent = Recent(service.api)
        self._feed = ConsoleFeed(service, self._recent, options.backend, cutover=cutover)
        self._feeds_left = options.feeds
        service.observers.append(self._recent)

    def guarded(self, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                response = await handler(request)
            except Refusal as refusal:
                response = refusal.response()
            except ClientDisconnect:
                response = Response(status_code=400)
            for name, value in _HEADERS.items():
                response.headers.setdefault(name, value)
            return response

        return answer

    async def page(self, request: Request) -> Response:
        """The page, or the one that asks for the token."""
        try:
            self._access.check(request)
        except Refusal as refusal:
            if refusal.status != 401:
                raise
            return _page("shim/console_login.html", 401, stage=self._service.api.stage, problem="")
        return _page(
            "shim/console.html", 200, stage=self._service.api.stage, path=PATH, has_token=self._access.has_token
        )

    async def log_in(self, request: Request) -> Response:
        """The token, as a form's field."""
        if not self._access.has_token:
            raise Refusal(403, "Forbidden")
        check_same_origin(request)
        body = await bounded_body(request, LOGIN_BYTES, BODY_S)
        token = dict(parse_qsl(body.decode("latin-1"))).get("token", "")
        response = RedirectResponse(PATH, 303)
        try:
            if self._access.enter(token, request, response):
                return response
            status, problem = 401, "That is not the token."
        except TooManyWrong as wait:
            status, problem = 429, f"Too many wrong tokens. Try again in {wait.retry_after_s} s."
        return _page("shim/console_login.html", status, stage=self._service.api.stage, problem=problem)

    async def log_out(self, request: Request) -> Response:
        check_same_origin(request)
        response = RedirectResponse(PATH, 303)
        self._access.leave(request, response)
        return response

    async def events(self, request: Request) -> Response:
        """A stream with the whole state as one event a second, until the session or the service ends."""
        self._access.check_reading(request)
        if self._feeds_left == 0:
            raise Refusal(503, "as many pages as may be are open already", retry_after(FULL_S))
        find = request.query_params.get("find", "")[:LONGEST_FIND]
        return EventSourceResponse(self._states(request, find), ping=15, sep="\n", headers={**_HEADERS})

    async def connection(self, request: Request) -> Response:
        self._access.check_reading(request)
        try:
            return JSONResponse(await self._feed.connection(request.query_params.get("id", "")))
        except (Problem, ConnectionGone) as error:
            raise Refusal(410, "the connection is closed") from error

    async def send(self, request: Request) -> Response:
        """`{"id": …, "text": …}`"""
        self._access.check_action(request)
        limit = self._service.streams.limits.payload_bytes
        words = await _words(request, 6 * limit + 1_024)  # JSON may spell each byte as \\u00xx
        try:
            await self._service.awaiting.post(words["id"], words["text"].encode("utf-8", "replace"))
        except Problem as problem:
            raise Refusal(problem.status, problem.message or "the connection is closed") from problem
        return JSONResponse({})

    async def close(self, request: Request) -> Response:
        """`{"id": …}`"""
        self._access.check_action(request)
        words = await _words(request, 1_024)
        try:
            await self._service.awaiting.delete(words["id"])
        except Problem as problem:
            raise Refusal(problem.status, problem.message or "the connection is closed") from problem
        return JSONResponse({})

    async def _states(self, request: Request, find: str) -> AsyncIterator[dict[str, Any]]:
        if self._feeds_left == 0:
            return  # others began in the meantime
        self._feeds_left -= 1
        try:
            while self._service.accepting:
                yield {"data": json.dumps(await self._feed.state(find))}
                await asyncio.sleep(INTERVAL_S)
                self._access.check_reading(request)
        except Refusal:
            return  # logged out meanwhile; the page finds out when it comes back
        finally:
            self._feeds_left += 1


async def _words(request: Request, limit: int) -> dict[str, str]:
    """A JSON object of strings. Raises Refusal."""
    try:
        words = json.loads(await bounded_body(request, limit, BODY_S))
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "the body must be JSON") from error
    if not isinstance(words, dict):
        raise Refusal(400, "the body must be a JSON object")
    return {"id": "", "text": "", **{name: value for name, value in words.items() if isinstance(value, str)}}


def _page(template: str, status: int, **values: object) -> HTMLResponse:
    """With a nonce, so that only what we wrote is run."""
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'; "
        "img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(render(template, nonce=nonce, **values), status, {"Content-Security-Policy": policy})
