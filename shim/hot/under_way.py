"""A push that has to be waited for, and what comes behind it on its socket."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from shim.hot.pushes import PushDesk
from shim.hot.requests import Push

logger = logging.getLogger(__name__)


class PushUnderWay:
    """From its construction until `answered` is called: with its answer (None: the application has to give it), and
    what came behind it. Not called when the socket ended meanwhile."""

    __slots__ = ("_answered", "_behind", "_desk", "_task", "_transport", "last")

    def __init__(
        self, desk: PushDesk, push: Push, transport: asyncio.Transport, answered: Callable[[bytes | None, bytes], None]
    ) -> None:
        self._desk = desk
        self._transport = transport
        self._answered = answered
        self._behind = b""
        self.last = False
        """Whether nothing behind it is answered any more."""
        self._task = asyncio.get_running_loop().create_task(self._run(push))

    def more(self, data: bytes) -> None:
        """At most what the socket had read already."""
        if not self._behind:
            self._transport.pause_reading()
        self._behind += data

    async def _run(self, push: Push) -> None:
        try:
            answer = await self._desk.answer_later(push)
        except Exception:
            logger.exception("a push failed")
            self._transport.close()
            return
        if self._transport.is_closing():
            return
        if self._behind:
            self._transport.resume_reading()
        self._answered(answer, self._behind)
