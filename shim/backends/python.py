"""Python handlers, called as Lambda would call them: in threads of this process, or in processes of their own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from shim.backends.calling import HandlerRaised
from shim.backends.function import INTEGRATION_TIMEOUT_S, PythonFunction
from shim.backends.loading import UNUSABLE, HandlerUnusable
from shim.backends.options import PythonOptions
from shim.backends.processes import Processes
from shim.backends.reload import CodeWatcher
from shim.backends.threads import Threads
from shim.backends.worker_process import WorkerFailed
from shim.integrations import FunctionFailed
from shim.service import Connections

__all__ = ["INTEGRATION_TIMEOUT_S", "PythonBackend", "PythonFunction", "PythonOptions"]

logger = logging.getLogger(__name__)


class _Runner(Protocol):
    def catch(self, connections: Connections) -> None: ...

    def load_all(self) -> dict[str, HandlerUnusable]: ...

    def unusable(self) -> set[str]: ...

    async def invoke(self, function_id: str, event: object) -> Any: ...  # noqa: ANN401 - whatever a handler returns

    def reload(self, root: Path) -> None: ...

    def close(self) -> None: ...


class PythonBackend:
    """Runs functions by their ids."""

    def __init__(self, functions: Mapping[str, PythonFunction], options: PythonOptions | None = None) -> None:
        self._functions = functions
        self._options = options or PythonOptions()
        apart = self._options.workers == "processes" or (self._options.workers == "auto" and need_processes(functions))
        self._runner: _Runner = (Processes if apart else Threads)(functions, self._options)
        self._watcher: CodeWatcher | None = None
        self._calls = 0

    def start(self, connections: Connections) -> None:
        """Before functions are loaded: what handlers push goes to `connections`; with `reload` code is watched.

        Functions in processes have their pushes answered on the event loop, so `connections` must not block.
        """
        self._runner.catch(connections)
        if self._options.reload:
            self._watcher = CodeWatcher({function.root for function in self._functions.values()}, self._runner.reload)
            self._watcher.start()

    def load_all(self) -> None:
        """Imports every function now, so that what can't be imported is known before a client is.

        Raises WorkerFailed, and HandlerUnusable when no function can be imported, or not all with `require_all`.
        """
        unusable = self._runner.load_all()
        if unusable and (self._options.require_all or len(unusable) == len(self._functions)):
            raise next(iter(unusable.values()))
        for error in unusable.values():
            logger.error("%s. Calls of it fail; other functions are served.", error, exc_info=error.__cause__)

    def unusable(self) -> set[str]:
        """The ids of functions that can't be imported, as far as it was tried."""
        return self._runner.unusable()

    async def invoke(self, function_id: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever a handler returns
        """What the function returned. Raises FunctionFailed."""
        if self._calls >= self._options.most_calls:
            raise FunctionFailed(function_id, "TooManyRequestsException", "Rate Exceeded.")
        self._calls += 1
        limit = self._functions[function_id].timeout_s
        try:
            async with asyncio.timeout(limit):
                return await self._runner.invoke(function_id, event)
        except HandlerRaised as error:
            raise FunctionFailed(function_id, error.error_type, error.error_message) from error.__cause__
        except HandlerUnusable as error:
            raise FunctionFailed(function_id, UNUSABLE, str(error)) from error
        except WorkerFailed as error:
            raise FunctionFailed(function_id, "Runtime.ExitError", str(error)) from error
        except TimeoutError as error:
            sentence = f"Task timed out after {limit:.2f} seconds"
            raise FunctionFailed(function_id, "Sandbox.Timedout", sentence) from error
        finally:
            self._calls -= 1

    def close(self) -> None:
        """Ends worker processes within seconds; calls under way fail. On the event loop, or after it has ended."""
        if self._watcher is not None:
            self._watcher.close()
        self._runner.close()


def need_processes(functions: Mapping[str, PythonFunction]) -> bool:
    """Whether these functions can't share this process: more than one code root, or an environment or a working
    directory of their own."""
    roots = {function.root.resolve() for function in functions.values()}
    return len(roots) > 1 or any(function.environment or function.working_directory for function in functions.values())
