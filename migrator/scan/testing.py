"""Tests and mocks of the WebSocket path: they have to move with it."""

from __future__ import annotations

import re
from typing import Final

from migrator.inventory.model import TestUse
from migrator.inventory.record import Location
from migrator.scan.files import Files
from migrator.scan.python.imports import is_test
from migrator.scan.scripts import SUFFIXES
from migrator.scan.sieve import sought

_WORDS: Final = sought(
    b"post_to_connection", b"GoneException", b"apigatewaymanagementapi", b"connectionId", b"routeKey", b"websocket",
    b"WebSocket", suffixes=(".py", *SUFFIXES),
)  # fmt: skip
_SIGNS: Final = re.compile(
    r"post_to_connection|GoneException|apigatewaymanagementapi|connectionId|routeKey|websockets?\.connect"
    r"|WebSocketApp|new WebSocket\b|useWebSocket|[mM]ock\w*WebSocket"
)
_IMPORT: Final = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)(?:[ \t]+import[ \t]+\(?([\w, \t]+))?", re.MULTILINE)
_SCRIPT_TEST: Final = re.compile(r"\.(test|spec)\.[cm]?[jt]sx?$|(^|/)(__tests__|__mocks__)/")


_ANY: Final = frozenset({"handler", "handlers", "app", "index", "main", "lambda_function"})
"""Module names that say nothing of which module it is."""


def uses_in_tests(files: Files, paths: frozenset[str] = frozenset()) -> list[TestUse]:
    """One for each test file. `paths` are the modules of the WebSocket path, which tests may import."""
    modules = frozenset(_dotted(path) for path in paths)
    last = {name.rpartition(".")[2] for name in modules}
    found: list[TestUse] = []
    for path in _test_files(files):
        text = files.text(path)
        if text is None:
            continue
        sign = _SIGNS.search(text) if files.mentions(path, *_WORDS) else None
        imported = None
        if sign is None and any(name in text for name in last):
            imported = next((match for match in _IMPORT.finditer(text) if _is_ours(match, modules)), None)
        match = sign or imported
        if match:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
            what = f"uses {match.group(0).strip()}" if sign else f"imports {match.group(1)}"
            found.append(TestUse(location=Location(path=path, line=line, column=column), summary=f"a test that {what}"))
    return found


def read_tests(files: Files) -> None:
    """Reads the test files, so that those that can't be read are among the problems and the counts."""
    for path in _test_files(files):
        files.text(path)


def _test_files(files: Files) -> list[str]:
    return [path for path in files.paths if (path.endswith(".py") and is_test(path)) or is_script_test(path)]


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_ours(match: re.Match[str], modules: frozenset[str]) -> bool:
    """Whether an import names one of the modules, from the application's folder or from a folder on the way to it."""
    module, names = match.group(1), (match.group(2) or "").split(",")
    named = {module, *(f"{module}.{name.split()[0]}" for name in names if name.strip())}
    return bool(named & modules) or any(
        ours.endswith(f".{name}") for ours in modules for name in named if name not in _ANY
    )


def is_script_test(path: str) -> bool:
    return path.endswith(("js", "ts", "jsx", "tsx")) and _SCRIPT_TEST.search(path) is not None
