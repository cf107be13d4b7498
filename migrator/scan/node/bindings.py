"""What each name of a module is bound to, by the block that it is declared in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from migrator.scan.node.tree import FUNCTIONS, Node
from migrator.scan.node.values import ELEMENT

_SCOPES: Final = FUNCTIONS | {"statement_block", "for_in_statement", "for_statement", "catch_clause", "program"}
_PARAMETERS: Final = frozenset({"required_parameter", "optional_parameter"})


@dataclass(frozen=True, eq=False)
class Binding:
    """`steps` lead from the bound expression to the name."""

    kind: Literal["value", "parameter", "import", "declaration", "unknown"]
    node: Node
    """The expression, the function that has the parameter, the import, or the declaration."""
    steps: tuple[str, ...] = ()
    position: int = 0
    """Of the parameter."""
    specifier: str = ""
    imported: str = ""
    """Name in the other module; '*' for all of it."""
    default: Node | None = None


class Bindings:
    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self._by_scope: dict[tuple[int, str], list[Binding]] = defaultdict(list)
        self._anywhere: dict[str, list[Binding]] = defaultdict(list)
        self._assigned: dict[str, list[Node]] = defaultdict(list)
        self._pushed: dict[str, list[Node]] = defaultdict(list)
        self._specifiers: list[str] = []
        for node in tree.within():
            self._read(node)

    def specifiers(self) -> list[str]:
        return self._specifiers

    def of(self, name: Node) -> list[Binding]:
        """Bindings of an identifier: those of the innermost block that declares it, and what is assigned to it."""
        text = name.text
        found, scope = self._anywhere.get(text, []), self.tree
        for above in name.ancestors():
            if above.kind in _SCOPES and (id(above), text) in self._by_scope:
                found, scope = self._by_scope[id(above), text], above
                break
        assigned = (
            value for value in self._assigned.get(text, ()) if any(above is scope for above in value.ancestors())
        )
        return [*found, *(Binding("value", value) for value in assigned)]

    def pushed(self, name: str) -> list[Node]:
        """What is appended to a list of a name."""
        return self._pushed.get(name, [])

    def _add(self, scope: Node, name: str, binding: Binding) -> None:
        self._by_scope[id(scope), name].append(binding)
        self._anywhere[name].append(binding)

    def _read(self, node: Node) -> None:
        if node.kind == "variable_declarator":
            self._declarator(node)
        elif node.kind in FUNCTIONS:
            self._function(node)
        elif node.kind == "for_in_statement":
            self._loop(node)
        elif node.kind == "class_declaration":
            name = node.field("name")
            if name is not None:
                self._add(_scope(node), name.text, Binding("declaration", node))
        elif node.kind == "import_statement":
            self._import(node)
        elif node.kind == "assignment_expression":
            target, value = node.field("left"), node.field("right")
            if target is not None and value is not None and target.kind == "identifier":
                self._assigned[target.text].append(value)
        elif node.kind == "call_expression":
            called, given = node.field("function"), node.arguments()
            required = _required(node)
            if required is not None:
                self._specifiers.append(required)
            if called is not None and called.kind == "member_expression" and given:
                listed, _, method = called.text.rpartition(".")
                if method in {"push", "add", "unshift"} and listed.isidentifier():
                    self._pushed[listed].extend(given)

    def _declarator(self, node: Node) -> None:
        target, value = node.field("name"), node.field("value")
        if target is None:
            return
        scope = _scope(node)
        if value is None:
            if target.kind == "identifier":
                self._add(scope, target.text, Binding("unknown", node))
            return
        required = _required(value)
        for name, steps, default in names_of(target):
            if required is not None:
                imported = steps[0] if steps else "*"
                binding = Binding("import", value, steps[1:], specifier=required, imported=imported)
            else:
                binding = Binding("value", value, steps, default=default)
            self._add(scope, name, binding)

    def _function(self, node: Node) -> None:
        own = node.field("name")
        if own is not None and node.kind.endswith("declaration"):
            self._add(_scope(node), own.text, Binding("declaration", node))
        for position, pattern, default in parameters(node):
            for name, steps, inner in names_of(pattern):
                self._add(node, name, Binding("parameter", node, steps, position, default=inner or default))

    def _loop(self, node: Node) -> None:
        target, values = node.field("left"), node.field("right")
        if target is not None and values is not None:
            for name, steps, default in names_of(target):
                self._add(node, name, Binding("value", values, (ELEMENT, *steps), default=default))

    def _import(self, node: Node) -> None:
        source = node.field("source")
        specifier = (source.literal() if source is not None else None) or ""
        self._specifiers.append(specifier)
        for item in node.within("import_specifier", "namespace_import", "import_clause"):
            if item.kind == "import_specifier":
                name, alias = item.field("name"), item.field("alias")
                if name is not None:
                    binding = Binding("import", node, specifier=specifier, imported=name.text)
                    self._add(self.tree, (alias or name).text, binding)
            else:
                imported = "*" if item.kind == "namespace_import" else "default"
                for child in item.children:
                    if child.kind == "identifier":
                        self._add(
                            self.tree, child.text, Binding("import", node, specifier=specifier, imported=imported)
                        )


def parameters(function: Node) -> Iterator[tuple[int, Node, Node | None]]:
    """(position, pattern, default) of each; `this` of TypeScript and rest parameters are passed over."""
    single = function.field("parameter")
    if single is not None:
        yield 0, single, None
    given = function.field("parameters")
    for position, child in enumerate(given.children if given is not None else ()):
        pattern, default = child, None
        if child.kind in _PARAMETERS:
            pattern, default = child.field("pattern") or child, child.field("value")
        elif child.kind == "assignment_pattern":
            pattern, default = child.field("left") or child, child.field("right")
        if pattern.kind in {"identifier", "object_pattern", "array_pattern"}:
            yield position, pattern, default


def names_of(pattern: Node) -> Iterator[tuple[str, tuple[str, ...], Node | None]]:
    """(name, steps to its value, default) of all names that a pattern binds."""
    if pattern.kind == "identifier":
        yield pattern.text, (), None
    elif pattern.kind == "shorthand_property_identifier_pattern":
        yield pattern.text, (pattern.text,), None
    elif pattern.kind in {"object_assignment_pattern", "assignment_pattern"}:
        left, right = pattern.field("left"), pattern.field("right")
        for name, steps, default in names_of(left) if left is not None else ():
            yield name, steps, default or right
    elif pattern.kind == "pair_pattern":
        key, inner = pattern.field("key"), pattern.field("value")
        for name, steps, default in names_of(inner) if inner is not None else ():
            yield name, (key.text.strip("\"'") if key is not None else ELEMENT, *steps), default
    elif pattern.kind in {"array_pattern", "object_pattern", "lexical_declaration", "rest_pattern"}:
        step = (ELEMENT,) if pattern.kind == "array_pattern" else ()
        for child in pattern.children:
            for name, steps, default in names_of(child):
                yield name, (*step, *steps), default


def _scope(node: Node) -> Node:
    return next((above for above in node.ancestors() if above.kind in _SCOPES), node)


def _required(value: Node) -> str | None:
    """The module of `require('x')`, also behind `await import('x')`."""
    call = next(iter(value.within("call_expression")), None) if value.kind == "await_expression" else value
    if call is None or call.kind != "call_expression":
        return None
    called, given = call.field("function"), call.arguments()
    is_import = called is not None and called.text in {"require", "import"}
    return given[0].literal() if is_import and given else None
