"""Clients that are left in scripts, for the detector: by the words of imports and calls, without any code of the rules.

https://websockets.spec.whatwg.org/#the-websocket-interface
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Final

from ast_grep_py import SgNode, SgRoot

LANGUAGES: Final = {
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
}
PAGES: Final = (".html", ".htm", ".vue", ".svelte")
SUFFIXES: Final = (*LANGUAGES, *PAGES)

OURS: Final = "SseSocket"
_WORDS: Final = re.compile(r"WebSocket|webSocket|websocket|ockette|partysocket|['\"]ws['\"]|isomorphic-ws")
_SCRIPT: Final = re.compile(r"<script\b([^>]*)>(.*?)</script", re.DOTALL | re.IGNORECASE)
_PACKAGES: Final = re.compile(
    r"^(?:ws|isomorphic-ws|websocket|reconnecting-websocket|partysocket(?:/\w[\w-]*)?|rxjs/web[sS]ocket|sockette|ahooks"
    r"|react-use-websocket(?:/.*)?|websocket-as-promised|robust-websocket|websocket-ts|@vueuse/core"
    r"|react-native-reconnecting-websocket)$"
)
_TELLABLE: Final = re.compile(r"^(?:reconnecting-websocket|partysocket|rxjs/|websocket-as-promised)")
"""Packages that can be told which class to make their sockets of."""
_OPENERS: Final = frozenset(
    {"default", "*", "WebSocket", "w3cwebsocket", "useWebSocket", "webSocket", "WebSocketSubject", "PartySocket",
     "Websocket", "WebsocketBuilder"}
)  # fmt: skip
_IMPORT: Final = re.compile(r"import\s+(?!type\b)([^;'\"]+?)\s+from\s*['\"]([^'\"]+)['\"]")
_REQUIRE: Final = re.compile(r"([\w$]+|\{[^}]*\})\s*=\s*(?:await\s+)?(?:require|import)\(\s*['\"]([^'\"]+)['\"]\s*\)")
_NATIVE: Final = re.compile(r"^\(?(?:window\.|self\.|globalThis\.)?WebSocket\)?$")
_PYTHON: Final = re.compile(r"^websockets?(?:$|\.)")
_PYTHON_OPENERS: Final = frozenset({"connect", "create_connection", "WebSocketApp", "WebSocket"})
_BROUGHT: Final = frozenset({"ReconnectingWebSocket", "Sockette", "WebSocketAsPromised", "RobustWebSocket"})
"""Global names that script tags bring."""


def left_in_python(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    """Line and words of each client in a module, given all of its nodes."""
    brought: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            names = ((alias.asname or alias.name.partition(".")[0], alias.name) for alias in node.names)
            brought.update((name, source) for name, source in names if _PYTHON.match(source))
        elif isinstance(node, ast.ImportFrom) and not node.level and _PYTHON.match(node.module or ""):
            brought.update((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        head, _dot, _rest = called.partition(".")
        last = (brought[head] + called[len(head) :] if head in brought else called).rpartition(".")[2]
        if (head in brought and last in _PYTHON_OPENERS) or called.endswith(".ws_connect"):
            yield node.lineno, f"opens a WebSocket with {called}"


def left_in_script(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Line and words of each client in a script, page or component."""
    suffix = PurePosixPath(path).suffix.lower()
    if not _WORDS.search(text):
        return
    if suffix in LANGUAGES:
        yield from _left(SgRoot(text, LANGUAGES[suffix]).root(), text, 0)
    elif suffix in PAGES:
        page = re.sub(r"<!--.*?-->", lambda match: re.sub(r"[^\n]", " ", match[0]), text, flags=re.DOTALL)
        for found in _SCRIPT.finditer(page):
            typed = re.search(r"lang\s*=\s*['\"]?tsx?", found[1])
            code = text[found.start(2) : found.end(2)]
            root = SgRoot(code, "typescript" if typed else "javascript").root()
            yield from _left(root, code, text.count("\n", 0, found.start(2)))


def _left(root: SgNode, text: str, lines_before: int) -> Iterator[tuple[int, str]]:
    taken = dict(_taken(text))
    opens = root.find_all(any=[{"kind": "new_expression"}, {"kind": "call_expression"}, {"kind": "class_heritage"}])
    for node in opens:
        what = _what(node, taken)
        if what is not None and not (_TELLABLE.match(what) and OURS in node.text()):
            yield node.range().start.line + 1 + lines_before, f"opens a {what}"


def _what(node: SgNode, taken: dict[str, str]) -> str | None:
    if node.kind() == "class_heritage":
        named = re.sub(r"^extends\s+", "", node.text()).split()[0]
    else:
        callee = node.field("constructor") or node.field("function")
        named = callee.text() if callee is not None else ""
    made = node.kind() != "call_expression"
    if any(named in _parameters(ancestor) for ancestor in node.ancestors()):
        return None
    if named in taken:
        return taken[named] or None
    if made and _NATIVE.match(named) and taken.get("WebSocket") is None:
        return "WebSocket"
    head, _dot, member = named.rpartition(".")
    if head in taken and taken[head] and member in _OPENERS:
        return taken[head]
    return named if made and named in _BROUGHT else None


def _parameters(function: SgNode) -> list[str]:
    given = function.field("parameters") or function.field("parameter")
    return re.findall(r"[\w$]+", given.text()) if given is not None else []


def _taken(text: str) -> Iterator[tuple[str, str]]:
    """Name in the script -> package that it opens connections with; '' for a name of anything else."""
    for clause, package in (*_IMPORT.findall(text), *_REQUIRE.findall(text)):
        of_sockets = bool(_PACKAGES.match(package))
        for exported, name in _names(clause):
            if of_sockets and exported in _OPENERS:
                yield name, package
            elif name == "WebSocket" or name in _BROUGHT:
                yield name, ""
    for declared in re.findall(r"\bclass\s+(WebSocket)\b", text):
        yield declared, ""


def _names(clause: str) -> Iterator[tuple[str, str]]:
    """(exported name, name in the script) of an import clause or an object pattern."""
    braces = re.search(r"\{([^}]*)\}", clause)
    for part in braces[1].split(",") if braces else ():
        words = re.split(r"\s+as\s+|\s*:\s*", part.strip().removeprefix("type "))
        if words[0]:
            yield words[0], words[-1]
    for part in re.sub(r"\{[^}]*\}", "", clause).split(","):
        words = part.strip().split()
        if words:
            yield ("*" if words[0] == "*" else "default"), words[-1]
