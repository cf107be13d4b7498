"""Functions of other libraries that are replaced for a while."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Undo = Callable[[], None]


def replaced(owner: Any, name: str, by: Callable[..., Any]) -> Undo:  # noqa: ANN401 - a class of somebody else
    original = getattr(owner, name)
    setattr(owner, name, by)
    return lambda: setattr(owner, name, original)


def all_of(undos: Iterable[Undo]) -> Undo:
    listed = tuple(undos)

    def undo() -> None:
        for each in listed:
            each()

    return undo


def when_imported(module: str, do: Callable[[], Undo]) -> Undo:
    """Now, if it is imported; else as soon as it is, so that nobody waits for a module that nothing uses."""
    if module in sys.modules:
        return do()
    waiting = _Waiting(module, do)
    sys.meta_path.insert(0, waiting)
    return waiting.undo


class _Waiting(MetaPathFinder):
    def __init__(self, module: str, do: Callable[[], Undo]) -> None:
        self._module, self._do = module, do
        self._undo: Undo | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != self._module:
            return None
        behind = sys.meta_path[sys.meta_path.index(self) + 1 :]  # others may wait for it too, longer
        found = (finder.find_spec(fullname, path, target) for finder in behind)
        spec = next((one for one in found if one is not None), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Following(spec.loader, self._imported)
        return spec

    def undo(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        if self._undo is not None:
            self._undo()

    def _imported(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            self._undo = self._do()


class _Following(Loader):
    def __init__(self, loader: Loader, then: Callable[[], None]) -> None:
        self._loader, self._then = loader, then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._then()
