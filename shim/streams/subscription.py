"""One stream's view of its connection: an asynchronous iterator that ends when the connection or the stream does."""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Self

from shim.streams.attachment import Attachment
from shim.streams.connection import Event, Gap


class Woken(asyncio.Event):
    """Set by calling it, from any thread. Made on the event loop that waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self._home = asyncio.get_running_loop()

    def __call__(self) -> None:
        try:
            self._home.call_soon_threadsafe(self.set)
        except RuntimeError:
            return  # the loop of a stream that is going away is closed already


class Subscription:
    """Use as `async with`; iterate for events and gaps. Iteration ends when `closed` or `superseded` is true."""

    def __init__(self, attachment: Attachment, woken: Woken) -> None:
        self._attachment = attachment
        self._woken = woken
        self._ready: deque[Event | Gap] = deque()
        self.superseded = False
        """True when a newer stream of the connection has taken over."""
        self._rotation: asyncio.TimerHandle | None = None
        self._stopped = False

    @property
    def epoch(self) -> str:
        return self._attachment.epoch

    @property
    def first_id(self) -> str:
        """What a client that has seen nothing but the `open` event says it has seen."""
        return self._attachment.first_id

    @property
    def closed(self) -> bool:
        """True when the connection has ended; events sent before that are still delivered."""
        return self._attachment.closed

    @property
    def close_code(self) -> int:
        return self._attachment.close_code

    @property
    def close_reason(self) -> str:
        return self._attachment.close_reason

    def rotate_after(self, seconds: float) -> None:
        """Ends the iteration after this time, between two events; 0: never. The connection stays open."""
        if seconds:
            self._rotation = asyncio.get_running_loop().call_later(seconds, self.stop)

    def stop(self) -> None:
        """Ends the iteration between two events. The connection stays open."""
        self._stopped = True
        self._woken.set()

    def encode(self, taken: Event | Gap) -> bytes:
        """As bytes of the event stream."""
        return self._attachment.encode(taken)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """This stream is over. May be called more than once."""
        if self._rotation is not None:
            self._rotation.cancel()
        self._attachment.end()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Event | Gap:
        while not self._ready:
            self._woken.clear()
            closed = self.closed  # before taking, so that what was sent before the close is not missed
            taken = self._attachment.take()
            if taken is None:
                self.superseded = True
                raise StopAsyncIteration
            self._ready.extend(taken)
            if self._ready:
                break
            if closed or self._stopped:
                raise StopAsyncIteration
            await self._woken.wait()
        return self._ready.popleft()
