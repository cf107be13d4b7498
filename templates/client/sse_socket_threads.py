"""The surface of `websocket-client`, and of `websockets`' threading client, over sse_socket. Standard library only.

    socket = create_connection("wss://api.example.org/stream?room=42", timeout=10)
    socket.send('{"action": "sendMessage", "text": "hello"}')
    print(socket.recv())

What differs, besides what sse_socket says of itself:
 1. All connections share one thread with an event loop, which ends with the program.
 2. There are no pings: the server keeps the stream alive, and silence is noticed. Their options do nothing.
 3. `WebSocketApp.run_forever` returns when the connection is over; a lost stream is resumed before that is said.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from .sse_socket import ClientConnection, ConnectionClosed, ConnectionClosedOK, InvalidHandshake, InvalidURI
from .sse_socket import connect as _connect

T = TypeVar("T")
Message = str | bytes

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None


class WebSocketException(Exception):
    """The base of what websocket-client raises."""


class WebSocketTimeoutException(WebSocketException):
    """Raised when nothing came in time."""


class WebSocketConnectionClosedException(WebSocketException):
    """Raised when a connection is used that is over."""


class WebSocketBadStatusException(WebSocketException):
    """Raised when the server refuses to open a connection."""


def _event_loop() -> asyncio.AbstractEventLoop:
    global _loop  # noqa: PLW0603  one loop for all connections
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            threading.Thread(target=_loop.run_forever, name="sse_socket", daemon=True).start()
        return _loop


def _run(work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
    """Raises TimeoutError after `timeout` seconds; None waits as long as it takes."""

    async def limited() -> T:
        async with asyncio.timeout(timeout):
            return await work

    return asyncio.run_coroutine_threadsafe(limited(), _event_loop()).result()


async def _open(url: str, options: Mapping[str, Any]) -> ClientConnection:
    return await _connect(url, **options)


class ThreadConnection:
    """A connection as websockets' threading client has it. `connect` makes it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @property
    def close_code(self) -> int | None:
        return self._connection.close_code

    @property
    def close_reason(self) -> str | None:
        return self._connection.close_reason

    def send(self, message: Message) -> None:
        """Raises ConnectionClosed and MessageRefused."""
        _run(self._connection.send(message))

    def recv(self, timeout: float | None = None, decode: bool | None = None) -> Message:
        """Raises TimeoutError after `timeout` seconds, and ConnectionClosed."""
        return _run(self._connection.recv(decode), timeout)

    def close(self, code: int = 1000, reason: str = "") -> None:
        _run(self._connection.close(code, reason))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close(1000 if kind is None else 1011)

    def __iter__(self) -> Iterator[Message]:
        """Messages until the connection is closed as agreed. Raises ConnectionClosedError otherwise."""
        try:
            while True:
                yield self.recv()
        except ConnectionClosedOK:
            return


def connect(uri: str, **options: Any) -> ThreadConnection:  # noqa: ANN401  as sse_socket.connect says
    """Options and errors are those of `sse_socket.connect`."""
    return ThreadConnection(_run(_open(uri, options)))


def _headers(header: Sequence[str] | Mapping[str, str] | None) -> dict[str, str]:
    if isinstance(header, Mapping):
        return dict(header)
    return {name.strip(): value.strip() for name, _colon, value in (line.partition(":") for line in header or ())}


