"""Which of a name's assignments can have happened last when it is used. Within one function; elsewhere all count."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from migrator.scan.python.model import Binding, Bound, Function, Scope

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def reaching(node: ast.Name, scope: Scope, holder: Scope) -> Sequence[Bound]:
    """The bindings of a name that can reach one use of it."""
    bounds = holder.names[node.id]
    if len(bounds) < 2 or holder.kind != "function" or scope.function is not holder.function:
        return bounds
    parents = scope.module.parents
    if node not in parents:
        return bounds
    placed = [(bound, _statement(bound, parents, holder)) for bound in bounds]
    last = _dominating(node, [statement for _, statement in placed if statement is not None], parents)
    if last is None:
        return bounds
    ancestors = list(scope.module.ancestors(node))
    loops = [ancestor for ancestor in ancestors if isinstance(ancestor, _LOOPS) and ancestor.lineno > last.lineno]
    if isinstance(last, _LOOPS):
        loops.append(last)
    kept: list[Bound] = []
    for bound, statement in placed:
        if statement is None:
            continue
        # `x = f(x)` reads what x was before
        own = isinstance(statement, ast.Assign | ast.AnnAssign) and statement in ancestors
        between = last.lineno < statement.lineno <= node.lineno and not own
        again = any(loop.lineno <= statement.lineno <= (loop.end_lineno or 0) for loop in loops)
        if statement is last or between or again:
            kept.append(bound)
    return kept


def _statement(bound: Bound, parents: dict[ast.AST, ast.AST], holder: Scope) -> ast.stmt | None:
    """The statement that binds; None for parameters, which come before all statements."""
    node: ast.AST | None = None
    if isinstance(bound, Binding):
        node = bound.value
    elif isinstance(bound, Function):
        node = bound.node
    while node is not None and not isinstance(node, ast.stmt):
        node = parents.get(node)
    return node if isinstance(node, ast.stmt) and node is not getattr(holder.function, "node", None) else None


def _dominating(node: ast.AST, statements: Sequence[ast.stmt], parents: dict[ast.AST, ast.AST]) -> ast.stmt | None:
    """The nearest of the statements that every way to the use goes through."""
    child: ast.AST = node
    parent = parents.get(child)
    while parent is not None:
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and child in block:
                for statement in reversed(block[: block.index(child)]):
                    if statement in statements and isinstance(statement, ast.Assign | ast.AnnAssign):
                        return statement
        if (
            parent in statements
            and isinstance(parent, ast.For | ast.AsyncFor | ast.With | ast.AsyncWith)
            and child in parent.body
        ):
            return parent
        if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return None
        child, parent = parent, parents.get(parent)
    return None
