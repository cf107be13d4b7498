"""Keys that a function assigns before it reads them: what it reads then is not what it was given."""

from __future__ import annotations

import ast

from migrator.scan.python.model import Module


def last_put(node: ast.expr, container: ast.expr, key: ast.expr, module: Module) -> ast.expr | None:
    """The value of the assignment `container[key] = value` that every way to `node` in its function goes through.

    None when there is none, when the key isn't a literal, or when the container's name means another thing since.
    """
    if not isinstance(key, ast.Constant):
        return None
    wanted = ast.dump(container)
    child: ast.AST = node
    for parent in module.ancestors(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and child in block:
                for statement in reversed(block[: block.index(child)]):
                    if not isinstance(statement, ast.Assign):
                        continue
                    for target in statement.targets:
                        if _is_entry(target, wanted, key):
                            return statement.value
                        if _as_read(target) == wanted:
                            return None
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return None
        child = parent
    return None


def _is_entry(target: ast.expr, container: str, key: ast.Constant) -> bool:
    return (
        isinstance(target, ast.Subscript)
        and isinstance(target.slice, ast.Constant)
        and target.slice.value == key.value
        and ast.dump(target.value) == container
    )


def _as_read(target: ast.expr) -> str:
    """A target as it looks where it is read."""
    return ast.dump(target).replace("Store()", "Load()")
