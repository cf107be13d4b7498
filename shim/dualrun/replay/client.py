"""The interface that both kinds of client share, so that the driver knows no protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from shim.dualrun.record.canonical import Channel, Kind
from shim.dualrun.record.scenario import Pairs
from shim.dualrun.record.spoof import Credential

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""Largest message that a client takes; API Gateway's own limit is 128 KB."""

USER_AGENT = "ws2sse-verify"
"""The same on both paths, because handlers see it."""


class Sink(Protocol):
    """Called by a client for everything that it receives, in the order of its reception.

    `event_id`: the SSE id, '' for none. `resumed`: whether it came on a stream that was taken up again.
    """

    def __call__(
        self, kind: Kind, channel: Channel, status: int | None, text: str, *, event_id: str = "", resumed: bool = False
    ) -> None: ...


class PathClient(Protocol):
    """A client of one path. `connect` may be called again after `close` or after the server closed."""

    @property
    def is_open(self) -> bool: ...

    async def connect(self, headers: Pairs, query: Pairs) -> None:
        """Reports 'open' or 'refused'; raises PathUnreachable when there is no answer at all."""

    async def send(self, text: str) -> None: ...

    async def round_trip(self) -> None:
        """Returns when the server has read all that was sent before."""

    async def resume(self) -> None:
        """Loses the stream and takes it up again; nothing where there is nothing to take up."""

    async def spoof(self, credential: Credential, text: str) -> None:
        """Somebody else speaks for this client; reports an 'error' when that is accepted. Nothing on a WebSocket."""

    async def close(self) -> None:
        """Closes, if it is open, and frees all resources. What it causes itself is not reported."""


ClientMaker = Callable[[Sink], PathClient]
