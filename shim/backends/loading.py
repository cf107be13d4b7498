"""Imports a Lambda handler as its runtime would: with its own code root first on the import path.

Several functions of one application often have a `lambda_function.py` or a `utils.py` each, in folders of their own.
So modules that came from one code root are taken out of `sys.modules` when a function of another root is loaded.
Self-contained: a migrated application carries this file as its own code.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

lock = threading.RLock()
"""Whoever imports, or changes what stands in `sys.modules`, holds it."""

UNUSABLE = "Runtime.ImportModuleError"
"""Lambda's word for the failure of a call whose function can't be imported."""

_OURS = __name__.partition(".")[0]
"""The package of this file. A migrated application carries it below a folder from which functions may import."""

_libraries = frozenset({"site-packages", "dist-packages"})
_modules_of_root: dict[Path, dict[str, ModuleType]] = {}
_current_root: Path | None = None
_also: dict[Path, list[Path]] = {}
"""Folders from which the functions of a code root import besides it, such as layers."""


class HandlerUnusable(Exception):
    """Raised when a handler can't be imported; `reason` is the sentence of what happened."""

    def __init__(self, module: str, function: str, reason: str) -> None:
        self.module, self.function, self.reason = module, function, reason
        super().__init__(module, function, reason)

    def __str__(self) -> str:
        return f"{self.module}.{self.function} can't be used as a handler: {self.reason}"


def load_function(root: Path, module: str, function: str, import_path: Iterable[str | Path] = ()) -> Callable[..., Any]:
    """The function `function` of the module `module` below the code root. Raises HandlerUnusable.

    `import_path`: folders from which its code imports besides the root; they come last on the import path.
    """
    with lock:
        enter(root.resolve())
        _add(root.resolve(), [Path(folder).resolve() for folder in import_path])
        try:
            loaded = importlib.import_module(module)
        except (Exception, SystemExit) as error:
            reason = f"{type(error).__name__}: {error}{_place(error, root)}"
            if isinstance(error, SyntaxError):  # most often code for a later Python
                reason += f"; Python {sys.version_info.major}.{sys.version_info.minor} runs here"
            raise HandlerUnusable(module, function, reason) from error
        found = getattr(loaded, function, None)
    if not callable(found):
        raise HandlerUnusable(module, function, f"{loaded.__file__} has no function {function}")
    handler: Callable[..., Any] = found
    return handler


def enter(root: Path) -> None:
    """Makes `root` the code root whose modules are importable by their bare names."""
    global _current_root  # noqa: PLW0603 - the import system is global, and so is what stands in it
    if _current_root == root:
        return
    if _current_root is not None:
        leaving = _current_root
        own = (leaving, *_also.get(leaving, ()))
        mine = {n: m for n, m in sys.modules.copy().items() if any(lives_below(m, folder) for folder in own)}
        mine = {name: module for name, module in mine.items() if name.partition(".")[0] != _OURS}
        _modules_of_root[leaving] = mine
        for name in mine:
            del sys.modules[name]
        _remove(own)
    sys.path.insert(0, str(root))
    sys.path.extend(str(folder) for folder in _also.get(root, ()))
    sys.modules.update(_modules_of_root.get(root, {}))
    importlib.invalidate_caches()
    _current_root = root


def _add(root: Path, folders: list[Path]) -> None:
    known = _also.setdefault(root, [])
    for folder in folders:
        if folder != root and folder not in known:
            known.append(folder)
            sys.path.append(str(folder))


def _remove(folders: Iterable[Path]) -> None:
    """Code may have changed the import path itself, so that a folder stands there no more, or twice."""
    for folder in folders:
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


def lives_below(module: ModuleType | None, root: Path) -> bool:
    """Libraries don't belong to the application, even when their environment lies in its folder: a second copy of
    one would be another one."""
    origin = getattr(module, "__file__", None)
    if origin is None:
        locations = list(getattr(module, "__path__", []))  # a folder without __init__.py
        origin = locations[0] if locations else None
    if origin is None or not Path(origin).is_relative_to(root):
        return False
    return _libraries.isdisjoint(Path(origin).relative_to(root).parts)


def _place(error: BaseException, root: Path) -> str:
    """The last line of the application's own that was running, such as ` (table.py:12)`."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(root.resolve()) and _libraries.isdisjoint(file.parts):
            place = f" ({file.relative_to(root.resolve())}:{trace.tb_lineno})"
        trace = trace.tb_next
    return place
