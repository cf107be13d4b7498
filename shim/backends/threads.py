"""Runs functions in threads of this process."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from shim.backends.calling import Handler, call_handler
from shim.backends.context import context_for
from shim.backends.function import PythonFunction
from shim.backends.handler_threads import HandlerThreads
from shim.backends.loading import HandlerUnusable, load_function
from shim.backends.options import PythonOptions
from shim.backends.pushes import PushCatcher
from shim.backends.reload import anew
from shim.service import Connections


class Threads:
    """Imports functions on first use."""

    def __init__(self, functions: Mapping[str, PythonFunction], options: PythonOptions) -> None:
        self._functions = functions
        self._options = options
        self._handlers: dict[str, Handler] = {}
        self._threads = HandlerThreads(options.threads)
        self._given_up = 0
        self._catcher: PushCatcher | None = None
        if options.reload:
            sys.dont_write_bytecode = True  # compiled code hides a change of the same size in the same second

    def catch(self, connections: Connections) -> None:
        self._catcher = PushCatcher(connections, forward_unknown=self._options.forward_unknown)
        self._catcher.install()

    def load_all(self) -> dict[str, HandlerUnusable]:
        """Those that can't be imported. They are tried again when they are called, as Lambda does."""
        found = {}
        for function_id in self._functions:
            try:
                self._load(function_id)
            except HandlerUnusable as error:
                found[function_id] = error
        return found

    def unusable(self) -> set[str]:
        return self._functions.keys() - self._handlers.keys()

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
        handlers = {}
        with anew(root):
            for function_id, function in self._functions.items():
                if function.root.resolve() != root:
                    continue
                try:
                    handlers[function_id] = load_function(
                        function.root, function.module, function.function, function.import_path
                    )
                except HandlerUnusable:
                    if function_id in self._handlers:
                        raise
        self._handlers.update(handlers)

    def close(self) -> None:
        """Waits for nothing: calls that are under way end by themselves, or with the process."""
        self._threads.close()
        if self._catcher is not None:
            self._catcher.uninstall()
            self._catcher = None

    def _load(self, function_id: str) -> Handler:
        handler = self._handlers.get(function_id)
        if handler is None:
            where = self._functions[function_id]
            handler = self._handlers[function_id] = load_function(
                where.root, where.module, where.function, where.import_path
            )
        return handler

    def _call(self, function_id: str, event: object) -> Any:  # noqa: ANN401 - whatever a handler returns
        context = context_for(self._functions[function_id], self._options.region, self._options.account_id)
        return json.loads(call_handler(self._load(function_id), event, context))

    def _ended_after_all(self, _: object) -> None:
        self._given_up -= 1
