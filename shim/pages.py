"""Pages for trying the shim in a browser: a client on SSE + POST, one on WebSocket, and the application's own; and the
client libraries, for whoever wants to take them along."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from templates import CLIENT_MODULE, CLIENT_SCRIPT, client_library, render

PAGES = "/-"
"""Stage names have no hyphen-only form in practice, and `-` keeps the pages apart from any of them."""

CLIENT_LIBRARIES: Final = {
    CLIENT_SCRIPT: "text/javascript",
    CLIENT_MODULE: "text/javascript",
    "sse-socket.d.ts": "text/plain",
    "sse_socket.py": "text/plain",
}

_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; connect-src * ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
}
"""One file without resources, which talks to whatever address is written into it; the console shows it in a frame."""


@dataclass(frozen=True, slots=True)
class TokenPlaces:
    """Where clients bring their token; None: not that way, or not known. `scheme` stands before it in the header."""

    parameter: str | None = None
    header: str | None = None
    scheme: str | None = None


def add_pages(app: FastAPI, *, stage: str, token: TokenPlaces, web_folder: Path | None) -> None:
    """`/-/sse`, `/-/websocket`, `/-/client/` and, when the application has web pages, those below `/-/web/`."""
    values = {
        "stage": stage,
        "token_parameter": token.parameter,
        "token_header": token.header,
        "token_scheme": token.scheme,
    }
    router = APIRouter(prefix=PAGES, default_response_class=HTMLResponse)

    @router.get("/sse")
    async def sse_page() -> HTMLResponse:
        return HTMLResponse(render("shim/sse.html", **values), headers=_HEADERS)

    @router.get("/websocket")
    async def websocket_page() -> HTMLResponse:
        return HTMLResponse(render("shim/websocket.html", **values), headers=_HEADERS)

    @router.get("/client/{name}")
    async def library(name: str) -> Response:
        """To be copied: whoever uses one, owns it."""
        if name not in CLIENT_LIBRARIES:
            raise HTTPException(404)
        headers = {"X-Content-Type-Options": "nosniff"}
        return Response(client_library(name), media_type=CLIENT_LIBRARIES[name], headers=headers)

    app.include_router(router)
    if web_folder is not None:
        app.mount(f"{PAGES}/web", PublicFiles(directory=web_folder, html=True), name="web")


class PublicFiles(StaticFiles):
    """The files of a folder, but none whose name, or whose folder's name, begins with a dot."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        if any(part.startswith(".") for part in PurePath(path).parts if part != "."):
            raise HTTPException(404)
        return await super().get_response(path, scope)
