"""Environment variables without which code of handlers raises: `os.environ["X"]` with no default."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from migrator.inventory.record import Location
from migrator.scan.python.model import Module

LAMBDAS_OWN = ("AWS_", "LAMBDA_", "_")
"""Beginnings of names that the runtime sets itself.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime"""


def required_variables(modules: Iterable[Module]) -> dict[str, Location]:
    """Name -> the first read. What the code sets itself isn't required."""
    read: dict[str, Location] = {}
    written: set[str] = set()
    for module in modules:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Subscript) or not _is_environment(node.value):
                continue
            key = node.slice
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                if isinstance(node.ctx, ast.Load):
                    read.setdefault(key.value, module.location(node))
                else:
                    written.add(key.value)
    return {
        name: where
        for name, where in sorted(read.items())
        if name and name not in written and not name.startswith(LAMBDAS_OWN)
    }


def _is_environment(node: ast.expr) -> bool:
    return getattr(node, "attr", None) == "environ" or getattr(node, "id", None) == "environ"
