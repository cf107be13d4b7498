"""The surface of `websockets`' asyncio client over Server-Sent Events and POST. Python 3.11, standard library only.

    async with connect("wss://api.example.org/stream?room=42", additional_headers={"Authorization": "Bearer …"}) as ws:
        await ws.send('{"action": "sendMessage", "text": "hello"}')
        async for message in ws:
            print(message)

What differs from `websockets`:
 1. A lost stream is resumed on the same connection, without a word; what was missed is received, repeats are dropped.
    The connection is closed only when the server closed it, no longer has it, or could not be reached for
    `give_up_after`. Messages that the server no longer had for a resume are told to `on_gap`.
 2. `send` returns when the server has taken the message, and raises `MessageRefused` when it turned it down. Messages
    go one after another. Cancelling `send` withdraws a message that waits; one that is on its way arrives all the same.
 3. A message is a whole str or bytes: no fragments. There are no pings, no latency and no extensions.
 4. Redirects and proxies are not followed; HTTP/1.1 is spoken.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import random
import re
import ssl as tls
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, unquote, urlsplit

logger = logging.getLogger("sse_socket")

HeadersLike = Mapping[str, str] | Iterable[tuple[str, str]]

_LONGEST_PAUSE_S: Final = 30.0
_LONGEST_RETRY_S: Final = 3600.0
_POST_TIMEOUT_S: Final = 60.0
"""Twice the longest that a handler behind API Gateway may take."""
_LARGEST_ANSWER: Final = 1_048_576
_MOST_HEADERS: Final = 128
_BUSY: Final = frozenset({429, 500, 502, 503, 504})
_TRY_POST_AGAIN: Final = frozenset({409, 429, 502, 503, 504})
"""Harmless: the Idempotency-Key stays the same."""
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""RFC 9110, 5.6.2."""
_CAN_FAIL: Final = (OSError, EOFError)
"""What a network does. TimeoutError is an OSError."""


# ---- what can go wrong


@dataclass(frozen=True, slots=True)
class Close:
    """A close code and its reason: https://www.rfc-editor.org/rfc/rfc6455#section-7.4"""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of the server. Names of headers are in lower case; repeated ones are joined with commas."""

    status_code: int
    reason_phrase: str
    headers: Mapping[str, str]
    body: bytes = b""


class InvalidURI(Exception):
    """Raised when an address can't be one of a connection."""

    def __init__(self, uri: str, problem: str) -> None:
        super().__init__(uri, problem)
        self.uri, self.problem = uri, problem

    def __str__(self) -> str:
        return f"{self.uri} is not an address of a connection: {self.problem}"


class InvalidHandshake(Exception):
    """Raised when a connection can't be opened."""


class InvalidStatus(InvalidHandshake):
    """Raised when the server refuses to open a connection."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response

    def __str__(self) -> str:
        return f"the server refused the connection with HTTP {self.response.status_code}"


class NegotiationError(InvalidHandshake):
    """Raised when the server chooses a subprotocol that was not offered."""

    def __init__(self, chosen: str, offered: Sequence[str]) -> None:
        super().__init__(chosen, offered)
        self.chosen, self.offered = chosen, tuple(offered)

    def __str__(self) -> str:
        return f"the server chose the subprotocol {self.chosen!r} of {list(self.offered)}"


class MessageRefused(Exception):
    """Raised when the server turns a message down. The connection goes on."""

    def __init__(self, response: Response) -> None:
        super().__init__(response)
        self.response = response

    def __str__(self) -> str:
        return f"the server answered {self.response.status_code} to a message"


class ConnectionClosed(Exception):
    """Raised when a connection is used that is over.

    `rcvd`: what the connection was closed with, or None when it was lost; `why` says more then, or is ''. `sent`: what
    this side said or confirmed, or None.
    """

    def __init__(self, rcvd: Close | None, sent: Close | None, why: str = "") -> None:
        super().__init__(rcvd, sent, why)
        self.rcvd, self.sent, self.why = rcvd, sent, why

    def __str__(self) -> str:
        if self.rcvd is None:
            return self.why or "the connection was lost"
        words = f" ({self.rcvd.reason})" if self.rcvd.reason else ""
        return f"the connection was closed with {self.rcvd.code}{words}"


class ConnectionClosedOK(ConnectionClosed):
    """Raised when the connection was closed with 1000, 1001 or without a code."""


class ConnectionClosedError(ConnectionClosed):
    """Raised when the connection was closed with another code, or lost."""


class _ProtocolError(EOFError):
    """What the server says is no HTTP/1.1, or no event stream of ours."""


# ---- the event stream


@dataclass(frozen=True, slots=True)
class Event:
    """`data` is None for an event that only sets the id; `id` is None for one that has none of its own."""

    type: str
    data: str | None
    id: str | None


class EventTooLarge(Exception):
    """Raised when an event of a stream grows beyond `max_bytes`."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(max_bytes)
        self.max_bytes = max_bytes

    def __str__(self) -> str:
        return f"an event is larger than {self.max_bytes} bytes"


