"""What an expression is called where it stands."""

from __future__ import annotations

import ast


def last_name(node: ast.expr | None) -> str:
    """'c' of `a.b.c` and of `c`; '' for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
