"""The shim as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shim.draining import LATE_S, messages_done
from shim.faces.management import Management, ManagementOptions
from shim.faces.options import FaceOptions
from shim.faces.sse import SseFace
from shim.faces.websocket import websocket_router
from shim.gateway.domains import Mappings
from shim.readiness import Readiness
from shim.service import Service


class ShimApp:
    """Serves one API at one stage. Whatever lies outside of it is 403, as at API Gateway.

    `api` is its FastAPI part: everything but the opening of streams, which goes past its router and middleware.
    `routers`: pages that stand beside the API. `unusable`: how many functions can't be imported, which readiness tells.
    Raises what `Management` raises.
    """

    def __init__(
        self,
        service: Service,
        *,
        faces: FaceOptions | None = None,
        management: ManagementOptions | None = None,
        routers: tuple[APIRouter, ...] = (),
        unusable: Callable[[], int] = lambda: 0,
    ) -> None:
        self.service = service
        self.readiness = Readiness(
            service.streams, lambda: {"unusable_functions": unusable()}, lambda: service.accepting
        )
        self.management = Management(service, management or ManagementOptions())
        self._mappings = self.management.mappings if service.api.domains else None
        self._sse = SseFace(service, faces)
        self._stream_path = f"/{service.api.stage}"
        self.api = FastAPI(title=service.api.name, lifespan=self._lifespan, openapi_url=None, redirect_slashes=False)
        for router in (
            self.management.router(),
            self._sse.router(),
            websocket_router(service, faces),
            *routers,
        ):
            self.api.include_router(router)
        self.api.add_api_route("/healthz", self._healthz)
        self.api.add_api_route("/readyz", self._readyz, response_model=None)
        self.api.add_exception_handler(HTTPException, _outside)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._mappings is not None and scope["type"] in {"http", "websocket"}:
            scope = _mapped(self._mappings, scope)
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == self._stream_path:
            response = await self._sse.open_or_resume(Request(scope, receive))
            await response(scope, receive, send)
            return
        await self.api(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(self.service.run())
        yield
        await messages_done(self.service, LATE_S)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    async def _healthz(self) -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "ok"}

    async def _readyz(self) -> Response:
        """Whether clients should be sent here."""
        return self.readiness.answer()


def _mapped(mappings: Mappings, scope: Scope) -> Scope:
    """The path as it is on the API's own host, and the custom domain for the events. The path on the wire stays in
    `raw_path`, since signatures are made over it."""
    raw_path = scope.get("raw_path", b"").decode("latin-1") or scope["path"]
    resolved = mappings.resolve(Headers(scope=scope).get("host", ""), raw_path)
    if resolved is None:
        return {**scope, "path": "/"}
    if resolved.domain_name is None:
        return scope
    extensions = {**(scope.get("extensions") or {}), "shim.domain_name": resolved.domain_name}
    return {**scope, "path": resolved.path, "extensions": extensions}


async def _outside(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code != 404:
        return JSONResponse({"message": error.detail}, error.status_code, error.headers)
    return JSONResponse({"message": "Forbidden"}, 403, {"x-amzn-ErrorType": "ForbiddenException"})
