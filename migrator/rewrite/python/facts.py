"""What is known of one parsed module: places, parents, and which expressions mean the same variable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import libcst as cst
from libcst.metadata import (
    BuiltinAssignment,
    CodeRange,
    ExpressionContext,
    ExpressionContextProvider,
    MetadataWrapper,
    PositionProvider,
    Scope,
    ScopeProvider,
)

from migrator.rewrite.python.syntax import children, dotted_name

Node = TypeVar("Node", bound=cst.CSTNode)


@dataclass(frozen=True)
class Binding:
    """A variable: a name in a scope, or an attribute of `self` in a class. Equal when it is the same variable."""

    owner: Scope | cst.ClassDef
    name: str


class Facts:
    """One module with its metadata. Nodes are those of `module`; look nothing up with nodes of another tree."""

    def __init__(self, path: str, module: cst.Module) -> None:
        self.path = path
        self._wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
        self.module = self._wrapper.module
        self._parents: dict[cst.CSTNode, cst.CSTNode] = {}
        self.nodes: list[cst.CSTNode] = []
        """All nodes but whitespace, parents before their children."""
        self._walk()

    # What most modules are never asked for is found when it is.

    @cached_property
    def _positions(self) -> Mapping[cst.CSTNode, Any]:
        return self._wrapper.resolve(PositionProvider)

    @cached_property
    def _scopes(self) -> Mapping[cst.CSTNode, Any]:
        return self._wrapper.resolve(ScopeProvider)

    @cached_property
    def _contexts(self) -> Mapping[cst.CSTNode, Any]:
        return self._wrapper.resolve(ExpressionContextProvider)

    @cached_property
    def _uses(self) -> tuple[dict[Binding, list[cst.BaseExpression]], dict[Binding, list[cst.CSTNode]]]:
        """Where each variable is read, and where it gets a value."""
        uses: tuple[dict[Binding, list[cst.BaseExpression]], dict[Binding, list[cst.CSTNode]]] = ({}, {})
        for binding, node, context in self._index():
            loads, stores = uses
            if context in {ExpressionContext.STORE, ExpressionContext.DEL}:
                stores.setdefault(binding, []).append(node)
            else:
                loads.setdefault(binding, []).append(node)
            if isinstance(self.parent(node), cst.AugAssign):
                loads.setdefault(binding, []).append(node)
        return uses

    def all(self, kind: type[Node]) -> Iterator[Node]:
        """Every node of the kind, in the order of the text."""
        return (node for node in self.nodes if isinstance(node, kind))

    def range(self, node: cst.CSTNode) -> CodeRange:
        """Lines from 1, columns from 0."""
        found = self._positions[node]
        assert isinstance(found, CodeRange)
        return found

    def line(self, node: cst.CSTNode) -> int:
        return self.range(node).start.line

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self._parents.get(node)

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def enclosing(self, node: cst.CSTNode, kind: type[Node]) -> Node | None:
        return next((above for above in self.ancestors(node) if isinstance(above, kind)), None)

    def statement(self, node: cst.CSTNode) -> cst.BaseSmallStatement | cst.BaseCompoundStatement:
        """The innermost statement that holds the node."""
        for above in (node, *self.ancestors(node)):
            if isinstance(above, cst.BaseSmallStatement | cst.BaseCompoundStatement):
                return above
        raise LookupError("an expression stands in a statement")

    def comments_above(self, node: cst.CSTNode) -> list[str]:
        """The comment lines right above, also where they are the header of the file."""
        lines = self.module.code.split("\n")
        found: list[str] = []
        decorators = getattr(node, "decorators", ())
        first = decorators[0].decorator if decorators else node
        for text in reversed(lines[: self.line(first) - 1]):
            if not text.lstrip().startswith("#"):
                break
            found.append(text.strip())
        return found

    def line_of(self, node: cst.CSTNode) -> cst.CSTNode:
        """The statement line, or the compound statement, in which the node stands: where a comment can go."""
        for above in (node, *self.ancestors(node)):
            if isinstance(above, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                return above
        raise LookupError("an expression stands in a statement")

    def qualified_name(self, node: cst.CSTNode) -> str:
        """'Class.method' of a definition, or of the definition that encloses the node; '' at module level."""
        around = (node, *self.ancestors(node))
        names = [above.name.value for above in around if isinstance(above, cst.FunctionDef | cst.ClassDef)]
        return ".".join(reversed(names))

    def imported(self, node: cst.BaseExpression) -> set[str]:
        """Dotted names that the expression has by imports, such as 'boto3.client'; empty when it has none."""
        dotted = dotted_name(node)
        if dotted is None:
            return set()
        scope: Scope | None = self._scopes.get(_root_name(node))
        if scope is None:
            return set()
        return {name.name for name in scope.get_qualified_names_for(node) if name.source.name == "IMPORT"}

    def imported_modules(self) -> set[str]:
        """First names of all that the module imports, anywhere in it: 'boto3' of `from boto3.x import y`."""
        found = {dotted_name(alias.name) or "" for node in self.all(cst.Import) for alias in node.names}
        found |= {
            dotted_name(node.module) or "" for node in self.all(cst.ImportFrom) if node.module and not node.relative
        }
        return {name.split(".")[0] for name in found}

    def binding(self, node: cst.CSTNode) -> Binding | None:
        """The variable that a name or `self.x` stands for; None for anything else."""
        if isinstance(node, cst.Name):
            scope: Scope | None = self._scopes.get(node)
            if scope is None:
                return None
            assignments = scope[node.value]
            owners = {assignment.scope for assignment in assignments}
            return Binding(owners.pop(), node.value) if len(owners) == 1 else None
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == "self":
            owner = self.enclosing(node, cst.ClassDef)
            return None if owner is None else Binding(owner, node.attr.value)
        return None

    def is_builtin(self, node: cst.Name) -> bool:
        """Whether the name means what Python itself means by it."""
        scope: Scope | None = self._scopes.get(node)
        found = [] if scope is None else list(scope[node.value])
        return bool(found) and all(isinstance(assignment, BuiltinAssignment) for assignment in found)

    def loads(self, binding: Binding) -> list[cst.BaseExpression]:
        """Where the variable is read."""
        return self._uses[0].get(binding, [])

    def stores(self, binding: Binding) -> list[cst.CSTNode]:
        """Where it gets a value: targets of assignments, parameters, imports, definitions."""
        return self._uses[1].get(binding, [])

    def is_read(self, node: cst.BaseExpression) -> bool:
        """Whether a subscript or attribute is read there, not assigned or deleted."""
        in_place = isinstance(self.parent(node), cst.AugAssign)
        return self._contexts.get(node) is ExpressionContext.LOAD and not in_place

    def loaded(self) -> list[Binding]:
        """All variables that are read somewhere."""
        return list(self._uses[0])

    def stored(self) -> list[Binding]:
        """All variables that get a value somewhere."""
        return list(self._uses[1])

    def values(self, binding: Binding) -> list[cst.BaseExpression] | None:
        """The right sides of all its assignments; None when it also gets values in another way."""
        found: list[cst.BaseExpression] = []
        for store in self.stores(binding):
            value = self.assigned(store)
            if value is None:
                return None
            found.append(value)
        return found

    def assigned(self, target: cst.CSTNode) -> cst.BaseExpression | None:
        """The right side of the plain assignment whose only target this is."""
        above = self.parent(target)
        if isinstance(above, cst.AnnAssign) and above.target is target:
            return above.value
        if isinstance(above, cst.AssignTarget):
            assignment = self.parent(above)
            if isinstance(assignment, cst.Assign) and len(assignment.targets) == 1:
                return assignment.value
        return None

    def target(self, value: cst.BaseExpression) -> cst.BaseExpression | None:
        """The only target of the assignment of which this is the whole right side."""
        above = self.parent(value)
        if isinstance(above, cst.Assign) and len(above.targets) == 1 and above.value is value:
            return above.targets[0].target
        if isinstance(above, cst.AnnAssign) and above.value is value:
            return above.target
        return None

    def _walk(self) -> None:
        """By the fields of the nodes: several times as fast as a visitor, and all that is needed here."""
        waiting: list[cst.CSTNode] = [self.module]
        while waiting:
            node = waiting.pop()
            self.nodes.append(node)
            below = children(node)
            for child in below:
                self._parents[child] = node
            waiting.extend(reversed(below))

    def _index(self) -> Iterator[tuple[Binding, cst.BaseExpression, ExpressionContext | None]]:
        for node in self.nodes:
            if isinstance(node, cst.Name):
                yield from self._index_name(node)
            elif isinstance(node, cst.Attribute):
                binding = self.binding(node)
                if binding is not None:
                    yield binding, node, self._contexts.get(node)

    def _index_name(self, node: cst.Name) -> Iterator[tuple[Binding, cst.BaseExpression, ExpressionContext | None]]:
        above = self.parent(node)
        is_part = (
            (isinstance(above, cst.Attribute) and above.attr is node)
            or (isinstance(above, cst.Arg) and above.keyword is node)
            or isinstance(above, cst.ImportAlias | cst.NameItem | cst.ImportFrom)
        )
        if is_part:
            return
        binding = self.binding(node)
        if binding is None:
            return
        defines = isinstance(above, cst.FunctionDef | cst.ClassDef | cst.Param) and above.name is node
        other = isinstance(above, cst.AsName)
        yield binding, node, ExpressionContext.STORE if defines or other else self._contexts.get(node)


def _root_name(node: cst.BaseExpression) -> cst.BaseExpression:
    while isinstance(node, cst.Attribute):
        node = node.value
    return node
