"""The Python clients of an application: a verdict for each site, and the modules as they become."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from migrator.inventory.model import Client
from migrator.markers import has_marker, opening, pointer
from migrator.rewrite.client.library import existing, folder_of
from migrator.rewrite.client.python_client import RULE, Module, rewritten
from migrator.rewrite.client.text import TextEdit, applied, insertion, newline_of
from migrator.rewrite.client.verdict import Verdict, failed
from migrator.rewrite.edit import FileEdit
from templates import client_library

_NEEDS: Final = {"sse_socket": ("sse_socket",), "sse_socket_threads": ("sse_socket", "sse_socket_threads")}
_OURS: Final = re.compile(r'"""The surface of `websocket')
_FIXED: Final = re.compile(r"\bwss?://(?!localhost|127\.0\.0\.1)|\bexecute-api\b")
_ADDRESS: Final = "The address has to lead to /stream of the migrated application, where it led to the stage."
_FIXED_LINES: Final = (
    "The address is fixed in the code. Make it lead to /stream",
    "of the migrated application, where it led to the stage of the API.",
)
_RELATIVE: Final = re.compile(r"^(\s*)from \.(?: import)? ?sse_socket", re.MULTILINE)
_BOM: Final = "\ufeff"


class PythonClients:
    """`texts`: modules as other rules have left them, by path; the rest is read from the disk."""

    def __init__(self, app: Path, texts: Mapping[str, str]) -> None:
        self._app, self._texts = app, texts
        self._edits: dict[str, FileEdit] = {}

    def verdicts(self, path: str, clients: list[Client]) -> list[Verdict]:
        """For all clients of a module, in the order of their places."""
        before = existing(self._app / path)
        text = self._texts.get(path, before)
        if text is None or "\ufffd" in text:
            return [failed("the file can't be read as UTF-8 text")] * len(clients)
        mark = _BOM if text.startswith(_BOM) else ""
        text = text.removeprefix(_BOM)
        module = rewritten(text)
        if module is None:
            return [failed("the file is no valid Python")] * len(clients)
        taken = next((name for name in self._library_paths(path, module) if self._is_another(name)), None)
        if taken is not None:
            return [failed(f"{taken} is another file with the name of the library")] * len(clients)
        if not module.libraries:
            module.obstacles.append(f"{clients[0].library} has an interface of its own; use sse_socket.py by hand")
        if module.obstacles:
            obstacle = module.obstacles[0]
            said = (f"{obstacle[0].upper()}{obstacle[1:]}.",)
            module.edits = _comment(module, self._first_call(module, clients), said)
            found = [Verdict("marked", f"Not rewritten: {obstacle}.", RULE, "manual")] * len(clients)
        else:
            found = [self._verdict(module, at, client) for at, client in enumerate(clients)]
            self._add_library(path, module)
        after = mark + applied(text, module.edits)
        self._edits[path] = FileEdit(path, before, after)
        return found

    def edits(self) -> list[FileEdit]:
        return list(self._edits.values())

    def _verdict(self, module: Module, at: int, client: Client) -> Verdict:
        call = module.calls[at] if at < len(module.calls) else None
        fixed = call is not None and bool(_FIXED.search(_address(module.tree, call)))
        in_query = "The token stays in the query string, where logs see it." if client.token == "query" else ""  # noqa: S105  a place
        if not fixed or call is None:
            return Verdict("rewritten", " ".join(part for part in (_ADDRESS, in_query) if part), RULE, "review")
        module.edits += _comment(module, call, _FIXED_LINES)
        return Verdict("marked", " ".join((*_FIXED_LINES, in_query)).strip(), RULE, "review")

    def _first_call(self, module: Module, clients: list[Client]) -> ast.Call | None:
        if module.calls:
            return module.calls[0]
        lines = {client.location.line for client in clients}
        calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and node.lineno in lines)
        return next(calls, None)

    def _library_paths(self, path: str, module: Module) -> list[str]:
        names = dict.fromkeys(name for library in sorted(module.libraries) for name in _NEEDS[library])
        return [f"{folder_of(path)}{name}.py" for name in names]

    def _is_another(self, path: str) -> bool:
        text = existing(self._app / path)
        return text is not None and not _OURS.match(text)

    def _add_library(self, path: str, module: Module) -> None:
        relative = bool(_RELATIVE.search(applied(module.text, module.edits)))
        for name in self._library_paths(path, module):
            text = client_library(name.rpartition("/")[2])
            if not relative:
                text = text.replace("from .sse_socket import", "from sse_socket import")
            self._edits[name] = FileEdit(name, existing(self._app / name), text)


def with_python(clients: PythonClients, found: list[Client]) -> dict[str, Verdict]:
    """A verdict for each site, by its id."""
    verdicts: dict[str, Verdict] = {}
    by_path: dict[str, list[Client]] = {}
    for client in found:
        by_path.setdefault(client.location.path, []).append(client)
    for path, here in by_path.items():
        ordered = sorted(here, key=lambda client: (client.location.line, client.location.column))
        for client, verdict in zip(ordered, clients.verdicts(path, ordered), strict=True):
            verdicts[f"client:{client.location}"] = verdict
    return verdicts


def _address(tree: ast.Module, call: ast.Call) -> str:
    """The source of the address, and of what its names are given in the module."""
    named = [keyword.value for keyword in call.keywords if keyword.arg in {"uri", "url"}]
    address = call.args[0] if call.args else named[0] if named else None
    if address is None:
        return ""
    names = {node.id for node in ast.walk(address) if isinstance(node, ast.Name)}
    values = [
        ast.unparse(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id in names for target in node.targets)
    ]
    return "\n".join([ast.unparse(address), *values])


def _comment(module: Module, call: ast.Call | None, lines: tuple[str, ...]) -> list[TextEdit]:
    """Before the line of the statement that holds the call; none if a comment of the rule is there."""
    statements = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.stmt) and call is not None and node.lineno <= call.lineno <= (node.end_lineno or 0)
    ]
    if not statements:
        return []
    line = max(statement.lineno for statement in statements)
    every = module.text.split("\n")
    above = []
    for text in reversed(every[: line - 1]):
        if not text.lstrip().startswith("#"):
            break
        above.append(text)
    if has_marker(above, RULE):
        return []
    indent = every[line - 1][: len(every[line - 1]) - len(every[line - 1].lstrip())]
    newline = newline_of(module.text)
    first, *more = (*lines, pointer(RULE))
    said = [f"# {opening(RULE)} {first}", *(f"#   {text}" for text in more)]
    return [insertion(module.places.index(line, 0), "".join(f"{indent}{text}{newline}" for text in said))]
