"""`return {"statusCode": 200}` -> `return Response(status_code=200)`."""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.answers import status_of
from migrator.rewrite.python.edits import Changes, replace
from migrator.rewrite.python.event_reads import NotNative
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.project import Project


def returns(project: Project, facts: Facts, function: cst.FunctionDef, *, connect: bool) -> tuple[Changes, bool]:
    """The changes, and whether the function may also end without a response. Raises NotNative."""
    changes: Changes = {}
    may_be_none = not _always_leaves(function.body)
    for node in facts.all(cst.Return):
        if facts.enclosing(node, cst.FunctionDef) is not function:
            continue
        if node.value is None or (isinstance(node.value, cst.Name) and node.value.value == "None"):
            may_be_none = True
            continue
        status = status_of(project, facts, node.value, connect=connect)
        changes[node.value] = replace(f"Response(status_code={status})", facts.module)
    if connect and may_be_none:
        raise NotNative("it may end without a status, which refuses the connection with 502")
    return changes, may_be_none


def _always_leaves(suite: cst.BaseSuite) -> bool:
    """Whether every way through ends with `return` or `raise`."""
    if not suite.body:
        return False
    last = suite.body[-1]
    if isinstance(last, cst.SimpleStatementLine):
        return any(isinstance(small, cst.Return | cst.Raise) for small in last.body)
    if isinstance(last, cst.If):
        return _always_leaves(last.body) and last.orelse is not None and _orelse_leaves(last.orelse)
    if isinstance(last, cst.With):
        return _always_leaves(last.body)
    return isinstance(last, cst.Try) and _try_leaves(last)


def _try_leaves(block: cst.Try) -> bool:
    if block.finalbody is not None and _always_leaves(block.finalbody.body):
        return True
    ends = _always_leaves(block.orelse.body) if block.orelse is not None else _always_leaves(block.body)
    return ends and all(_always_leaves(handler.body) for handler in block.handlers)


def _orelse_leaves(orelse: cst.If | cst.Else) -> bool:
    if isinstance(orelse, cst.Else):
        return _always_leaves(orelse.body)
    return _always_leaves(orelse.body) and orelse.orelse is not None and _orelse_leaves(orelse.orelse)
