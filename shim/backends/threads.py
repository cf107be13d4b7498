"""Runs functions in threads of this process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from shim.backends.calling import call_handler
from shim.backends.context import context_for
from shim.backends.function import PythonFunction
from shim.backends.handler_threads import HandlerThreads
from shim.backends.handlers import Handlers
from shim.backends.loading import HandlerUnusable
from shim.backends.options import PythonOptions
from shim.backends.pushes import PushCatcher
from shim.backends.reload import anew
from shim.service import Connections


class Threads:
    """Imports functions on first use."""

    def __init__(self, functions: Mapping[str, PythonFunction], options: PythonOptions) -> None:
        self._functions = functions
        self._options = options
        self._handlers = Handlers(functions)
        self._threads = HandlerThreads(options.threads)
        self._given_up = 0
        self._catcher: PushCatcher | None = None
        if options.reload:
            sys.dont_write_bytecode = True  # compiled code hides a change of the same size in the same second

    def catch(self, connections: Connections) -> None:
        self._catcher = PushCatcher(connections, forward_unknown=self._options.forward_unknown)
        self._catcher.install()

    def load_all(self) -> dict[str, HandlerUnusable]:
        """Those that can't be imported."""
        return self._handlers.load_all()

    def unusable(self) -> set[str]:
        return self._handlers.unusable()

    async def invoke(self, function_id: str, event: object) -> Any:  # noqa: ANN401 - whatever a handler returns
        """Raises HandlerRaised or HandlerUnusable."""
        running = self._threads.submit(partial(self._call, function_id, event))
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            if not running.done() and self._given_up < self._options.most_given_up:
                self._given_up += 1
                running.add_done_callback(self._ended_after_all)
                self._threads.replace(running)
            raise

    def reload(self, root: Path) -> None:
        """Imports the functions of a code root anew. Raises HandlerUnusable for one that could be imported before; the
        old ones go on serving then."""
        with anew(root):
            self._handlers.load_again(root)

    def close(self) -> None:
        """Waits for nothing: calls that are under way end by themselves, or with the process."""
        self._threads.close()
        if self._catcher is not None:
            self._catcher.uninstall()
            self._catcher = None

    def _call(self, function_id: str, event: object) -> Any:  # noqa: ANN401 - whatever a handler returns
        context = context_for(self._functions[function_id], self._options.region, self._options.account_id)
        return json.loads(call_handler(self._handlers.of(function_id), event, context))

    def _ended_after_all(self, _: object) -> None:
        self._given_up -= 1
