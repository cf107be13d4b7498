"""Open connections that a change gives to the other service are told to come back, a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shim.dualrun.cutover.journal import AUTOMATIC, Entry

LEAKS = "leaks"
"""Member of an automatic entry's evidence: how many messages reached somebody for whom they were not."""


class Mover:
    """`misplaced` gives the connections that are at the wrong service now, `tell` ends one of them with 1001.

    `per_s` 0: none is moved, but after a leak.
    """

    def __init__(self, misplaced: Callable[[], list[str]], tell: Callable[[str], None], per_s: float) -> None:
        self._misplaced = misplaced
        self._tell = tell
        self._pause_s = 1 / per_s if per_s else None
        self._woken = asyncio.Event()
        self._at_once = False

    def changed(self, entry: Entry) -> None:
        """A listener of `Control`."""
        self._at_once = entry.by == AUTOMATIC and bool((entry.evidence or {}).get(LEAKS))
        self._woken.set()

    def look_again(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """For the life of the service."""
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self._move()

    async def _move(self) -> None:
        """Until none is left, or something has changed again."""
        for connection_id in self._misplaced():
            if self._woken.is_set():
                return
            if not self._at_once:
                if self._pause_s is None:
                    return
                await asyncio.sleep(self._pause_s)
            self._tell(connection_id)
