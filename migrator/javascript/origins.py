"""Where the value of an expression comes from: the environment, a package, or the script itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from ast_grep_py import SgNode

from migrator.javascript.names import Binding, bare, binding_of, is_assigned, is_native

Kind = Literal["native", "package", "global", "own"]

_MOST_STEPS: Final = 8
"""Aliases of aliases that are followed."""


@dataclass(frozen=True)
class Origin:
    """`native`: the browser's WebSocket. `global`: a name that nothing in the script declares."""

    kind: Kind
    name: str
    """What a package exports it as ('default', '*' for all of it), else the name in the script."""
    package: str = ""
    """As the import names it, a path of the application too; empty for the other kinds."""
    declared: SgNode | None = None
    """The declaration in the script; None for what the environment has."""


def origin(node: SgNode) -> Origin | None:
    """None for an expression that is neither a name nor a member of one."""
    return _origin(node, _MOST_STEPS)


def _origin(node: SgNode, steps: int) -> Origin | None:
    node = bare(node)
    if not steps:
        return None
    if node.kind() in {"identifier", "type_identifier", "member_expression"} and is_native(node):
        return Origin("native", "WebSocket")
    if node.kind() in {"identifier", "type_identifier"}:
        binding = binding_of(node)
        return Origin("global", node.text()) if binding is None else _declared(binding, node.text(), steps)
    if node.kind() == "member_expression":
        return _member(node, steps)
    if node.kind() == "await_expression":
        inner = next((child for child in node.children() if child.is_named()), None)
        return _origin(inner, steps - 1) if inner is not None else None
    return _required(node)


def _member(node: SgNode, steps: int) -> Origin | None:
    target, member = node.field("object"), node.field("property")
    inner = _origin(target, steps - 1) if target is not None else None
    if inner is None or member is None:
        return None
    if inner.kind == "package" and inner.name in {"*", "default"}:
        return Origin("package", member.text(), inner.package, inner.declared)
    return Origin("global", node.text()) if inner.kind == "global" else None


def _declared(binding: Binding, name: str, steps: int) -> Origin | None:
    declaration = binding.declaration
    if declaration.kind() == "import_statement":
        source = declaration.field("source")
        package = source.text()[1:-1] if source is not None else ""
        return Origin("package", _imported_as(declaration, name), package, declaration)
    value = declaration.field("value") if declaration.kind() == "variable_declarator" else None
    if value is None or is_assigned(declaration, name):
        return Origin("own", name, declared=declaration)
    found = _origin(value, steps - 1)
    if found is None or found.kind != "package":
        return found or Origin("own", name, declared=declaration)
    pattern = declaration.field("name")
    if pattern is not None and pattern.kind() == "object_pattern":
        return Origin("package", _taken_as(pattern, name), found.package, declaration)
    return Origin("package", found.name, found.package, declaration)


def _required(node: SgNode) -> Origin | None:
    """require("x") and import("x")."""
    if node.kind() != "call_expression":
        return None
    called, given = node.field("function"), node.field("arguments")
    first = next((child for child in given.children() if child.kind() == "string"), None) if given else None
    if called is None or first is None or called.text() not in {"require", "import"}:
        return None
    return Origin("package", "*", first.text()[1:-1])


def _imported_as(statement: SgNode, name: str) -> str:
    for specifier in statement.find_all(kind="import_specifier"):
        exported, alias = specifier.field("name"), specifier.field("alias")
        if exported is not None and (alias or exported).text() == name:
            return exported.text()
    return "*" if statement.find(kind="namespace_import") else "default"


def _taken_as(pattern: SgNode, name: str) -> str:
    """The key that an object pattern takes a name from."""
    for pair in pattern.children():
        key, value = pair.field("key"), pair.field("value")
        if pair.kind() == "pair_pattern" and key is not None and value is not None and value.text() == name:
            return key.text()
    return name
