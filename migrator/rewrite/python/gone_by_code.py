"""`except ClientError as e: if <gone>: A` then `raise` -> `except ConnectionGone: A`."""

from __future__ import annotations

import libcst as cst

from migrator.rewrite.python.edits import Change
from migrator.rewrite.python.facts import Facts
from migrator.rewrite.python.gone import is_gone_test


def gone_by_code(facts: Facts, handler: cst.ExceptHandler) -> Change | None:
    """None for any other form: it may catch more than that the connection is gone."""
    name = handler.name.name if handler.name is not None else None
    if not isinstance(name, cst.Name) or not isinstance(handler.body, cst.IndentedBlock):
        return None
    body = list(handler.body.body)
    test = body[0]
    if not isinstance(test, cst.If) or not is_gone_test(test.test, name.value):
        return None
    rest = body[1:] if test.orelse is None else _suite(test.orelse)
    if len(body) > 1 and test.orelse is not None:
        return None
    if len(rest) != 1 or not _is_bare_raise(rest[0]) or not isinstance(test.body, cst.IndentedBlock):
        return None
    inside = {node for node in facts.all(cst.Name) if test.body in set(facts.ancestors(node))}
    if any(node.value == name.value for node in inside):
        return None

    def change(node: cst.CSTNode) -> cst.CSTNode:
        assert isinstance(node, cst.ExceptHandler)
        assert isinstance(node.body, cst.IndentedBlock)
        branch = node.body.body[0]
        assert isinstance(branch, cst.If)
        return node.with_changes(
            type=cst.Name("ConnectionGone"),
            name=None,
            whitespace_after_except=cst.SimpleWhitespace(" "),
            body=branch.body,
        )

    return change


def _suite(orelse: cst.If | cst.Else) -> list[cst.BaseStatement]:
    if isinstance(orelse, cst.Else) and isinstance(orelse.body, cst.IndentedBlock):
        return list(orelse.body.body)
    return []


def _is_bare_raise(statement: cst.BaseStatement | cst.BaseSmallStatement) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return False
    only = statement.body[0]
    return isinstance(only, cst.Raise) and only.exc is None
