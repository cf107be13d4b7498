"""How generated modules get hold of the application's own functions."""

from __future__ import annotations

import json
import keyword
import re
from dataclasses import dataclass, field

from migrator.inventory.model import Handler

RESERVED = frozenset(
    {
        "APIRouter", "Answer", "AnswerStream", "Any", "CONNECT", "Callable", "Caller", "Closed", "DISCONNECT",
        "Depends", "MESSAGES", "Path", "ROOT", "ROUTE_SELECTION", "Response", "STREAMED", "authorize",
        "current_caller", "import_module", "load_function", "mounted", "mounted_connect", "mounted_disconnect",
        "not_migrated", "router", "Message", "logger", "logging", "time", "under_way", "own_address",
        "unusable", "require_one_of", "error",
    }
)  # fmt: skip
"""Names that the generated modules use themselves."""


@dataclass
class Code:
    """Imports and definitions that bring functions into a module, which imports `unusable` itself."""

    standard: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    roots: bool = False
    paths: dict[str, None] = field(default_factory=dict)
    """The files of the functions, in their order."""
    _plain: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Module and file -> what is imported from there, such as 'chat' or 'handle as chat'."""
    _called: list[tuple[str, str, str]] = field(default_factory=list)
    """Name, file, and the call that gives the function."""
    _names: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    def function(self, handler: Handler, wanted: str) -> str:
        """Brings the handler in and returns its name here."""
        if handler.id in self._names:
            return self._names[handler.id]
        name = self._names[handler.id] = self._free(wanted)
        self.paths[handler.path] = None
        if handler.root not in {"", "."} or handler.import_path:
            self.roots = True
            self.standard.add("from pathlib import Path")
            self.imports.add("from sse_service.loading import load_function")
            where = _below_root(handler.root)
            also = "".join(f"{_below_root(folder)}, " for folder in handler.import_path)
            given = [where, json.dumps(handler.module), json.dumps(handler.function), *([f"({also})"] if also else [])]
            call = f"load_function({', '.join(given)})"
            self._called.append((name, handler.path, call))
        elif _is_plain(handler.module) and handler.function.isidentifier():
            alias = "" if name == handler.function else f" as {name}"
            self._plain.setdefault((handler.module, handler.path), []).append(f"{handler.function}{alias}")
        else:
            self.standard.add("from importlib import import_module")
            module = f"import_module({json.dumps(handler.module)})"
            self._called.append((name, handler.path, f"getattr({module}, {json.dumps(handler.function)})"))
        return name

    def loaded(self) -> list[str]:
        """Statements after which every name stands for its function, or for what fails in its place."""
        lines = ["ROOT = Path(__file__).resolve().parent.parent"] if self.roots else []
        for (module, path), names in sorted(self._plain.items()):
            plain = sorted(name for name in names if " as " not in name)
            imports = [f"from {module} import {', '.join(plain)}"] if plain else []
            imports += [f"from {module} import {name}" for name in sorted(names) if " as " in name]
            lines += _guarded(imports, [name.rpartition(" ")[2] for name in names], path)
        for name, path, call in self._called:
            lines += _guarded([f"{name} = {call}"], [name], path)
        return lines

    def _free(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self.taken or keyword.iskeyword(name):
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name


def _guarded(statements: list[str], names: list[str], path: str) -> list[str]:
    return [
        "try:",
        *(f"    {statement}" for statement in statements),
        "except (Exception, SystemExit) as error:",
        f"    {' = '.join(sorted(names))} = unusable({json.dumps(path)}, error)",
    ]


def _below_root(folder: str) -> str:
    return "ROOT" if folder in {"", "."} else f"ROOT / {json.dumps(folder)}"


def slug(key: str) -> str:
    """A function name from a route key: 'sendMessage' -> 'send_message'."""
    name = "_".join(re.findall(r"[A-Za-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key))).lower() or "route"
    return f"route_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def _is_plain(module: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in module.split("."))