class EventStreamParser:
    """Bytes in, events out: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

    `max_bytes`: of an event that is not complete; None sets no limit. `retry_s`: what the stream said, or None.
    """

    _LINE_END: Final = re.compile(rb"\r\n|\n|\r")

    def __init__(self, max_bytes: int | None = None) -> None:
        self.retry_s: float | None = None
        self._max_bytes = max_bytes
        self._partial = bytearray()
        self._first = True
        self._after_cr = False
        self._clear()

    def feed(self, chunk: bytes) -> list[Event]:
        """Raises EventTooLarge."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")
        events = []
        start = 0
        for end in self._LINE_END.finditer(chunk):
            line = chunk[start : end.start()]
            if self._partial:
                line = bytes(self._partial) + line
                self._partial.clear()
            event = self._line(line)
            if event is not None:
                events.append(event)
            start = end.end()
        self._partial += chunk[start:]
        if chunk.endswith(b"\r"):
            self._after_cr = True
        self._check(len(self._partial))
        return events

    def _clear(self) -> None:
        self._type = ""
        self._id: str | None = None
        self._data: list[str] = []
        self._size = 0

    def _check(self, more: int) -> None:
        if self._max_bytes is not None and self._size + more > self._max_bytes:
            raise EventTooLarge(self._max_bytes)

    def _line(self, line: bytes) -> Event | None:
        if self._first:
            self._first = False
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not line:
            data = "\n".join(self._data) if self._data else None
            event = Event(self._type or "message", data, self._id)
            self._clear()
            return None if event.data is None and event.id is None else event
        name, _, raw = line.partition(b":")
        value = raw.removeprefix(b" ").decode("utf-8", "replace")
        if name == b"data":
            self._size += len(line) + 1
            self._check(0)
            self._data.append(value)
        elif name == b"event":
            self._type = value
        elif name == b"id" and "\0" not in value:
            self._id = value
        elif name == b"retry" and re.fullmatch(r"[0-9]+", value, re.ASCII):
            self.retry_s = min(float(value) / 1000, _LONGEST_RETRY_S)
        return None


# ---- HTTP/1.1: https://www.rfc-editor.org/rfc/rfc9112


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int
    secure: bool
    target: str
    authority: str
    authorization: str | None

    @classmethod
    def parse(cls, uri: str) -> _Address:
        """Raises InvalidURI."""
        try:
            parts = urlsplit(uri)
            host, port = parts.hostname or "", parts.port
            if ":" not in host:
                host = host.encode("idna").decode("ascii")
        except ValueError as error:
            raise InvalidURI(uri, str(error)) from None
        if parts.scheme not in {"ws", "wss", "http", "https"}:
            raise InvalidURI(uri, "its scheme is none of ws, wss, http and https")
        if not host or "#" in uri or re.search(r"[\x00-\x20\x7f]", uri):
            raise InvalidURI(uri, "it has no host, or has a fragment, a space or a control character")
        secure = parts.scheme in {"wss", "https"}
        shown = f"[{host}]" if ":" in host else host
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            target += "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
        authorization = None
        if parts.username is not None:
            words = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
            authorization = "Basic " + base64.b64encode(words.encode()).decode()
        return cls(
            host=host,
            port=port if port is not None else (443 if secure else 80),
            secure=secure,
            target=target,
            authority=shown if port is None else f"{shown}:{port}",
            authorization=authorization,
        )


def _checked(headers: HeadersLike) -> list[tuple[str, str]]:
    """Raises ValueError for what could not stand in a request, or would become another header."""
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    for name, value in pairs:
        if not _TOKEN.fullmatch(name) or re.search(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]", value):
            raise ValueError(f"{name!r} is not a header, or its value has a control character")
    return pairs


class _Http:
    """One TCP connection, and one request at a time on it."""

    def __init__(self, address: _Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._address = address
        self._reader = reader
        self._writer = writer
        self._left: int | None = 0
        self._chunked = False
        self._keep_alive = False
        self.done = True

    @classmethod
    async def open(cls, address: _Address, context: tls.SSLContext | None) -> _Http:
        secure = (context or tls.create_default_context()) if address.secure else None
        reader, writer = await asyncio.open_connection(address.host, address.port, ssl=secure)
        return cls(address, reader, writer)

    @property
    def reusable(self) -> bool:
        return self.done and self._keep_alive and not self._reader.at_eof() and not self._writer.is_closing()

    def close(self) -> None:
        self._writer.transport.abort()

    async def request(self, method: str, headers: list[tuple[str, str]], body: bytes | None) -> Response:
        """Sends a request and reads the head of its answer."""
        lines = [f"{method} {self._address.target} HTTP/1.1", f"Host: {self._address.authority}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body is not None:
            lines.append(f"Content-Length: {len(body)}")
        self.done = False
        self._writer.write("\r\n".join([*lines, "", ""]).encode("utf-8") + (body or b""))
        await self._writer.drain()
        response = await self._head()
        while 100 <= response.status_code < 200:
            response = await self._head()
        self._frame(response)
        return response

    async def _head(self) -> Response:
        matched = re.fullmatch(rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: ([^\r\n]*))?", await self._line())
        if not matched:
            raise _ProtocolError("the answer is no HTTP/1.1")
        headers: dict[str, str] = {}
        for _count in range(_MOST_HEADERS):
            line = await self._line()
            if not line:
                self._keep_alive = matched[1] == b"1" and "close" not in headers.get("connection", "").lower()
                return Response(int(matched[2]), (matched[3] or b"").decode("latin-1"), headers)
            name, colon, value = line.decode("latin-1").partition(":")
            if not colon or not _TOKEN.fullmatch(name):
                raise _ProtocolError("a header of the answer can't be read")
            key, said = name.lower(), value.strip(" \t")
            headers[key] = f"{headers[key]}, {said}" if key in headers else said
        raise _ProtocolError(f"the answer has more than {_MOST_HEADERS} headers")

    async def _line(self) -> bytes:
        try:
            return (await self._reader.readuntil(b"\r\n"))[:-2]
        except asyncio.LimitOverrunError:
            raise _ProtocolError("a line of the answer is too long") from None

    def _frame(self, response: Response) -> None:
        """How the end of the body is told: section 6.3."""
        encoding = response.headers.get("transfer-encoding")
        lengths = {part.strip() for part in response.headers.get("content-length", "").split(",")} - {""}
        self._chunked = False
        self._left = None
        if response.status_code in {204, 304}:
            self._left = 0
        elif encoding is not None:
            if encoding.lower() != "chunked":
                raise _ProtocolError(f"the answer has the transfer encoding {encoding!r}")
            self._chunked, self._left = True, 0
            self._keep_alive = self._keep_alive and not lengths
        elif lengths:
            length = lengths.pop()
            if lengths or not re.fullmatch(r"[0-9]{1,15}", length, re.ASCII):
                raise _ProtocolError("the length of the answer can't be told")
            self._left = int(length)
        else:
            self._keep_alive = False
        self.done = self._left == 0 and not self._chunked

    async def read(self) -> bytes:
        """The next piece of the body; b'' at its end. Raises EOFError when it breaks off."""
        if self.done:
            return b""
        if self._chunked and self._left == 0:
            await self._chunk_size()
            if self.done:
                return b""
        piece = await self._reader.read(65536 if self._left is None else min(65536, self._left))
        if self._left is None:
            self.done = not piece
            return piece
        if not piece:
            raise EOFError("the answer broke off")
        self._left -= len(piece)
        if self._chunked and self._left == 0 and await self._line():
            raise _ProtocolError("a chunk is longer than it says")
        self.done = self._left == 0 and not self._chunked
        return piece

    async def _chunk_size(self) -> None:
        size, _, _extension = (await self._line()).partition(b";")
        if not re.fullmatch(rb"[0-9A-Fa-f]{1,15}", size.strip(b" \t")):
            raise _ProtocolError("the size of a chunk can't be read")
        self._left = int(size, 16)
        if self._left:
            return
        for _count in range(_MOST_HEADERS):
            if not await self._line():
                self.done = True
                return
        raise _ProtocolError(f"the answer has more than {_MOST_HEADERS} trailers")

    async def rest(self) -> bytes:
        """The whole body. Raises EOFError also when it is too large."""
        body = bytearray()
        while piece := await self.read():
            body += piece
            if len(body) > _LARGEST_ANSWER:
                raise _ProtocolError(f"the answer is larger than {_LARGEST_ANSWER} bytes")
        return bytes(body)


def _retry_after(response: Response | None) -> float:
    """Seconds that an answer asks to wait; 0 when it doesn't. RFC 9110, 10.2.3."""
    value = response.headers.get("retry-after", "") if response else ""
    if re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
        return min(float(value), _LONGEST_RETRY_S)
    try:
        wait = parsedate_to_datetime(value).timestamp() - time.time()
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(0.0, wait), _LONGEST_RETRY_S)


