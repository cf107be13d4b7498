"""A REST application whose streams and answers are written down, on a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import Message, Receive, Scope, Send

from tests.shim.serving import listening

CUT, HOLD = "cut", "hold"
OPEN = b'retry: 60\nevent: open\nid: e-0\ndata: {"connectionId": "up", "session": "s3cret"}\n\n'


@dataclass
class Answer:
    """`items`: chunks of the body; CUT breaks the connection there, HOLD waits for the client to leave.

    `status` 0 answers nothing.
    """

    items: tuple[bytes | str, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def stream(*items: bytes | str, **headers: str) -> Answer:
    return Answer(items, 200, {"content-type": "text/event-stream; charset=utf-8", **headers})


def answer(status: int, body: object = b"", **headers: str) -> Answer:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer((text,), status, {"content-length": str(len(text)), **headers})


@dataclass
class Asked:
    method: str
    path: str
    query: bytes
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for known, value in self.headers if known == name), None)


@dataclass
class Application:
    """Answers by method and path, one after the other; the last one stays."""

    answers: dict[str, list[Answer]]
    asked: list[Asked] = field(default_factory=list)
    open_streams: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def of(self, method: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.method == method]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        body = b""
        message: Message = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            body += message.get("body", b"")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        self.asked.append(Asked(scope["method"], scope["path"], scope["query_string"], headers, body))
        planned = self.answers[f"{scope['method']} {scope['path']}"]
        await self._answer(planned.pop(0) if len(planned) > 1 else planned[0], receive, send)

    async def _answer(self, planned: Answer, receive: Receive, send: Send) -> None:
        if not planned.status:
            await _gone(receive)
            return
        raw = [(name.lower().encode(), value.encode()) for name, value in planned.headers.items()]
        await send({"type": "http.response.start", "status": planned.status, "headers": raw})
        self.open_streams += 1
        try:
            for item in planned.items:
                if item == CUT:
                    raise ConnectionAbortedError
                if item == HOLD:
                    await _gone(receive)
                    return
                await send({"type": "http.response.body", "body": item, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            self.open_streams -= 1


@contextmanager
def application(**answers: Any) -> Iterator[Application]:
    """`get=[…]`, `post=[…]`, `delete=[…]` at `/stream`; `routes={"POST /chat": […]}` elsewhere."""
    routes = answers.pop("routes", {})
    planned = {f"{method.upper()} /stream": list(each) for method, each in answers.items()}
    planned.setdefault("DELETE /stream", [answer(204)])
    served = Application({**planned, **routes})
    with listening(served) as port:
        served.port = port
        yield served


def decoded(query: bytes) -> bytes:
    return unquote_to_bytes(query.replace(b"+", b" "))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _lifespan(receive: Receive, send: Send) -> None:
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})
