"""Threads that call functions. Unlike those of concurrent.futures they never keep a process from ending."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any

_Work = tuple[Future[Any], Callable[[], Any]]


class HandlerThreads:
    """Runs at most `most` calls at a time; others wait in order. Threads are started when they are needed.

    `event_loops`: whether each thread has one, as the thread that calls handlers at Lambda has.
    """

    def __init__(self, most: int, *, event_loops: bool = True) -> None:
        self._most = most
        self._event_loops = event_loops
        self._started = 0
        self._idle = threading.Semaphore(0)
        self._lock = threading.Lock()
        self._work: SimpleQueue[_Work | None] = SimpleQueue()

    def submit(self, call: Callable[[], Any]) -> Future[Any]:
        future: Future[Any] = Future()
        self._work.put((future, call))
        if not self._idle.acquire(blocking=False):
            self._start_one()
        return future

    def replace(self, future: Future[Any]) -> None:
        """For a running call that nobody waits for any more: one more thread, until it ends."""
        with self._lock:
            self._most += 1
        self._start_one()
        future.add_done_callback(self._ended)

    def close(self) -> None:
        """Waits for nothing. Calls that have not begun are cancelled."""
        with suppress(Empty):
            while True:
                waiting = self._work.get_nowait()
                if waiting is not None:
                    waiting[0].cancel()
        for _ in range(self._started):
            self._work.put(None)

    def _start_one(self) -> None:
        with self._lock:
            if self._started >= self._most:
                return
            self._started += 1
            name = f"handler-{self._started}"
        threading.Thread(target=self._run, name=name, daemon=True).start()

    def _ended(self, _: Future[Any]) -> None:
        with self._lock:
            self._most -= 1

    def _run(self) -> None:
        if not self._event_loops:
            self._work_off()
            return
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        self._work_off()
        asyncio.set_event_loop(None)
        loop.close()

    def _work_off(self) -> None:
        while (work := self._work.get()) is not None:
            future, call = work
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 - it is whoever waits that gets it
                    future.set_exception(error)
            del future, call, work  # a waiting thread keeps nothing alive
            with self._lock:
                if self._started > self._most:
                    self._started -= 1
                    break
            self._idle.release()
