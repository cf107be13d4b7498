"""The scripts of a file: a JavaScript or TypeScript file is one, an HTML page holds any number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from ast_grep_py import SgNode, SgRoot

Kind = Literal["module", "classic", "commonjs", "unknown"]
"""How a script reaches other code: import, shared global names, require, or nothing in it tells."""

GRAMMARS: Final = {
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
}
PAGES: Final = frozenset({".html", ".htm"})
COMPONENTS: Final = frozenset({".vue", ".svelte"})
"""Their scripts are modules: https://vuejs.org/api/sfc-spec.html"""
_SCRIPT_TYPES: Final = frozenset({"", "text/javascript", "application/javascript", "module"})


@dataclass(frozen=True)
class Tag:
    """A script element of an HTML page."""

    start: int
    """Index of `<script` in the page."""
    attributes: dict[str, str]
    body: str
    body_start: int

    @property
    def is_module(self) -> bool:
        return self.attributes.get("type", "").lower() == "module"

    @property
    def is_script(self) -> bool:
        return self.attributes.get("type", "").lower() in _SCRIPT_TYPES


@dataclass(frozen=True)
class Script:
    """A script and where it begins in its file."""

    root: SgNode
    start: int
    kind: Kind
    typed: bool
    """True for TypeScript."""
    tag: Tag | None
    """The element that holds it; None for a file that is a script as a whole."""

    @property
    def quote(self) -> str:
        """The quotation mark that most strings of the script have; a double one where neither leads."""
        marks = [node.text()[:1] for node in self.root.find_all(kind="string")]
        return "'" if marks.count("'") > marks.count('"') else '"'

    def errors(self) -> list[SgNode]:
        return self.root.find_all(kind="ERROR")


def scripts_of(path: str, text: str) -> list[Script]:
    """The scripts in the order in which they stand; none for a kind of file that is not known."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in PAGES:
        return [_inline(tag) for tag in tags_of(text) if tag.is_script and tag.body.strip()]
    if suffix in COMPONENTS:
        return [_of_component(tag) for tag in tags_of(text) if tag.body.strip()]
    if suffix not in GRAMMARS:
        return []
    root = SgRoot(text, GRAMMARS[suffix]).root()
    return [Script(root, 0, _kind(suffix, root), GRAMMARS[suffix] != "javascript", None)]


def tags_of(page: str) -> list[Tag]:
    """The script elements of a page, comments and text left out."""
    return [_tag(element) for element in SgRoot(page, "html").root().find_all(kind="script_element")]


def _inline(tag: Tag) -> Script:
    root = SgRoot(tag.body, "javascript").root()
    return Script(root, tag.body_start, "module" if tag.is_module else "classic", False, tag)


def _of_component(tag: Tag) -> Script:
    language = tag.attributes.get("lang", "").lower()
    grammar = {"ts": "typescript", "tsx": "tsx"}.get(language, "javascript")
    return Script(SgRoot(tag.body, grammar).root(), tag.body_start, "module", grammar != "javascript", tag)


def _tag(element: SgNode) -> Tag:
    attributes: dict[str, str] = {}
    for attribute in element.find_all(kind="attribute"):
        name = attribute.find(kind="attribute_name")
        value = attribute.find(kind="attribute_value")
        if name:
            attributes.setdefault(name.text().lower(), value.text() if value else "")
    body = element.find(kind="raw_text")
    start = element.range().start.index
    if body is None:
        return Tag(start, attributes, "", element.range().end.index)
    return Tag(start, attributes, body.text(), body.range().start.index)


def _kind(suffix: str, root: SgNode) -> Kind:
    if suffix in {".mjs", ".mts"} or any(n.kind() in {"import_statement", "export_statement"} for n in root.children()):
        return "module"
    if suffix in {".cjs", ".cts"} or root.find(any=[{"pattern": "require($$$)"}, {"pattern": "module.exports"}]):
        return "commonjs"
    return "unknown"
