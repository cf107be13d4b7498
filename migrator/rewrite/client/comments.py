"""Comments that we leave before a statement."""

from __future__ import annotations

from ast_grep_py import SgNode

from migrator.markers import has_marker, opening, pointer
from migrator.rewrite.client.text import TextEdit, indent_before, insertion, newline_of

_HOLDERS = frozenset({"program", "statement_block", "switch_case", "switch_default", "class_body"})


def comment_before(node: SgNode, start: int, text: str, rule: str, lines: tuple[str, ...]) -> tuple[TextEdit, ...]:
    """A comment before the statement that holds `node`; none if a comment of this rule is there already.

    `start`: index in `text` of the node's script. The comment has its own lines when a statement around the node
    begins a line, and is a block comment otherwise.
    """
    inner, *outer = statements_around(node)
    for statement in (inner, *outer):
        at = start + statement.range().start.index
        indent = indent_before(text, at)
        if indent is not None:
            if _has_comment(statement, rule):
                return ()
            newline = newline_of(text)
            first, *more = (f"// {opening(rule)} {lines[0]}", *(f"//   {line}" for line in (*lines[1:], pointer(rule))))
            return (insertion(at, "".join(f"{line}{newline}{indent}" for line in (first, *more))),)
    if _has_comment(inner, rule):
        return ()
    return (
        insertion(start + inner.range().start.index, f"/* {opening(rule)} {' '.join((*lines, pointer(rule)))} */ "),
    )


def statements_around(node: SgNode) -> list[SgNode]:
    """The statements and class members that hold a node, the nearest first."""
    around: list[SgNode] = []
    for candidate in (node, *node.ancestors()):
        parent = candidate.parent()
        if parent is not None and parent.kind() in _HOLDERS:
            around.append(candidate)
    return around


def smallest_at(root: SgNode, at: int) -> SgNode:
    """The innermost named node that holds the character."""
    node = root
    while True:
        for child in node.children():
            if child.is_named() and child.range().start.index <= at < child.range().end.index:
                node = child
                break
        else:
            return node


def _has_comment(statement: SgNode, rule: str) -> bool:
    previous = statement.prev()
    while previous is not None and previous.kind() == "comment":
        if has_marker((previous.text(),), rule):
            return True
        previous = previous.prev()
    return False
