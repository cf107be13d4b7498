"""What a name means at a place in a script: the browser's WebSocket, or something that only shares its name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ast_grep_py import SgNode, SgRoot

_GLOBAL_OBJECTS: Final = frozenset({"window", "globalThis", "self"})
_PATTERNS: Final = frozenset(
    {
        "object_pattern",
        "array_pattern",
        "pair_pattern",
        "assignment_pattern",
        "object_assignment_pattern",
        "rest_pattern",
        "required_parameter",
        "optional_parameter",
    }
)
_FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function_declaration",
        "generator_function",
        "arrow_function",
        "method_definition",
    }
)
_NAMES: Final = frozenset({"identifier", "shorthand_property_identifier_pattern", "type_identifier"})
_NAMED: Final = frozenset({"class_declaration", "class", "enum_declaration"})
_BLOCKS: Final = frozenset({"program", "statement_block", "for_statement", "for_in_statement", "switch_body"})


@dataclass(frozen=True)
class Binding:
    """A declaration of a name."""

    declaration: SgNode
    scope: SgNode

    def covers(self, node: SgNode) -> bool:
        scope, inner = self.scope.range(), node.range()
        return scope.start.index <= inner.start.index and inner.end.index <= scope.end.index

    @property
    def size(self) -> int:
        return self.scope.range().end.index - self.scope.range().start.index

    def __str__(self) -> str:
        place = f"line {self.declaration.range().start.line + 1}"
        source = self.declaration.field("source")
        if source:
            return f"imported from {source.text()} on {place}"
        if self.declaration.kind() in _FUNCTIONS:
            return f"a parameter on {place}" if self.scope.kind() in _FUNCTIONS else f"a function on {place}"
        return f"declared on {place}"


def is_native(node: SgNode, seen: tuple[int, ...] = ()) -> bool:
    """Whether the expression is the browser's own WebSocket, also under another name or behind `|| other`."""
    node = bare(node)
    if node.kind() == "binary_expression" and _operator(node) in {"||", "??"}:
        return is_native(_field(node, "left"), seen)
    if node.kind() == "member_expression":
        return _field(node, "property").text() == "WebSocket" and _is_global_object(_field(node, "object"))
    if node.kind() != "identifier":
        return False
    binding = binding_of(node)
    if binding is None:
        return node.text() == "WebSocket"
    declared_at = binding.declaration.range().start.index
    if declared_at in seen:  # `var WebSocket = WebSocket || MozWebSocket` declares the global name once more
        return binding.declaration.kind() == "variable_declarator" and binding.scope.kind() == "program"
    return _declares_native(binding.declaration, node.text(), (*seen, declared_at))


def binding_of(name: SgNode) -> Binding | None:
    """The declaration that a name refers to; None for a global name."""
    bindings = [binding for binding in declarations(name.get_root().root(), name.text()) if binding.covers(name)]
    return min(bindings, key=lambda binding: binding.size, default=None)


def declarations(root: SgNode, name: str) -> list[Binding]:
    """Everything in a script that declares the name."""
    return [binding for node in _names_in(root.get_root()).get(name, ()) if (binding := _declared_by(node))]


@lru_cache(maxsize=8)
def _names_in(script: SgRoot) -> dict[str, list[SgNode]]:
    """All names of a script, each in the order of the text. A script is asked for hundreds of them."""
    found: dict[str, list[SgNode]] = {}
    for node in script.root().find_all(regex=r"^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$"):
        if node.kind() in _NAMES:
            found.setdefault(node.text(), []).append(node)
    return found


def bare(node: SgNode) -> SgNode:
    """The expression without parentheses and type assertions around it."""
    while node.kind() in {"parenthesized_expression", "as_expression", "non_null_expression"}:
        node = next(child for child in node.children() if child.is_named() and child.kind() != "comment")
    return node


def same(one: SgNode | None, other: SgNode | None) -> bool:
    if one is None or other is None:
        return False
    a, b = one.range(), other.range()
    return (a.start.index, a.end.index, one.kind()) == (b.start.index, b.end.index, other.kind())


def _declared_by(node: SgNode) -> Binding | None:
    """The declaration in which the node is the declared name, perhaps inside a destructuring pattern."""
    child, parent = node, node.parent()
    while parent is not None and parent.kind() in _PATTERNS:
        default = parent.field("right") or (parent.field("value") if parent.kind() != "pair_pattern" else None)
        if same(default, child):
            return None
        child, parent = parent, parent.parent()
    if parent is None or any(ancestor.kind() == "ambient_declaration" for ancestor in node.ancestors()):
        return None
    if parent.kind() in {"import_clause", "namespace_import", "import_specifier"}:
        return _imported(parent, child)
    scope = _scope_declared_in(parent, child)
    owner = parent.parent() if parent.kind() == "formal_parameters" else parent
    return Binding(owner, scope) if scope and owner else None


def _scope_declared_in(parent: SgNode, child: SgNode) -> SgNode | None:
    """Where the name `child` is known if `parent` declares it; None if it doesn't."""
    kind = parent.kind()
    if kind == "formal_parameters":
        return parent.parent()
    if kind in {"arrow_function", "catch_clause"} and same(parent.field("parameter"), child):
        return parent
    if not same(parent.field("name"), child):
        return None
    if kind == "variable_declarator":
        return _scope_of_declarator(parent)
    return _enclosing(parent, _BLOCKS) if kind in _FUNCTIONS | _NAMED else None


def _imported(parent: SgNode, child: SgNode) -> Binding | None:
    alias = parent.field("alias")
    if alias is not None and not same(alias, child):
        return None
    statement = next((a for a in parent.ancestors() if a.kind() == "import_statement"), None)
    return Binding(statement, statement.get_root().root()) if statement else None


def _scope_of_declarator(declarator: SgNode) -> SgNode:
    declaration = declarator.parent()
    if declaration is not None and declaration.kind() == "variable_declaration":  # var
        return _enclosing(declarator, _FUNCTIONS | {"program"})
    return _enclosing(declarator, _BLOCKS)


def _enclosing(node: SgNode, kinds: frozenset[str]) -> SgNode:
    return next((ancestor for ancestor in node.ancestors() if ancestor.kind() in kinds), node.get_root().root())


def _declares_native(declaration: SgNode, name: str, seen: tuple[int, ...]) -> bool:
    if declaration.kind() != "variable_declarator" or is_assigned(declaration, name):
        return False
    value = declaration.field("value")
    if value is None:
        return False
    pattern = _field(declaration, "name")
    if pattern.kind() == "object_pattern":
        taken = [child.text() for child in pattern.children() if child.kind() in _NAMES]
        return name == "WebSocket" and name in taken and _is_global_object(value)
    return is_native(value, seen)


def is_assigned(declaration: SgNode, name: str) -> bool:
    """Whether a script gives the name another value anywhere."""
    assignments = declaration.get_root().root().find_all(kind="assignment_expression")
    return any(_field(assignment, "left").text() == name for assignment in assignments)


def _is_global_object(node: SgNode) -> bool:
    node = bare(node)
    return node.kind() == "identifier" and node.text() in _GLOBAL_OBJECTS and binding_of(node) is None


def _operator(node: SgNode) -> str:
    return _field(node, "operator").text()


def _field(node: SgNode, name: str) -> SgNode:
    found = node.field(name)
    if found is None:
        raise ValueError(f"{node.kind()} without {name}")
    return found