def _position(event_id: str) -> tuple[str, int | None]:
    """Ids are `<epoch>-<seq>`; any other has no place in an order."""
    epoch, _, seq = event_id.rpartition("-")
    return (epoch, int(seq)) if re.fullmatch(r"[0-9]{1,18}", seq, re.ASCII) else (event_id, None)


# ---- a connection


@dataclass(frozen=True, slots=True)
class _Options:
    address: _Address
    headers: list[tuple[str, str]]
    subprotocols: tuple[str, ...]
    context: tls.SSLContext | None
    close_timeout: float | None
    max_size: int | None
    max_queue: int | None
    heartbeat_timeout: float | None
    give_up_after: float
    on_gap: Callable[[int, int], object] | None


@dataclass(slots=True)
class _Outgoing:
    body: bytes
    type: str
    key: str
    taken: asyncio.Future[None]


@dataclass(eq=False)
class _Over(Exception):
    """The connection is over: `rcvd` when the server said so, `sent` when it has to be told."""

    rcvd: Close | None = None
    sent: Close | None = None
    why: str = ""


class ClientConnection:
    """A connection that is open. `connect` makes it."""

    def __init__(self, options: _Options) -> None:
        self.id = uuid.uuid4()
        self.subprotocol: str | None = None
        self._options = options
        self._session: str | None = None
        self._last_event_id = ""
        self._retry_s = 1.0
        self._attempt = 0
        self._closing = False
        self._messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self._room = asyncio.Event()
        self._room.set()
        self._outgoing: deque[_Outgoing] = deque()
        self._waiting = asyncio.Event()
        self._sent = asyncio.Event()
        self._sent.set()
        self._idle: _Http | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._over: _Over | None = None
        self._done = asyncio.Event()

    @property
    def close_code(self) -> int | None:
        """None while the connection is open; 1006 when it was lost."""
        if self._over is None:
            return None
        return 1006 if self._over.rcvd is None else self._over.rcvd.code

    @property
    def close_reason(self) -> str | None:
        """None while the connection is open; '' when it was lost."""
        if self._over is None:
            return None
        return "" if self._over.rcvd is None else self._over.rcvd.reason

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close(1000 if kind is None else 1011)

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        """Messages until the connection is closed as agreed. Raises ConnectionClosedError otherwise."""
        try:
            while True:
                yield await self.recv()
        except ConnectionClosedOK:
            return

    async def recv(self, decode: bool | None = None) -> str | bytes:
        """The next message: str for text, bytes for what is not. May be cancelled, and no message is lost.

        `decode`: True gives bytes as str, False gives str as bytes. Raises ConnectionClosed when there is none left.
        """
        message = await self._messages.get()
        if message is None:
            self._messages.put_nowait(None)  # for whoever asks next
            raise self._error()
        most = self._options.max_queue
        if most is None or self._messages.qsize() < most:
            self._room.set()
        if decode is True and isinstance(message, bytes):
            return message.decode()
        if decode is False and isinstance(message, str):
            return message.encode()
        return message

    async def send(self, message: str | bytes | bytearray | memoryview) -> None:
        """Returns when the server has taken the message.

        Raises ConnectionClosed, MessageRefused, and TypeError for what is neither str nor bytes.
        """
        if isinstance(message, str):
            body, kind = message.encode("utf-8"), "text/plain; charset=utf-8"
        elif isinstance(message, bytes | bytearray | memoryview):
            body, kind = bytes(message), "application/octet-stream"
        else:
            raise TypeError(f"a message is str or bytes, not {type(message).__name__}")
        if self._closing or self._over is not None:
            await self._done.wait()
            raise self._error()
        outgoing = _Outgoing(body, kind, uuid.uuid4().hex, asyncio.get_running_loop().create_future())
        self._outgoing.append(outgoing)
        self._sent.clear()
        self._waiting.set()
        await outgoing.taken

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Sends what waits, tells the server, and is over. Does nothing when the connection is closed.

        Raises ValueError for a code or a reason that a close can't have.
        """
        if not 1000 <= code <= 4999 or code in {1004, 1005, 1006, 1015}:
            raise ValueError(f"{code} is no code to close with")
        if len(reason.encode("utf-8")) > 123:
            raise ValueError("the reason is longer than 123 bytes")
        if not self._closing and self._over is None:
            self._closing = True
            close = Close(code, reason)
            over = _Over(sent=close, why="the server was not told of the close")
            try:
                async with asyncio.timeout(self._options.close_timeout):
                    await self._sent.wait()
                    if await self._tell(close):
                        over.rcvd = close
            except TimeoutError:
                pass
            finally:
                self._finish(over)
        await self.wait_closed()

    async def wait_closed(self) -> None:
        """Returns when the connection is over, and nothing of it is left running."""
        await self._done.wait()
        current = asyncio.current_task()
        await asyncio.gather(*(task for task in self._tasks if task is not current), return_exceptions=True)

    # ---- receiving

    async def open(self) -> None:
        """Opens the first stream. `connect` calls it, once. Raises OSError, EOFError and InvalidHandshake."""
        stream = await self._open_stream()
        try:
            while self._session is None:
                await self._read(stream)
        except BaseException as error:
            stream.close()
            if isinstance(error, NegotiationError):
                await self._tell(Close(1000))
            if isinstance(error, _Over):
                raise InvalidHandshake(error.why or "the server closed the connection at once") from None
            raise
        self._tasks = [asyncio.create_task(self._receive(stream)), asyncio.create_task(self._deliver())]

    async def _open_stream(self) -> _Stream:
        """Raises InvalidStatus."""
        options = self._options
        headers = [("Accept", "text/event-stream"), ("Cache-Control", "no-store")]
        if self._session is None and options.subprotocols:
            headers.append(("Stream-Protocol", ", ".join(options.subprotocols)))
        if self._session is not None and self._last_event_id:
            headers.append(("Last-Event-ID", self._last_event_id))
        async with asyncio.timeout(options.heartbeat_timeout):
            http = await _Http.open(options.address, options.context)
            response, body = await self._ask(http, "GET", headers)
        if body is not None:
            http.close()
            raise InvalidStatus(_with_body(response, body))
        # Escaped, a byte of a message is at most six.
        most = None if options.max_size is None else 6 * options.max_size + 65_536
        return _Stream(http, EventStreamParser(most), options.heartbeat_timeout)

    async def _ask(
        self, http: _Http, method: str, headers: list[tuple[str, str]], body: bytes | None = None
    ) -> tuple[Response, bytes | None]:
        """A response, and its body unless it is a stream that was asked for."""
        try:
            response = await http.request(method, self._headers(headers), body)
            kind = response.headers.get("content-type", "")
            if method == "GET" and response.status_code == 200 and kind.startswith("text/event-stream"):
                return response, None
            return response, await http.rest()
        except BaseException:
            http.close()
            raise

    def _headers(self, own: list[tuple[str, str]]) -> list[tuple[str, str]]:
        if self._session is not None:
            own = [*own, ("Stream-Session", self._session)]
        names = {name.lower() for name, _value in own}
        return [pair for pair in self._options.headers if pair[0].lower() not in names] + own

    async def _receive(self, stream: _Stream) -> None:
        """Follows one stream after another until the connection is over."""
        over = _Over()
        try:
            while True:
                await self._follow(stream)
                if self._closing:
                    return  # `close` is waiting for what waits to be sent
                stream = await self._resume()
        except _Over as reason:
            over = reason
        finally:
            if not self._closing:
                await self._end(over)

    async def _end(self, over: _Over) -> None:
        if over.sent is not None and await self._tell(over.sent):
            over.rcvd = over.sent
        self._finish(over)

    async def _follow(self, stream: _Stream) -> None:
        """Receives until the stream is lost. Raises _Over."""
        try:
            while True:
                await self._room.wait()
                await self._read(stream)
                self._attempt = 0
        except _CAN_FAIL:
            return
        finally:
            stream.close()

    async def _read(self, stream: _Stream) -> None:
        """Receives the next piece of a stream, up to `open` if there was none. Raises _Over, EOFError and OSError."""
        is_open = self._session is not None
        try:
            if not stream.events:
                stream.events.extend(await stream.read())
        except EventTooLarge:
            raise _Over(sent=Close(1009, "message too big")) from None
        if stream.parser.retry_s is not None:
            self._retry_s = stream.parser.retry_s
        while stream.events and is_open is (self._session is not None):
            try:
                self._take(stream.events.popleft())
            except (ValueError, KeyError, TypeError, RecursionError):
                raise _Over(sent=Close(1007, "an event can't be read")) from None

    async def _resume(self) -> _Stream:
        """Raises _Over."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._options.give_up_after
        asked = 0.0
        while True:
            delay = self._delay(self._attempt, asked)
            self._attempt += 1
            if clock() + delay > deadline:
                raise _Over(why="the server could not be reached")
            await asyncio.sleep(delay)
            try:
                return await self._open_stream()
            except InvalidStatus as refused:
                status = refused.response.status_code
                if status in {204, 410}:
                    raise _Over(why="the server no longer has this connection") from None
                if status in {401, 403}:
                    raise _Over(rcvd=Close(1008, f"the server answered {status}")) from None
                asked = _retry_after(refused.response)
            except _CAN_FAIL:
                asked = 0.0

    def _delay(self, attempt: int, asked: float) -> float:
        """What the server said, and more by chance, so that not all clients come back at once."""
        longest = min(_LONGEST_PAUSE_S, max(0.01, self._retry_s) * 2.0**attempt)
        chance = random.random() * longest  # noqa: S311 - it hides nothing
        return asked + min(chance, asked) if asked else self._retry_s + chance

    def _take(self, event: Event) -> None:
        """Raises _Over, and ValueError, KeyError or TypeError for what is not our protocol."""
        if event.id is not None:
            epoch, seq = _position(event.id)
            last_epoch, last_seq = _position(self._last_event_id)
            if seq is not None and last_seq is not None and epoch == last_epoch and seq <= last_seq:
                return
            if re.search(r"[\x00-\x1f\x7f]", event.id):
                raise ValueError(event.id)
            self._last_event_id = event.id
        if event.data is None:
            return
        match event.type:
            case "message":
                self._received(event.data)
            case "escaped":
                text = json.loads(event.data)
                if not isinstance(text, str):
                    raise TypeError(type(text))
                self._received(text)
            case "binary":
                self._received(base64.b64decode(event.data, validate=True))
            case "open" if self._session is None:
                self._opened(json.loads(event.data))
            case "gap":
                self._gap(json.loads(event.data))
            case "close" if not self._closing:
                words = json.loads(event.data)
                raise _Over(Close(int(words["code"]), str(words.get("reason", ""))))

    def _opened(self, words: Mapping[str, Any]) -> None:
        session, chosen = str(words["session"]), words.get("protocol") or None
        self._session = _checked([("Stream-Session", session)])[0][1]
        if chosen is not None and chosen not in self._options.subprotocols:
            raise NegotiationError(str(chosen), self._options.subprotocols)
        self.subprotocol = chosen

    def _received(self, message: str | bytes) -> None:
        most = self._options.max_size
        if most is not None and len(message) * 4 > most:
            size = len(message) if isinstance(message, bytes) else len(message.encode("utf-8", "replace"))
            if size > most:
                raise _Over(sent=Close(1009, "message too big"))
        if self._closing:
            return
        self._messages.put_nowait(message)
        queued = self._options.max_queue
        if queued is not None and self._messages.qsize() >= queued:
            self._room.clear()

    def _gap(self, words: Mapping[str, Any]) -> None:
        first, last = int(words["from"]), int(words["to"])
        self._last_event_id = f"{_position(self._last_event_id)[0]}-{last}"
        if last < first:
            logger.warning("messages of connection %s after number %d may be lost", self.id, last)
        else:
            logger.warning("messages %d to %d of connection %s were lost", first, last, self.id)
        if self._options.on_gap is not None:
            asyncio.get_running_loop().call_soon(self._options.on_gap, first, last)

    # ---- sending

    async def _deliver(self) -> None:
        """Sends what waits, one after another."""
        over = _Over()
        try:
            while True:
                while not self._outgoing:
                    self._sent.set()
                    self._waiting.clear()
                    await self._waiting.wait()
                taken = self._outgoing[0].taken
                try:
                    if not taken.done():
                        await self._post(self._outgoing[0])
                except MessageRefused as refused:
                    if not taken.done():
                        taken.set_exception(refused)
                if not taken.done():
                    taken.set_result(None)
                if self._outgoing:  # else the connection ended in this very moment
                    self._outgoing.popleft()
        except _Over as reason:
            over = reason
        finally:
            await self._end(over)

    async def _post(self, outgoing: _Outgoing) -> None:
        """Until there is an answer. Raises MessageRefused and _Over."""
        headers = [("Content-Type", outgoing.type), ("Idempotency-Key", outgoing.key)]
        clock = asyncio.get_running_loop().time
        deadline = clock() + self._options.give_up_after
        attempt = 0
        while True:
            response = await self._answer(headers, outgoing.body)
            if response is not None and (_is_frame(response.body) or response.status_code not in _TRY_POST_AGAIN):
                return self._settle(response)
            delay = self._delay(attempt, _retry_after(response))
            if clock() + delay > deadline:
                raise _Over(why="a message could not be sent")
            await asyncio.sleep(delay)
            attempt += 1

    async def _answer(self, headers: list[tuple[str, str]], body: bytes) -> Response | None:
        """None when there was no answer. A connection that the server had closed meanwhile is no reason to wait."""
        while True:
            http, self._idle = self._idle, None
            reused = http is not None and http.reusable
            if http is not None and not reused:
                http.close()
            try:
                async with asyncio.timeout(_POST_TIMEOUT_S):
                    if http is None or not reused:
                        http = await _Http.open(self._options.address, self._options.context)
                    response, answer = await self._ask(http, "POST", headers, body)
            except _CAN_FAIL:
                if not reused:
                    return None
                continue
            if http.reusable:
                self._idle = http
            else:
                http.close()
            return _with_body(response, answer or b"")

    def _settle(self, response: Response) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        if _is_frame(response.body):
            self._received(response.body.decode("utf-8", "replace"))
        elif status in {401, 410}:
            raise _Over(why="the server no longer has this connection")
        elif status == 413:
            raise _Over(sent=Close(1009, "message too big"))
        else:
            raise MessageRefused(response)

    # ---- closing

    async def _tell(self, close: Close) -> bool:
        """Whether the server knows. An answer that was lost is asked for once more: 410 means that it knew."""
        first = await self._farewell(close)
        if first is not None:
            return 200 <= first < 300
        second = await self._farewell(close)
        return second is not None and (second == 410 or 200 <= second < 300)

    async def _farewell(self, close: Close) -> int | None:
        body = json.dumps({"code": close.code, "reason": close.reason}).encode()
        try:
            async with asyncio.timeout(self._options.close_timeout):
                http = await _Http.open(self._options.address, self._options.context)
                response, _body = await self._ask(http, "DELETE", [("Content-Type", "application/json")], body)
                http.close()
        except _CAN_FAIL:
            return None
        return response.status_code

    def _finish(self, over: _Over) -> None:
        """Ends the connection, once."""
        if self._over is not None:
            return
        self._over = over
        self._messages.put_nowait(None)
        for outgoing in self._outgoing:
            if not outgoing.taken.done():
                outgoing.taken.set_exception(self._error())
        self._outgoing.clear()
        self._sent.set()
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()
        if self._idle is not None:
            self._idle.close()
        self._done.set()

    def _error(self) -> ConnectionClosed:
        over = self._over or _Over()
        fine = over.rcvd is not None and over.rcvd.code in {1000, 1001, 1005}
        return (ConnectionClosedOK if fine else ConnectionClosedError)(over.rcvd, over.sent, over.why)


