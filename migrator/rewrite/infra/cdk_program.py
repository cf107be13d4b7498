"""A CDK program as text and nodes, the same for TypeScript, JavaScript and Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ast_grep_py import SgNode, SgRoot

from migrator.rewrite.infra.text_edits import TextEdit, line_end, line_start
from migrator.rewrite.infra.yaml_document import CannotEdit

LANGUAGES: Final = {
    ".ts": "typescript",
    ".mts": "typescript",
    ".js": "javascript",
    ".mjs": "javascript",
    ".py": "python",
}
STATEMENTS: Final = frozenset(
    {"lexical_declaration", "variable_declaration", "expression_statement", "public_field_definition"}
)
CALLS: Final = frozenset({"new_expression", "call_expression", "call"})
MEMBERS: Final = frozenset({"member_expression", "attribute"})
LISTS: Final = frozenset({"array", "list", "object", "dictionary", "arguments", "argument_list"})
PAIRS: Final = frozenset({"pair", "keyword_argument"})
_SELVES: Final = frozenset({"this", "self"})


class CdkProgram:
    """Raises CannotEdit when the file doesn't parse."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self.text = path, text
        self.language = LANGUAGES[path[path.rindex(".") :]]
        self.root = SgRoot(text, self.language).root()
        if any(node.kind() == "ERROR" for node in self.nodes()):
            raise CannotEdit(f"{path} doesn't parse")

    def nodes(self, top: SgNode | None = None) -> Iterator[SgNode]:
        waiting = [top or self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(node.children())

    def calls_at(self, line: int, column: int) -> list[SgNode]:
        """The calls and constructions that begin at a place of the inventory, the outermost first."""
        return [
            node
            for node in self.nodes()
            if node.kind() in CALLS and (node.range().start.line + 1, node.range().start.column + 1) == (line, column)
        ]

    def names(self) -> Iterator[tuple[SgNode, str]]:
        """Variables and attributes of the object itself, where they are read or set: `api`, `this.api`."""
        for node in self.nodes():
            if node.kind() == "identifier":
                above = node.parent()
                if above is None or above.kind() not in MEMBERS or span(above.children()[-1]) != span(node):
                    yield node, node.text()
            of_self = node.kind() in MEMBERS and node.children()[0].text() in _SELVES
            if of_self or node.kind() == "shorthand_property_identifier":
                yield node, node.text()


def statement_of(node: SgNode) -> SgNode:
    """The statement that a node is in. Raises CannotEdit for one that can't simply be taken out."""
    for above in (node, *node.ancestors()):
        if above.kind() in STATEMENTS:
            return above
        if above.kind().endswith("_statement"):
            break
    raise CannotEdit(f"line {node.range().start.line + 1} is no statement of its own")


def bound_name(statement: SgNode) -> str:
    """The variable or attribute that a statement sets; '' for none. Raises CannotEdit for several."""
    if statement.kind() == "public_field_definition":
        return ""
    declarators = [child for child in statement.children() if child.kind() == "variable_declarator"]
    targets = [declarator.children()[0] for declarator in declarators]
    if statement.kind() == "expression_statement":
        inner = statement.children()[0]
        targets = [inner.children()[0]] if inner.kind() in {"assignment", "assignment_expression"} else []
    if len(targets) > 1 or any(t.kind() not in {"identifier", *MEMBERS} for t in targets):
        raise CannotEdit(f"line {statement.range().start.line + 1} sets several variables")
    return targets[0].text() if targets else ""


def removal(text: str, node: SgNode) -> TextEdit:
    """A statement: whole lines, with the comment right above where lines are whole; an element: with one comma."""
    start, end = span(node)
    above = node.parent()
    if above is not None and above.kind() in LISTS:
        siblings = [child for child in above.children() if child.is_named() and child.kind() != "comment"]
        place = [span(sibling) for sibling in siblings].index((start, end))
        if place:
            return TextEdit(span(siblings[place - 1])[1], end, "")
        return TextEdit(start, span(siblings[1])[0] if len(siblings) > 1 else end, "")
    if text[end : end + 1] == ";":
        end += 1
    first, last = line_start(text, start), line_end(text, end)
    if text[first:start].strip() or text[end:last].strip():
        return TextEdit(start, end, "")
    indent = text[first:start]
    while first and text[line_start(text, first - 1) : first].startswith((f"{indent}//", f"{indent}#")):
        first = line_start(text, first - 1)
    if not first or not text[line_start(text, first - 1) : first].strip():
        while last < len(text) and not text[last : line_end(text, last)].strip():
            last = line_end(text, last)
    return TextEdit(first, last, "")


def span(node: SgNode) -> tuple[int, int]:
    return node.range().start.index, node.range().end.index
