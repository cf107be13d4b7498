"""Tests and mocks of the WebSocket path: they have to move with it."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from migrator.inventory.model import TestUse
from migrator.inventory.record import Location
from migrator.scan.files import Files
from migrator.scan.python.imports import is_test

_SIGNS: Final = re.compile(
    r"post_to_connection|GoneException|apigatewaymanagementapi|connectionId|routeKey|websockets?\.connect"
    r"|WebSocketApp|new WebSocket\b|useWebSocket|[mM]ock\w*WebSocket"
)
_IMPORT: Final = re.compile(r"^\s*(?:from|import)\s+([\w.]+)", re.MULTILINE)
_SCRIPT_TEST: Final = re.compile(r"\.(test|spec)\.[cm]?[jt]sx?$")


_ANY: Final = frozenset({"handler", "handlers", "app", "index", "main", "lambda_function"})
"""Module names that say nothing of which module it is."""


def uses_in_tests(files: Files, handlers: frozenset[str] = frozenset()) -> list[TestUse]:
    """One for each test file. `handlers` are the modules of handlers, as tests may import them."""
    modules = handlers - _ANY
    found: list[TestUse] = []
    for path in files.paths:
        if not (path.endswith(".py") and is_test(path)) and not is_script_test(path):
            continue
        text = files.text(path)
        if text is None:
            continue
        sign = _SIGNS.search(text)
        imported = next((match for match in _IMPORT.finditer(text) if match.group(1) in modules), None)
        match = sign or imported
        if match:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
            what = f"uses {match.group(0).strip()}" if sign else f"imports the handlers of {match.group(1)}"
            found.append(TestUse(location=Location(path=path, line=line, column=column), summary=f"a test that {what}"))
    return found


def is_script_test(path: str) -> bool:
    folders = set(PurePosixPath(path).parts[:-1])
    return bool(_SCRIPT_TEST.search(path)) or "__tests__" in folders or "__mocks__" in folders