@dataclass(slots=True)
class _Stream:
    http: _Http
    parser: EventStreamParser
    heartbeat_timeout: float | None
    events: deque[Event] = field(default_factory=deque)

    async def read(self) -> list[Event]:
        """The events of the next piece, or none. Raises EOFError at the end and TimeoutError after silence."""
        async with asyncio.timeout(self.heartbeat_timeout):
            piece = await self.http.read()
        if not piece:
            raise EOFError("the stream ended")
        return self.parser.feed(piece)

    def close(self) -> None:
        self.http.close()


def _with_body(response: Response, body: bytes) -> Response:
    return Response(response.status_code, response.reason_phrase, response.headers, body)


def _is_frame(body: bytes) -> bool:
    """Whether an answer is the frame that API Gateway would have sent for a failure."""
    try:
        frame = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(frame, dict) and "message" in frame and "connectionId" in frame


class connect:  # noqa: N801  `websockets` calls it so
    """Opens a connection: `async with connect(…) as ws`, `ws = await connect(…)`, or, again whenever it is over,
    `async for ws in connect(…)`.

    `uri`: ws, wss, http or https; with user and password in it they are sent.
    `subprotocols`: offered to the server, which may choose one or none.
    `additional_headers`: sent with every request.
    `open_timeout`, `close_timeout`: seconds, default 10; None sets no limit.
    `max_size`: bytes of a message, default 1 MiB; a larger one closes with 1009. None sets no limit.
    `max_queue`: messages that wait for `recv` before reading stops, default 16; None sets no limit.
    `ssl`: default ssl.create_default_context().
    `heartbeat_timeout`: seconds of silence after which a stream counts as lost; default 45, three heartbeats; None
    sets no limit.
    `give_up_after`: seconds for which a lost stream or an unanswered message is tried again; default 120.
    `on_gap`: called with the numbers of the first and the last message that the server no longer had. When the last is
        less than the first, messages may be lost after that, and nobody knows how many.

    Raises InvalidURI and ValueError at once; then OSError (TimeoutError among them), EOFError and InvalidHandshake.
    """

    def __init__(
        self,
        uri: str,
        *,
        origin: str | None = None,
        subprotocols: Sequence[str] | None = None,
        additional_headers: HeadersLike | None = None,
        user_agent_header: str | None = "sse_socket",
        open_timeout: float | None = 10.0,
        close_timeout: float | None = 10.0,
        max_size: int | None = 1_048_576,
        max_queue: int | None = 16,
        ssl: tls.SSLContext | None = None,
        heartbeat_timeout: float | None = 45.0,
        give_up_after: float = 120.0,
        on_gap: Callable[[int, int], object] | None = None,
    ) -> None:
        address = _Address.parse(uri)
        if isinstance(subprotocols, str) or not all(_TOKEN.fullmatch(name) for name in subprotocols or ()):
            raise ValueError("subprotocols are names in a list")
        headers = _checked(additional_headers or {})
        given = {name.lower() for name, _value in headers}
        defaults = {"User-Agent": user_agent_header, "Origin": origin, "Authorization": address.authorization}
        headers += [(name, value) for name, value in defaults.items() if value and name.lower() not in given]
        self._open_timeout = open_timeout
        self._connection: ClientConnection | None = None
        self._options = _Options(
            address=address,
            headers=_checked(headers),
            subprotocols=tuple(subprotocols or ()),
            context=ssl,
            close_timeout=close_timeout,
            max_size=max_size,
            max_queue=max_queue,
            heartbeat_timeout=heartbeat_timeout,
            give_up_after=give_up_after,
            on_gap=on_gap,
        )

    def __await__(self) -> Generator[Any, None, ClientConnection]:
        return self._connect().__await__()

    async def _connect(self) -> ClientConnection:
        connection = ClientConnection(self._options)
        async with asyncio.timeout(self._open_timeout):
            await connection.open()
        return connection

    async def __aenter__(self) -> ClientConnection:
        self._connection = await self._connect()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._connection is not None
        await self._connection.__aexit__(kind, error, traceback)

    async def __aiter__(self) -> AsyncIterator[ClientConnection]:
        """A connection, and another whenever the body is done with one. What a retry can't mend is raised."""
        attempt = 0
        while True:
            try:
                connection = await self._connect()
            except (*_CAN_FAIL, InvalidStatus) as error:
                response = error.response if isinstance(error, InvalidStatus) else None
                if response is not None and response.status_code not in _BUSY:
                    raise
                chance = random.random() * min(_LONGEST_PAUSE_S, 2.0**attempt)  # noqa: S311
                await asyncio.sleep(_retry_after(response) + chance)
                attempt += 1
                continue
            attempt = 0
            async with connection:
                yield connection
