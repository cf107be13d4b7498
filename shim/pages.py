"""Pages for trying the shim in a browser: a client on SSE + POST, one on WebSocket, and the application's own."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from templates import render

PAGES = "/-"
"""Stage names have no hyphen-only form in practice, and `-` keeps the pages apart from any of them."""


def add_pages(app: FastAPI, *, stage: str, token_parameter: str | None, web_folder: Path | None) -> None:
    """`/-/sse`, `/-/websocket` and, when the application has web pages, those below `/-/web/`."""
    router = APIRouter(prefix=PAGES, default_response_class=HTMLResponse)

    @router.get("/sse")
    async def sse_page() -> HTMLResponse:
        return HTMLResponse(render("shim/sse.html", stage=stage, token_parameter=token_parameter))

    @router.get("/websocket")
    async def websocket_page() -> HTMLResponse:
        return HTMLResponse(render("shim/websocket.html", stage=stage, token_parameter=token_parameter))

    app.include_router(router)
    if web_folder is not None:
        app.mount(f"{PAGES}/web", StaticFiles(directory=web_folder, html=True), name="web")
