"""Environment variables that code reads while it is imported, and can't do without."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from migrator.inventory.model import Handler
from migrator.rewrite.python.project import BOM, Project

_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Try)
"""What is inside runs later, or is caught."""


def imported_by(project: Project, handlers: Iterable[Handler]) -> set[str]:
    """Files that the handlers import from where they look for modules, by names."""
    found: set[str] = set()
    for handler in handlers:
        folders = (handler.root, *handler.import_path)
        prefixes = tuple("" if folder in {"", "."} else f"{folder}/" for folder in folders)
        found |= {path for path in project.reached_from({handler.path}) if path.startswith(prefixes)}
    return found


def required_at_import(modules: Mapping[str, str], paths: Iterable[str]) -> list[tuple[str, str]]:
    """(name, 'path:line' of the first read) for each, sorted. `modules`: text by path; `paths`: those that are
    imported."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        try:
            tree = ast.parse(modules[path].removeprefix(BOM))
        except (SyntaxError, ValueError, RecursionError):
            continue
        ours = {name for name, _line in _subscripts(tree.body, ast.Store)}
        for name, line in _subscripts(tree.body, ast.Load):
            if name not in ours:
                found.setdefault(name, f"{path}:{line}")
    return sorted(found.items())


def _subscripts(statements: list[ast.stmt], context: type[ast.expr_context]) -> Iterator[tuple[str, int]]:
    """`environ["X"]` in statements that run on import, under no condition."""
    waiting: list[ast.AST] = list(statements)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, _LATER):
            continue
        if isinstance(node, ast.If | ast.IfExp):
            waiting.append(node.test)
            continue
        if isinstance(node, ast.BoolOp):
            waiting.append(node.values[0])
            continue
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.ctx, context)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
            and (getattr(node.value, "attr", None) == "environ" or getattr(node.value, "id", None) == "environ")
        ):
            yield node.slice.value, node.lineno
        waiting.extend(ast.iter_child_nodes(node))
