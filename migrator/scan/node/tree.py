"""Syntax trees that remember their parents: what tracing needs, and a foreign tree doesn't give cheaply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from migrator.inventory.record import Location
from migrator.scan.scripts import Script

FUNCTIONS = frozenset(
    {
        "arrow_function", "function_declaration", "function_expression", "method_definition", "generator_function",
        "generator_function_declaration",
    }
)  # fmt: skip


@dataclass(eq=False)
class Node:
    """One named node; comments are left out."""

    kind: str
    own: SgNode
    script: Script
    parent: Node | None
    children: list[Node] = field(default_factory=list)
    _text: str | None = None

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = self.own.text()
        return self._text

    @property
    def location(self) -> Location:
        return self.script.location(self.own)

    def field(self, name: str) -> Node | None:
        """The child in a place of the grammar that has a name."""
        found = self.own.field(name)
        if found is None:
            return None
        where = found.range()
        spans = ((child.own.range(), child) for child in self.children)
        return next((child for span, child in spans if span.start == where.start and span.end == where.end), None)

    def ancestors(self) -> Iterator[Node]:
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def within(self, *kinds: str) -> Iterator[Node]:
        """Itself and its descendants of the kinds (all of them without any), in the order of the text."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if not kinds or node.kind in kinds:
                yield node
            waiting.extend(reversed(node.children))

    def function(self) -> Node | None:
        """The innermost function around it."""
        return next((above for above in self.ancestors() if above.kind in FUNCTIONS), None)

    def arguments(self) -> list[Node]:
        """What a call or a `new` is given."""
        given = self.field("arguments")
        return given.children if given is not None else []

    def literal(self) -> str | None:
        """The text of a string without placeholders."""
        if self.kind not in {"string", "template_string"} or "${" in self.text:
            return None
        return self.text[1:-1]


def tree_of(script: Script) -> Node:
    """The whole script, without recursion: sources may nest as deep as they like."""
    top = Node(script.root.kind(), script.root, script, None)
    waiting = [top]
    while waiting:
        node = waiting.pop()
        for child in node.own.children():
            if child.is_named() and child.kind() != "comment":
                made = Node(child.kind(), child, script, node)
                node.children.append(made)
                waiting.append(made)
    return top


def name_of(function: Node) -> str:
    """The name that a function is declared, assigned or kept under; '' for one without."""
    own = function.field("name")
    if own is not None:
        return own.text
    above = function.parent
    while above is not None and above.kind in {"arguments", "call_expression", "parenthesized_expression"}:
        above = above.parent
    if above is None:
        return ""
    named = above.field("name") or above.field("key") or above.field("property") or above.field("left")
    return named.text.rpartition(".")[2] if named is not None else ""


def qualified_name(node: Node) -> str:
    """Names of the functions and classes around a place, outermost first; '' at the top of a module."""
    around = [above for above in node.ancestors() if above.kind in FUNCTIONS or above.kind == "class_declaration"]
    names = [name_of(above) if above.kind in FUNCTIONS else _class_name(above) for above in reversed(around)]
    return ".".join(name for name in names if name)


def _class_name(node: Node) -> str:
    named = node.field("name")
    return named.text if named is not None else ""
