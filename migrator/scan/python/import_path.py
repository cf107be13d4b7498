"""Folders besides its code root from which a handler's code imports: layers, shared packages, what sys.path is told."""

from __future__ import annotations

import sys

from migrator.scan.python.model import Imported, Module
from migrator.scan.python.program import Program


def import_path(program: Program, path: str, root: str) -> tuple[str, ...]:
    """In the order in which they are needed. `path`: the handler's file; `root`: what is on the import path anyway."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        module = program.modules.load(waiting.pop())
        if module is None or module.path in seen:
            continue
        seen.add(module.path)
        for dotted, level, target in _imports(program, module):
            waiting.append(target)
            folder = _folder(target, dotted)
            if level == 0 and folder is not None and folder != root and not _has(program, root, dotted):
                found[folder] = None
    return tuple(found)


def _imports(program: Program, module: Module) -> list[tuple[str, int, str]]:
    """(dotted name, leading dots, file) of everything of the application that a module imports."""
    scopes = {id(scope): scope for scope in module.scopes.values()}.values()
    imported = [b for scope in scopes for bounds in scope.names.values() for b in bounds if isinstance(b, Imported)]
    found: list[tuple[str, int, str]] = []
    for bound in imported:
        if bound.level == 0 and bound.module.split(".")[0] in sys.stdlib_module_names:
            continue
        names = [bound.module, f"{bound.module}.{bound.attribute}"] if bound.attribute else [bound.module]
        for dotted in names:
            target = program.modules.path_of(dotted.strip("."), module.path, bound.level)
            if target is not None:
                found.append((dotted.strip("."), bound.level, target))
    return found


def _folder(target: str, dotted: str) -> str | None:
    """The folder from which a file has this dotted name."""
    inside = dotted.replace(".", "/")
    for end in (f"{inside}.py", f"{inside}/__init__.py"):
        if f"/{target}".endswith(f"/{end}"):
            return target[: -len(end)].rstrip("/") or "."
    return None


def _has(program: Program, root: str, dotted: str) -> bool:
    """Whether the name is found below the code root, so that nothing else is asked."""
    prefix = "" if root in {"", "."} else f"{root}/"
    base = prefix + dotted.replace(".", "/")
    return any(path in program.modules.files for path in (f"{base}.py", f"{base}/__init__.py"))
