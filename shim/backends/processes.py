"""Runs functions in worker processes, and starts again those that ended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from shim.backends.function import PythonFunction
from shim.backends.group import Group, grouped
from shim.backends.loading import HandlerUnusable
from shim.backends.options import PythonOptions
from shim.backends.worker_process import WorkerFailed, WorkerProcess
from shim.service import Connections, Problem

logger = logging.getLogger(__name__)

SETTLED_S: Final = 10.0
"""A worker process that lived this long was in order; when it ends, the next is started at once."""

MOST_DELAY_S: Final = 5.0
"""Longest wait before the next start, in seconds."""


class Processes:
    """Each group of functions in a process of its own."""

    def __init__(self, functions: Mapping[str, PythonFunction], options: PythonOptions) -> None:
        # Linux ends a worker with the *thread* that started it, so that is one which lives as long as this object.
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")
        self._supervised = [_Supervised(group, options, self._spawner) for group in grouped(functions)]
        self._by_function = {
            function_id: supervised for supervised in self._supervised for function_id in supervised.group.functions
        }

    def catch(self, connections: Connections) -> None:
        for supervised in self._supervised:
            supervised.connections = connections

    def load_all(self) -> dict[str, HandlerUnusable]:
        """Those that can't be imported. Raises WorkerFailed."""
        workers = [(supervised, supervised.spawned()) for supervised in self._supervised]
        found: dict[str, HandlerUnusable] = {}
        try:
            for supervised, worker in workers:
                unusable = worker.wait_until_ready()
                supervised.replace(worker, unusable)
                found |= unusable
        except WorkerFailed:
            for _, worker in workers:
                worker.end()
            raise
        return found

    def unusable(self) -> set[str]:
        return set().union(*(supervised.unusable for supervised in self._supervised))

    async def invoke(self, function_id: str, event: object) -> Any:  # noqa: ANN401 - whatever a handler returns
        """Raises HandlerRaised or WorkerFailed."""
        return await self._by_function[function_id].invoke(function_id, event)

    def reload(self, root: Path) -> None:
        """Starts new processes for a code root. Raises HandlerUnusable for a function that could be imported before;
        the old ones go on serving then."""
        for supervised in self._supervised:
            if supervised.group.root == root:
                supervised.start(keep_usable=True)

    def close(self) -> None:
        for supervised in self._supervised:
            supervised.close()
        self._spawner.shutdown()


class _Supervised:
    """The process of one group: there is one, or one is being started."""

    def __init__(self, group: Group, options: PythonOptions, spawner: ThreadPoolExecutor) -> None:
        self.group = group
        self.connections: Connections = NoConnections()
        self.unusable: frozenset[str] = frozenset()
        """Functions that the process could not import when it came up."""
        self._options = options
        self._spawner = spawner
        self._most_given_up = min(options.most_given_up, options.threads)
        self._worker: WorkerProcess | None = None
        self._retired: set[WorkerProcess] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._short_lives = 0
        self._closed = False

    def spawned(self) -> WorkerProcess:
        return self._spawner.submit(WorkerProcess, self.group, self._options, self.connections).result()

    def start(self, *, keep_usable: bool = False) -> None:
        """Blocks until a new process serves. Raises WorkerFailed, and with `keep_usable` HandlerUnusable, when it can't
        import what the old one could."""
        worker = self.spawned()
        unusable = worker.wait_until_ready()
        lost = [error for function_id, error in unusable.items() if function_id not in self.unusable]
        if keep_usable and lost:
            worker.end()
            raise lost[0]
        self.replace(worker, unusable)

    def replace(self, worker: WorkerProcess, unusable: Iterable[str]) -> None:
        """From any thread. Calls that the old process has end there."""
        if self._closed:
            worker.end()
            return
        self.unusable = frozenset(unusable)
        old, self._worker = self._worker, worker
        if old is None or old.ended:
            return
        if self._loop is None or self._loop.is_closed():
            old.end()
        else:
            self._loop.call_soon_threadsafe(self._retire, old)

    async def invoke(self, function_id: str, event: object) -> Any:  # noqa: ANN401 - whatever a handler returns
        worker = await self._ready()
        try:
            return await worker.call(function_id, event)
        except asyncio.CancelledError:
            if len(worker.given_up) >= self._most_given_up and worker is self._worker:
                logger.warning(
                    "%d calls in the worker process for %s go on though nobody waits for them; it is replaced",
                    len(worker.given_up),
                    self.group.root,
                )
                self._worker = None
                self._retire(worker)
                self._start_again()
            raise

    def close(self) -> None:
        self._closed = True
        for worker in (self._worker, *self._retired):
            if worker is not None:
                worker.end()

    async def _ready(self) -> WorkerProcess:
        while (worker := self._worker) is None or worker.ended:
            # shielded: others wait for the same start
            await asyncio.shield(self._starting or self._start_again())
        self._loop = asyncio.get_running_loop()
        worker.attach(self._ended)
        return worker

    def _start_again(self) -> asyncio.Task[None]:
        self._starting = asyncio.create_task(self._start_with_delay())
        self._starting.add_done_callback(self._start_is_over)
        return self._starting

    async def _start_with_delay(self) -> None:
        if self._short_lives > 1:
            await asyncio.sleep(min(MOST_DELAY_S, 0.1 * 2 ** min(self._short_lives - 2, 10)))
        await asyncio.to_thread(self.start)

    def _start_is_over(self, task: asyncio.Task[None]) -> None:
        self._starting = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self._short_lives += 1
            logger.warning("%s", error)

    def _retire(self, worker: WorkerProcess) -> None:
        self._retired.add(worker)
        draining = asyncio.create_task(worker.drain(self._options.drain_s))
        self._tasks.add(draining)
        draining.add_done_callback(self._tasks.discard)

    def _ended(self, worker: WorkerProcess) -> None:
        """A process is no more: by itself, or because it was retired."""
        self._retired.discard(worker)
        if worker is not self._worker or self._closed:
            return
        lived = time.monotonic() - worker.born
        self._short_lives = self._short_lives + 1 if lived < SETTLED_S else 1
        logger.warning("the worker process for %s ended (%s); another is started", self.group.root, worker.how_it_ended)
        if self._starting is None:
            self._start_again()


class NoConnections:
    """Nobody is connected, as far as is known here."""

    wait = False

    def post(self, connection_id: str, data: bytes) -> None:
        raise Problem(410, "GoneException")

    def get(self, connection_id: str) -> dict[str, Any]:
        raise Problem(410, "GoneException")

    def delete(self, connection_id: str) -> None:
        raise Problem(410, "GoneException")
