"""A connected socket that is read and written on an event loop, and that may outlive it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress


class LoopSocket:
    """Not a transport: these belong to one loop, and the worker behind this socket is started before there is one.

    `received`: gets what arrives. `lost`: called once, when the other end has closed.
    """

    def __init__(self, sock: socket.socket, received: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._sock = sock
        self._received, self._lost = received, lost
        self._unsent = bytearray()
        self.loop: asyncio.AbstractEventLoop | None = None

    def attach(self) -> None:
        """To the running loop; whatever it was attached to before has ended."""
        loop = asyncio.get_running_loop()
        if self.loop is not loop:
            self.loop = loop
            self._sock.setblocking(False)
            loop.add_reader(self._sock, self._readable)

    def send(self, data: bytes) -> None:
        """Keeps what does not fit now. That the other end has closed is noticed where it is read."""
        assert self.loop is not None
        if not self._unsent:
            with suppress(BlockingIOError, InterruptedError, OSError):
                data = data[self._sock.send(data) :]
            if not data:
                return
            self.loop.add_writer(self._sock, self._writable)
        self._unsent += data

    def close(self) -> None:
        if self.loop is not None and not self.loop.is_closed():
            self.loop.remove_reader(self._sock)
            self.loop.remove_writer(self._sock)
        self._sock.close()

    def _readable(self) -> None:
        try:
            data = self._sock.recv(262_144)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._received(data)
        else:
            self._lost()

    def _writable(self) -> None:
        assert self.loop is not None
        try:
            del self._unsent[: self._sock.send(self._unsent)]
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._unsent.clear()
        if not self._unsent:
            self.loop.remove_writer(self._sock)
