"""Clients that follow one connection from node to node, and write down what they get."""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakSet

from tests.chaos.history import Gap, Left, Lost, Opened, Over, Received, Recorder, Resumed, Said
from tests.chaos.http import Link, read_body, read_head, request_bytes

HOST: Final = "nodes.test"
STAGE: Final = "/dev"
SILENT_S: Final = 1.5
"""Silence after which a stream counts as lost: three heartbeats."""
ASK_S: Final = 3.0


class Directory(asyncio.SelectorEventLoop):
    """A loop that finds all nodes behind one name, in another order each time; and knows what goes to them."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: Callable[[], list[tuple[str, int]]] = list
        self.rng = random.Random()
        self.to_nodes: WeakSet[Any] = WeakSet()

    async def getaddrinfo(self, host: Any, port: Any, **words: Any) -> Any:  # type: ignore[override]
        if host != HOST:
            return await super().getaddrinfo(host, port, **words)
        addresses = self.nodes()
        self.rng.shuffle(addresses)
        return [(2, 1, 6, "", address) for address in addresses]

    async def create_connection(self, factory: Any, host: Any = None, port: Any = None, **words: Any) -> Any:  # type: ignore[override]
        transport, protocol = await super().create_connection(factory, host, port, **words)
        if host == HOST:
            self.to_nodes.add(transport)
        return transport, protocol


def digest_of(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"


class Client(ABC):
    """`connection` is empty until it is open. `has`: ids of the messages that it got."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.name = name
        self.connection = ""
        self.over = False
        self.has: set[int] = set()
        self._recorder = recorder
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    @property
    def failed(self) -> BaseException | None:
        done = self._task is not None and self._task.done() and not self._task.cancelled()
        return self._task.exception() if done and self._task is not None else None

    @abstractmethod
    async def _run(self) -> None: ...

    @abstractmethod
    async def say(self, number: int) -> None: ...

    async def vanish(self) -> None:
        """It leaves without a word."""
        await self._end()
        if self.connection and not self.over:
            self.over = True
            self._recorder.add(Left(self._recorder.now(), self.connection, told=False))

    async def leave(self) -> None:
        """It says that it leaves."""
        if not self.connection or self.over:
            return
        self.over, told, since = True, False, self._recorder.now()
        try:
            told = await self._say_good_bye()
        finally:
            self._recorder.add(Left(since, self.connection, told=told))

    @abstractmethod
    async def _say_good_bye(self) -> bool:
        """Whether the service knows."""

    async def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})  # whoever waits may be cancelled too

    def _opened(self, connection: str, asked: float) -> None:
        self.connection = connection
        self._recorder.add(Opened(self._recorder.now(), connection, asked))

    def _received(self, text: str, event: str = "") -> None:
        number, _, _padding = text.partition(":")
        self.has.add(int(number))
        self._recorder.add(Received(self._recorder.now(), self.connection, int(number), digest_of(text), event))

    def _is_over(self, why: str) -> None:
        if not self.over:
            self.over = True
            self._recorder.add(Over(self._recorder.now(), self.connection, why))


class PlainClient(Client):
    """Speaks the protocol as docs/protocol.md has it, and drops nothing: what it gets twice is written down twice."""

    def __init__(
        self, recorder: Recorder, name: str, addresses: Callable[[], list[tuple[str, int]]], rng: random.Random
    ):
        super().__init__(recorder, name)
        self._addresses, self._rng = addresses, rng
        self._session = ""
        self._last_id = ""
        self._writer: asyncio.StreamWriter | None = None
        self._retry_s = 0.05

    def drop(self) -> None:
        """Its stream breaks."""
        if self._writer is not None:
            self._writer.transport.abort()

    async def say(self, number: int) -> None:
        begun = self._recorder.now()
        status = await self._ask("POST", str(number).encode())
        self._recorder.add(Said(number, self.connection, begun, self._recorder.now(), status))

    async def _say_good_bye(self) -> bool:
        await self._end()
        return await self._ask("DELETE", b"") == 204

    async def _ask(self, method: str, body: bytes) -> int | None:
        try:
            link = Link(self._rng.choice(self._addresses()), ASK_S)
        except OSError:
            return None
        try:
            return await link.ask(method, STAGE, body, {"Stream-Session": self._session})
        finally:
            link.close()

    async def _run(self) -> None:
        asked = self._recorder.now()
        while not self.over:
            if self._session:
                await asyncio.sleep(self._retry_s * self._rng.uniform(1, 2))
            try:
                await self._follow(self._rng.choice(self._addresses()), asked)
            except (OSError, EOFError, TimeoutError):
                if self._session:
                    self._recorder.add(Lost(self._recorder.now(), self.connection))
                else:
                    await asyncio.sleep(0.1)
                    asked = self._recorder.now()

    async def _follow(self, address: tuple[str, int], asked: float) -> None:
        headers = {"Accept": "text/event-stream"}
        path = f"{STAGE}?client={self.name}"
        if self._session:
            headers |= {"Stream-Session": self._session, "Last-Event-ID": self._last_id}
        async with asyncio.timeout(SILENT_S):
            reader, self._writer = await asyncio.open_connection(*address)
        try:
            async with asyncio.timeout(SILENT_S):
                self._writer.write(request_bytes("GET", path, headers))
                status, told = await read_head(reader)
            if status in {204, 410} and self._session:
                self._is_over(str(status))
                return
            if status != 200:
                raise EOFError(status)
            await self._read(read_body(reader, told, status), asked)
        finally:
            self._writer.transport.abort()

    async def _read(self, pieces: Any, asked: float) -> None:
        kept, resumes = b"", bool(self._session)
        while True:
            async with asyncio.timeout(SILENT_S):
                piece = await anext(pieces, None)
            if piece is None:
                raise EOFError
            if resumes:
                self._recorder.add(Resumed(self._recorder.now(), self.connection))
                resumes = False
            *events, kept = (kept + piece).split(b"\n\n")
            for event in events:
                self._take(event.decode(), asked)
                if self.over:
                    return

    def _take(self, event: str, asked: float) -> None:
        fields: dict[str, str] = {}
        for line in event.split("\n"):
            name, _, value = line.partition(": ")
            fields[name] = fields[name] + "\n" + value if name in fields else value
        if "retry" in fields:
            self._retry_s = int(fields["retry"]) / 1000
        kind = fields.get("event", "message")
        if kind == "open":
            words = json.loads(fields["data"])
            self._session, self._last_id = words["session"], fields["id"]
            self._opened(words["connectionId"], asked)
        elif kind == "gap":
            words = json.loads(fields["data"])
            self._recorder.add(Gap(self._recorder.now(), self.connection, words["from"], words["to"]))
        elif kind == "close":
            self._is_over(f"close {json.loads(fields['data'])['code']}")
        elif "data" in fields:
            self._last_id = fields["id"]
            self._received(fields["data"], fields["id"])
