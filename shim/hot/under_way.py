"""A push that has to be waited for, and what comes behind it on its socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from shim.hot.pushes import PushDesk
from shim.hot.requests import Push

logger = logging.getLogger(__name__)


class PushUnderWay:
    """Of one socket, one after the other. `answered` is called with the request, its answer (None: the application has
    to give it), and what came behind it."""

    __slots__ = ("_answered", "_behind", "_desk", "_transport", "task")

    def __init__(self, desk: PushDesk, answered: Callable[[bytes, bytes | None, bytes], None]) -> None:
        self._desk = desk
        self._answered = answered
        self._behind = b""
        self._transport: asyncio.Transport | None = None
        self.task: asyncio.Task[None] | None = None
        """None while there is no push."""

    def begin(self, push: Push, data: bytes, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.task = asyncio.get_running_loop().create_task(self._run(push, data, transport))

    def more(self, data: bytes) -> None:
        """At most what the socket had read already."""
        if not self._behind and self._transport is not None:
            self._transport.pause_reading()
        self._behind += data

    async def _run(self, push: Push, data: bytes, transport: asyncio.Transport) -> None:
        try:
            answer = await self._desk.answer_later(push)
        except Exception:
            logger.exception("a push failed")
            transport.close()
            return
        finally:
            self.task = None
        behind, self._behind = self._behind, b""
        if transport.is_closing():
            return
        if behind:
            transport.resume_reading()
        self._answered(data, answer, behind)
