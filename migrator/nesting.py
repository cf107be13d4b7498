"""How deeply Python code may be nested to be read, and room on the stack for code that is nested so."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

DEEPEST: Final = 500
"""Levels of a syntax tree: each term of a long `a + b + ...` is one. Reading takes several frames a level."""

FRAMES: Final = 8_000
"""Enough for the deepest tree that is read, on a stack of 8 MB; Python's own default is 1000."""


def nested_too_deeply(tree: ast.AST) -> bool:
    level = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True


@contextmanager
def deep_recursion() -> Iterator[None]:
    """Recursion over trees may go as deep as DEEPEST asks for."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
