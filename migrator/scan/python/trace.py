"""Follows a value backwards to where it comes from: through names, attributes, containers, calls and parameters.

Not sound, and meant to be useful: callers are followed without their contexts, branches are united, and what is not
understood becomes Unknown, which every reader of the answer must treat as "could be anything".
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, Protocol

from migrator.scan.python import calling, stepping
from migrator.scan.python.imports import Modules
from migrator.scan.python.model import Binding, Bound, Class, Function, Imported, Module, Scope
from migrator.scan.python.overwriting import last_put
from migrator.scan.python.reaching import reaching
from migrator.scan.python.sites import CallSite
from migrator.scan.python.values import (
    NOTHING,
    ClassRef,
    Constant,
    Container,
    Event,
    External,
    FunctionRef,
    Instance,
    ModuleRef,
    Parameter,
    Text,
    Unknown,
    Value,
    Values,
)

DEEPEST: Final = 120
"""Steps in a row before a value counts as unknown."""

_CONTAINERS: Final = (ast.Dict, ast.List, ast.Tuple, ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


class Callers(Protocol):
    """Who calls a function, and which functions are handlers."""

    def sites_of(self, function: Function) -> Iterable[CallSite]: ...

    def is_handler(self, function: Function) -> bool: ...

    def constructions(self, cls: Class) -> Iterable[CallSite]: ...


class Tracer:
    """`exact`: conversions count as steps, and a key that was just assigned is what was assigned to it."""

    def __init__(self, modules: Modules, callers: Callers, *, exact: bool = False) -> None:
        self.modules, self.callers, self.exact = modules, callers, exact
        self.known: dict[object, Values] = {}
        self.depth = 0

    def trace(self, expression: ast.expr | None, scope: Scope) -> Values:
        if expression is None:
            return frozenset({Value(Constant(None))})
        return self.once(expression, lambda: self._expression(expression, scope))

    def once(self, key: object, compute: Callable[[], Values]) -> Values:
        """Computes a value at most once; a value that needs itself gets nothing from the second round."""
        if key in self.known:
            return self.known[key]
        if self.depth > DEEPEST:
            return frozenset({Value(Unknown("too many steps"))})
        self.known[key] = NOTHING
        self.depth += 1
        try:
            self.known[key] = compute()
        finally:
            self.depth -= 1
        return self.known[key]

    def step(self, values: Values, key: str) -> Values:
        return frozenset(found for value in values for found in stepping.step(self, value, key))

    def steps(self, values: Values, path: tuple[str, ...]) -> Values:
        for key in path:
            values = self.step(values, key)
        return values

    def _expression(self, node: ast.expr, scope: Scope) -> Values:  # noqa: PLR0911 - one line a kind of node
        if isinstance(node, ast.Name):
            return self._use(node, scope)
        if isinstance(node, ast.Attribute):
            return self.step(self.trace(node.value, scope), f".{node.attr}")
        if isinstance(node, ast.Subscript):
            return self._subscript(node, scope)
        if isinstance(node, ast.Call):
            return calling.call(self, node, scope)
        if isinstance(node, ast.Constant):
            value = node.value
            return frozenset({Value(Constant(value if isinstance(value, str | int | float | bool) else None))})
        if isinstance(node, _CONTAINERS):
            return frozenset({Value(Container(node, scope))})
        return self._compound(node, scope)

    def _compound(self, node: ast.expr, scope: Scope) -> Values:  # noqa: PLR0911 - one line a kind of node
        if isinstance(node, ast.JoinedStr):
            return frozenset({Value(Text(node, scope))})
        if isinstance(node, ast.BinOp):
            return self._operator(node, scope)
        if isinstance(node, ast.BoolOp):
            return self._union(node.values, scope)
        if isinstance(node, ast.IfExp):
            return self._union([node.body, node.orelse], scope)
        if isinstance(node, ast.Await | ast.NamedExpr | ast.Starred | ast.YieldFrom):
            return self.trace(node.value, scope)
        if isinstance(node, ast.Lambda):
            made = next(function for function in scope.module.functions if function.node is node)
            return frozenset({Value(FunctionRef(made))})
        return frozenset({Value(Unknown(type(node).__name__))})

    def _union(self, nodes: list[ast.expr], scope: Scope) -> Values:
        return frozenset().union(*(self.trace(node, scope) for node in nodes))

    def _operator(self, node: ast.BinOp, scope: Scope) -> Values:
        if isinstance(node.op, ast.Mod) or not isinstance(node.op, ast.Add | ast.BitOr):
            return frozenset({Value(Text(node, scope))})
        pieces: list[ast.expr] = []
        rest: ast.expr = node
        while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add | ast.BitOr):
            pieces.append(rest.right)
            rest = rest.left
        pieces.append(rest)
        if any(isinstance(piece, ast.JoinedStr) or _is_text(piece) for piece in pieces):
            return frozenset({Value(Text(node, scope))})
        return self._union(pieces, scope)

    def put(self, node: ast.expr, container: ast.expr, key: ast.expr, scope: Scope) -> Values | None:
        """What `container[key]`, read by `node`, was assigned before; None when that isn't certain."""
        value = last_put(node, container, key, scope.module) if self.exact else None
        return None if value is None else self.trace(value, scope.module.scopes[value])

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Values:
        put = self.put(node, node.value, node.slice, scope)
        if put is not None:
            return put
        base = self.trace(node.value, scope)
        if isinstance(node.slice, ast.Slice):
            return base
        return frozenset().union(*(self.step(base, key) for key in self.keys(node.slice, scope)))

    def keys(self, node: ast.expr, scope: Scope) -> list[str]:
        """The keys that an index expression can be; ['*'] when it is not known."""
        if isinstance(node, ast.Constant):
            return [str(node.value)]
        if isinstance(node, ast.UnaryOp):
            return ["*"]
        found = self.trace(node, scope)
        known = [str(v.origin.value) for v in found if isinstance(v.origin, Constant) and not v.path]
        return sorted(known) if known and len(known) == len(found) else ["*"]

    # Names

    def _use(self, node: ast.Name, scope: Scope) -> Values:
        holder = scope.holder(node.id)
        if holder is None:
            return self.name(node.id, scope)
        kept = reaching(node, scope, holder)
        if len(kept) == len(holder.names[node.id]):
            return self.name(node.id, scope)
        return frozenset().union(*(self.bound(bound, holder.module) for bound in kept))

    def name(self, name: str, scope: Scope) -> Values:
        holder = scope.holder(name)
        if holder is None:
            return frozenset({Value(External(name))})
        return self.once(("name", id(holder), name), lambda: self._bound(holder, name))

    def _bound(self, holder: Scope, name: str) -> Values:
        found: set[Value] = set()
        for bound in holder.names[name]:
            found |= self.bound(bound, holder.module)
        return frozenset(found)

    def bound(self, bound: Bound, module: Module) -> Values:
        if isinstance(bound, Binding):
            return self.binding(bound)
        if isinstance(bound, Imported):
            return self.imported(bound, module)
        if isinstance(bound, Function):
            return frozenset({Value(FunctionRef(bound))})
        if isinstance(bound, Class):
            return frozenset({Value(ClassRef(bound))})
        return self.once(("param", bound.function, bound.name), lambda: self._parameter(bound.function, bound.name))

    def binding(self, binding: Binding) -> Values:
        return self.steps(self.trace(binding.value, binding.scope), binding.steps)

    def imported(self, bound: Imported, importer: Module) -> Values:
        module = self.modules.find(bound.module, importer, bound.level)
        if bound.attribute is None:
            return frozenset({Value(ModuleRef(module) if module else External(bound.module))})
        inside = self.member(module, bound.attribute) if module else NOTHING
        if inside:
            return inside
        dotted = f"{bound.module}.{bound.attribute}" if bound.module else bound.attribute
        submodule = self.modules.find(dotted, importer, bound.level)
        return frozenset({Value(ModuleRef(submodule) if submodule else External(dotted))})

    def member(self, module: Module, name: str) -> Values:
        """What a module calls by a name; nothing when it has no such name."""
        if name in module.root.names:
            return self.name(name, module.root)
        for star in module.root.names.get("*", []):
            source = self.modules.find(star.module, module, star.level) if isinstance(star, Imported) else None
            found = self.once(("star", id(source), name), partial(self.member, source, name)) if source else NOTHING
            if found:
                return found
        return NOTHING

    # Parameters

    def _parameter(self, function: Function, name: str) -> Values:
        if function.bound and name == function.positional[0]:
            assert function.owner
            return frozenset({Value((ClassRef if function.on_class else Instance)(function.owner))})
        found: set[Value] = set()
        first = function.positional[1 if function.bound else 0 :][:1]
        if self.callers.is_handler(function) and first == [name]:
            found.add(Value(Event(function)))
        for site in self.callers.sites_of(function):
            found |= self._argument(site, function, name)
        return frozenset(found) or self._unknown_parameter(function, name)

    def _argument(self, site: CallSite, function: Function, name: str) -> Values:
        argument, certain = site.argument(function, name)
        if argument is not None:
            return self.trace(argument, site.scope)
        if not certain:
            return frozenset({Value(Unknown(f"the arguments of {function.name} are spread"))})
        default = function.default(name)
        return self.trace(default, function.scope.parent or function.scope) if default is not None else NOTHING

    def _unknown_parameter(self, function: Function, name: str) -> Values:
        annotation = function.annotation(name)
        if annotation is not None:
            for value in self.trace(_plain(annotation), function.scope.parent or function.scope):
                if isinstance(value.origin, ClassRef) and not value.path:
                    return frozenset({Value(Instance(value.origin.cls))})
        return frozenset({Value(Parameter(function, name))})


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _plain(annotation: ast.expr) -> ast.expr:
    """The class of `X | None` and `Optional[X]`."""
    if isinstance(annotation, ast.BinOp):
        return annotation.left
    if isinstance(annotation, ast.Subscript) and not isinstance(annotation.slice, ast.Tuple):
        return annotation.slice
    return annotation
