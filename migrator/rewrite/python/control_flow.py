"""Whether code goes on behind a statement."""

from __future__ import annotations

import libcst as cst


def always_leaves(suite: cst.BaseSuite) -> bool:
    """Whether every way through ends with `return` or `raise`."""
    if not suite.body:
        return False
    return leaves(suite.body[-1])


def leaves(last: cst.CSTNode) -> bool:
    """Whether every way through the statement ends with `return` or `raise`."""
    if isinstance(last, cst.SimpleStatementLine):
        return any(isinstance(small, cst.Return | cst.Raise) for small in last.body)
    if isinstance(last, cst.If):
        return always_leaves(last.body) and last.orelse is not None and _orelse_leaves(last.orelse)
    if isinstance(last, cst.With):
        return always_leaves(last.body)
    return isinstance(last, cst.Try) and _try_leaves(last)


def _try_leaves(block: cst.Try) -> bool:
    if block.finalbody is not None and always_leaves(block.finalbody.body):
        return True
    ends = always_leaves(block.orelse.body) if block.orelse is not None else always_leaves(block.body)
    return ends and all(always_leaves(handler.body) for handler in block.handlers)


def _orelse_leaves(orelse: cst.If | cst.Else) -> bool:
    if isinstance(orelse, cst.Else):
        return always_leaves(orelse.body)
    return always_leaves(orelse.body) and orelse.orelse is not None and _orelse_leaves(orelse.orelse)
