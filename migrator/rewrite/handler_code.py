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
        "not_migrated", "router", "Message", "logger", "logging", "time",
    }
)  # fmt: skip
"""Names that the generated modules use themselves."""


@dataclass
class Code:
    """Imports and definitions that bring functions into a module."""

    standard: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    definitions: list[str] = field(default_factory=list)
    roots: bool = False
    names: dict[str, list[str]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: set(RESERVED))

    def function(self, handler: Handler, wanted: str) -> str:
        """Brings the handler in and returns its name here."""
        if handler.id in self._names:
            return self._names[handler.id]
        name = self._names[handler.id] = self._free(wanted)
        if handler.root not in {"", "."} or handler.import_path:
            self.roots = True
            self.standard.add("from pathlib import Path")
            self.imports.add("from sse_service.loading import load_function")
            where = _below_root(handler.root)
            also = "".join(f"{_below_root(folder)}, " for folder in handler.import_path)
            given = [where, json.dumps(handler.module), json.dumps(handler.function), *([f"({also})"] if also else [])]
            call = f"load_function({', '.join(given)})"
            self.definitions.append(f"{name} = {call}")
        elif _is_plain(handler.module) and handler.function.isidentifier():
            alias = "" if name == handler.function else f" as {name}"
            self.names.setdefault(handler.module, []).append(f"{handler.function}{alias}")
        else:
            self.standard.add("from importlib import import_module")
            module = f"import_module({json.dumps(handler.module)})"
            self.definitions.append(f"{name} = getattr({module}, {json.dumps(handler.function)})")
        return name

    def imported(self) -> list[str]:
        """Theirs first, ours after them, each sorted."""
        theirs: list[str] = []
        for module, names in sorted(self.names.items()):
            plain = sorted(name for name in names if " as " not in name)
            theirs += [f"from {module} import {', '.join(plain)}"] if plain else []
            theirs += [f"from {module} import {name}" for name in sorted(names) if " as " in name]
        return [*theirs, *sorted(self.imports)]

    def defined(self) -> list[str]:
        root = ["ROOT = Path(__file__).resolve().parent.parent", ""] if self.roots else []
        return [*root, *self.definitions]

    def _free(self, wanted: str) -> str:
        name, number = wanted, 2
        while name in self.taken or keyword.iskeyword(name):
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name


def _below_root(folder: str) -> str:
    return "ROOT" if folder in {"", "."} else f"ROOT / {json.dumps(folder)}"


def slug(key: str) -> str:
    """A function name from a route key: 'sendMessage' -> 'send_message'."""
    name = "_".join(re.findall(r"[A-Za-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", key))).lower() or "route"
    return f"route_{name}" if name[0].isdigit() or keyword.iskeyword(name) else name


def _is_plain(module: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in module.split("."))
