"""JavaScript and TypeScript sources, alone or inside HTML, as trees whose places are those of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from ast_grep_py import SgNode, SgRoot

from migrator.inventory.model import Language
from migrator.inventory.record import Location
from migrator.isolation import parsing
from migrator.scan.files import Files

_LANGUAGES: Final = {
    ".js": "javascript", ".mjs": "javascript", ".cjs": "javascript", ".jsx": "javascript",
    ".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx",
}  # fmt: skip
_PAGES: Final = frozenset({".html", ".htm", ".vue", ".svelte"})
_SCRIPT: Final = re.compile(r"<script\b([^>]*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
_NO_CODE: Final = re.compile(
    r"type\s*=\s*[\"']?(?:application/json|application/ld\+json|text/template|importmap)", re.IGNORECASE
)
SUFFIXES: Final = (*_LANGUAGES, *_PAGES)

_FUNCTIONS: Final = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "method_definition",
        "function",
        "generator_function",
    }
)


@dataclass
class Script:
    """One piece of code of a file."""

    path: str
    language: Language
    root: SgNode
    text: str
    lines_before: int = 0
    columns_before: int = 0
    """How far the code's first line stands from the left of the page."""
    _named: dict[str, list[SgNode]] = field(default_factory=dict)

    def location(self, node: SgNode) -> Location:
        start = node.range().start
        shift = self.columns_before if start.line == 0 else 0
        return Location(path=self.path, line=start.line + 1 + self.lines_before, column=start.column + 1 + shift)

    def functions_named(self, name: str) -> list[SgNode]:
        """Functions, methods and arrow functions that the file gives a name to."""
        if not self._named:
            self._named = {"": []}
            for node in nodes(self.root, "function_declaration", "method_definition"):
                self._name(node.field("name"), node)
            field_kind = "field_definition" if self.language == "javascript" else "public_field_definition"
            for node in nodes(self.root, "variable_declarator", field_kind, "pair"):
                value = node.field("value")
                if value is not None and (value.kind() in _FUNCTIONS or value.kind() == "call_expression"):
                    self._name(node.field("name") or node.field("key") or node.field("property"), value)
            for node in nodes(self.root, "assignment_expression"):
                value, target = node.field("right"), node.field("left")
                if value is not None and target is not None and value.kind() in _FUNCTIONS:
                    self._name(target.field("property") or target, value)
        return self._named.get(name, [])

    def _name(self, name: SgNode | None, value: SgNode) -> None:
        if name is not None:
            self._named.setdefault(name.text(), []).append(value)

    def value_of(self, name: str) -> list[SgNode]:
        """What variables of a name are given."""
        found = []
        for node in nodes(self.root, "variable_declarator"):
            target, value = node.field("name"), node.field("value")
            if target is not None and value is not None and target.text() == name:
                found.append(value)
        return found


def scripts(files: Files, path: str) -> Iterator[Script]:
    text = files.text(path)
    if text is None:
        return
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in _LANGUAGES:
        tool = _LANGUAGES[suffix]
        language: Language = "javascript" if tool == "javascript" else "typescript"
        with parsing(path):
            root = SgRoot(text, tool).root()
        yield Script(path, language, root, text)
        return
    for match in _SCRIPT.finditer(text):
        attributes, code = match.group(1), match.group(2)
        if code.strip() and not _NO_CODE.search(attributes):
            typed = bool(re.search(r"lang\s*=\s*[\"']?tsx?", attributes))
            before = text[: match.start(2)]
            with parsing(path):
                root = SgRoot(code, "typescript" if typed else "javascript").root()
            yield Script(
                path,
                "typescript" if typed else "javascript",
                root,
                code,
                lines_before=before.count("\n"),
                columns_before=len(before) - before.rfind("\n") - 1,
            )


def nodes(node: SgNode, *kinds: str) -> list[SgNode]:
    """Descendants of the kinds, in the order of the text."""
    return list(node.find_all({"rule": {"any": [{"kind": kind} for kind in kinds]}}))


def arguments(call: SgNode) -> list[SgNode]:
    given = call.field("arguments")
    return (
        [child for child in given.children() if child.is_named() and child.kind() != "comment"]
        if given is not None
        else []
    )


def enclosing_function(node: SgNode) -> SgNode | None:
    return next((ancestor for ancestor in node.ancestors() if ancestor.kind() in _FUNCTIONS), None)


def literal(node: SgNode | None) -> str | None:
    """The text of a string literal without placeholders."""
    if node is None or node.kind() not in {"string", "template_string"} or "${" in node.text():
        return None
    return node.text()[1:-1]
