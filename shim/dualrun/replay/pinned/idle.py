"""When a process has nothing left to do: no work in flight, and an event loop that has turned without finding any.

Between two turns in a row without a callback of anybody's, the loop has asked its sockets, so nothing that was
sent to it is unread; no socket waits to be written to, so nothing that it sent is unsent.
"""

from __future__ import annotations

import asyncio
import selectors
import sys
import threading
import traceback
from time import monotonic
from typing import Any

from shim.dualrun.replay.pinned.work import Work

TURNS = 2
"""Turns of the loop in a row in which there must be nothing to do."""

LOOK_AGAIN_S = 0.001
"""Pause between two looks while work is in flight."""

BLOCKED_S = 5.0
"""A loop that has not turned for so long is blocked. Handlers run in threads; a loop turns within milliseconds."""


class LoopWatch:
    """Of the loop that serves, which runs in the main thread and is asyncio's own."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self.loop: Any = None
        """None until it is started."""

    def install(self) -> None:
        """Before the loop is started."""
        original = asyncio.BaseEventLoop.run_forever

        def run_forever(loop: asyncio.BaseEventLoop) -> None:
            if threading.current_thread() is threading.main_thread():
                self.loop = loop
            original(loop)

        asyncio.BaseEventLoop.run_forever = run_forever  # type: ignore[assignment, method-assign]

    def wait(self, limit_s: float, threads_s: float) -> str:
        """'' as soon as the process is idle; what keeps it busy after `limit_s` seconds. Not in the loop's thread.

        `threads_s`: seconds for threads that the application started; then they are not waited for again.
        """
        if self.loop is None:
            return "the server has not started"
        now = monotonic()
        look = _Look(self.loop, self._work, now + limit_s, now + threads_s)
        self.loop.call_soon_threadsafe(look)
        if look.begun.wait(BLOCKED_S) and look.over.wait(limit_s + BLOCKED_S):
            return look.busy
        return f"the event loop is blocked at {main_stack()}"


class _Look:
    def __init__(self, loop: Any, work: Work, end: float, threads_end: float) -> None:  # noqa: ANN401 - its inside
        self.begun, self.over = threading.Event(), threading.Event()
        self.busy = ""
        self._loop, self._work = loop, work
        self._end, self._threads_end = end, threads_end
        self._turns = 0

    def __call__(self) -> None:
        self.begun.set()
        busy = self._work.counted() or loop_work(self._loop) or self._thread_work()
        if busy:
            self._turns = 0
            if monotonic() >= self._end:
                self.busy = busy
                self.over.set()
            else:
                self._loop.call_later(LOOK_AGAIN_S, self)
            return
        self._turns += 1
        if self._turns < TURNS:
            self._loop.call_soon(self)
        else:
            self.over.set()

    def _thread_work(self) -> str:
        busy = self._work.busy_threads()
        if busy and monotonic() >= self._threads_end:
            self._work.forgive()
            return ""
        return busy


def loop_work(loop: Any) -> str:  # noqa: ANN401 - its inside
    """In the loop's thread: what it has to do besides the callback that asks; '' for nothing."""
    if loop._ready:  # noqa: SLF001 - no public way to ask
        return "callbacks of the event loop"
    waiting = loop._selector.get_map().values()  # noqa: SLF001
    if any(key.events & selectors.EVENT_WRITE for key in waiting):
        return "answers that are not sent yet"
    return ""


def main_stack() -> str:
    """Where the loop's thread is."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)  # noqa: SLF001
    if frame is None:
        return "its thread is gone"
    last = traceback.extract_stack(frame)[-1]
    return f"{last.filename}:{last.lineno} ({last.name})"
