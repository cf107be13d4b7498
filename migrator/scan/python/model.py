"""Modules, scopes, functions and classes of an application, as far as following values needs them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from migrator.inventory.columns import column_of
from migrator.inventory.record import Location

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, eq=False)
class Binding:
    """One way in which a name gets its value: an expression of a scope, then steps into it ('*' is any element)."""

    value: ast.expr
    scope: Scope
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Imported:
    """`import a.b as name` (attribute None) or `from a.b import attribute as name`; level counts leading dots."""

    module: str
    attribute: str | None
    level: int = 0


@dataclass(frozen=True, eq=False)
class Mutation:
    """Something put into a container: `x[key] = value`, `x.append(value)`. `spread`: value is a container itself."""

    value: ast.expr
    scope: Scope
    key: ast.expr | None = None
    spread: bool = False


Bound: TypeAlias = "Binding | Imported | Function | Class | Param"


@dataclass(frozen=True, eq=False)
class Param:
    function: Function
    name: str


@dataclass(eq=False)
class Scope:
    kind: Literal["module", "class", "function", "comprehension"]
    module: Module
    parent: Scope | None
    function: Function | None = None
    owner: Class | None = None
    names: dict[str, list[Bound]] = field(default_factory=lambda: defaultdict(list))
    outer: set[str] = field(default_factory=set)
    """Names declared `global` or `nonlocal`."""
    mutations: dict[str, list[Mutation]] = field(default_factory=lambda: defaultdict(list))

    def holder(self, name: str) -> Scope | None:
        """The scope in which a name that is used here is bound."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            visible = first or scope.kind != "class"
            if visible and name in scope.names and name not in scope.outer:
                return scope
            first = first and scope.kind == "comprehension"
            scope = scope.parent
        return None


@dataclass(eq=False)
class Function:
    name: str
    qualname: str
    node: FunctionNode
    scope: Scope
    module: Module
    owner: Class | None = None
    returns: list[ast.expr] = field(default_factory=list)
    yields: list[ast.expr] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    inner: list[Function] = field(default_factory=list)

    @property
    def parameters(self) -> list[str]:
        arguments = self.node.args
        return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]

    @property
    def positional(self) -> list[str]:
        arguments = self.node.args
        return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args)]

    @property
    def static(self) -> bool:
        return any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in self.decorators)

    @property
    def on_class(self) -> bool:
        """Whether its first parameter is the class itself."""
        return self.owner is not None and any(
            isinstance(item, ast.Name) and item.id == "classmethod" for item in self.decorators
        )

    @property
    def decorators(self) -> list[ast.expr]:
        return [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list

    @property
    def bound(self) -> bool:
        """Whether the first parameter is the object (or class) that it is called on."""
        return self.owner is not None and not self.static and bool(self.positional)

    def default(self, name: str) -> ast.expr | None:
        arguments = self.node.args
        positional = self.positional
        if name in positional:
            offset = positional.index(name) - (len(positional) - len(arguments.defaults))
            return arguments.defaults[offset] if offset >= 0 else None
        keyword_only = [argument.arg for argument in arguments.kwonlyargs]
        return arguments.kw_defaults[keyword_only.index(name)] if name in keyword_only else None

    def annotation(self, name: str) -> ast.expr | None:
        arguments = self.node.args
        every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        return next((argument.annotation for argument in every if argument.arg == name), None)


@dataclass(eq=False)
class Class:
    name: str
    qualname: str
    node: ast.ClassDef
    scope: Scope
    module: Module
    methods: dict[str, Function] = field(default_factory=dict)
    attributes: dict[str, list[Binding]] = field(default_factory=lambda: defaultdict(list))
    """What `self.x` is assigned, anywhere in the class, and what the class body assigns."""
    mutations: dict[str, list[Mutation]] = field(default_factory=lambda: defaultdict(list))


@dataclass(eq=False)
class Module:
    path: str
    tree: ast.Module
    lines: list[str]
    root: Scope = field(init=False)
    functions: list[Function] = field(default_factory=list)
    classes: list[Class] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    """Calls at module level; those of functions stand at the function."""
    scopes: dict[ast.AST, Scope] = field(default_factory=dict)
    """The scope in which each expression is evaluated."""
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    containers: dict[ast.AST, tuple[Scope | Class, str]] = field(default_factory=dict)
    """Container displays that a name or attribute was bound to, so that what is put in later is found."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def location(self, node: ast.AST) -> Location:
        line, offset = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return Location(path=self.path, line=line, column=column_of(text, offset))

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        while node in self.parents:
            node = self.parents[node]
            yield node

    def function_of(self, node: ast.AST) -> Function | None:
        scope = self.scopes.get(node)
        return scope.function if scope else None
