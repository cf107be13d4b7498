"""The shim as an ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shim.faces.sse import sse_router
from shim.faces.websocket import websocket_router
from shim.service import Service


def create_app(service: Service) -> FastAPI:
    """Serves one API at one stage. Whatever lies outside of it is 403, as at API Gateway."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        running = asyncio.create_task(service.run())
        yield
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    app = FastAPI(title=service.api.name, lifespan=lifespan, openapi_url=None)
    app.include_router(sse_router(service))
    app.include_router(websocket_router(service))

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.exception_handler(HTTPException)
    async def outside(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == 404:
            return JSONResponse({"message": "Forbidden"}, 403)
        return JSONResponse({"message": error.detail}, error.status_code)

    return app
