"""Runs functions in worker processes, as Lambda does: each code root and environment has one of its own."""

from __future__ import annotations

import asyncio
import concurrent.futures
import json
import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from shim.backends.loading import HandlerUnusable
from shim.backends.options import PythonOptions
from shim.backends.processes import NoConnections
from shim.backends.python import PythonBackend
from shim.backends.worker_process import WorkerFailed
from shim.dualrun.replay.functions import OutsideFunction
from shim.dualrun.replay.pinned.work import Work
from shim.integrations import FunctionFailed
from shim.local_aws import serve_local_aws
from shim.service import Connections

LONGEST_FAILURE: Final = 300
"""Characters of a failure that a report quotes."""

HTTP_ERROR: Final = 400
"""Least status of an answer that is an error."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """answer: what the function returned; None where it failed. failure: what it raised, as JSON of errorType and
    errorMessage. stuck: whether it did not end in time."""

    answer: Any = None
    failure: str = ""
    stuck: bool = False

    @property
    def error_status(self) -> int | None:
        """Of an answer of HTTP that is an error."""
        status = self.answer.get("statusCode") if isinstance(self.answer, dict) else None
        return status if isinstance(status, int) and status >= HTTP_ERROR else None


class Running:
    """On an event loop of its own, so that code which blocks the one that serves can invoke functions too."""

    def __init__(
        self, folder: Path, functions: Sequence[OutsideFunction], variables: Mapping[str, str], work: Work
    ) -> None:
        """`variables`: of all functions, besides their own."""
        self.functions = {function.id: function for function in functions}
        self._by_name = {function.name: function.id for function in functions if function.name}
        self._folder, self._variables, self._work = folder, variables, work
        self._connections: Connections = NoConnections()
        self._failures: dict[str, str] = {}

    def catch(self) -> None:
        """Before the application is served: pushes go to whatever catches those of its routes; on the new path nothing
        does, and they go where they are addressed."""
        original = PythonBackend.start

        def start(this: PythonBackend, connections: Connections) -> None:
            self._connections = connections
            original(this, connections)

        PythonBackend.start = start  # type: ignore[method-assign, assignment]

    def come_up(self) -> None:
        """Before the first session, so that none of them waits for it. What can't be imported fails when it is run."""
        with suppress(HandlerUnusable, WorkerFailed):
            self._backend.load_all()

    def named(self, name: str) -> str | None:
        """The id of a function by its name at Lambda, or by its ARN, also with a version or an alias."""
        plain = name.partition(":function:")[2] or name
        return self._by_name.get(plain.partition(":")[0])

    def failures(self) -> dict[str, str]:
        """By function, how it failed last."""
        return dict(self._failures)

    def note_failure(self, function_id: str, failure: str) -> None:
        self._failures[function_id] = failure[:LONGEST_FAILURE]

    def invoke(self, function_id: str, event: object, limit_s: float) -> Outcome:
        """To its end. Not on an event loop of ours."""
        future = self._begin(function_id, event)
        try:
            return Outcome(future.result(limit_s))
        except concurrent.futures.TimeoutError:
            future.cancel()
            return Outcome(stuck=True)
        except FunctionFailed as error:
            self.note_failure(function_id, f"{error.error_type}: {error.error_message}")
            failure = json.dumps({"errorType": error.error_type, "errorMessage": error.error_message})
            return Outcome(failure=failure)

    def invoke_later(self, function_id: str, event: object) -> None:
        """Nobody waits for it but who waits until this process has nothing left to do."""
        counting = self._work.counting("calls of functions outside of the API")
        counting.__enter__()

        def over(future: concurrent.futures.Future[Any]) -> None:
            counting.__exit__(None, None, None)
            error = future.exception() if not future.cancelled() else None
            if error is not None:
                self.note_failure(function_id, str(error))

        self._begin(function_id, event).add_done_callback(over)

    def _begin(self, function_id: str, event: object) -> concurrent.futures.Future[Any]:
        calling = self._backend.invoke(function_id, event)  # type: ignore[arg-type] # whatever a caller hands over
        return asyncio.run_coroutine_threadsafe(calling, self._loop)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        threading.Thread(target=loop.run_forever, name="functions-outside", daemon=True).start()
        return loop

    @cached_property
    def _backend(self) -> PythonBackend:
        region = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
        shared = {**serve_local_aws(), **self._variables}
        found = {one.id: one.in_folder(self._folder, shared) for one in self.functions.values()}
        # What nobody catches goes out to where it is addressed: on the new path that is the service, over HTTP.
        options = PythonOptions(workers="processes", forward_unknown=bool(self._variables), region=region)
        connections = self._connections
        backend = PythonBackend(found, options)
        backend.start(connections)
        return backend
