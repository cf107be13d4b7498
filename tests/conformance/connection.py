"""One WebSocket client of a case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.conformance.matching import Different


class Connection:
    """`wait_s`: the longest that a frame is waited for. Raises InvalidStatus of websockets when it is refused."""

    def __init__(
        self,
        address: str,
        headers: Sequence[tuple[str, str]],
        *,
        wait_s: float,
        subprotocols: Sequence[str] | None = None,
        user_agent: str | None = None,
        compression: str | None = None,
    ) -> None:
        self.id: str | None = None
        self._wait_s = wait_s
        self._opened = ExitStack()
        opening = connect(
            address,
            additional_headers=headers,
            subprotocols=subprotocols,  # type: ignore[arg-type]
            user_agent_header=user_agent,
            compression=compression,
            open_timeout=wait_s + 5,
            close_timeout=2,
            ping_interval=None,
            max_size=None,
            proxy=None,
        )
        self._socket: ClientConnection = self._opened.enter_context(opening)

    @property
    def subprotocol(self) -> str | None:
        return self._socket.subprotocol

    def send(self, message: str | bytes | list[str]) -> None:
        """A list is one message in so many frames. What the other side has closed already is found when reading."""
        try:
            self._socket.send(message)
        except ConnectionClosed:
            return

    def receive(self) -> str | bytes:
        """The next frame. Raises Different when none comes."""
        try:
            return self._socket.recv(timeout=self._wait_s)
        except TimeoutError:
            raise Different(f"no frame within {self._wait_s:g} s") from None
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
            raise Different(f"a frame was expected, and the connection is closed with {code}") from None

    def receive_json(self) -> Any:
        """Of a connection that only helps the case: bytes are as good as text. None: it is no JSON."""
        frame = self.receive()
        try:
            return json.loads(frame)
        except ValueError:
            return None

    def closed_with(self) -> tuple[int, str]:
        """Code and reason of the other side's close frame, 1005 without a code, 1006 without a frame. Raises
        Different for a frame before it, or when it does not come."""
        try:
            frame = self._socket.recv(timeout=self._wait_s)
        except TimeoutError:
            raise Different(f"not closed within {self._wait_s:g} s") from None
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")
        raise Different(f"closing was expected, and a frame arrived: {frame[:200]!r}")

    def ping(self, data: str) -> None:
        """Raises Different when no pong comes."""
        if not self._socket.ping(data).wait(self._wait_s):
            raise Different(f"no pong within {self._wait_s:g} s")

    def close(self, code: int | None = 1000, reason: str = "") -> None:
        """`code` None: a close frame without one."""
        if code is None:
            with self._socket.protocol_mutex:
                self._socket.protocol.send_close()
                self._socket.send_data()
        else:
            self._socket.close(code, reason)
        self._opened.close()

    def cut(self) -> None:
        """Without a close frame, as when the network is lost."""
        self._socket.close_socket()
