"""What the code says of each field of an option class, so that the configuration can't say something else."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache

_LISTED = re.compile(
    r"^(?P<names>[a-z_]+(?:, [a-z_]+)*): (?P<words>.+?)(?=^[a-z_]+(?:, [a-z_]+)*: |\Z)", re.MULTILINE | re.DOTALL
)


@cache
def descriptions_of(options: type) -> dict[str, str]:
    """Field -> the words below it, or those after `name:` in the docstring of its class. Empty without its source."""
    found: dict[str, str] = {}
    for owner in reversed(options.__mro__[:-1]):
        try:
            source = textwrap.dedent(inspect.getsource(owner))
        except (OSError, TypeError):
            continue
        definition = ast.parse(source).body[0]
        assert isinstance(definition, ast.ClassDef)
        found.update(_listed(inspect.cleandoc(ast.get_docstring(definition) or "")))
        found.update(_below(definition))
    return found


def _listed(docstring: str) -> Iterator[tuple[str, str]]:
    for match in _LISTED.finditer(docstring):
        for name in match["names"].split(", "):
            words = _one_line(match["words"])
            yield name, words[:1].upper() + words[1:]


def _below(definition: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        ):
            yield statement.target.id, _one_line(following.value.value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
