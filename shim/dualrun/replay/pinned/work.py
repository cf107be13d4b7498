"""What is in flight: calls in pools of threads and in worker processes, sleeps and threads of the application.

Counted where work is handed over, so that nothing is between two hands unseen: a count goes up before the work is
handed over, and a thread is busy until it is back in the place where it waits for work.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, thread
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import anyio.to_thread
from anyio._backends._asyncio import WorkerThread

from shim.backends.handler_threads import HandlerThreads
from shim.backends.processes import Processes
from shim.dualrun.replay.pinned.application import is_of_application
from shim.dualrun.replay.pinned.control import THREAD_NAME

_WAITING_FILES = ("queue.py", "threading.py", "selectors.py", "socket.py", "socketserver.py")
"""Modules of the standard library in which a thread waits for work; looked through, to see who waits there."""

_INPUT_FILES = ("selectors.py", "socket.py")
"""Those in which it waits for what another process sends."""

_Place = tuple[CodeType, int]


class Work:
    """Installed once in a process."""

    def __init__(self) -> None:
        self.begun = 0
        """How often work was begun so far."""
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._rests: dict[int, set[_Place]] = {}
        self._forgiven: set[tuple[int, _Place]] = set()

    def install(self) -> None:
        """Before the application is imported."""
        self._count_submits(ThreadPoolExecutor)
        self._count_submits(HandlerThreads)
        self._count_thread_calls()
        self._count_worker_calls()

    def settle_in(self) -> None:
        """What threads do now, before the first session, is how they wait for work."""
        for ident, frame in sys._current_frames().items():  # noqa: SLF001
            self._rests.setdefault(ident, set()).add(_place(frame))

    def forgive(self) -> None:
        """Threads that are busy now were waited for in vain; where they are now is not waited for again."""
        for ident, place, _ in self._busy_threads():
            self._forgiven.add((ident, place))

    @contextmanager
    def counting(self, what: str) -> Iterator[None]:
        self._add(what, 1)
        try:
            yield
        finally:
            self._add(what, -1)

    def counted(self, *, but: str = "") -> str:
        """Calls and sleeps that are under way, without those of the kind `but`; '' for none."""
        with self._lock:
            return ", ".join(f"{count} {what}" for what, count in self._counts.items() if count and what != but)

    def busy_threads(self) -> str:
        """Where threads are that don't wait for work; '' for none."""
        return "; ".join(where for _, _, where in self._busy_threads())

    def _busy_threads(self) -> list[tuple[int, _Place, str]]:
        found = []
        names = {thread.ident: thread.name for thread in threading.enumerate()}
        main = threading.main_thread().ident
        for ident, frame in sys._current_frames().items():  # noqa: SLF001
            name = names.get(ident, "")
            if ident in {main, threading.get_ident()} or name == THREAD_NAME:
                continue
            place = _place(frame)
            if (
                _serves(frame)
                or place[0] in _RESTS
                or place in self._rests.get(ident, ())
                or (ident, place) in self._forgiven
            ):
                continue
            found.append((ident, place, f"thread {name} is at {_readable(frame)}"))
        return found

    def _add(self, what: str, number: int) -> None:
        with self._lock:
            self._counts[what] = self._counts.get(what, 0) + number
            self.begun += number > 0

    def _count_submits(self, pool: type[Any]) -> None:
        original = pool.submit

        def submit(this: Any, *arguments: Any, **options: Any) -> Future[Any]:  # noqa: ANN401 - as the original
            self._add("calls in threads", 1)
            try:
                future: Future[Any] = original(this, *arguments, **options)
            except BaseException:
                self._add("calls in threads", -1)
                raise
            future.add_done_callback(lambda _: self._add("calls in threads", -1))
            return future

        pool.submit = submit

    def _count_thread_calls(self) -> None:
        """Starlette runs handlers that are no coroutines this way."""
        original = anyio.to_thread.run_sync

        async def run_sync(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as the original
            with self.counting("calls in threads"):
                return await original(*arguments, **options)

        anyio.to_thread.run_sync = run_sync  # type: ignore[assignment]

    def _count_worker_calls(self) -> None:
        """Functions that have an environment or a folder of their own run there."""
        original = Processes.invoke

        async def invoke(this: Processes, function_id: str, event: object) -> Any:  # noqa: ANN401 - as the original
            with self.counting("calls in worker processes"):
                return await original(this, function_id, event)

        Processes.invoke = invoke  # type: ignore[method-assign, assignment]


def _place(frame: FrameType) -> _Place:
    """Where a thread is, apart from the standard library's ways to wait."""
    while frame.f_back is not None and Path(frame.f_code.co_filename).name in _WAITING_FILES:
        frame = frame.f_back
    return frame.f_code, frame.f_lasti


def _readable(frame: FrameType) -> str:
    here: FrameType | None = frame
    while here is not None and not is_of_application(here.f_code.co_filename):
        here = here.f_back
    shown = here or frame
    return f"{Path(shown.f_code.co_filename).name}:{shown.f_lineno} ({shown.f_code.co_name})"


def _serves(frame: FrameType) -> bool:
    """A thread that waits for what comes from outside, and has no call of the application under way."""
    if Path(frame.f_code.co_filename).name not in _INPUT_FILES:
        return False
    here: FrameType | None = frame
    while here is not None:
        if is_of_application(here.f_code.co_filename):
            return False
        here = here.f_back
    return True


_POOL_WORKER: Callable[..., Any] = thread._worker  # noqa: SLF001
_RESTS = {
    HandlerThreads._work_off.__code__,  # noqa: SLF001
    WorkerThread.run.__code__,
    _POOL_WORKER.__code__,
}
"""Where threads of pools wait for work."""
