"""The handlers of some functions in this process, imported on first use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shim.backends.calling import Handler
from shim.backends.function import PythonFunction
from shim.backends.loading import HandlerUnusable, load_function


class Handlers:
    """What could not be imported is tried again when it is asked for, as Lambda does."""

    def __init__(self, functions: Mapping[str, PythonFunction]) -> None:
        self._functions = functions
        self._loaded: dict[str, Handler] = {}

    def of(self, function_id: str) -> Handler:
        """Raises HandlerUnusable."""
        handler = self._loaded.get(function_id)
        if handler is None:
            handler = self._loaded[function_id] = _load(self._functions[function_id])
        return handler

    def load_all(self) -> dict[str, HandlerUnusable]:
        """Those that can't be imported."""
        found = {}
        for function_id in self._functions:
            try:
                self.of(function_id)
            except HandlerUnusable as error:
                found[function_id] = error
        return found

    def unusable(self) -> set[str]:
        return self._functions.keys() - self._loaded.keys()

    def load_again(self, root: Path) -> None:
        """The functions of a code root whose modules were forgotten. Raises HandlerUnusable for one that could be
        imported before; the old ones go on serving then."""
        handlers = {}
        for function_id, function in self._functions.items():
            if function.root.resolve() != root:
                continue
            try:
                handlers[function_id] = _load(function)
            except HandlerUnusable:
                if function_id in self._loaded:
                    raise
        self._loaded.update(handlers)


def _load(function: PythonFunction) -> Handler:
    return load_function(function.root, function.module, function.function, function.import_path)
