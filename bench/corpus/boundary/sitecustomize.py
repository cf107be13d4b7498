"""Inert modules for third-party imports that are not installed: loaded by Python itself where PYTHONPATH names this
folder. What it is told stands beside it, in boundary.json: {"theirs": [names that the application has itself],
"log": FILE, "libraries": folder with what was installed for the corpus}.

Only what nothing else found, and what the application doesn't have itself, is stood in for; each name goes to the log.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import inspect
import json
import sys
import types
from pathlib import Path
from typing import Any

_STANDARD = str(Path(json.__file__).parent.parent)
_ERRORS = ("Error", "Exception", "Warning", "Timeout")


class _Meta(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return False


class Base(metaclass=_Meta):
    """What a class that inherits from something that isn't there inherits from."""

    def __init__(self, *_args: Any, **_values: Any) -> None:
        pass

    def __init_subclass__(cls, **_values: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(name)


class Inert:
    """Anything: called, awaited, entered, iterated (empty), or put over a function as a decorator."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _inert(f"{self._name}.{name}")

    def __call__(self, *args: Any, **values: Any) -> Any:
        if len(args) == 1 and not values and (isinstance(args[0], type) or callable(args[0])):
            return args[0]
        return Inert(f"{self._name}()")

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (Base,)

    def __iter__(self) -> Any:
        return iter(())

    def __getitem__(self, _key: Any) -> Any:
        return Inert(f"{self._name}[]")

    def __setitem__(self, _key: Any, _value: Any) -> None:
        return None

    def __or__(self, _other: Any) -> Any:
        return self

    __ror__ = __or__

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_error: object) -> None:
        return None

    def __await__(self) -> Any:
        yield from ()
        return self

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_error: object) -> None:
        return None

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return f"<{self._name}>"


def _inert(name: str) -> Any:
    last = name.rpartition(".")[2]
    return type(last, (Exception,), {}) if last.endswith(_ERRORS) else Inert(name)


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _inert(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class Boundary(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, theirs: list[str], log: str) -> None:
        self._theirs, self._log = frozenset(theirs), log

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> importlib.machinery.ModuleSpec | None:
        top = name.partition(".")[0]
        inner = top in sys.modules and not isinstance(sys.modules[top], _Module)
        if top in self._theirs or top in sys.stdlib_module_names or top.startswith("_") or inner:
            return None
        if not self._asked_by_them():
            return None
        with Path(self._log).open("a") as log:
            log.write(f"{top}\n")
        spec = importlib.machinery.ModuleSpec(name, self, is_package=True)
        spec.submodule_search_locations = []
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, _module: types.ModuleType) -> None:
        return None

    def _asked_by_them(self) -> bool:
        """Whether the import stands in the application's code: libraries try imports that may fail."""
        frame = inspect.currentframe()
        while frame is not None and ("importlib" in frame.f_code.co_filename or frame.f_code.co_filename == __file__):
            frame = frame.f_back
        asking = "" if frame is None else frame.f_code.co_filename
        return "site-packages" not in asking and not asking.startswith(_STANDARD)


told = Path(__file__).parent / "boundary.json"
if told.exists():
    settings = json.loads(told.read_text("utf-8"))
    sys.path.append(settings["libraries"])  # last: what the project itself is installed with comes first
    sys.meta_path.append(Boundary(settings["theirs"], settings["log"]))