class WebSocket:
    """A connection as websocket-client has it."""

    def __init__(self) -> None:
        self._connection: ClientConnection | None = None
        self._timeout: float | None = None

    @property
    def connected(self) -> bool:
        return self._connection is not None and self._connection.close_code is None

    def settimeout(self, timeout: float | None) -> None:
        """Seconds that `recv` waits; None waits as long as it takes."""
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        return self._timeout

    def connect(
        self, url: str, *, timeout: float | None = None, header: Sequence[str] | Mapping[str, str] | None = None
    ) -> None:
        """Raises WebSocketBadStatusException, WebSocketTimeoutException and OSError."""
        if timeout is not None:
            self._timeout = timeout
        options = {"additional_headers": _headers(header), "open_timeout": self._timeout}
        try:
            self._connection = _run(_open(url, options))
        except InvalidHandshake as error:
            raise WebSocketBadStatusException(str(error)) from error
        except InvalidURI as error:
            raise ValueError(str(error)) from error
        except TimeoutError as error:
            raise WebSocketTimeoutException("the connection was not opened in time") from error

    def send(self, payload: Message, opcode: int = 1) -> int:
        """The number of characters or bytes. Raises WebSocketConnectionClosedException."""
        self._use(lambda connection: connection.send(payload), None)
        return len(payload)

    send_text = send
    send_bytes = send
    send_binary = send

    def recv(self) -> Message:
        """Raises WebSocketTimeoutException and WebSocketConnectionClosedException."""
        return self._use(lambda connection: connection.recv(), self._timeout)

    def close(self, status: int = 1000, reason: bytes = b"", timeout: float | None = None) -> None:
        """Does nothing when the connection is closed. `timeout`: seconds; None: as long as it takes, 10 at most."""
        if self._connection is not None:
            _run(self._connection.close(status, reason.decode()), timeout)

    def _use(self, work: Callable[[ClientConnection], Coroutine[Any, Any, T]], timeout: float | None) -> T:
        if self._connection is None:
            raise WebSocketConnectionClosedException("the connection is not open")
        try:
            return _run(work(self._connection), timeout)
        except TimeoutError as error:
            raise WebSocketTimeoutException(f"nothing came within {timeout} s") from error
        except ConnectionClosed as error:
            raise WebSocketConnectionClosedException(str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Message]:
        while True:
            yield self.recv()


def create_connection(
    url: str, timeout: float | None = None, header: Sequence[str] | Mapping[str, str] | None = None
) -> WebSocket:
    """An open connection. `timeout`: seconds to open it, and that `recv` waits. Raises what WebSocket.connect does."""
    socket = WebSocket()
    socket.connect(url, timeout=timeout, header=header)
    return socket


class WebSocketApp:
    """Callbacks for one connection at a time, all called in the thread of `run_forever`."""

    def __init__(
        self,
        url: str,
        header: Sequence[str] | Mapping[str, str] | None = None,
        on_open: Callable[[WebSocketApp], object] | None = None,
        on_reconnect: Callable[[WebSocketApp], object] | None = None,
        on_message: Callable[[WebSocketApp, Message], object] | None = None,
        on_error: Callable[[WebSocketApp, Exception], object] | None = None,
        on_close: Callable[[WebSocketApp, int | None, str | None], object] | None = None,
    ) -> None:
        self.url, self.header = url, header
        self.on_open, self.on_reconnect, self.on_message = on_open, on_reconnect, on_message
        self.on_error, self.on_close = on_error, on_close
        self.keep_running = False
        self.sock: WebSocket | None = None

    def send(self, data: Message, opcode: int = 1) -> None:
        """Raises WebSocketConnectionClosedException."""
        if self.sock is None:
            raise WebSocketConnectionClosedException("the connection is not open")
        self.sock.send(data, opcode)

    def close(self) -> None:
        self.keep_running = False
        if self.sock is not None:
            self.sock.close()

    def run_forever(
        self,
        ping_interval: float = 0,
        ping_timeout: float | None = None,
        ping_payload: str = "",
        reconnect: float | None = None,
    ) -> bool:
        """Returns when the connection is over: True when it was lost or never opened.

        `reconnect`: seconds after which another one is opened; None or 0: none is.
        """
        self.keep_running = True
        failed, opened = self._once(self.on_open)
        while reconnect and self.keep_running:
            threading.Event().wait(reconnect)
            failed, opened = self._once(self.on_reconnect or self.on_open if opened else self.on_open)
        self.keep_running = False
        return failed

    def _once(self, on_open: Callable[[WebSocketApp], object] | None) -> tuple[bool, bool]:
        """Whether the connection failed, and whether it was open."""
        socket = WebSocket()
        try:
            socket.connect(self.url, header=self.header)
        except (WebSocketException, OSError) as error:
            self._tell_error(error)
            return True, False
        self.sock = socket
        if on_open is not None:
            on_open(self)
        try:
            for message in socket:
                if self.on_message is not None:
                    self.on_message(self, message)
        except WebSocketConnectionClosedException as error:
            connection = socket._connection  # noqa: SLF001  of this module
            code = connection.close_code if connection is not None else None
            lost = code == 1006
            if lost and self.keep_running:
                self._tell_error(error)
            if self.on_close is not None:
                self.on_close(self, code, connection.close_reason if connection is not None else None)
            return lost, True
        return False, True

    def _tell_error(self, error: Exception) -> None:
        if self.on_error is not None:
            self.on_error(self, error)
