"""`get_route_key(event)`: functions of the application that only say which route it is."""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.called import called
from migrator.rewrite.python.event_reads import EVENT_TYPE, ROUTE_KEY, Path, steps_from
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project


def route_helpers(project: Project, facts: Facts, function: cst.FunctionDef) -> dict[str, Path]:
    """Name -> the part of the event that it returns, for those that the function calls with its event."""
    found: dict[str, Path] = {}
    event = function.params.params[0].name.value
    for call in facts.all(cst.Call):
        if not isinstance(call.func, cst.Name) or function not in facts.ancestors(call) or len(call.args) != 1:
            continue
        given = call.args[0].value
        if not isinstance(given, cst.Name) or given.value != event:
            continue
        target = called(project, facts, call.func)
        path = _returned(*target) if target is not None else None
        if path in {ROUTE_KEY, EVENT_TYPE} and path is not None:
            found[call.func.value] = path
    return found


def _returned(facts: Facts, function: cst.FunctionDef) -> Path | None:
    """What a function returns that does nothing else, its docstring aside."""
    *before, last = function.body.body
    only = last.body[0] if isinstance(last, cst.SimpleStatementLine) and len(last.body) == 1 else None
    plain = len(function.params.params) == 1 and not function.decorators and function.asynchronous is None
    quiet = all(
        isinstance(line, cst.SimpleStatementLine) and all(_is_text(small) for small in line.body) for line in before
    )
    if not isinstance(only, cst.Return) or only.value is None or not plain or not quiet:
        return None
    binding = facts.binding(function.params.params[0].name)
    loads = facts.loads(binding) if binding is not None and len(facts.stores(binding)) == 1 else []
    steps = steps_from(facts, loads[0], ()) if len(loads) == 1 else []
    return steps[-1].path if steps and steps[-1].node is only.value else None


def _is_text(small: cst.CSTNode) -> bool:
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString | cst.ConcatenatedString)
