"""One tiny chat, served over WebSocket and over SSE + POST by code that shares nothing with the shim."""

from __future__ import annotations

import asyncio
import base64
import json
import uuid
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request as Handshake
from websockets.http11 import Response as Refusal

from shim.dualrun.record.spoof import Credential


@dataclass
class Person:
    name: str
    group: str
    push: Callable[[str | bytes], None]
    end: Callable[[int], None]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


class Chat:
    """What both servers do. faults: 'drop', 'twice', 'leak', 'deaf' (does not notice who leaves)."""

    def __init__(self, *faults: str) -> None:
        self.people: list[Person] = []
        self.faults = faults
        self.left: list[str] = []

    def say(self, person: Person, text: str) -> str | None:
        """The message of an error, or None."""
        try:
            message = json.loads(text)
            action = message.get("action")
        except (ValueError, AttributeError):
            return "Forbidden"
        match action:
            case "chat":
                self._tell(person, {"from": person.name, "id": person.id, "text": message["text"]})
            case "echo":
                person.push(message["text"])
            case "bytes":
                person.push(b"\xff\x00")
            case "kick":
                person.end(1001)
            case "fail":
                return "Internal server error"
            case _:
                return "Forbidden"
        return None

    def leave(self, person: Person) -> None:
        if person not in self.people:
            return
        self.people.remove(person)
        self.left.append(person.name)
        if "deaf" not in self.faults:
            self._tell(person, {"left": person.name})

    def _tell(self, sender: Person, message: dict[str, str]) -> None:
        for other in self.people:
            if other is sender or (other.group != sender.group and "leak" not in self.faults):
                continue
            if "drop" in self.faults and "text" in message:
                continue
            for _ in range(2 if "twice" in self.faults else 1):
                other.push(json.dumps(message))


def error_frame(message: str) -> str:
    return json.dumps({"message": message, "connectionId": uuid.uuid4().hex, "requestId": uuid.uuid4().hex})


@asynccontextmanager
async def websocket_chat(chat: Chat) -> AsyncIterator[str]:
    tasks: set[asyncio.Task[None]] = set()

    def refuse(_connection: ServerConnection, request: Handshake) -> Refusal | None:
        if "token=bad" in request.path:
            return _connection.respond(HTTPStatus.UNAUTHORIZED, "Unauthorized\n")
        return None

    async def handle(socket: ServerConnection) -> None:
        assert socket.request is not None
        query = parse_qs(urlsplit(socket.request.path).query)

        def spawn(coroutine):
            task = asyncio.create_task(coroutine)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        queue: asyncio.Queue[str | bytes] = asyncio.Queue()

        async def write() -> None:
            while True:
                await socket.send(await queue.get())

        writer = asyncio.create_task(write())
        person = Person(query["name"][0], query["group"][0], queue.put_nowait, lambda code: spawn(socket.close(code)))
        chat.people.append(person)
        try:
            async for text in socket:
                error = chat.say(person, str(text))
                if error:
                    queue.put_nowait(error_frame(error))
        finally:
            writer.cancel()
            chat.leave(person)

    async with serve(handle, "127.0.0.1", 0, process_request=refuse) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/prod"


class StreamChat:
    """`rotate`: events after which a stream ends without a word, to be resumed.

    `takes`: what counts as a session beside one; of none, and of a made-up one, the first connection is meant.
    """

    def __init__(
        self, chat: Chat, *, rotate: int = 0, refuse_resume: bool = False, takes: Collection[Credential] = ()
    ) -> None:
        self.takes = takes
        self.chat = chat
        self.rotate = rotate
        self.refuse_resume = refuse_resume
        self.streams = 0
        self._held: dict[str, _Held] = {}

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/stream", self.open, methods=["GET"]),
                Route("/stream", self.post, methods=["POST"]),
                Route("/stream", self.delete, methods=["DELETE"]),
            ]
        )

    async def open(self, request: Request) -> Response:
        self.streams += 1
        session = request.headers.get("stream-session")
        if session is not None:
            held = self._held.get(session)
            if held is None or self.refuse_resume:
                return Response(status_code=204)
            last = int(request.headers["last-event-id"].partition("-")[2])
            return StreamingResponse(self._follow(held, last + 1), media_type="text/event-stream")
        if request.query_params.get("token") == "bad":
            return JSONResponse({"message": "Unauthorized"}, 401)
        session = uuid.uuid4().hex
        held = self._held[session] = _Held()
        held.person = Person(request.query_params["name"], request.query_params["group"], held.push, held.end)
        opening = json.dumps({"connectionId": held.person.id, "session": session})
        held.add(f"event: open\nretry: 10\ndata: {opening}")
        self.chat.people.append(held.person)
        return StreamingResponse(self._follow(held, 0), media_type="text/event-stream")

    async def post(self, request: Request) -> Response:
        held = self._held_by(request)
        if held is None or held.person is None:
            return JSONResponse({"message": "Unauthorized"}, 401)
        text = (await request.body()).decode()
        if len(text) > 131_072:
            return JSONResponse({"message": "Message too long"}, 413)
        error = self.chat.say(held.person, text)
        if held.ended:
            self.chat.leave(held.person)
        if error:
            return Response(error_frame(error), 403 if error == "Forbidden" else 500)
        return JSONResponse({})

    async def delete(self, request: Request) -> Response:
        held = self._held_by(request)
        if held is None or held.person is None:
            return JSONResponse({"message": "Unauthorized"}, 401)
        if "ended" not in self.takes:
            self._held = {session: other for session, other in self._held.items() if other is not held}
        held.end(1005)
        await asyncio.sleep(0)  # the stream may say that it ends before the answer does
        self.chat.leave(held.person)
        return Response(status_code=204)

    def _held_by(self, request: Request) -> _Held | None:
        session = request.headers.get("stream-session", "")
        first = next((held for held in self._held.values() if not held.ended), None)
        if "token" in self.takes and not session:
            names = request.query_params.getlist("name")
            return next((held for held in self._held.values() if held.person and held.person.name in names), None)
        if "none" in self.takes and not session:
            return first
        if "connection_id" in self.takes:
            known = (held for held in self._held.values() if held.person and held.person.id == session)
            return next(known, self._held.get(session))
        return self._held.get(session, first if "made_up" in self.takes and session else None)

    async def _follow(self, held: _Held, position: int) -> AsyncIterator[str]:
        sent = 0
        while True:
            while position < len(held.blocks):
                yield f"id: e-{position}\n{held.blocks[position]}\n\n"
                position += 1
                sent += 1
                if sent == self.rotate:
                    return
            if held.ended:
                return
            held.wake.clear()
            await held.wake.wait()


class _Held:
    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.wake = asyncio.Event()
        self.ended = False
        self.person: Person | None = None

    def add(self, block: str) -> None:
        self.blocks.append(block)
        self.wake.set()

    def push(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.add(f"event: binary\ndata: {base64.b64encode(message).decode()}")
        elif "\r" in message:
            self.add(f"event: escaped\ndata: {json.dumps(message)}")
        else:
            self.add("\n".join(f"data: {line}" for line in message.split("\n")))

    def end(self, code: int) -> None:
        self.add(f'event: close\ndata: {{"code": {code}, "reason": ""}}')
        self.ended = True
